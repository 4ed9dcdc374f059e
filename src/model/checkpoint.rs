//! Reading weights: `.pth` of the published programs, `.safetensors` and `.gguf`, tensor by tensor or a few rows at a time, so
//! that a large model is never in memory twice. Lengths that a file claims are compared with the file before anything is
//! allocated.

use std::collections::{BTreeMap, HashMap};
use std::io::SeekFrom;
use std::ops::Range;
use std::path::Path;

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{DType, Device, Tensor};

use super::entry::{Entry, check_size, malformed};
use super::error::{Error, Result};
use super::foreign::{Counted, guarded};
use super::progress::LoadProgress;
use super::source::{FileSource, ReadSeek};
use super::{pth, safetensors};

/// An open checkpoint.
pub struct Checkpoint {
    label: String,
    kind: Kind,
    /// Told of every tensor that is read.
    progress: Option<LoadProgress>,
}

/// A tensor as it lies in the file.
pub enum Stored {
    /// Ordinary numbers, as float32 on the CPU.
    Dense(Tensor),
    /// Quantised blocks, on the CPU.
    Quantized(QTensor),
}

enum Kind {
    /// Raw numbers at known places in one or several files.
    Files {
        readers: Vec<Box<dyn ReadSeek>>,
        entries: BTreeMap<String, Entry>,
    },
    Gguf {
        reader: Box<dyn ReadSeek>,
        content: gguf_file::Content,
    },
    Memory(HashMap<String, Tensor>),
    Random {
        shapes: BTreeMap<String, Vec<usize>>,
    },
}

impl Checkpoint {
    /// Opens a checkpoint by its ending. `key` is the entry of a `.pth` dictionary that holds the weights (`net` for the
    /// motion tokenizer, `trans` for the transformer). An index of several safetensors files opens them all.
    ///
    /// # Errors
    /// Unreadable, damaged or empty files, and endings other than `.pth`, `.pt`, `.ckpt`, `.bin`, `.safetensors`, `.gguf` and
    /// `.safetensors.index.json`.
    pub fn open(file: &FileSource, key: &str) -> Result<Self> {
        let label = file.label();
        let kind = match (file.ending().as_str(), file) {
            ("pth" | "pt" | "ckpt" | "bin", FileSource::Path(path)) => {
                let entries = pth::entries(path, key, &label)?;
                Kind::Files { readers: vec![file.open()?.0], entries }
            }
            ("safetensors", _) => {
                let (readers, entries) = safetensors::open(file)?;
                Kind::Files { readers, entries }
            }
            ("json", _) if label.ends_with(".safetensors.index.json") => {
                let (readers, entries) = safetensors::open_index(file)?;
                Kind::Files { readers, entries }
            }
            ("gguf", _) => {
                let (mut reader, _) = file.open()?;
                let content = guarded(|| gguf_file::Content::read(&mut Counted::of(&mut reader)));
                let content = content.map_err(|cause| malformed("GGUF", &cause, &label))?;
                for (name, info) in &content.tensor_infos {
                    check_size(info.shape.dims(), 0, u64::MAX, name, "GGUF", &label)?;
                }
                Kind::Gguf { reader, content }
            }
            _ => {
                let cause = "the ending names no checkpoint format".into();
                return Err(Error::Config { cause, path: label, advice: "use a .pth, .safetensors or .gguf file" });
            }
        };
        Ok(Self { label, kind, progress: None })
    }

    /// Tells of every tensor that is read; reading ends when that is cancelled.
    #[must_use]
    pub fn watched(mut self, progress: &LoadProgress) -> Self {
        self.progress = Some(progress.clone());
        self
    }

    /// All its weights, counted from its table.
    #[must_use]
    pub fn weights(&self) -> u64 {
        self.names().iter().map(|name| self.weights_of(name)).sum()
    }

    fn weights_of(&self, name: &str) -> u64 {
        self.shape(name).map_or(0, |shape| shape.iter().product::<usize>() as u64)
    }

    /// Weights that are already in memory: random ones, or those of a training run.
    pub fn from_tensors(tensors: HashMap<String, Tensor>, label: &str) -> Self {
        Self { label: label.into(), kind: Kind::Memory(tensors), progress: None }
    }

    /// Weights made up when they are read: for measuring speed without a model, in no more memory than a real one needs.
    pub fn random(shapes: BTreeMap<String, Vec<usize>>) -> Self {
        Self { label: "random weights".into(), kind: Kind::Random { shapes }, progress: None }
    }

    /// Whether the weights are made up, so that any of them may stand for others.
    pub(super) fn is_made_up(&self) -> bool {
        matches!(self.kind, Kind::Random { .. })
    }

    /// The file's name for errors.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The names of all tensors, sorted, without the `module.` that training on several GPUs leaves.
    pub fn names(&self) -> Vec<String> {
        match &self.kind {
            Kind::Files { entries, .. } => entries.keys().cloned().collect(),
            Kind::Gguf { content, .. } => sorted(content.tensor_infos.keys()),
            Kind::Memory(tensors) => sorted(tensors.keys()),
            Kind::Random { shapes } => shapes.keys().cloned().collect(),
        }
    }

    /// The shape of a tensor, if there is one of this name.
    pub fn shape(&self, name: &str) -> Option<Vec<usize>> {
        match &self.kind {
            Kind::Files { entries, .. } => entries.get(name).map(|entry| entry.shape.clone()),
            Kind::Gguf { content, .. } => content.tensor_infos.get(name).map(|info| info.shape.dims().to_vec()),
            Kind::Memory(tensors) => tensors.get(name).map(|tensor| tensor.dims().to_vec()),
            Kind::Random { shapes } => shapes.get(name).cloned(),
        }
    }

    /// The kind of numbers that keeps what a tensor's file holds.
    pub(crate) fn precision(&self, name: &str) -> GgmlDType {
        let dtype = match &self.kind {
            Kind::Files { entries, .. } => entries.get(name).map(|entry| entry.dtype),
            Kind::Memory(_) | Kind::Random { .. } => None,
            Kind::Gguf { content, .. } => return content.tensor_infos.get(name).map_or(GgmlDType::F32, |info| info.ggml_dtype),
        };
        match dtype {
            Some(DType::F16) => GgmlDType::F16,
            Some(DType::BF16) => GgmlDType::BF16,
            _ => GgmlDType::F32,
        }
    }

    /// About how many bytes all tensors take once they have been used: quantised blocks as they are, everything else as float32.
    /// Of matrices in q8_0 whose sizes its fast kernels like, candle keeps a second copy in another order.
    pub fn memory_bytes(&self) -> u64 {
        self.memory_bytes_as(None)
    }

    /// [`memory_bytes`](Self::memory_bytes) if its matrices were quantised so.
    pub(super) fn memory_bytes_as(&self, quantized: Option<GgmlDType>) -> u64 {
        let bytes = |name: &String| {
            let shape = self.shape(name).unwrap_or_default();
            let weights: usize = shape.iter().product();
            let fits = |dtype: &GgmlDType| matches!(shape[..], [_, inner] if inner.is_multiple_of(dtype.block_size()));
            let dtype = match quantized.filter(fits).unwrap_or_else(|| self.precision(name)) {
                GgmlDType::F16 | GgmlDType::BF16 => GgmlDType::F32,
                other => other,
            };
            let is_table = name.contains("wte.") || name.starts_with("shared.");
            let liked = matches!(shape[..], [rows, inner] if rows.is_multiple_of(16) && inner.is_multiple_of(256));
            let copies = if dtype == GgmlDType::Q8_0 && liked && !is_table { 2 } else { 1 };
            copies * (weights / dtype.block_size() * dtype.type_size()) as u64
        };
        self.names().iter().map(bytes).sum()
    }

    /// How most of the weights are stored.
    pub fn main_precision(&self) -> &'static str {
        let mut weights: HashMap<&'static str, usize> = HashMap::new();
        for name in self.names() {
            let label = match self.precision(&name) {
                GgmlDType::F32 => "f32",
                GgmlDType::F16 => "f16",
                GgmlDType::BF16 => "bf16",
                GgmlDType::Q8_0 => "q8_0",
                GgmlDType::Q4_0 => "q4_0",
                _ => "quantised",
            };
            *weights.entry(label).or_default() += self.shape(&name).unwrap_or_default().iter().product::<usize>();
        }
        weights.into_iter().max_by_key(|&(_, count)| count).map_or("f32", |(label, _)| label)
    }

    /// Reads one tensor.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none of this name, and damaged files.
    pub fn read(&mut self, name: &str) -> Result<Stored> {
        if let Some(progress) = &self.progress {
            progress.advance(self.weights_of(name))?;
        }
        let label = self.label.clone();
        let missing = || Error::Missing { name: name.into(), path: label.clone() };
        match &mut self.kind {
            Kind::Files { readers, entries } => {
                let entry = entries.get(name).ok_or_else(missing)?;
                Ok(Stored::Dense(read_raw(readers, entry, &entry.shape, 0..entry.bytes, &label)?))
            }
            Kind::Gguf { reader, content } => {
                if !content.tensor_infos.contains_key(name) {
                    return Err(missing());
                }
                let tensor = guarded(|| content.tensor(reader, name, &Device::Cpu)).map_err(|cause| malformed("GGUF", &cause, &label))?;
                match tensor.dtype() {
                    GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16 => Ok(Stored::Dense(tensor.dequantize(&Device::Cpu)?)),
                    _ => Ok(Stored::Quantized(tensor)),
                }
            }
            Kind::Memory(tensors) => Ok(Stored::Dense(tensors.get(name).ok_or_else(missing)?.to_dtype(DType::F32)?)),
            Kind::Random { shapes } => {
                let shape = shapes.get(name).ok_or_else(missing)?.as_slice();
                Ok(Stored::Dense(made_up(shape)?))
            }
        }
    }
}

impl Checkpoint {
    /// How many rows of a matrix to read at once so that they have about `elements` numbers; all of them where the file cannot
    /// be read in parts.
    pub(super) fn rows_at_once(&self, name: &str, elements: usize) -> usize {
        let shape = self.shape(name).unwrap_or_default();
        let rows = shape.first().copied().unwrap_or(1).max(1);
        let in_parts = shape.len() == 2 && matches!(self.kind, Kind::Files { .. } | Kind::Random { .. });
        if in_parts { (elements / shape[1].max(1)).clamp(1, rows) } else { rows }
    }

    /// Reads some rows of a matrix as float32, or (as one part) any whole tensor.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn read_rows(&mut self, name: &str, rows: Range<usize>) -> Result<Tensor> {
        let shape = self.shape(name).unwrap_or_default();
        if shape.len() != 2 || rows == (0..shape[0]) {
            return self.read(name)?.dense();
        }
        let part = [rows.len(), shape[1]];
        match &mut self.kind {
            Kind::Files { readers, entries } => {
                let missing = || Error::Missing { name: name.into(), path: self.label.clone() };
                let entry = entries.get(name).ok_or_else(missing)?;
                let row_bytes = shape[1] * entry.dtype.size_in_bytes();
                read_raw(readers, entry, &part, rows.start * row_bytes..rows.end * row_bytes, &self.label)
            }
            Kind::Random { .. } => made_up(&part),
            Kind::Gguf { .. } | Kind::Memory(_) => Ok(self.read(name)?.dense()?.narrow(0, rows.start, rows.len())?),
        }
    }
}

/// Numbers that look like weights: one short list of them over and over, because drawing billions takes minutes.
fn made_up(shape: &[usize]) -> Result<Tensor> {
    let some = Tensor::randn(0_f32, 0.02, 65_521, &Device::Cpu)?.to_vec1::<f32>()?;
    let count = shape.iter().product();
    Ok(Tensor::from_vec(some.iter().copied().cycle().take(count).collect::<Vec<f32>>(), shape, &Device::Cpu)?)
}

/// Reads some bytes of a tensor as float32 numbers of this shape.
fn read_raw(readers: &mut [Box<dyn ReadSeek>], entry: &Entry, shape: &[usize], bytes: Range<usize>, label: &str) -> Result<Tensor> {
    let reader = &mut readers[entry.file];
    let mut raw = vec![0; bytes.len()];
    let read = reader.seek(SeekFrom::Start(entry.start + bytes.start as u64)).and_then(|_| reader.read_exact(&mut raw));
    read.map_err(|cause| Error::Read { cause, path: label.into() })?;
    Ok(Tensor::from_raw_buffer(&raw, entry.dtype, shape, &Device::Cpu)?.to_dtype(DType::F32)?)
}

impl Checkpoint {
    /// Reads all tensors as float32, by their names; for small files.
    ///
    /// # Errors
    /// Damaged files.
    pub fn read_all(&mut self) -> Result<HashMap<String, Tensor>> {
        self.names().into_iter().map(|name| Ok((name.clone(), self.read(&name)?.dense()?))).collect()
    }
}

/// Writes all tensors of a (small) checkpoint as float32 `.safetensors`, under their names.
///
/// # Errors
/// Damaged tensors, numbers that are not finite, and a file that cannot be written.
pub fn write_safetensors(checkpoint: &mut Checkpoint, path: &Path) -> Result<()> {
    let mut tensors = HashMap::new();
    for name in checkpoint.names() {
        let tensor = checkpoint.read(&name)?.dense()?;
        check_finite(&tensor, &name, checkpoint.label())?;
        tensors.insert(name, tensor);
    }
    let failed = |cause: candle_core::Error| Error::Write { cause: std::io::Error::other(cause), path: path.display().to_string() };
    candle_core::safetensors::save(&tensors, path).map_err(failed)
}

impl Stored {
    /// The numbers as float32, whatever the file holds.
    pub fn dense(self) -> Result<Tensor> {
        match self {
            Self::Dense(tensor) => Ok(tensor),
            Self::Quantized(tensor) => Ok(tensor.dequantize(&Device::Cpu)?),
        }
    }
}

fn sorted<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut names: Vec<_> = names.cloned().collect();
    names.sort();
    names
}

/// Refuses numbers of a tensor of which one is none: activations hide them, and what is computed is wrong without a word.
pub(super) fn check_finite(numbers: &Tensor, name: &str, path: &str) -> Result<()> {
    let sum = numbers.to_dtype(DType::F32)?.sum_all()?.to_scalar::<f32>()?;
    if sum.is_finite() { Ok(()) } else { Err(malformed("weights", &format!("the tensor {name} holds a number that is not finite"), path)) }
}
