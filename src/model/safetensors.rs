//! Where the tensors of a safetensors file lie: eight bytes of length, then JSON, then raw numbers
//! (<https://github.com/huggingface/safetensors>). Large models come in several such files and an index of them.

use std::collections::BTreeMap;
use std::io::Read;

use candle_core::DType;

use super::entry::{Entry, check_size, insert, malformed};
use super::error::{Error, Result};
use super::source::{FileSource, ReadSeek};

/// The headers that programs write are well below this; a larger one is damage.
const LONGEST_HEADER: u64 = 100 << 20;

/// The open files of a checkpoint and what lies in them.
pub(super) type Opened = (Vec<Box<dyn ReadSeek>>, BTreeMap<String, Entry>);

/// Opens one file.
///
/// # Errors
/// Damaged headers, and tensors outside the file.
pub(super) fn open(file: &FileSource) -> Result<Opened> {
    #[derive(serde::Deserialize)]
    struct Header {
        dtype: String,
        shape: Vec<usize>,
        data_offsets: (u64, u64),
    }
    let label = file.label();
    let bad = |cause: String| malformed("safetensors", &cause, &label);
    let (mut reader, file_len) = file.open()?;
    let mut length = [0; 8];
    reader.read_exact(&mut length).map_err(|_| bad("it is shorter than a header".into()))?;
    let header_len = u64::from_le_bytes(length);
    if header_len > LONGEST_HEADER.min(file_len.saturating_sub(8)) {
        return Err(bad(format!("its header claims {header_len} bytes")));
    }
    let mut json = vec![0; header_len as usize];
    reader.read_exact(&mut json).map_err(|cause| Error::Read { cause, path: label.clone() })?;
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
        check_size(&header.shape, dtype.size_in_bytes(), file_len, &name, "safetensors", &label)?;
        let bytes = header.shape.iter().product::<usize>() * dtype.size_in_bytes();
        let (start, end) = header.data_offsets;
        let data_start = 8 + header_len;
        let fits = end.checked_sub(start) == Some(bytes as u64) && end <= file_len - data_start;
        if !fits {
            return Err(bad(format!("the tensor {name} lies outside the file")));
        }
        insert(&mut entries, &name, Entry { file: 0, dtype, shape: header.shape, start: data_start + start, bytes }).map_err(bad)?;
    }
    Ok((vec![reader], entries))
}

/// Opens the files that an index (`model.safetensors.index.json`) names, all in its folder.
///
/// # Errors
/// A damaged index, names that lead elsewhere, and what [`open`] refuses.
pub(super) fn open_index(index: &FileSource) -> Result<Opened> {
    #[derive(serde::Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let label = index.label();
    let bad = |cause: String| malformed("safetensors index", &cause, &label);
    let parsed: Index = serde_json::from_slice(&index.bytes()?).map_err(|cause| bad(cause.to_string()))?;
    let mut names: Vec<String> = parsed.weight_map.into_values().collect();
    names.sort();
    names.dedup();
    let (mut readers, mut entries) = (Vec::new(), BTreeMap::new());
    for name in names {
        let file = index.beside(&name).ok_or_else(|| bad(format!("it names the file {name:?}, which is not in its folder")))?;
        let (mut opened, found) = open(&file)?;
        for (name, entry) in found {
            insert(&mut entries, &name, Entry { file: readers.len(), ..entry }).map_err(&bad)?;
        }
        readers.append(&mut opened);
    }
    Ok((readers, entries))
}
