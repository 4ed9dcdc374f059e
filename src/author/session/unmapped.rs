//! Files whose skeletons are not understood as they are: whether the user can say which joint is which.

use crate::formats;
use crate::motion::mapping::{Mapping, MappingError};
use std::path::{Path, PathBuf};

/// Fewer joints are nobody's skeleton: nothing is gained by asking about them.
const FEWEST_JOINTS: usize = 12;

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// What is said of it.
    pub(super) message: String,
    /// The file, where its skeleton could be somebody's whose parts were not all found.
    pub(super) to_map: Option<PathBuf>,
}

impl Unread {
    /// A file that could not be read, and what was said of it; its skeleton is looked at.
    pub(super) fn of(path: &Path, message: String) -> Self {
        let is_unmapped = |error| matches!(error, MappingError::MissingPart { .. });
        let is_somebody = formats::read_rig(path).is_ok_and(|rig| rig.len() >= FEWEST_JOINTS && Mapping::of(&rig).is_err_and(is_unmapped));
        Self { message, to_map: is_somebody.then(|| path.to_owned()) }
    }
}

impl From<String> for Unread {
    fn from(message: String) -> Self {
        Self { message, to_map: None }
    }
}
