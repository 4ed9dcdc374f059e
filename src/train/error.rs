//! What can go wrong while training, in one line.

use std::path::PathBuf;

use super::dataset::DatasetError;
use crate::model;

/// Why a network cannot be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data set.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The networks and their files.
    #[error(transparent)]
    Model(#[from] model::Error),
    /// A file of the run.
    #[error("cannot {what} ({cause}): {}: check the path, its permissions and the free space", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        cause: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// Options, data and files that do not fit each other.
    #[error("{cause}: {}: {help}", path.display())]
    Unfit {
        /// What does not fit.
        cause: String,
        /// The file or folder.
        path: PathBuf,
        /// What the user can do.
        help: &'static str,
    },
}

/// The result of everything that trains.
pub type Result<T, E = TrainError> = std::result::Result<T, E>;

impl TrainError {
    pub(super) fn file(what: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        move |cause| Self::File { what, cause, path: path.to_owned() }
    }
}
