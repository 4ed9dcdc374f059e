//! The engine's transformer as one of `model`'s networks: neither of the two knows the other.

use crate::engine::variants::WeightFormat;
use crate::engine::{self, Gpu, MatrixShape, Sizes};
use crate::model::transformer::Rope;
use crate::model::{self, Checkpoint, Error, PlainFormat, TransformerConfig};
use std::path::Path;
use std::sync::Arc;

/// The weights of a checkpoint, as the engine asks for them.
struct Weights(Checkpoint);

impl engine::WeightSource for Weights {
    fn shape(&self, name: &str) -> Option<MatrixShape> {
        let format = match self.0.plain_format(name)? {
            PlainFormat::F32 => WeightFormat::F32,
            PlainFormat::F16 => WeightFormat::F16,
            PlainFormat::Q8_0 => WeightFormat::Q8_0,
            PlainFormat::Q4_0 => WeightFormat::Q4_0,
        };
        match self.0.shape(name)?[..] {
            [rows, inner] => Some(MatrixShape { format, rows, inner }),
            _ => None,
        }
    }

    fn matrix(&mut self, name: &str) -> Result<Vec<u8>, String> {
        self.0.plain(name).map_err(|error| error.to_string())
    }

    fn vector(&mut self, name: &str) -> Result<Vec<f32>, String> {
        self.0.numbers(name).map_err(|error| error.to_string())
    }
}

/// Loads a transformer on a device. Names and shapes are compared with the configuration first.
///
/// # Errors
/// The inner one is the engine's; the outer one says that the files are no such transformer, and it would not run on the CPU either.
pub fn transformer_on_gpu(
    gpu: Gpu,
    checkpoint: Checkpoint,
    config: &TransformerConfig,
    tuning: Option<&Path>,
) -> model::Result<engine::Result<Arc<engine::Transformer>>> {
    let path = checkpoint.label().to_owned();
    config.check(&path)?;
    let name = "transformer.wte.weight";
    let vocabulary = checkpoint.shape(name).and_then(|shape| shape.first().copied());
    let vocabulary = vocabulary.ok_or_else(|| Error::Missing { name: name.into(), path })?;
    config.check_tensors(&checkpoint, vocabulary.saturating_sub(2))?;
    let rope = Rope::on_cpu(config)?;
    let sizes = Sizes {
        layers: config.n_layer,
        heads: config.n_head,
        width: config.n_embd,
        hidden: config.mlp_hidden,
        text_width: config.clip_dim,
        positions: config.block_size,
        norm_eps: config.norm_eps as f32,
        vocabulary,
        angles: rope.table()?,
    };
    Ok(engine::Transformer::load(gpu, sizes, &mut Weights(checkpoint), tuning))
}

/// The engine's errors as the model's: what the caller asked wrongly stays that.
pub(super) fn as_model_error(error: engine::Error) -> Error {
    match error {
        engine::Error::Input(message) => Error::Input(message),
        other => Error::Device(other.to_string()),
    }
}
