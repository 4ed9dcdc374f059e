//! Arrays by name, as Python programs keep them: the members of an `.npz` archive, or the entries of a pickled dictionary.

use super::archive::{self, Archive};
use super::error::Fault;
use super::npy::{self, Array};
use super::pickled::Pickled;

/// The arrays of a file.
pub(super) enum Arrays<'a> {
    Archive(Archive<'a>),
    Pickle(Pickled<'a>),
}

impl<'a> Arrays<'a> {
    /// Opens a file's bytes. `kind` is what the file should be, `help` what to do if it is something else.
    pub(super) fn open(bytes: &'a [u8], kind: &str, help: &'static str) -> Result<Self, Fault> {
        match archive::open(bytes, kind) {
            Ok(archive) => Ok(Self::Archive(archive)),
            Err(fault) if bytes.starts_with(b"PK") => Err(fault),
            Err(_) => Pickled::parse(bytes, kind, help).map(Self::Pickle),
        }
    }

    /// The names of all arrays, and of what else there is.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Archive(archive) => {
                archive.file_names().filter_map(Result::ok).map(|name| name.trim_end_matches(".npy").to_owned()).collect()
            }
            Self::Pickle(pickle) => pickle.names().map(str::to_owned).collect(),
        }
    }

    /// An array; none if there is none of this name.
    pub(super) fn array(&mut self, name: &str) -> Result<Option<Array>, Fault> {
        match self {
            Self::Archive(archive) => npy::in_archive(archive, name),
            Self::Pickle(pickle) => pickle.array(name),
        }
    }

    /// The first array that has one of these names.
    pub(super) fn first(&mut self, names: &[&str]) -> Result<Option<Array>, Fault> {
        for name in names {
            if let Some(array) = self.array(name)? {
                return Ok(Some(array));
            }
        }
        Ok(None)
    }
}
