//! Zip archives of small files: what is unpacked is bounded here, not by the sizes that an archive declares.

use super::error::Fault;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// An archive in memory.
pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The archive that a file's bytes are.
pub(super) fn open<'a>(bytes: &'a [u8], kind: &str) -> Result<Archive<'a>, Fault> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|error| Fault::damaged(format!("no {kind} ({error})")))
}

/// A file of the archive, of at most `limit` bytes; none if it is not there.
pub(super) fn unpacked(archive: &mut Archive<'_>, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Fault> {
    let unreadable = |error: String| Fault::damaged(format!("unreadable {name} ({error})"));
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(Fault::new(format!("{name} unpacks to more than {} MiB", limit >> 20), "cut it into shorter clips"));
    }
    Ok(Some(bytes))
}

/// An archive of named files, the same bytes for the same files.
pub(super) fn packed(files: &[(String, Vec<u8>)], compression: CompressionMethod) -> Result<Vec<u8>, Fault> {
    let failed = |error: String| Fault::new(format!("the archive cannot be made ({error})"), "write a shorter clip");
    let options = SimpleFileOptions::default().compression_method(compression).last_modified_time(zip::DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name.as_str(), options).map_err(|error| failed(error.to_string()))?;
        archive.write_all(bytes).map_err(|error| failed(error.to_string()))?;
    }
    archive.finish().map(Cursor::into_inner).map_err(|error| failed(error.to_string()))
}
