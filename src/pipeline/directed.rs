//! A motion that has something to meet: several samples of the prompt, the best of them, finished exactly. What is to be met is constraints,
//! or the two motions that it leads from and to.

use super::choice::{Candidate, Direction};
use super::error::PipelineError;
use super::generation::normalised_parts;
use super::made::Made;
use super::samples::{BatchStep, Samples};
use crate::model::{MotionModel, Refinement};
use crate::motion::bridge::{Bridge, Gap};
use crate::motion::cleanup::{CleanupSettings, clean};
use crate::motion::features::{self, Features};
use crate::motion::{FPS, Motion};
use crate::timeline::{Constraints, Context, Finish, Length, Origin, Request};
use std::sync::Arc;

/// As many steps are taken to refine a motion through the decoder.
const REFINING_STEPS: usize = 60;
/// The samples of different seeds do not overlap.
const SEEDS_APART: u64 = 1 << 20;

/// What a step brought.
pub(super) enum DirectedStep {
    /// More tokens, of all samples together.
    Tokens { tokens: usize, at_most: usize },
    /// The best, finished.
    Done(Box<Made>),
}

/// See the module.
pub(super) struct Directed<'m> {
    model: &'m MotionModel,
    request: Request,
    goal: Goal,
    samples: Samples<'m>,
    best: Option<Candidate>,
    refining: Refining<'m>,
    /// Tokens of all samples, the most they can come to, and those that were made before these.
    tokens: usize,
    at_most: usize,
    before: usize,
    /// Whether the samples were made longer already, because none came far enough.
    is_longer: bool,
}

/// How far the best is on its way through the decoder.
enum Refining<'m> {
    ToCome,
    /// So many steps are done.
    Under(Box<Refinement<'m>>, usize),
    /// It is over, or there is nothing to refine.
    Over,
}

/// What is to be met.
enum Goal {
    Constraints(Direction),
    Gap(Box<Gap>),
}

impl Goal {
    fn met_by(&self, made: Made) -> Candidate {
        match self {
            Self::Constraints(direction) => direction.met_by(made),
            Self::Gap(gap) => bridged(gap, made),
        }
    }
}

impl<'m> Directed<'m> {
    fn new(model: &'m MotionModel, request: Request, goal: Goal, samples: Samples<'m>) -> Self {
        let (tokens, at_most, before) = (0, 0, 0);
        Self { model, request, goal, samples, best: None, refining: Refining::ToCome, tokens, at_most, before, is_longer: false }
    }

    /// Reads the prompt of a request for one variation that leads over a gap, whose length it has. Without a prompt the motion before goes on
    /// of itself.
    ///
    /// # Errors
    /// As [`Samples::start`].
    pub(super) fn over(model: &'m MotionModel, request: &Request, gap: Gap) -> Result<Self, PipelineError> {
        if !request.constraints.is_empty() {
            return Err(PipelineError::Undirected("a motion that leads to another one"));
        }
        let after = Some(&gap.before).filter(|before| !before.is_empty());
        let length = Length::Exact { secs: gap.sample_frames() as f32 / FPS };
        let samples = Samples::start(model, &sampled(request, length), after)?;
        let request = Request { length: Length::Exact { secs: gap.frames as f32 / FPS }, ..request.clone() };
        Ok(Self::new(model, request, Goal::Gap(Box::new(gap)), samples))
    }

    /// Reads the prompt of a request for one variation.
    ///
    /// # Errors
    /// As [`Samples::start`], and constraints that no motion can meet.
    pub(super) fn start(model: &'m MotionModel, request: &Request, after: Option<&Motion>) -> Result<Self, PipelineError> {
        if !request.constraints.is_empty() {
            match request.finish {
                Finish::Clean => {}
                Finish::Raw => return Err(PipelineError::Undirected("the decoder's own numbers")),
                Finish::Published => return Err(PipelineError::Undirected("the published program's motion")),
            }
            if after.is_some() {
                return Err(PipelineError::Undirected("a motion that goes on from another one"));
            }
            request.constraints.check(most_secs(request.length))?;
        }
        let direction = Direction::of(&request.constraints, least_secs(request.length));
        let samples = Samples::start(model, &sampled(request, at_least(request.length, direction.last_secs())), after)?;
        Ok(Self::new(model, request.clone(), Goal::Constraints(direction), samples))
    }

    /// Makes more tokens, finishes a sample and compares it with the best, or refines the best by a step.
    ///
    /// # Errors
    /// As [`Samples::step`].
    pub(super) fn step(&mut self) -> Result<DirectedStep, PipelineError> {
        if let Refining::Under(refinement, steps) = &mut self.refining {
            refinement.step()?;
            *steps += 1;
            if *steps == REFINING_STEPS {
                self.compare_refined()?;
            }
        } else {
            match self.samples.step()? {
                BatchStep::Tokens { tokens, at_most } => (self.tokens, self.at_most) = (self.before + tokens, self.before + at_most),
                BatchStep::Made { made, .. } => {
                    let candidate = self.goal.met_by(*made);
                    if self.best.as_ref().is_none_or(|best| candidate.cost < best.cost) {
                        self.best = Some(candidate);
                    }
                }
                BatchStep::Done => {
                    if let Some(length) = self.longer() {
                        // Only a path asks for that, and what has one goes on from nothing.
                        self.samples = Samples::start(self.model, &sampled(&self.request, length), None)?;
                        (self.is_longer, self.before) = (true, self.tokens);
                    } else if matches!(self.refining, Refining::ToCome) {
                        self.refine()?;
                    }
                    if matches!(self.refining, Refining::Over) {
                        let Some(best) = self.best.take() else { return Err(PipelineError::EmptyPrompt) };
                        return Ok(DirectedStep::Done(Box::new(self.finished(best))));
                    }
                }
            }
        }
        Ok(DirectedStep::Tokens { tokens: self.tokens, at_most: self.at_most })
    }

    /// The length that the samples need, where their own was too short for the path and may be longer.
    fn longer(&self) -> Option<Length> {
        let Length::Between { min_secs, max_secs } = self.request.length else { return None };
        let best = self.best.as_ref().filter(|_| !self.is_longer)?;
        let needed_secs = best.needed_secs.filter(|secs| *secs > min_secs)?.min(max_secs);
        (needed_secs > best.made.take.motion.duration_secs() + 0.3).then_some(Length::Between { min_secs: needed_secs, max_secs })
    }

    /// Begins to refine the best through the decoder where there are keys: the model then makes by itself much of what the finish would have
    /// to.
    fn refine(&mut self) -> Result<(), PipelineError> {
        self.refining = Refining::Over;
        let (Goal::Constraints(direction), Some(best)) = (&self.goal, &self.best) else { return Ok(()) };
        let wishes = direction.wished_features(&best.made.take.motion);
        // Several actions were decoded one after the other, each behind the one before.
        let is_whole = normalised_parts(self.model, &self.request)?.is_none();
        if !wishes.is_empty() && !best.made.tokens.is_empty() && is_whole {
            self.refining = Refining::Under(Box::new(self.model.refinement(&best.made.tokens, &wishes)?), 0);
        }
        Ok(())
    }

    /// Takes the refined motion in the place of the best, if it is better.
    fn compare_refined(&mut self) -> Result<(), PipelineError> {
        let refining = std::mem::replace(&mut self.refining, Refining::Over);
        let (Refining::Under(refinement, _), Goal::Constraints(direction), Some(best)) = (refining, &self.goal, &self.best) else {
            return Ok(());
        };
        let mut values = refinement.features()?;
        values.truncate(best.made.features.values().len());
        let features = Features::new(values)?;
        let raw = features::decode(&features);
        let mut made = best.made.clone();
        made.take.motion = Arc::new(clean(&raw, &CleanupSettings::default()));
        (made.take.raw, made.features) = (Some(Arc::new(raw)), features);
        let refined = direction.met_by(made);
        if refined.cost < best.cost {
            self.best = Some(refined);
        }
        Ok(())
    }

    /// The best as what was asked for, with what it lacks in words.
    fn finished(&self, best: Candidate) -> Made {
        let mut made = best.made;
        made.warnings.extend(best.misses);
        let origin = &mut made.take.provenance.origin;
        if let Origin::Prompt { request, .. } = origin {
            *request = self.request.clone();
        }
        made
    }

    /// The best that is finished; before there is one, the first sample so far.
    ///
    /// # Errors
    /// As [`Samples::step`].
    pub(super) fn preview(&mut self) -> Result<Option<Motion>, PipelineError> {
        if let Some(best) = &self.best {
            return Ok(Some(Motion::clone(&best.made.take.motion)));
        }
        self.samples.preview(self.samples.alone().unwrap_or(0))
    }

    /// Tokens of all samples.
    pub(super) fn tokens(&self) -> usize {
        self.tokens
    }
}

/// The bridge that a sample makes.
fn bridged(gap: &Gap, mut made: Made) -> Candidate {
    let Bridge { motion, goes_on, cost } = gap.bridged(&made.take.motion);
    made.take.motion = Arc::new(motion);
    made.take.raw = None;
    made.goes_on = goes_on;
    if let Origin::Prompt { context, .. } = &mut made.take.provenance.origin {
        *context = Context { before: context.before.take(), after_stays: gap.is_fixed, ..Context::before_start_of(&gap.after) };
    }
    Candidate { made, cost, misses: Vec::new(), needed_secs: None }
}

/// The request for the samples: as many variations as there are to choose from.
fn sampled(request: &Request, length: Length) -> Request {
    let candidates = request.candidates.max(1);
    let seed = if candidates > 1 { request.seed.wrapping_mul(SEEDS_APART) } else { request.seed };
    Request { variations: candidates, candidates: 1, constraints: Constraints::default(), seed, length, ..request.clone() }
}

fn most_secs(length: Length) -> f32 {
    match length {
        Length::Exact { secs } => secs,
        Length::Between { max_secs, .. } => max_secs,
    }
}

/// The least that a sample may be cut to; none where its length is fixed.
fn least_secs(length: Length) -> Option<f32> {
    match length {
        Length::Exact { .. } => None,
        Length::Between { min_secs, .. } => Some(min_secs),
    }
}

/// The length that takes in a time.
fn at_least(length: Length, secs: f32) -> Length {
    match length {
        Length::Exact { .. } => length,
        Length::Between { min_secs, max_secs } => Length::Between { min_secs: min_secs.max(secs).min(max_secs), max_secs },
    }
}
