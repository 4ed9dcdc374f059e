//! Whole files in and out, with errors that name the file.

use super::FormatError;
use super::error::Fault;
use crate::files::{self, ReadError};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// The largest file that is opened: ten times a long motion capture session.
pub(super) const MAX_FILE_BYTES: u64 = 256 << 20;

/// The bytes of a file of at most [`MAX_FILE_BYTES`].
pub(super) fn load(path: &Path) -> Result<Vec<u8>, FormatError> {
    files::read(path, MAX_FILE_BYTES).map_err(|error| refused(path, error))
}

/// A file, open for reading; nothing is waited for.
pub(super) fn open(path: &Path) -> Result<File, FormatError> {
    files::open(path).map_err(|error| refused(path, error))
}

fn refused(path: &Path, error: ReadError) -> FormatError {
    match error {
        ReadError::Refused(source) => FormatError::Read { path: path.to_owned(), source },
        ReadError::NoFile => Fault::new("a folder, pipe or device", "save what it holds to a file, and use that").while_reading(path),
        ReadError::TooLarge => {
            Fault::new(format!("more than {} MiB", MAX_FILE_BYTES >> 20), "cut it into shorter clips").while_reading(path)
        }
    }
}

/// Writes a text file. An existing file is replaced only by a complete one.
///
/// # Errors
/// The file cannot be written.
pub fn write_text(path: &Path, text: &str) -> Result<(), FormatError> {
    save(path, text.as_bytes())
}

/// Writes `bytes` to a new file in the same folder and gives it the name `path` when it is complete.
pub(super) fn save(path: &Path, bytes: &[u8]) -> Result<(), FormatError> {
    save_with(path, |file| file.write_all(bytes))
}

/// Has a new file written in the same folder and gives it the name `path` when it is complete.
pub(super) fn save_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), FormatError> {
    files::save_with(path, write).map_err(|source| FormatError::Write { path: path.to_owned(), source })
}
