//! Where a tensor lies in a file, and what files of tensors may not claim.

use std::collections::BTreeMap;

use candle_core::DType;

use super::error::{Error, Result};
use crate::files::one_line;

/// A tensor's place in a file of raw numbers.
pub(super) struct Entry {
    /// Which of the checkpoint's files.
    pub(super) file: usize,
    pub(super) dtype: DType,
    pub(super) shape: Vec<usize>,
    /// Bytes before it in the file.
    pub(super) start: u64,
    pub(super) bytes: usize,
}

/// Enters a tensor under its name without the `module.` in front that training on several GPUs leaves.
///
/// # Errors
/// The cause of a longer message, where another tensor has that name.
pub(super) fn insert(entries: &mut BTreeMap<String, Entry>, name: &str, entry: Entry) -> std::result::Result<(), String> {
    let plain = name.strip_prefix("module.").unwrap_or(name);
    match entries.insert(plain.to_owned(), entry) {
        None => Ok(()),
        Some(_) => Err(format!("it holds two tensors called {}", one_line(plain, 80))),
    }
}

pub(super) fn malformed(kind: &'static str, cause: &dyn std::fmt::Display, path: &str) -> Error {
    let cause = cause.to_string();
    Error::Malformed { kind, cause: one_line(cause.lines().next().unwrap_or_default(), 160), path: path.into() }
}

/// Refuses a tensor that claims more bytes than its file has.
pub(super) fn check_size(shape: &[usize], size: usize, file_len: u64, name: &str, kind: &'static str, path: &str) -> Result<()> {
    let elements = shape.iter().try_fold(1_usize, |product, &dim| product.checked_mul(dim));
    let bytes = elements.and_then(|elements| elements.checked_mul(size));
    match bytes {
        Some(bytes) if bytes as u64 <= file_len => Ok(()),
        _ => Err(malformed(kind, &format!("the tensor {name} claims the shape {shape:?}, more than the file holds"), path)),
    }
}
