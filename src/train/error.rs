//! What can go wrong while training, in one line.

use std::path::PathBuf;

use super::dataset::DatasetError;
use crate::model;

/// Why a network cannot be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data set, and files of the run.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The networks and their files.
    #[error(transparent)]
    Model(#[from] model::Error),
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
    /// The caller broke it off; what is finished stays.
    #[error("stopped before the end; the same command goes on where it stopped")]
    Cancelled,
}

/// The result of everything that trains.
pub type Result<T, E = TrainError> = std::result::Result<T, E>;

impl TrainError {
    /// A file of the run: the same trouble, and the same advice, as with a data set's.
    pub(super) fn write(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let of_path = DatasetError::write(path);
        move |cause| Self::Dataset(of_path(cause))
    }
}
