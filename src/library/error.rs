//! What can go wrong with installed models.

use std::path::PathBuf;

/// Why a model cannot be found or imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing has this name.
    #[error("no model is called {name}: {}: {help}", folder.display())]
    Unknown {
        /// What was asked for.
        name: String,
        /// Where models were looked for.
        folder: PathBuf,
        /// The names that would do.
        help: String,
    },
    /// The system names no folder for the user's data.
    #[error("the folder for models is unknown: set ZOETROPE_MODELS to a folder")]
    NoFolder,
    /// A name that would lie outside the models' folder, or be hidden.
    #[error("{0:?} is no name for a model: use letters, digits, dots and dashes, or a path with a slash")]
    BadName(String),
    /// The target of an import is taken.
    #[error("there is already something: {}: remove it or choose another name", .0.display())]
    Taken(PathBuf),
    /// The system refused to read or write.
    #[error("cannot {what} ({cause}): {}: check the path, its permissions and the free space", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        cause: std::io::Error,
        /// Where.
        path: PathBuf,
    },
    /// The parts of an import do not fit together.
    #[error("{cause}: {}: {help}", path.display())]
    Unfit {
        /// What does not fit.
        cause: String,
        /// The file that says so.
        path: PathBuf,
        /// What the user can do.
        help: &'static str,
    },
    /// A checkpoint or a configuration is not as it should be.
    #[error(transparent)]
    Model(#[from] crate::model::Error),
}

/// The result of everything in this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;
