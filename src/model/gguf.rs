//! Writing a checkpoint as GGUF (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>), quantised tensor by tensor:
//! only one tensor is in memory at a time, which candle's own writer does not allow.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use candle_core::quantized::{GgmlDType, QTensor};

use super::checkpoint::Checkpoint;
use super::error::{Error, Result};
use super::weights::Quantization;

const ALIGNMENT: usize = 32;

/// Writes all tensors of `checkpoint` under their names. With a quantisation, matrices are quantised where the inner
/// dimension allows it and float16 elsewhere; without one they keep their precision. Everything else is float32.
///
/// # Errors
/// Damaged tensors, and a file that cannot be written.
pub fn write_gguf(checkpoint: &mut Checkpoint, quantization: Option<Quantization>, path: &Path) -> Result<()> {
    let names = checkpoint.names();
    let mut header = Vec::new();
    header.extend_from_slice(b"GGUF");
    header.extend_from_slice(&3_u32.to_le_bytes());
    header.extend_from_slice(&(names.len() as u64).to_le_bytes());
    header.extend_from_slice(&0_u64.to_le_bytes());
    let mut offset = 0;
    for name in &names {
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
    for name in &names {
        let dtype = dtype_for(checkpoint, name, quantization);
        let tensor = QTensor::quantize(&checkpoint.read(name)?.dense()?, dtype)?;
        let data = tensor.data()?;
        file.write_all(&data).map_err(failed)?;
        let padding = data.len().next_multiple_of(ALIGNMENT) - data.len();
        file.write_all(&[0; ALIGNMENT][..padding]).map_err(failed)?;
    }
    file.flush().map_err(failed)
}

fn dtype_for(checkpoint: &Checkpoint, name: &str, quantization: Option<Quantization>) -> GgmlDType {
    let shape = checkpoint.shape(name).unwrap_or_default();
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
        GgmlDType::F16 => 1,
        GgmlDType::Q4_0 => 2,
        GgmlDType::Q8_0 => 8,
        GgmlDType::BF16 => 30,
        _ => 0,
    }
}
