//! What can go wrong with a video.

use crate::files::ReadError;
use crate::model;
use std::path::{Path, PathBuf};

/// Why no motion comes of a file. Messages give the cause, the file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the file ({cause}): {}: check that it exists and may be read", path.display())]
    Read {
        /// What stands against it.
        cause: String,
        /// The file.
        path: PathBuf,
    },
    /// The file is not what it should be.
    #[error("{cause}: {}: {advice}", path.display())]
    Unfit {
        /// What is wrong with it.
        cause: String,
        /// The file.
        path: PathBuf,
        /// What the user can do.
        advice: &'static str,
    },
    /// There is no `ffmpeg`.
    #[error(
        "reading {} needs ffmpeg, which is not on the path: install it (https://ffmpeg.org/download.html), name it in ZOETROPE_FFMPEG, or \
         give a GIF or a folder of numbered pictures",
        .0.display()
    )]
    NoDecoder(PathBuf),
    /// The networks.
    #[error(transparent)]
    Model(#[from] model::Error),
}

impl Error {
    pub(super) fn unfit(cause: impl Into<String>, path: &Path, advice: &'static str) -> Self {
        Self::Unfit { cause: cause.into(), path: path.to_owned(), advice }
    }

    pub(super) fn read(cause: impl std::fmt::Display, path: &Path) -> Self {
        Self::Read { cause: cause.to_string(), path: path.to_owned() }
    }

    pub(super) fn refused(error: &ReadError, path: &Path) -> Self {
        match error {
            ReadError::Refused(cause) => Self::read(cause, path),
            ReadError::NoFile => Self::read("it is a folder, pipe or device", path),
            ReadError::TooLarge => Self::read("it is too large", path),
        }
    }
}

/// The result of everything in this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;
