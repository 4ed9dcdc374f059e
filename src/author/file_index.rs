//! What a project's file, or the copy of unsaved work, has already: on the thread that writes it.

use crate::body::CharacterChoice;
use crate::formats::{ProjectIndex, update_project};
use crate::timeline::Document;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The index of a file that is written on another thread, by one task at a time; the session's thread never waits for it.
#[derive(Clone, Debug, Default)]
pub(super) struct FileIndex(Arc<Mutex<ProjectIndex>>);

impl From<ProjectIndex> for FileIndex {
    fn from(index: ProjectIndex) -> Self {
        Self(Arc::new(Mutex::new(index)))
    }
}

impl FileIndex {
    /// Writes a project to the file that this is the index of, or to another one, whose index it is then.
    pub(super) fn save(&self, path: &Path, document: &Document, character: &CharacterChoice) -> Result<(), String> {
        let mut index = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        update_project(path, document, Some(character), &mut index).map_err(|error| error.to_string())
    }
}
