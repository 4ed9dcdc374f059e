//! One motion under way.

use super::error::PipelineError;
use super::made::Made;
use super::split::{shared, split};
use super::variations::{NormalisedRequest, Variations};
use crate::model::MotionModel;
use crate::motion::Motion;
use crate::timeline::{Origin, Request};
use std::collections::VecDeque;

/// What a step brought.
#[derive(Debug)]
pub enum Step {
    /// One more token.
    Token {
        /// Tokens so far.
        tokens: usize,
        /// The most it can come to.
        at_most: usize,
    },
    /// The end; further steps make it again.
    Done(Box<Made>),
}

/// The requests that make what is asked for, one after another: more than one where a prompt names several actions that follow each
/// other, and the model's normaliser knows each.
///
/// # Errors
/// A failing network.
pub fn parts(model: &MotionModel, request: &Request) -> Result<Vec<Request>, PipelineError> {
    let parts = normalised_parts(model, request)?;
    Ok(parts.map_or_else(|| vec![request.clone()], |parts| parts.into_iter().map(|part| part.request).collect()))
}

/// [`parts`] with the canonical prompt of each; nothing where the request is made as one.
pub(super) fn normalised_parts(model: &MotionModel, request: &Request) -> Result<Option<VecDeque<NormalisedRequest>>, PipelineError> {
    let prompts = split(&request.prompt);
    if prompts.len() < 2 || request.is_literal() {
        return Ok(None);
    }
    let lengths = shared(request.length, prompts.len());
    let mut parts = VecDeque::with_capacity(prompts.len());
    for (prompt, length) in prompts.into_iter().zip(lengths) {
        let Some(canonical) = model.canonical_prompt(&prompt)? else { return Ok(None) };
        parts.push_back(NormalisedRequest { request: Request { prompt, length, ..request.clone() }, canonical_prompt: Some(canonical) });
    }
    Ok(Some(parts))
}

/// A prompt on its way to a motion. Text is read at the start, each step makes a token, the last one decodes and cleans up. Several
/// actions in one prompt are made [one after another](parts).
pub struct Generation<'m> {
    model: &'m MotionModel,
    request: Request,
    current: Variations<'m>,
    queued: VecDeque<NormalisedRequest>,
    made: Option<Made>,
}

impl<'m> Generation<'m> {
    /// Read the prompt and get ready for the first token. With `after` the motion goes on where that one ends.
    ///
    /// # Errors
    /// An empty prompt, a length that the model cannot hold, or a failing network.
    pub fn start(model: &'m MotionModel, request: &Request, after: Option<&Motion>) -> Result<Self, PipelineError> {
        let request = Request { prompt: request.prompt.trim().to_owned(), ..request.variation(0) };
        let mut queued = normalised_parts(model, &request)?.unwrap_or_default();
        let current = match queued.pop_front() {
            Some(first) => Variations::begin(model, first, after)?,
            None => Variations::start(model, &request, after)?,
        };
        Ok(Self { model, request, current, queued, made: None })
    }

    /// Make one more token, or the motion when there are enough.
    ///
    /// # Errors
    /// A failing network, or numbers that are no motion.
    pub fn step(&mut self) -> Result<Step, PipelineError> {
        loop {
            if self.current.step()? {
                let done = self.made.as_ref().map_or(0, |made| made.tokens.len());
                let (tokens, at_most) = self.current.progress();
                return Ok(Step::Token { tokens: done + tokens, at_most: done + at_most * (1 + self.queued.len()) });
            }
            let Some(next) = self.queued.pop_front() else {
                return self.finish().map(|made| Step::Done(Box::new(made)));
            };
            let made = self.finish()?;
            self.current = Variations::begin(self.model, next, Some(&made.take.motion))?;
            self.made = Some(made);
        }
    }

    /// All frames so far, without clean-up of the last part; none before the first token. The last ones may still change: the decoder
    /// looks ahead.
    ///
    /// # Errors
    /// As [`Generation::step`].
    pub fn preview(&mut self) -> Result<Option<Motion>, PipelineError> {
        let Some(mut preview) = self.current.preview(0)? else { return Ok(None) };
        if let Some(made) = &self.made {
            preview.frames.splice(0..0, made.take.motion.frames.iter().copied());
        }
        Ok(Some(preview))
    }

    /// What there is up to the end of the current part.
    fn finish(&mut self) -> Result<Made, PipelineError> {
        let part = self.current.finish(0)?;
        let Some(before) = self.made.clone() else { return Ok(part) };
        let (one, other) = (&before.take.provenance.origin, &part.take.provenance.origin);
        let canonical_prompt = one.canonical_prompt().zip(other.canonical_prompt()).map(|(one, other)| format!("{one} → {other}"));
        let context = one.asked().map(|(_, context)| context.clone()).unwrap_or_default();
        let mut made = before.followed_by(part);
        // It was one request, whatever it took to meet it.
        made.take.provenance.origin = Origin::Prompt { request: self.request.clone(), canonical_prompt, context };
        Ok(made)
    }
}
