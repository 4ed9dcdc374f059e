//! What can go wrong with a data set, in one line that names the file and says what to do.

use crate::formats::FormatError;
use crate::model;
use std::io;
use std::path::{Path, PathBuf};

/// Why a data set cannot be read or made. Trouble with one clip is a reason to leave out that clip, not to stop.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The operating system refused to open or read a file.
    #[error("cannot read {}: {source}; check the path and its permissions", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The operating system refused to write a file.
    #[error("cannot write {}: {source}; choose a folder that may be written to and has room", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file's contents are not what they should be.
    #[error("{cause} in {}; {help}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, one line.
        cause: String,
        /// What the user can do.
        help: &'static str,
    },
    /// A motion file.
    #[error(transparent)]
    Motion(#[from] FormatError),
    /// The statistics, or a language model.
    #[error(transparent)]
    Model(#[from] model::Error),
    /// Nothing is left to learn from.
    #[error("none of {found} motion files is left to train on in {}; {}", path.display(), .help)]
    Nothing {
        /// The folder that was to become a data set.
        path: PathBuf,
        /// How many files were looked at.
        found: usize,
        /// What the user can do.
        help: &'static str,
    },
    /// The caller raised the cancel flag; what is finished stays and is taken up again.
    #[error("stopped before the end; the same command goes on where it stopped")]
    Cancelled,
}

impl DatasetError {
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    pub(in crate::train) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: path.to_owned(), source }
    }

    /// Quotes of a file may hold codes that a terminal obeys: they become printable and short.
    pub(super) fn malformed(path: &Path, cause: impl AsRef<str>, help: &'static str) -> Self {
        Self::Malformed { path: path.to_owned(), cause: printable(cause.as_ref()), help }
    }
}

/// A text from a file as one short line that is safe to print.
pub(super) fn printable(text: &str) -> String {
    one_line(text).chars().take(200).collect()
}

/// A text from a file as one line without codes that a terminal obeys.
pub(super) fn one_line(text: &str) -> String {
    crate::files::one_line(text, usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_keep_all_their_words_and_messages_are_short() {
        let caption = "a person walks ".repeat(40);
        assert_eq!(one_line(&caption), caption.trim());
        assert!(printable(&caption).chars().count() <= 200);
    }
}
