//! Weights as plain bytes, for whoever computes with them elsewhere.

use candle_core::Tensor;
use candle_core::quantized::{GgmlDType, QTensor};

use super::checkpoint::{Checkpoint, Stored};
use super::error::Result;

/// How the weights of a matrix are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainFormat {
    /// float32.
    F32,
    /// float16.
    F16,
    /// Blocks of a scale (float16) and 32 weights of eight bits.
    Q8_0,
    /// Blocks of a scale (float16) and 32 weights of four bits: the low halves of 16 bytes, then the high ones.
    Q4_0,
}

impl Checkpoint {
    /// How [`plain`](Self::plain) gives a tensor; nothing for tensors that do not exist and for other kinds of blocks. What has no
    /// plain form of its own (bfloat16) is given in float32.
    pub fn plain_format(&self, name: &str) -> Option<PlainFormat> {
        self.shape(name)?;
        match self.precision(name) {
            GgmlDType::F32 | GgmlDType::BF16 => Some(PlainFormat::F32),
            GgmlDType::F16 => Some(PlainFormat::F16),
            GgmlDType::Q8_0 => Some(PlainFormat::Q8_0),
            GgmlDType::Q4_0 => Some(PlainFormat::Q4_0),
            _ => None,
        }
    }

    /// The bytes of a tensor, row after row, little-endian.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn plain(&mut self, name: &str) -> Result<Vec<u8>> {
        let halves = self.plain_format(name) == Some(PlainFormat::F16);
        match self.read(name)? {
            Stored::Quantized(blocks) => Ok(blocks.data()?.into_owned()),
            Stored::Dense(tensor) if halves => {
                // They came from float16, so nothing is rounded.
                Ok(QTensor::quantize(&tensor, GgmlDType::F16)?.data()?.into_owned())
            }
            Stored::Dense(tensor) => Ok(flat(&tensor)?.to_vec1::<f32>()?.iter().flat_map(|value| value.to_le_bytes()).collect()),
        }
    }

    /// The numbers of a (small) tensor.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn numbers(&mut self, name: &str) -> Result<Vec<f32>> {
        Ok(flat(&self.read(name)?.dense()?)?.to_vec1()?)
    }
}

fn flat(tensor: &Tensor) -> Result<Tensor> {
    Ok(tensor.flatten_all()?)
}
