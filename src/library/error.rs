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
    /// The program's own list of models is damaged.
    #[error("the list of models cannot be read ({0}): install Zoetrope again")]
    Catalogue(String),
    /// Nothing of this name can be fetched.
    #[error("nothing called {name} can be fetched: choose one of {known}")]
    NoOffer {
        /// What was asked for.
        name: String,
        /// The names that would do.
        known: String,
    },
    /// The authors name no public address.
    #[error("no public address is known for {name}: see {about} for how to get its files, or name a mirror with --base")]
    NoAddress {
        /// The offer.
        name: String,
        /// A page that says more.
        about: String,
    },
    /// A download that failed for good.
    #[error("cannot fetch the file ({cause}): {url}: try again later, it goes on from where it stopped")]
    Download {
        /// What went wrong.
        cause: String,
        /// The address.
        url: String,
    },
    /// A file that came whole and is not the right one.
    #[error("the file that came from {url} is not the right one ({cause}): {}: remove it and fetch it again", path.display())]
    WrongFile {
        /// What does not fit.
        cause: String,
        /// The file.
        path: PathBuf,
        /// Where it came from.
        url: String,
    },
    /// The user wanted no more of it.
    #[error("stopped before the end")]
    Stopped,
    /// A checkpoint or a configuration is not as it should be.
    #[error(transparent)]
    Model(#[from] crate::model::Error),
}

/// The result of everything in this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;
