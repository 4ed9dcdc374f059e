//! Whole files in memory, up to a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a file is not in memory.
#[derive(Debug)]
pub enum ReadError {
    /// The operating system refused.
    Refused(io::Error),
    /// It is a folder, a pipe or a device: its end would have to be waited for.
    NoFile,
    /// More bytes than allowed.
    TooLarge,
}

/// A file, open for reading.
///
/// # Errors
/// See [`ReadError`]. Nothing is waited for: a pipe is refused before it is opened.
pub fn open(path: &Path) -> Result<File, ReadError> {
    if !std::fs::metadata(path).map_err(ReadError::Refused)?.is_file() {
        return Err(ReadError::NoFile);
    }
    File::open(path).map_err(ReadError::Refused)
}

/// The bytes of a file of at most `limit` bytes.
///
/// # Errors
/// As [`open`].
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large, or grows.
    open(path)?.take(limit + 1).read_to_end(&mut bytes).map_err(ReadError::Refused)?;
    if bytes.len() as u64 > limit { Err(ReadError::TooLarge) } else { Ok(bytes) }
}
