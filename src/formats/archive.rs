//! Zip archives of small files: what is unpacked is bounded here, not by the sizes that an archive declares.

use super::error::Fault;
use std::io::{self, Cursor, Read, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// An archive in memory.
pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The archive that a file's bytes are.
pub(super) fn open<'a>(bytes: &'a [u8], kind: &str) -> Result<Archive<'a>, Fault> {
    open_from(Cursor::new(bytes), kind)
}

/// The archive that is read from a file as it is needed.
pub(super) fn open_from<R: Read + Seek>(mut source: R, kind: &str) -> Result<ZipArchive<R>, Fault> {
    let mut magic = [0; 2];
    let is_archive = source.read_exact(&mut magic).is_ok() && magic == *b"PK";
    ZipArchive::new(source).map_err(|error| match is_archive {
        // The list of an archive's files is at its end.
        true => Fault::cut_off(format!("no whole {kind} ({error})")),
        false => Fault::new(format!("no {kind}"), "choose a file that is one, or save it again"),
    })
}

/// A file of the archive, of at most `limit` bytes; none if it is not there.
pub(super) fn unpacked<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Fault> {
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

/// An archive being written, the same bytes for the same files.
pub(super) struct Packer<W: Write + Seek> {
    archive: ZipWriter<W>,
    options: SimpleFileOptions,
}

impl<W: Write + Seek> Packer<W> {
    pub(super) fn new(target: W, compression: CompressionMethod) -> Self {
        let options = SimpleFileOptions::default().compression_method(compression).last_modified_time(zip::DateTime::default());
        Self { archive: ZipWriter::new(target), options }
    }

    /// The same with the contents of each file at a multiple of so many bytes.
    pub(super) fn aligned(self, bytes: u16) -> Self {
        Self { options: self.options.with_alignment(bytes), ..self }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.archive.start_file(name, self.options)?;
        self.archive.write_all(bytes)
    }

    /// Writes the table of contents; answers what was written to.
    pub(super) fn finish(self) -> io::Result<W> {
        Ok(self.archive.finish()?)
    }
}

/// An archive of named files in memory.
pub(super) fn packed(files: &[(String, Vec<u8>)], compression: CompressionMethod) -> Result<Vec<u8>, Fault> {
    let mut packer = Packer::new(Cursor::new(Vec::new()), compression);
    let added = files.iter().try_for_each(|(name, bytes)| packer.add(name, bytes));
    let finished = added.and_then(|()| packer.finish()).map(Cursor::into_inner);
    finished.map_err(|error| Fault::new(format!("the archive cannot be made ({error})"), "write a shorter clip"))
}
