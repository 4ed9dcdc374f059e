//! All variations of a request under way.

use super::directed::{Directed, DirectedStep};
use super::error::PipelineError;
use super::samples::{BatchStep, Samples};
use crate::model::MotionModel;
use crate::motion::Motion;
use crate::motion::bridge::Gap;
use crate::timeline::Request;

/// All variations of a request: side by side where nothing is chosen or met, else one after the other, each of samples of its own.
pub struct Batch<'m> {
    request: Request,
    current: Current<'m>,
}

enum Current<'m> {
    Free(Box<Samples<'m>>),
    Directed {
        model: &'m MotionModel,
        around: Around,
        /// The variation of this number.
        directed: Box<Directed<'m>>,
        variation: u32,
        /// Tokens of those before.
        before: usize,
        is_answered: bool,
    },
}

/// What a directed motion is made between.
enum Around {
    /// It goes on from this one, or begins.
    After(Option<Motion>),
    /// It leads over this gap.
    Gap(Box<Gap>),
}

impl Around {
    fn start<'m>(&self, model: &'m MotionModel, request: &Request) -> Result<Directed<'m>, PipelineError> {
        match self {
            Self::After(after) => Directed::start(model, request, after.as_ref()),
            Self::Gap(gap) => Directed::over(model, request, Gap::clone(gap)),
        }
    }
}

impl<'m> Batch<'m> {
    /// Read the prompt and get ready for the first tokens. With `after` each variation goes on where that motion ends.
    ///
    /// # Errors
    /// As [`Generation::start`](super::Generation::start), and constraints that no motion can meet.
    pub fn start(model: &'m MotionModel, request: &Request, after: Option<&Motion>) -> Result<Self, PipelineError> {
        let request = Request { variations: request.variations.max(1), ..request.clone() };
        if request.is_directed() {
            return Self::directed(model, request, Around::After(after.cloned()));
        }
        let samples = Samples::start(model, &request, after)?;
        Ok(Self { request, current: Current::Free(Box::new(samples)) })
    }

    /// Get ready for motions that lead over a gap, each the best of the request's candidates. Their length is the gap's. Without a prompt, and
    /// to the letter, the motion before goes on of itself.
    ///
    /// # Errors
    /// As [`Batch::start`]; constraints have no place there.
    pub fn over(model: &'m MotionModel, request: &Request, gap: Gap) -> Result<Self, PipelineError> {
        let request = Request { variations: request.variations.max(1), ..request.clone() };
        Self::directed(model, request, Around::Gap(Box::new(gap)))
    }

    fn directed(model: &'m MotionModel, request: Request, around: Around) -> Result<Self, PipelineError> {
        let directed = Box::new(around.start(model, &request.variation(0))?);
        Ok(Self { request, current: Current::Directed { model, around, directed, variation: 0, before: 0, is_answered: false } })
    }

    /// How many variations there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.request.variations
    }

    /// Make more tokens, or finish a variation when there are enough.
    ///
    /// # Errors
    /// As [`Generation::step`](super::Generation::step).
    pub fn step(&mut self) -> Result<BatchStep, PipelineError> {
        let (model, around, directed, variation, before, is_answered) = match &mut self.current {
            Current::Free(samples) => return samples.step(),
            Current::Directed { model, around, directed, variation, before, is_answered } => {
                (model, around, directed, variation, before, is_answered)
            }
        };
        if *is_answered {
            if *variation + 1 >= self.request.variations {
                return Ok(BatchStep::Done);
            }
            *variation += 1;
            **directed = around.start(model, &self.request.variation(*variation))?;
            *is_answered = false;
        }
        Ok(match directed.step()? {
            DirectedStep::Tokens { tokens, at_most } => {
                let to_come = (self.request.variations - *variation) as usize;
                BatchStep::Tokens { tokens: *before + tokens, at_most: *before + at_most * to_come }
            }
            DirectedStep::Done(made) => {
                *is_answered = true;
                *before += directed.tokens();
                BatchStep::Made { variation: *variation, made }
            }
        })
    }

    /// All frames of one variation so far: see [`Generation::preview`](super::Generation::preview). None of one that waits for others.
    ///
    /// # Errors
    /// As [`Batch::step`].
    pub fn preview(&mut self, variation: u32) -> Result<Option<Motion>, PipelineError> {
        match &mut self.current {
            Current::Free(samples) => samples.preview(variation),
            Current::Directed { directed, variation: current, .. } if *current == variation => directed.preview(),
            Current::Directed { .. } => Ok(None),
        }
    }

    /// The variation that is made now, where they are made one after the other.
    #[must_use]
    pub fn alone(&self) -> Option<u32> {
        match &self.current {
            Current::Free(samples) => samples.alone(),
            Current::Directed { variation, .. } => Some(*variation),
        }
    }
}
