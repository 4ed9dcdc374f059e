//! What can go wrong with a file, in one line that names it and says what to do.

use crate::files::one_line;
use std::io;
use std::path::{Path, PathBuf};

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The operating system refused to open or read the file.
    #[error("cannot read {}: {source}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The operating system refused to write the file.
    #[error("cannot write {}: {source}; choose a folder that exists, may be written to and has room", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The name ends in nothing we know.
    #[error("unknown kind of file {}; use a name that ends in {known}", path.display())]
    UnknownEnding {
        /// The file.
        path: PathBuf,
        /// The endings that would do.
        known: &'static str,
    },
    /// The contents are not what the ending promises.
    #[error("{cause} in {}; {help}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, one line.
        cause: String,
        /// What the user can do.
        help: &'static str,
    },
    /// The motion or the options cannot be written.
    #[error("{cause}, so {} was not written; {help}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What is wrong, one line.
        cause: String,
        /// What the user can do.
        help: &'static str,
    },
}

/// A fault found in a file's contents by code that does not know the file's name.
#[derive(Debug)]
pub(super) struct Fault {
    cause: String,
    help: &'static str,
}

impl Fault {
    /// A fault with its own advice. Messages that quote the file may be long, have line ends, or hold codes that a terminal obeys:
    /// they become one short printable line.
    pub(super) fn new(cause: impl AsRef<str>, help: &'static str) -> Self {
        Self { cause: one_line(cause.as_ref(), 200), help }
    }

    /// A fault of a file that ends too early.
    pub(super) fn cut_off(cause: impl AsRef<str>) -> Self {
        Self::new(cause, "the file is cut off: copy, download or export it again")
    }

    /// A fault of a file that is corrupt in a way for which nothing better is known.
    pub(super) fn damaged(cause: impl AsRef<str>) -> Self {
        Self::new(cause, "the file is damaged: export or download it again")
    }

    /// What is wrong, without what to do.
    pub(super) fn cause(&self) -> &str {
        &self.cause
    }

    /// The same fault of one member of an archive, or of another part of a file, which its name goes before.
    pub(super) fn in_member(self, name: &str) -> Self {
        Self::new(format!("{name}: {}", self.cause), self.help)
    }

    pub(super) fn while_reading(self, path: &Path) -> FormatError {
        FormatError::Malformed { path: path.to_owned(), cause: self.cause, help: self.help }
    }

    pub(super) fn while_writing(self, path: &Path) -> FormatError {
        FormatError::Unwritable { path: path.to_owned(), cause: self.cause, help: self.help }
    }
}
