//! Reading weights: `.pth` of the published programs, `.safetensors` and `.gguf`, tensor by tensor, so that a large model
//! is never in memory twice. Lengths that a file claims are compared with the file before anything is allocated.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use candle_core::pickle::PthTensors;
use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{DType, Device, Tensor};

use super::error::{Error, Result};
use super::source::{FileSource, ReadSeek};

/// An open checkpoint.
pub struct Checkpoint {
    label: String,
    kind: Kind,
}

/// A tensor as it lies in the file.
pub enum Stored {
    /// Ordinary numbers, as float32 on the CPU.
    Dense(Tensor),
    /// Quantised blocks, on the CPU.
    Quantized(QTensor),
}

enum Kind {
    Pickle { tensors: PthTensors, names: BTreeMap<String, String>, file_len: u64 },
    Safetensors { reader: Box<dyn ReadSeek>, entries: BTreeMap<String, Entry> },
    Gguf { reader: Box<dyn ReadSeek>, content: gguf_file::Content },
    Memory(HashMap<String, Tensor>),
    Random { shapes: BTreeMap<String, Vec<usize>> },
}

/// A tensor's place in a safetensors file.
struct Entry {
    dtype: DType,
    shape: Vec<usize>,
    start: u64,
    bytes: usize,
}

/// The headers that programs write are well below this; a larger one is damage.
const LONGEST_SAFETENSORS_HEADER: u64 = 100 << 20;

impl Checkpoint {
    /// Opens a checkpoint by its ending. `key` is the entry of a `.pth` dictionary that holds the weights (`net` for the
    /// motion tokenizer, `trans` for the transformer).
    ///
    /// # Errors
    /// Unreadable, damaged or empty files, and endings other than `.pth`, `.pt`, `.ckpt`, `.safetensors`, `.gguf`.
    pub fn open(file: &FileSource, key: &str) -> Result<Self> {
        let label = file.label();
        let kind = match (file.ending().as_str(), file) {
            ("pth" | "pt" | "ckpt", FileSource::Path(path)) => open_pickle(path, key, &label)?,
            ("safetensors", _) => open_safetensors(file, &label)?,
            ("gguf", _) => {
                let (mut reader, _) = file.open()?;
                let content = gguf_file::Content::read(&mut reader).map_err(|cause| malformed("GGUF", &cause, &label))?;
                Kind::Gguf { reader, content }
            }
            _ => {
                let cause = "the ending names no checkpoint format".into();
                return Err(Error::Config { cause, path: label, advice: "use a .pth, .safetensors or .gguf file" });
            }
        };
        Ok(Self { label, kind })
    }

    /// Weights that are already in memory: random ones, or those of a training run.
    pub fn from_tensors(tensors: HashMap<String, Tensor>, label: &str) -> Self {
        Self { label: label.into(), kind: Kind::Memory(tensors) }
    }

    /// Weights made up when they are read: for measuring speed without a model, in no more memory than a real one needs.
    pub fn random(shapes: BTreeMap<String, Vec<usize>>) -> Self {
        Self { label: "random weights".into(), kind: Kind::Random { shapes } }
    }

    /// The file's name for errors.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The names of all tensors, sorted, without the `module.` that training on several GPUs leaves.
    pub fn names(&self) -> Vec<String> {
        match &self.kind {
            Kind::Pickle { names, .. } => names.keys().cloned().collect(),
            Kind::Safetensors { entries, .. } => entries.keys().cloned().collect(),
            Kind::Gguf { content, .. } => sorted(content.tensor_infos.keys()),
            Kind::Memory(tensors) => sorted(tensors.keys()),
            Kind::Random { shapes } => shapes.keys().cloned().collect(),
        }
    }

    /// The shape of a tensor, if there is one of this name.
    pub fn shape(&self, name: &str) -> Option<Vec<usize>> {
        match &self.kind {
            Kind::Pickle { tensors, names, .. } => {
                let info = tensors.tensor_infos().get(names.get(name)?)?;
                Some(info.layout.dims().to_vec())
            }
            Kind::Safetensors { entries, .. } => entries.get(name).map(|entry| entry.shape.clone()),
            Kind::Gguf { content, .. } => content.tensor_infos.get(name).map(|info| info.shape.dims().to_vec()),
            Kind::Memory(tensors) => tensors.get(name).map(|tensor| tensor.dims().to_vec()),
            Kind::Random { shapes } => shapes.get(name).cloned(),
        }
    }

    /// The kind of numbers that keeps what a tensor's file holds.
    pub(crate) fn precision(&self, name: &str) -> GgmlDType {
        let dtype = match &self.kind {
            Kind::Pickle { tensors, names, .. } => names.get(name).and_then(|name| tensors.tensor_infos().get(name)).map(|info| info.dtype),
            Kind::Safetensors { entries, .. } => entries.get(name).map(|entry| entry.dtype),
            Kind::Memory(_) | Kind::Random { .. } => None,
            Kind::Gguf { content, .. } => return content.tensor_infos.get(name).map_or(GgmlDType::F32, |info| info.ggml_dtype),
        };
        match dtype {
            Some(DType::F16) => GgmlDType::F16,
            Some(DType::BF16) => GgmlDType::BF16,
            _ => GgmlDType::F32,
        }
    }

    /// Reads one tensor.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none of this name, and damaged files.
    pub fn read(&mut self, name: &str) -> Result<Stored> {
        let label = self.label.clone();
        let missing = || Error::Missing { name: name.into(), path: label.clone() };
        match &mut self.kind {
            Kind::Pickle { tensors, names, file_len } => {
                let original = names.get(name).ok_or_else(missing)?;
                let info = tensors.tensor_infos().get(original).ok_or_else(missing)?;
                check_size(info.layout.dims(), info.dtype.size_in_bytes(), *file_len, name, "PyTorch", &label)?;
                let tensor = tensors.get(original).map_err(|cause| malformed("PyTorch", &cause, &label))?.ok_or_else(missing)?;
                Ok(Stored::Dense(tensor.to_dtype(DType::F32)?.contiguous()?))
            }
            Kind::Safetensors { reader, entries } => {
                let entry = entries.get(name).ok_or_else(missing)?;
                let mut bytes = vec![0; entry.bytes];
                let read = reader.seek(SeekFrom::Start(entry.start)).and_then(|_| reader.read_exact(&mut bytes));
                read.map_err(|cause| Error::Read { cause, path: label.clone() })?;
                let tensor = Tensor::from_raw_buffer(&bytes, entry.dtype, &entry.shape, &Device::Cpu)?;
                Ok(Stored::Dense(tensor.to_dtype(DType::F32)?))
            }
            Kind::Gguf { reader, content } => {
                let info = content.tensor_infos.get(name).ok_or_else(missing)?;
                check_size(info.shape.dims(), 0, u64::MAX, name, "GGUF", &label)?;
                let tensor = content.tensor(reader, name, &Device::Cpu).map_err(|cause| malformed("GGUF", &cause, &label))?;
                match tensor.dtype() {
                    GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16 => Ok(Stored::Dense(tensor.dequantize(&Device::Cpu)?)),
                    _ => Ok(Stored::Quantized(tensor)),
                }
            }
            Kind::Memory(tensors) => Ok(Stored::Dense(tensors.get(name).ok_or_else(missing)?.to_dtype(DType::F32)?)),
            Kind::Random { shapes } => {
                let shape = shapes.get(name).ok_or_else(missing)?.as_slice();
                Ok(Stored::Dense(Tensor::randn(0_f32, 0.02, shape, &Device::Cpu)?))
            }
        }
    }
}

/// Writes all tensors of a (small) checkpoint as float32 `.safetensors`, under their names.
///
/// # Errors
/// Damaged tensors, and a file that cannot be written.
pub fn write_safetensors(checkpoint: &mut Checkpoint, path: &Path) -> Result<()> {
    let mut tensors = HashMap::new();
    for name in checkpoint.names() {
        let tensor = checkpoint.read(&name)?.dense()?;
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

fn malformed(kind: &'static str, cause: &dyn std::fmt::Display, path: &str) -> Error {
    let cause = cause.to_string();
    Error::Malformed { kind, cause: cause.lines().next().unwrap_or_default().to_string(), path: path.into() }
}

/// Refuses a tensor that claims more bytes than its file has.
fn check_size(shape: &[usize], size: usize, file_len: u64, name: &str, kind: &'static str, path: &str) -> Result<()> {
    let elements = shape.iter().try_fold(1_usize, |product, &dim| product.checked_mul(dim));
    let bytes = elements.and_then(|elements| elements.checked_mul(size));
    match bytes {
        Some(bytes) if bytes as u64 <= file_len => Ok(()),
        _ => Err(malformed(kind, &format!("the tensor {name} claims the shape {shape:?}, more than the file holds"), path)),
    }
}

fn open_pickle(path: &Path, key: &str, label: &str) -> Result<Kind> {
    let file_len = std::fs::metadata(path).map_err(|cause| Error::Read { cause, path: label.into() })?.len();
    // candle's reader panics on some malformed pickles; a bad download must not take the program down.
    let opened = catch_unwind(AssertUnwindSafe(|| PthTensors::new(path, Some(key))));
    let tensors = match opened {
        Ok(Ok(tensors)) => tensors,
        Ok(Err(cause)) => return Err(malformed("PyTorch", &cause, label)),
        Err(_) => return Err(malformed("PyTorch", &"its table of contents is damaged", label)),
    };
    let names: BTreeMap<_, _> = tensors.tensor_infos().keys().map(|name| (name.replace("module.", ""), name.clone())).collect();
    // candle answers an unexpected nesting with no tensors at all and no error.
    if names.is_empty() {
        return Err(malformed("PyTorch", &format!("it holds no tensors under the key {key}"), label));
    }
    Ok(Kind::Pickle { tensors, names, file_len })
}

/// Reads the table of a safetensors file: eight bytes of length, then JSON (<https://github.com/huggingface/safetensors>).
fn open_safetensors(file: &FileSource, label: &str) -> Result<Kind> {
    #[derive(serde::Deserialize)]
    struct Header {
        dtype: String,
        shape: Vec<usize>,
        data_offsets: (u64, u64),
    }
    let bad = |cause: String| malformed("safetensors", &cause, label);
    let (mut reader, file_len) = file.open()?;
    let mut length = [0; 8];
    reader.read_exact(&mut length).map_err(|_| bad("it is shorter than a header".into()))?;
    let header_len = u64::from_le_bytes(length);
    if header_len > LONGEST_SAFETENSORS_HEADER.min(file_len.saturating_sub(8)) {
        return Err(bad(format!("its header claims {header_len} bytes")));
    }
    let mut json = vec![0; header_len as usize];
    reader.read_exact(&mut json).map_err(|cause| Error::Read { cause, path: label.into() })?;
    let table: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&json).map_err(|cause| bad(cause.to_string()))?;

    let mut entries = BTreeMap::new();
    for (name, value) in table.into_iter().filter(|(name, _)| name != "__metadata__") {
        let header: Header = serde_json::from_value(value).map_err(|cause| bad(format!("{name}: {cause}")))?;
        let dtype = match header.dtype.as_str() {
            "F64" => DType::F64,
            "F32" => DType::F32,
            "F16" => DType::F16,
            "BF16" => DType::BF16,
            "I64" => DType::I64,
            "I32" => DType::I32,
            "U32" => DType::U32,
            "U8" => DType::U8,
            other => return Err(bad(format!("the tensor {name} has the type {other}"))),
        };
        check_size(&header.shape, dtype.size_in_bytes(), file_len, &name, "safetensors", label)?;
        let bytes = header.shape.iter().product::<usize>() * dtype.size_in_bytes();
        let (start, end) = header.data_offsets;
        let data_start = 8 + header_len;
        let fits = end.checked_sub(start) == Some(bytes as u64) && end <= file_len - data_start;
        if !fits {
            return Err(bad(format!("the tensor {name} lies outside the file")));
        }
        entries.insert(name.replace("module.", ""), Entry { dtype, shape: header.shape, start: data_start + start, bytes });
    }
    Ok(Kind::Safetensors { reader, entries })
}
