//! Where the tensors of a PyTorch checkpoint (`.pth`, `.pt`, `.ckpt`, `.bin`) lie in the file. Since PyTorch 1.6 such a file is
//! a zip archive without compression: a pickle that describes the tensors, and one entry of raw numbers for each storage.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use candle_core::DType;
use zip::{CompressionMethod, ZipArchive};

use super::entry::{Entry, insert, malformed};
use super::error::{Error, Result};
use super::harmless::is_harmless;
use crate::files::pickle::{Node, Pickle, Ref};
use crate::files::{self, ReadError, one_line};

/// The tables of the largest models are well below this.
const LONGEST_TABLE: u64 = 64 << 20;
/// Tensors of networks have four at most.
const MOST_DIMENSIONS: usize = 8;

/// The tensors under `key` of the file's dictionary, by name without `module.`. A file that is itself a dictionary of tensors
/// needs no key.
///
/// # Errors
/// Files that are no such archive, hold something else under the key, or ask for more than tensors.
pub(super) fn entries(path: &Path, key: &str, label: &str) -> Result<BTreeMap<String, Entry>> {
    let bad = |cause: &str| malformed("PyTorch", &cause, label);
    let mut file = files::open(path).map_err(|error| match error {
        ReadError::Refused(cause) => Error::Read { cause, path: label.into() },
        _ => bad("it is a folder, pipe or device"),
    })?;
    let mut magic = [0; 4];
    let magic_len = file.read(&mut magic).map_err(|cause| Error::Read { cause, path: label.into() })?;
    match magic[..magic_len] {
        [b'P', b'K', ..] => {}
        // The older form is a bare sequence of pickles.
        [0x80, 1..=5, ..] => {
            let cause = "it was written in PyTorch's old form without a zip archive".into();
            return Err(Error::Config { cause, path: label.into(), advice: "load it in PyTorch and save it again with torch.save" });
        }
        _ => return Err(bad("it is no zip archive")),
    }
    let file_len = file.metadata().map_err(|cause| Error::Read { cause, path: label.into() })?.len();
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| bad("the end of the archive is missing or damaged"))?;
    let (folder, table) = table_of_contents(&mut archive, label)?;
    let pickle = Pickle::parse(&table).map_err(|cause| bad(&format!("{folder}/data.pkl cannot be read: {cause}")))?;
    if let Some(name) = pickle.globals().find(|name| !is_harmless(name)) {
        return Err(bad(&format!("it asks to run {}, which no table of tensors needs; nothing was run", one_line(name, 80))));
    }
    let tensors = tensors_under(&pickle, key).map_err(|cause| bad(&cause))?;

    let mut entries = BTreeMap::new();
    for (name, tensor) in tensors {
        let bad = |cause: String| malformed("PyTorch", &format!("the tensor {name} {cause}"), label);
        let tensor = tensor.map_err(|cause| bad(cause.into()))?;
        let member = format!("{folder}/data/{}", tensor.storage);
        let stored = archive.by_name(&member).map_err(|_| bad(format!("has no numbers: there is no {member}")))?;
        let start = stored.data_start().filter(|_| stored.compression() == CompressionMethod::Stored);
        let start = start.ok_or_else(|| bad("is compressed".into()))?;
        let size = tensor.dtype.size_in_bytes();
        let bytes = tensor.shape.iter().try_fold(size, |product, &dim| product.checked_mul(dim));
        let first = tensor.offset.checked_mul(size);
        // What an archive says of its entries is no more to be trusted than what the table says.
        let held = stored.size().min(file_len.saturating_sub(start));
        let fits = bytes.zip(first).filter(|&(bytes, first)| bytes.checked_add(first).is_some_and(|end| end as u64 <= held));
        let Some((bytes, first)) = fits else {
            return Err(bad(format!("claims the shape {:?}, more than the file holds", tensor.shape)));
        };
        let entry = Entry { file: 0, dtype: tensor.dtype, shape: tensor.shape, start: start + first as u64, bytes };
        insert(&mut entries, name, entry).map_err(|cause| malformed("PyTorch", &cause, label))?;
    }
    Ok(entries)
}

/// The archive's folder and the bytes of its pickle.
fn table_of_contents(archive: &mut ZipArchive<BufReader<File>>, label: &str) -> Result<(String, Vec<u8>)> {
    let bad = |cause: &str| malformed("PyTorch", &cause, label);
    let index = (0..archive.len()).find(|&index| {
        archive.by_index_raw(index).is_ok_and(|entry| entry.name().is_ok_and(|name| name.split('/').nth(1) == Some("data.pkl")))
    });
    let entry = archive.by_index(index.ok_or_else(|| bad("the archive holds no tensors"))?);
    let mut entry = entry.map_err(|error| bad(&format!("data.pkl cannot be unpacked: {error}")))?;
    let name = entry.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
    if entry.size() > LONGEST_TABLE {
        return Err(bad(&format!("{name} is absurdly long")));
    }
    let mut table = Vec::new();
    let read = entry.by_ref().take(LONGEST_TABLE).read_to_end(&mut table);
    read.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => bad(&format!("{name} is cut off")),
        _ => bad(&format!("{name} is damaged: {error}")),
    })?;
    let folder = name.split('/').next().unwrap_or_default().to_owned();
    Ok((folder, table))
}

/// A tensor as the pickle describes it.
struct Described<'p> {
    dtype: DType,
    shape: Vec<usize>,
    /// The entry with its numbers.
    storage: &'p str,
    /// Its first number there.
    offset: usize,
}

type Tensors<'p> = Vec<(&'p str, std::result::Result<Described<'p>, &'static str>)>;

fn tensors_under<'p>(pickle: &'p Pickle<'_>, key: &str) -> std::result::Result<Tensors<'p>, String> {
    let root = pickle.root();
    let tensors =
        |dict: Ref| -> Tensors<'p> { pickle.entries(dict).filter_map(|(name, value)| Some((name, tensor(pickle, value)?))).collect() };
    let within = pickle.entry(root, key).unwrap_or(root);
    let found = tensors(within);
    if !found.is_empty() {
        return Ok(found);
    }
    let names: Vec<&str> = pickle.entries(root).map(|(name, _)| name).take(6).collect();
    let instead = if names.is_empty() { "nothing by name".to_string() } else { names.join(", ") };
    Err(format!("it holds no tensors under the key {key}; it has {instead}"))
}

/// A tensor or a parameter; nothing if the value is something else.
fn tensor<'p>(pickle: &'p Pickle<'_>, value: Ref) -> Option<std::result::Result<Described<'p>, &'static str>> {
    match pickle.call(value)? {
        // The first argument is the tensor itself; a pickle cannot nest it deeper than once.
        ("torch._utils._rebuild_parameter", arguments, _) => {
            let (function, arguments, _) = pickle.call(*arguments.first()?)?;
            (function == "torch._utils._rebuild_tensor_v2").then(|| described(pickle, arguments)).flatten()
        }
        ("torch._utils._rebuild_tensor_v2", arguments, _) => described(pickle, arguments),
        _ => None,
    }
}

fn described<'p>(pickle: &'p Pickle<'_>, arguments: &[Ref]) -> Option<std::result::Result<Described<'p>, &'static str>> {
    let &[storage, offset, shape, strides, ..] = arguments else { return Some(Err("is described incompletely")) };
    let read = || {
        let Node::Persistent(storage) = *pickle.node(storage) else { return None };
        let &[_, class, name, ..] = pickle.sequence(storage)? else { return None };
        // A shape may be shared by as many tensors as the table has room for.
        let counts = |at: Ref| pickle.sequence(at).filter(|dims| dims.len() <= MOST_DIMENSIONS).and_then(|_| pickle.counts(at));
        Some((pickle.global(class)?, pickle.text(name)?, pickle.count(offset)?, counts(shape)?, counts(strides)?))
    };
    let Some((class, storage, offset, shape, strides)) = read() else { return Some(Err("is described incompletely")) };
    let dtype = match class {
        "torch.FloatStorage" => DType::F32,
        "torch.DoubleStorage" => DType::F64,
        "torch.HalfStorage" => DType::F16,
        "torch.BFloat16Storage" => DType::BF16,
        "torch.LongStorage" => DType::I64,
        "torch.IntStorage" => DType::I32,
        "torch.ByteStorage" => DType::U8,
        _ => return Some(Err("has a type of numbers that is not supported")),
    };
    let mut expected = 1_usize;
    for (&dim, &stride) in shape.iter().zip(&strides).rev() {
        if dim > 1 && stride != expected {
            return Some(Err("is not stored row by row: make it contiguous in PyTorch and save it again"));
        }
        expected = expected.saturating_mul(dim);
    }
    Some(Ok(Described { dtype, shape, storage, offset }))
}
