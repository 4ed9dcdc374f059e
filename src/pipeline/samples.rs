//! Several samples of a prompt under way: variations, or what the best is chosen from.

use super::error::PipelineError;
use super::generation::{Generation, Step, normalised_parts};
use super::made::Made;
use super::variations::Variations;
use crate::model::MotionModel;
use crate::motion::Motion;
use crate::timeline::Request;
use std::collections::VecDeque;
use std::num::NonZero;

/// What a step brought.
#[derive(Debug)]
pub enum BatchStep {
    /// More tokens.
    Tokens {
        /// Tokens so far, all variations together.
        tokens: usize,
        /// The most it can come to.
        at_most: usize,
    },
    /// One variation is done; they come in order.
    Made {
        /// Which, from 0.
        variation: u32,
        /// The finished take.
        made: Box<Made>,
    },
    /// All are done.
    Done,
}

/// All variations of a request, whatever it has to meet: side by side where they are one action each, so that the text is read once for a
/// group of them and the network's weights once a step; one after the other where several actions make each go on from a motion of its own.
pub(super) struct Samples<'m> {
    model: &'m MotionModel,
    request: Request,
    after: Option<Motion>,
    current: Current<'m>,
    /// Variations that are done and not yet answered.
    finished: VecDeque<Made>,
    /// How many have been answered; the next one has this number.
    answered: u32,
    /// Tokens of what came before the current one.
    before: usize,
}

enum Current<'m> {
    Together(Variations<'m>),
    /// The one whose number is that of the answered ones.
    Alone(Box<Generation<'m>>),
}

impl<'m> Samples<'m> {
    /// Read the prompt and get ready for the first tokens. With `after` each variation goes on where that motion ends.
    ///
    /// # Errors
    /// As [`Generation::start`].
    pub(super) fn start(model: &'m MotionModel, request: &Request, after: Option<&Motion>) -> Result<Self, PipelineError> {
        let request = Request { variations: request.variations.max(1), ..request.clone() };
        let current = if request.variations > 1 && normalised_parts(model, &request)?.is_none() {
            Current::Together(Variations::start(model, &request, after)?)
        } else {
            Current::Alone(Box::new(Generation::start(model, &request.variation(0), after)?))
        };
        Ok(Self { model, request, after: after.cloned(), current, finished: VecDeque::new(), answered: 0, before: 0 })
    }

    /// Make more tokens, or finish a variation when there are enough.
    ///
    /// # Errors
    /// As [`Generation::step`].
    pub(super) fn step(&mut self) -> Result<BatchStep, PipelineError> {
        if let Some(made) = self.finished.pop_front() {
            self.answered += 1;
            return Ok(BatchStep::Made { variation: self.answered - 1, made: Box::new(made) });
        }
        if self.answered == self.request.variations {
            return Ok(BatchStep::Done);
        }
        match &mut self.current {
            Current::Together(variations) => {
                if variations.step()? {
                    let (tokens, at_most) = variations.progress();
                    return Ok(BatchStep::Tokens { tokens, at_most });
                }
                // As many at once as there are processors, so that the first is there early.
                let at_once = std::thread::available_parallelism().map_or(1, NonZero::get) as u32;
                let end = (self.answered + at_once).min(self.request.variations);
                self.finished = variations.finish_all(self.answered as usize..end as usize)?.into();
                self.step()
            }
            Current::Alone(generation) => match generation.step()? {
                Step::Token { tokens, at_most } => {
                    let to_come = (self.request.variations - self.answered) as usize;
                    Ok(BatchStep::Tokens { tokens: self.before + tokens, at_most: self.before + at_most * to_come })
                }
                Step::Done(made) => {
                    self.before += made.tokens.len();
                    self.finished.push_back(*made);
                    let next = self.answered + 1;
                    if next < self.request.variations {
                        let request = self.request.variation(next);
                        **generation = Generation::start(self.model, &request, self.after.as_ref())?;
                    }
                    self.step()
                }
            },
        }
    }

    /// All frames of one variation so far: see [`Generation::preview`]. None of one that waits for others.
    ///
    /// # Errors
    /// As [`Generation::step`].
    pub(super) fn preview(&mut self, variation: u32) -> Result<Option<Motion>, PipelineError> {
        match &mut self.current {
            Current::Together(variations) if variation < self.request.variations => variations.preview(variation as usize),
            Current::Alone(generation) if variation == self.answered => generation.preview(),
            _ => Ok(None),
        }
    }

    /// The variation that is made now, where they are made one after the other.
    pub(super) fn alone(&self) -> Option<u32> {
        matches!(self.current, Current::Alone(_)).then_some(self.answered)
    }
}
