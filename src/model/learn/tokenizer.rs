//! What the motion tokenizer learns: to give back the features it was given (`docs/representation.md`, Training).

use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::losses::{Penalty, overflow};
use super::{Loss, Objective, Tensors};
use crate::model::checkpoint::Checkpoint;
use crate::model::config::TokenizerConfig;
use crate::model::error::Result;
use crate::model::tokenizer::MotionTokenizer;
use crate::model::weights::Weights;

/// What counts how much. All features count once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TokenizerLoss {
    /// How an error counts.
    pub penalty: Penalty,
    /// The joint positions once more (published: 0.5, called the velocity loss).
    pub positions: f64,
    /// First differences of the positions (published: an option, off).
    pub first_differences: f64,
    /// Second differences of the positions (published: an option, off).
    pub second_differences: f64,
    /// The root's displacement and turning once more (published: an option that only its warm-up reads). Drift is what one sees.
    pub root: f64,
    /// What the vectors before the quantiser exceed ±2.
    pub overflow: f64,
}

/// Windows of motion of the same length.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameBatch {
    /// Normalised features, `[rows, frames, input_dim]`, flat.
    pub values: Vec<f32>,
    /// Windows.
    pub rows: usize,
    /// Frames in each; a whole number of tokens.
    pub frames: usize,
}

/// Learning to reconstruct.
#[derive(Debug, Clone)]
pub struct TokenizerTask {
    /// The network's sizes.
    pub config: TokenizerConfig,
    /// What counts.
    pub loss: TokenizerLoss,
}

impl TokenizerLoss {
    /// As published.
    pub const PUBLISHED: Self =
        Self { penalty: Penalty::SmoothL1, positions: 0.5, first_differences: 0.0, second_differences: 0.0, root: 0.0, overflow: 0.0 };
    /// Our own: the root counts more and the codes do not collapse.
    pub const OWN: Self = Self { root: 0.5, first_differences: 0.5, overflow: 0.1, ..Self::PUBLISHED };
}

impl Objective for TokenizerTask {
    type Batch = FrameBatch;

    fn loss(&self, tensors: Tensors, batch: &FrameBatch) -> Result<Loss> {
        let network = MotionTokenizer::load(Weights::new(Checkpoint::from_tensors(tensors, "the trained tokenizer")), &self.config)?;
        let x = Tensor::from_slice(&batch.values, (batch.rows, batch.frames, self.config.input_dim), &Device::Cpu)?;
        let made = network.forward(&x)?;
        let (ours, loss) = (&made.decoded, &self.loss);
        let mut value = loss.penalty.all(ours, &x)?;
        let mut add = |weight: f64, term: &dyn Fn() -> candle_core::Result<Tensor>| {
            if weight != 0.0 {
                value = (&value + (term()? * weight)?)?;
            }
            Ok::<(), candle_core::Error>(())
        };
        add(loss.positions, &|| loss.penalty.positions(ours, &x))?;
        add(loss.first_differences, &|| loss.penalty.differences(ours, &x, 1))?;
        add(loss.second_differences, &|| loss.penalty.differences(ours, &x, 2))?;
        add(loss.root, &|| loss.penalty.root(ours, &x))?;
        add(loss.overflow, &|| overflow(&made.z))?;
        Ok(Loss { value, count: batch.rows * batch.frames })
    }
}
