//! Learning: the networks of this module with variables for weights, what they are to make small, and the optimiser.
//!
//! There is one implementation of each network. Here it is loaded from variables, so that its tensors carry gradients; what is
//! trained may be other variables than the published tensors ([`Form`]), as long as those can be computed from them. Everything
//! random follows from seeds in the batches, so that a run can be taken up exactly. Which clips are learned from, how long, and when
//! to save are other people's business.
//!
//! Two traps of candle decide how networks are written: its convolutions have wrong weight gradients for batches (ours are matrix
//! products), and its fused operations drop gradients without a word (`ops`). `tests/model/training/gradients.rs` compares every layer
//! with finite differences.

mod evaluator;
mod form;
mod initial;
mod learner;
pub mod losses;
mod optimiser;
mod state;
mod tokenizer;
mod transformer;

use std::collections::HashMap;

use candle_core::Tensor;

pub use self::evaluator::{EvaluatorBatch, EvaluatorTask};
pub use self::form::Form;
pub use self::initial::{Initial, initial_tokenizer, initial_transformer};
pub use self::learner::{Learner, Update};
pub use self::losses::Penalty;
pub use self::optimiser::{AdamW, Gradients};
pub use self::state::write_whole;
pub use self::tokenizer::{FrameBatch, TokenizerLoss, TokenizerTask};
pub use self::transformer::{IGNORED, TokenBatch, TransformerTask};
use super::error::Result;

/// Tensors by their published names.
pub type Tensors = HashMap<String, Tensor>;

/// What a network is to learn: a loss, given weights and a batch.
pub trait Objective {
    /// What it learns from at a time.
    type Batch;

    /// The loss of a batch. `tensors` are the published ones; gradients flow to wherever they come from.
    ///
    /// # Errors
    /// Batches and tensors that do not fit the network.
    fn loss(&self, tensors: Tensors, batch: &Self::Batch) -> Result<Loss>;
}

/// How wrong a network is on a batch.
pub struct Loss {
    /// What is to become small, a scalar: a mean over `count` things.
    pub value: Tensor,
    /// What the value is a mean over; batches are added up in this proportion.
    pub count: usize,
}
