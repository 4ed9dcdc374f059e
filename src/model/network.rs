//! What turns a text and tokens into logits, wherever it runs: this module's transformer, or one that somebody above brings along.

use std::num::NonZero;
use std::sync::{Arc, OnceLock};

use super::error::Result;
use super::text_encoder::TextFeatures;
use super::transformer::{DecodeState, Logits, Transformer};

static CORES: OnceLock<usize> = OnceLock::new();

/// Leaves only so many processors to states side by side, if nothing has been made yet.
pub fn use_cores(cores: usize) {
    // Who comes too late changes nothing.
    let _ = CORES.set(cores.max(1));
}

/// A loaded transformer.
pub trait Network: Send + Sync {
    /// Reads the texts and the tokens that each sequence begins with (`prefix`, the same for all rows, often empty), and returns the
    /// state with the logits of the first new token.
    ///
    /// # Errors
    /// No text, an empty text, features of another width, tokens that do not exist, more positions than the model has, and what goes
    /// wrong on a device.
    fn start(&self, texts: &[&TextFeatures], prefix: &[u32]) -> Result<(Box<dyn Decode>, Logits)>;

    /// The token that ends a motion; all smaller ones are motion codes.
    fn end_token(&self) -> u32;

    /// Where it runs: `cpu`, or a graphics device's name.
    fn device(&self) -> String;

    /// How many states make tokens at the same time without waiting for each other, each on a thread of its own.
    fn side_by_side(&self) -> usize {
        1
    }
}

/// Sequences that are being generated side by side: variations, and the unconditional rows of guidance.
pub trait Decode: Send {
    /// Appends one token to every row and returns the logits of the next one.
    ///
    /// # Errors
    /// A wrong count of tokens, tokens that do not exist, no room left, and what goes wrong on a device.
    fn step(&mut self, tokens: &[u32]) -> Result<Logits>;

    /// Sequences in the batch.
    fn rows(&self) -> usize;

    /// Tokens that still fit.
    fn room(&self) -> usize;

    /// Goes on with these rows only, in this order; a row may be named several times.
    ///
    /// # Errors
    /// A row that does not exist, and what goes wrong on a device.
    fn keep_rows(&mut self, rows: &[usize]) -> Result<()>;

    /// What the user should know of what happened meanwhile, told once.
    fn remark(&mut self) -> Option<String> {
        None
    }
}

impl Network for Arc<Transformer> {
    fn start(&self, texts: &[&TextFeatures], prefix: &[u32]) -> Result<(Box<dyn Decode>, Logits)> {
        let (state, logits) = Transformer::start(self, texts, prefix)?;
        Ok((Box::new(state), logits))
    }

    fn end_token(&self) -> u32 {
        Transformer::end_token(self)
    }

    fn device(&self) -> String {
        "cpu".to_owned()
    }

    fn side_by_side(&self) -> usize {
        // Several threads of a product are one pool for all states.
        let cores = || *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, NonZero::get));
        if candle_core::utils::get_num_threads() > 1 { 1 } else { cores() }
    }
}

impl Decode for DecodeState {
    fn step(&mut self, tokens: &[u32]) -> Result<Logits> {
        Self::step(self, tokens)
    }

    fn rows(&self) -> usize {
        Self::rows(self)
    }

    fn room(&self) -> usize {
        Self::room(self)
    }

    fn keep_rows(&mut self, rows: &[usize]) -> Result<()> {
        Self::keep_rows(self, rows)
    }
}
