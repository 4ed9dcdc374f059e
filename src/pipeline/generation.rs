//! Generations under way: one motion, or several variations of one prompt side by side.

use super::error::PipelineError;
use super::request::Request;
use super::sequence::{Before, Sequence, sampling};
use crate::model::{DecodeState, Logits, MotionModel};
use crate::motion::Motion;
use crate::motion::features::Features;
use crate::timeline::Take;

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

/// A finished generation.
#[derive(Clone, Debug)]
pub struct Made {
    /// The motion and where it came from.
    pub take: Take,
    /// The decoder's own numbers, before any clean-up; of a continuation only the new part.
    pub features: Features,
    /// The tokens; of a continuation only the new ones.
    pub tokens: Vec<u32>,
    /// What the user should know, one line each.
    pub warnings: Vec<String>,
}

/// A prompt on its way to a motion. Text is read at the start, each step makes a token, the last one decodes and cleans up.
pub struct Generation<'m>(Variations<'m>);

impl<'m> Generation<'m> {
    /// Read the prompt and get ready for the first token. With `after` the motion goes on where that one ends.
    ///
    /// # Errors
    /// An empty prompt, a length that the model cannot hold, or a failing network.
    pub fn start(model: &'m MotionModel, request: &Request, after: Option<&Motion>) -> Result<Self, PipelineError> {
        Ok(Self(Variations::start(model, &request.variation(0), after)?))
    }

    /// Make one more token, or the motion when there are enough.
    ///
    /// # Errors
    /// A failing network, or numbers that are no motion.
    pub fn step(&mut self) -> Result<Step, PipelineError> {
        if self.0.step()? {
            let (tokens, at_most) = self.0.progress();
            return Ok(Step::Token { tokens, at_most });
        }
        self.0.finish(0).map(|made| Step::Done(Box::new(made)))
    }

    /// All frames so far, without clean-up; none before the first token. The last ones may still change: the decoder looks ahead.
    ///
    /// # Errors
    /// As [`Generation::step`].
    pub fn preview(&mut self) -> Result<Option<Motion>, PipelineError> {
        self.0.preview(0)
    }
}

/// Several variations of one prompt side by side. The text (and the motion before) is read once for all, and each step reads
/// the network's weights once for all.
pub struct Variations<'m> {
    sequences: Vec<Sequence<'m>>,
    /// The sequences that still get tokens, in the order of the network's rows; with guidance as many rows without the text
    /// follow.
    running: Vec<usize>,
    guided: bool,
    state: DecodeState,
    logits: Logits,
}

impl<'m> Variations<'m> {
    /// Read the prompt and get ready for the first token of each of the request's variations.
    ///
    /// # Errors
    /// As [`Generation::start`].
    pub fn start(model: &'m MotionModel, request: &Request, after: Option<&Motion>) -> Result<Self, PipelineError> {
        let prompt = request.prompt.trim();
        if prompt.is_empty() {
            return Err(PipelineError::EmptyPrompt);
        }
        let request = Request { prompt: prompt.to_owned(), ..request.clone() };
        let guided = sampling(model.config.sampling, &request).guidance != 1.0;
        let mut texts = vec![model.encode_text(prompt)?];
        if guided {
            texts.push(model.encode_text("")?);
        }
        let before = Before::of(model, after)?;
        let (mut state, logits) = model.transformer.start(&texts.iter().collect::<Vec<_>>(), Before::tokens(before.as_ref()))?;
        let room = state.room();
        let count = request.variations.max(1);
        let sequence = |variation| Sequence::new(model, request.variation(variation), before.clone(), room);
        let sequences = (0..count).map(sequence).collect::<Result<Vec<_>, _>>()?;
        let rows: Vec<usize> = (0..texts.len()).flat_map(|row| std::iter::repeat_n(row, sequences.len())).collect();
        if sequences.len() > 1 {
            state.keep_rows(&rows)?;
        }
        let logits = rows.iter().map(|&row| logits[row].clone()).collect();
        Ok(Self { running: (0..sequences.len()).collect(), sequences, guided, state, logits })
    }

    /// Makes one more token for each variation that wants one. Answers whether there was any.
    ///
    /// # Errors
    /// A failing network.
    pub fn step(&mut self) -> Result<bool, PipelineError> {
        let count = self.running.len();
        let (with_text, without_text) = self.logits.split_at_mut(count);
        let (mut next, mut rows, mut made) = (Vec::new(), Vec::new(), false);
        for (row, &index) in self.running.iter().enumerate() {
            let sequence = &mut self.sequences[index];
            if sequence.is_full() {
                continue;
            }
            let without_text = self.guided.then(|| without_text[row].as_slice());
            if let Some(token) = sequence.choose(&mut with_text[row], without_text) {
                made = true;
                if !sequence.is_full() {
                    next.push(token);
                    rows.push(row);
                }
            }
        }
        if rows.is_empty() {
            self.running.clear();
            return Ok(made);
        }
        if rows.len() < count {
            // What has ended costs nothing any more.
            self.running = rows.iter().map(|&row| self.running[row]).collect();
            let without_text: Vec<usize> = rows.iter().filter(|_| self.guided).map(|row| row + count).collect();
            self.state.keep_rows(&[rows, without_text].concat())?;
        }
        let copies = if self.guided { 2 } else { 1 };
        self.logits = self.state.step(&next.repeat(copies))?;
        Ok(made)
    }

    /// Tokens so far, and the most it can come to, all variations together.
    pub fn progress(&self) -> (usize, usize) {
        self.sequences.iter().map(Sequence::progress).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// All frames of one variation so far: see [`Generation::preview`].
    ///
    /// # Errors
    /// As [`Generation::step`].
    ///
    /// # Panics
    /// If there is no such variation.
    pub fn preview(&mut self, variation: usize) -> Result<Option<Motion>, PipelineError> {
        self.sequences[variation].preview()
    }

    /// Decodes one variation and cleans it up.
    ///
    /// # Errors
    /// Numbers that are no motion.
    ///
    /// # Panics
    /// If there is no such variation.
    pub fn finish(&mut self, variation: usize) -> Result<Made, PipelineError> {
        self.sequences[variation].finish()
    }
}
