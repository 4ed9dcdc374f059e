//! Writing a checkpoint as GGUF (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>), quantised a few rows at a time:
//! no whole tensor is ever in memory, which candle's own writer does not allow.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use candle_core::quantized::{GgmlDType, QTensor};

use super::checkpoint::{Checkpoint, check_finite};
use super::error::{Error, Result};
use super::weights::Quantization;

const ALIGNMENT: usize = 32;

/// Weights that are in memory at once: 16 MiB as float32.
const PART: usize = 4 << 20;

/// Told how many more weights were written; a break stops the work.
pub type WriteProgress<'a> = &'a mut dyn FnMut(u64) -> ControlFlow<()>;

/// Writes the tensors `names` of `checkpoint`. With a quantisation, matrices are quantised where the inner dimension allows it
/// and float16 elsewhere; without one they keep their precision. Everything else is float32.
///
/// # Errors
/// Damaged tensors, numbers that are not finite, a file that cannot be written, and [`Error::Stopped`].
pub fn write_gguf(
    checkpoint: &mut Checkpoint,
    names: &[String],
    quantization: Option<Quantization>,
    path: &Path,
    watch: WriteProgress<'_>,
) -> Result<()> {
    let mut header = Vec::new();
    header.extend_from_slice(b"GGUF");
    header.extend_from_slice(&3_u32.to_le_bytes());
    header.extend_from_slice(&(names.len() as u64).to_le_bytes());
    header.extend_from_slice(&0_u64.to_le_bytes());
    let mut offset = 0;
    for name in names {
        let shape = checkpoint.shape(name).unwrap_or_default();
        let dtype = dtype_for(checkpoint, name, quantization);
        header.extend_from_slice(&(name.len() as u64).to_le_bytes());
        header.extend_from_slice(name.as_bytes());
        header.extend_from_slice(&(shape.len() as u32).to_le_bytes());
        // GGUF counts dimensions from the innermost.
        shape.iter().rev().for_each(|&dim| header.extend_from_slice(&(dim as u64).to_le_bytes()));
        header.extend_from_slice(&code(dtype).to_le_bytes());
        header.extend_from_slice(&(offset as u64).to_le_bytes());
        let bytes = shape.iter().product::<usize>() / dtype.block_size() * dtype.type_size();
        offset += bytes.next_multiple_of(ALIGNMENT);
    }
    header.resize(header.len().next_multiple_of(ALIGNMENT), 0);

    let failed = |cause: std::io::Error| Error::Write { cause, path: path.display().to_string() };
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    file.write_all(&header).map_err(failed)?;
    let mut known = HashMap::new();
    for name in names {
        let dtype = dtype_for(checkpoint, name, quantization);
        let shape = checkpoint.shape(name).unwrap_or_default();
        let (rows, inner) = (shape.first().copied().unwrap_or(1), shape.iter().skip(1).product::<usize>());
        let step = checkpoint.rows_at_once(name, PART);
        let mut written = 0;
        for first in (0..rows).step_by(step.max(1)) {
            let part = first..rows.min(first + step);
            let kind = (shape.len(), part.len(), inner, dtype);
            let weights = part.len() * inner;
            let new = match known.remove(&kind) {
                Some(data) => data,
                None => {
                    let part = checkpoint.read_rows(name, part)?;
                    check_finite(&part, name, checkpoint.label())?;
                    QTensor::quantize(&part, dtype)?.data()?.into_owned()
                }
            };
            file.write_all(&new).map_err(failed)?;
            written += new.len();
            // Made-up parts of one kind may be the same: quantising billions of numbers takes minutes.
            if checkpoint.is_made_up() {
                known.insert(kind, new);
            }
            if watch(weights as u64).is_break() {
                return Err(Error::Stopped);
            }
        }
        let padding = written.next_multiple_of(ALIGNMENT) - written;
        file.write_all(&[0; ALIGNMENT][..padding]).map_err(failed)?;
    }
    file.flush().map_err(failed)
}

fn dtype_for(checkpoint: &Checkpoint, name: &str, quantization: Option<Quantization>) -> GgmlDType {
    let shape = checkpoint.shape(name).unwrap_or_default();
    // A T5's table of relative positions is tiny, and added to every score.
    let quantization = quantization.filter(|_| !name.ends_with("relative_attention_bias.weight"));
    match (&shape[..], quantization) {
        (&[_, inner], Some(kind)) if inner.is_multiple_of(kind.dtype().block_size()) => kind.dtype(),
        ([_, _], Some(_)) => GgmlDType::F16,
        ([_, _], None) => checkpoint.precision(name),
        _ => GgmlDType::F32,
    }
}

/// The format's number for a type.
fn code(dtype: GgmlDType) -> u32 {
    match dtype {
        GgmlDType::F32 => 0,
        GgmlDType::F16 => 1,
        GgmlDType::Q4_0 => 2,
        GgmlDType::Q4_1 => 3,
        GgmlDType::Q5_0 => 6,
        GgmlDType::Q5_1 => 7,
        GgmlDType::Q8_0 => 8,
        GgmlDType::Q8_1 => 9,
        GgmlDType::Q2K => 10,
        GgmlDType::Q3K => 11,
        GgmlDType::Q4K => 12,
        GgmlDType::Q5K => 13,
        GgmlDType::Q6K => 14,
        GgmlDType::Q8K => 15,
        GgmlDType::BF16 => 30,
    }
}
