//! Where a model's files are: in a folder, or compiled into the program.

use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use super::error::{Error, Result};
use crate::files::{self, ReadError};

/// The largest file of a model that is no checkpoint, ten times the vocabulary of the largest.
const LONGEST_SMALL_FILE: u64 = 128 << 20;

/// A model folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder on disk.
    Folder(PathBuf),
    /// Files compiled into the program: names relative to the model folder, with `/`, and contents.
    Embedded(&'static [(&'static str, &'static [u8])]),
}

/// One file of a model, not yet opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSource {
    /// A file on disk.
    Path(PathBuf),
    /// The name and the contents of a file that is compiled in.
    Embedded(&'static str, &'static [u8]),
}

/// What a checkpoint is read from.
pub(crate) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

impl Source {
    /// A file of the model, whether it exists or not.
    pub fn file(&self, name: &str) -> FileSource {
        match self {
            Self::Folder(folder) => FileSource::Path(folder.join(name)),
            Self::Embedded(files) => match files.iter().find(|(known, _)| *known == name) {
                Some(&(known, bytes)) => FileSource::Embedded(known, bytes),
                None => FileSource::Path(PathBuf::from(name)),
            },
        }
    }

    /// The first of several files that exists; the last one if none does, so that errors can name it.
    pub fn first_of(&self, names: &[&str]) -> FileSource {
        let mut files = names.iter().map(|name| self.file(name));
        let fallback = self.file(names.last().copied().unwrap_or_default());
        files.find(FileSource::exists).unwrap_or(fallback)
    }
}

impl FileSource {
    /// The name to show in errors.
    pub fn label(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Embedded(name, _) => format!("{name} (built in)"),
        }
    }

    /// The part of the name behind the last dot, in small letters.
    pub fn ending(&self) -> String {
        let path = match self {
            Self::Path(path) => path.as_path(),
            Self::Embedded(name, _) => Path::new(name),
        };
        path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
    }

    /// A file of this plain name in the same folder; nothing for files that are compiled in and names that lead elsewhere.
    pub(crate) fn beside(&self, name: &str) -> Option<Self> {
        let Self::Path(path) = self else { return None };
        let plain = Path::new(name).file_name().is_some_and(|plain| plain == name);
        plain.then(|| Self::Path(path.with_file_name(name)))
    }

    /// Whether there is such a file.
    pub fn exists(&self) -> bool {
        match self {
            Self::Path(path) => path.is_file(),
            Self::Embedded(..) => true,
        }
    }

    /// The whole contents; for small files.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        match self {
            Self::Path(path) => files::read(path, LONGEST_SMALL_FILE).map_err(|error| self.refused(error)),
            Self::Embedded(_, bytes) => Ok(bytes.to_vec()),
        }
    }

    fn refused(&self, error: ReadError) -> Error {
        match error {
            ReadError::Refused(cause) => Error::Read { cause, path: self.label() },
            ReadError::NoFile => self.unfit("it is a folder, pipe or device".to_owned()),
            ReadError::TooLarge => self.unfit(format!("it has more than {} MiB", LONGEST_SMALL_FILE >> 20)),
        }
    }

    fn unfit(&self, cause: String) -> Error {
        Error::Config { cause, path: self.label(), advice: "put the file there that belongs there, or fetch it again" }
    }

    /// Opens the file for reading; also tells its length in bytes.
    pub(crate) fn open(&self) -> Result<(Box<dyn ReadSeek>, u64)> {
        match self {
            Self::Path(path) => {
                let file = files::open(path).map_err(|error| self.refused(error))?;
                let length = file.metadata().map_err(|cause| Error::Read { cause, path: self.label() })?.len();
                Ok((Box::new(BufReader::new(file)), length))
            }
            Self::Embedded(_, bytes) => Ok((Box::new(Cursor::new(*bytes)), bytes.len() as u64)),
        }
    }
}

impl From<&Path> for FileSource {
    fn from(path: &Path) -> Self {
        Self::Path(path.into())
    }
}
