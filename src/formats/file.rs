//! Whole files in and out: reading up to a limit; writing beside and then renaming, so that a failure never leaves half a file.

use super::FormatError;
use super::error::Fault;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The largest file that is opened: ten times a long motion capture session.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// The bytes of a file of at most [`MAX_FILE_BYTES`].
pub(super) fn load(path: &Path) -> Result<Vec<u8>, FormatError> {
    let failed = |source| FormatError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large, also where the length is unknown beforehand (a pipe).
    File::open(path).map_err(failed)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Fault::new(format!("more than {} MiB", MAX_FILE_BYTES >> 20), "cut it into shorter clips").while_reading(path));
    }
    Ok(bytes)
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
    let failed = |source| FormatError::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".zoetrope-").suffix(".part");
    #[cfg(unix)]
    {
        // A temporary file is private to its owner by default; an export gets the permissions of any new file.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut beside = builder.tempfile_in(folder).map_err(failed)?;
    write(beside.as_file_mut()).map_err(failed)?;
    beside.as_file().sync_all().map_err(failed)?;
    beside.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
