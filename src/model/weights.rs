//! Handing the tensors of a checkpoint to a network, by their published names, with every mismatch named.

use std::collections::HashSet;
use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QMatMul, QStorage, QTensor};
use candle_core::{D, Device, Module, Tensor};

use super::checkpoint::{Checkpoint, Stored};
use super::error::{Error, Result};
use super::few_rows;

/// How matrices are quantised while they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantization {
    /// 32 values share a scale, 8 bits each: half of float16, no visible loss.
    Q8_0,
    /// 32 values share a scale, 4 bits each: for the largest models.
    Q4_0,
}

impl Quantization {
    /// candle's name for it.
    pub(crate) fn dtype(self) -> GgmlDType {
        match self {
            Self::Q8_0 => GgmlDType::Q8_0,
            Self::Q4_0 => GgmlDType::Q4_0,
        }
    }
}

/// A checkpoint on its way into a network.
pub struct Weights {
    checkpoint: Checkpoint,
    used: HashSet<String>,
    quantize: Option<Quantization>,
    expand: bool,
    device: Device,
}

/// A weight matrix `[out, in]`, dense or quantised.
pub enum Matrix {
    /// float32.
    Dense(Tensor),
    /// Blocks along the inner dimension.
    Quantized(QTensor),
}

/// A linear layer without bias; one type for all kinds of weights.
#[derive(Debug, Clone)]
pub enum Linear {
    /// float32 `[out, in]`.
    Dense(Tensor),
    /// Quantised `[out, in]`.
    Quantized(QMatMul),
}

/// A table of vectors, looked up by row.
#[derive(Debug, Clone)]
pub enum Embedding {
    /// float32 `[rows, width]`.
    Dense(Tensor),
    /// Quantised `[rows, width]`; rows are expanded when they are looked up.
    Quantized(Arc<QTensor>),
}

impl Weights {
    /// Takes over a checkpoint; matrices stay as they are in the file.
    pub fn new(checkpoint: Checkpoint) -> Self {
        Self { checkpoint, used: HashSet::new(), quantize: None, expand: false, device: Device::Cpu }
    }

    /// Quantises dense matrices whose inner dimension allows it while they are read.
    pub fn quantized(mut self, quantize: Option<Quantization>) -> Self {
        self.quantize = quantize;
        self
    }

    /// Expands quantised matrices to float32 if all of them together have at most `most` elements. candle's quantised kernels
    /// make all threads meet for each product: where cores are busy with something else, that costs a hundred times the
    /// arithmetic of a small network, which float32 does on one thread.
    pub fn expanded_up_to(mut self, most: usize) -> Self {
        let names = self.checkpoint.names();
        let elements = |name: &String| self.checkpoint.shape(name).map_or(0, |shape| shape.iter().product());
        self.expand = names.iter().map(elements).sum::<usize>() <= most;
        self
    }

    /// Where the network will run.
    pub fn on(mut self, device: &Device) -> Self {
        self.device = device.clone();
        self
    }

    /// Where the network will run.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The file's name for errors.
    pub fn label(&self) -> &str {
        self.checkpoint.label()
    }

    /// The shape of a tensor, if the checkpoint has it.
    pub fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.checkpoint.shape(name)
    }

    /// A float32 tensor of exactly this shape.
    pub fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self.check(name, shape)?;
        Ok(self.checkpoint.read(name)?.dense()?.to_device(&self.device)?)
    }

    /// A matrix `[out, in]` of exactly this shape.
    pub fn matrix(&mut self, name: &str, out: usize, inner: usize) -> Result<Matrix> {
        self.check(name, &[out, inner])?;
        Ok(match (self.checkpoint.read(name)?, self.quantize) {
            (Stored::Quantized(tensor), _) if self.expand => Matrix::Dense(tensor.dequantize(&Device::Cpu)?),
            (Stored::Quantized(tensor), _) => Matrix::Quantized(tensor),
            (Stored::Dense(tensor), Some(kind)) if inner.is_multiple_of(kind.dtype().block_size()) => {
                Matrix::Quantized(QTensor::quantize(&tensor, kind.dtype())?)
            }
            (Stored::Dense(tensor), _) => Matrix::Dense(tensor),
        })
    }

    /// Marks a tensor as known without reading it, if it is there.
    pub fn ignore(&mut self, name: &str) {
        self.used.insert(name.into());
    }

    /// Ends the loading: everything in the checkpoint must have been asked for.
    pub fn finish(self) -> Result<()> {
        let extra: Vec<_> = self.checkpoint.names().into_iter().filter(|name| !self.used.contains(name)).collect();
        Error::extra(&extra, self.label())
    }

    fn check(&mut self, name: &str, expected: &[usize]) -> Result<()> {
        let path = self.label().to_string();
        let Some(found) = self.checkpoint.shape(name) else {
            return Err(Error::Missing { name: name.into(), path });
        };
        if found != expected {
            return Err(Error::Shape { name: name.into(), found, expected: expected.into(), path });
        }
        self.used.insert(name.into());
        Ok(())
    }
}

impl Matrix {
    /// Puts the rows of two matrices of the same width below each other, so that one product computes both.
    pub fn stack(self, below: Self) -> Result<Self> {
        match (self, below) {
            (Self::Quantized(above), Self::Quantized(below)) if above.dtype() == below.dtype() => {
                let (rows, inner) = above.shape().dims2()?;
                let bytes = [above.data()?, below.data()?].concat();
                quantized_from(bytes, above.dtype(), rows + below.shape().dims2()?.0, inner)
            }
            (above, below) => Ok(Self::Dense(Tensor::cat(&[above.dense()?, below.dense()?], 0)?)),
        }
    }

    /// Adds rows of zeros until the count of rows is a multiple of `multiple`. Only for quantised matrices: their fast
    /// kernels take 16 rows at a time.
    pub fn pad_rows(self, multiple: usize) -> Result<Self> {
        let Self::Quantized(tensor) = self else { return Ok(self) };
        let (rows, inner) = tensor.shape().dims2()?;
        let padded = rows.next_multiple_of(multiple);
        if padded == rows {
            return Ok(Self::Quantized(tensor));
        }
        let mut bytes = tensor.data()?.into_owned();
        // A block of zero bytes has the scale 0 in every block format.
        bytes.resize(bytes.len() / rows * padded, 0);
        quantized_from(bytes, tensor.dtype(), padded, inner)
    }

    /// As a linear layer on a device.
    pub fn into_linear(self, device: &Device) -> Result<Linear> {
        Ok(match self {
            Self::Dense(tensor) => Linear::Dense(tensor.to_device(device)?),
            Self::Quantized(tensor) => Linear::Quantized(QMatMul::from_qtensor(onto(tensor, device)?)?),
        })
    }

    /// As a table of vectors on a device.
    pub fn into_embedding(self, device: &Device) -> Result<Embedding> {
        Ok(match self {
            Self::Dense(tensor) => Embedding::Dense(tensor.to_device(device)?),
            Self::Quantized(tensor) => Embedding::Quantized(Arc::new(onto(tensor, device)?)),
        })
    }

    fn dense(self) -> Result<Tensor> {
        match self {
            Self::Dense(tensor) => Ok(tensor),
            Self::Quantized(tensor) => Ok(tensor.dequantize(&Device::Cpu)?),
        }
    }
}

fn quantized_from(bytes: Vec<u8>, dtype: GgmlDType, rows: usize, inner: usize) -> Result<Matrix> {
    let storage = QStorage::from_data(bytes.into(), &Device::Cpu, dtype)?;
    Ok(Matrix::Quantized(QTensor::new(storage, (rows, inner))?))
}

fn onto(tensor: QTensor, device: &Device) -> Result<QTensor> {
    if device.is_cpu() {
        return Ok(tensor);
    }
    let shape = tensor.shape().clone();
    let storage = QStorage::from_data(tensor.data()?, device, tensor.dtype())?;
    Ok(QTensor::new(storage, shape)?)
}

impl Linear {
    /// `[…, in]` → `[…, out]`.
    pub fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        // One flat product: candle would otherwise run one for each row of the batch.
        let flat = |x: &Tensor| x.reshape(((), x.dim(D::Minus1)?));
        let product = match self {
            Self::Dense(weight) => {
                let rows = flat(x)?;
                let is_few = rows.dim(0)? <= few_rows::MOST_ROWS;
                if is_few { few_rows::product(&rows, weight)? } else { rows.matmul(&weight.t()?)? }
            }
            Self::Quantized(weight) => match quick_product(&flat(x)?, weight)? {
                Some(product) => product,
                None => return weight.forward(&x.contiguous()?),
            },
        };
        let mut shape = x.dims().to_vec();
        shape.pop();
        shape.push(product.dim(1)?);
        product.reshape(shape)
    }
}

/// The product with a quantised matrix, where we have a quicker one than candle.
#[cfg(target_arch = "x86_64")]
fn quick_product(rows: &Tensor, weight: &QMatMul) -> candle_core::Result<Option<Tensor>> {
    let QMatMul::QTensor(weight) = weight else { return Ok(None) };
    super::block_product::product(rows, weight)
}

#[cfg(not(target_arch = "x86_64"))]
fn quick_product(_: &Tensor, _: &QMatMul) -> candle_core::Result<Option<Tensor>> {
    Ok(None)
}

impl Embedding {
    /// Ids `[…]` (u32) → vectors `[…, width]`.
    pub fn forward(&self, ids: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::Dense(table) => {
                let mut shape = ids.dims().to_vec();
                shape.push(table.dim(D::Minus1)?);
                table.index_select(&ids.flatten_all()?, 0)?.reshape(shape)
            }
            Self::Quantized(table) => table.embedding(ids),
        }
    }
}
