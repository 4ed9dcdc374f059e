//! What takes its time outside of the window: writing and reading files, and asking the system for a path.

use crate::formats::{self, WriteOptions};
use crate::timeline::{Document, Take};
use bevy::prelude::Resource;
use bevy::tasks::{AsyncComputeTaskPool, Task, block_on, poll_once};
use std::path::{Path, PathBuf};

/// Errands under way.
#[derive(Resource, Default)]
pub(super) struct Errands {
    exports: Vec<Task<Result<PathBuf, String>>>,
    saves: Vec<Task<Result<PathBuf, String>>>,
    opens: Vec<Task<Result<(PathBuf, Document), String>>>,
    question: Option<Task<Option<PathBuf>>>,
}

impl Errands {
    /// Writes a take to a file in the background.
    pub(super) fn export(&mut self, take: Take, path: PathBuf) {
        self.exports.push(AsyncComputeTaskPool::get().spawn(async move { write(&take, &path).map(|()| path) }));
    }

    /// Writes a document to a project file in the background.
    pub(super) fn save(&mut self, document: Document, path: PathBuf) {
        let save = async move { formats::save_project(&path, &document).map(|()| path).map_err(|error| error.to_string()) };
        self.saves.push(AsyncComputeTaskPool::get().spawn(save));
    }

    /// Reads a project file in the background.
    pub(super) fn open(&mut self, path: PathBuf) {
        let open = async move { formats::open_project(&path).map(|document| (path, document)).map_err(|error| error.to_string()) };
        self.opens.push(AsyncComputeTaskPool::get().spawn(open));
    }

    /// What has become of the exports that are done.
    pub(super) fn take_exports(&mut self) -> Vec<Result<PathBuf, String>> {
        done(&mut self.exports)
    }

    /// What has become of the projects that were saved.
    pub(super) fn take_saves(&mut self) -> Vec<Result<PathBuf, String>> {
        done(&mut self.saves)
    }

    /// What has become of the projects that were opened.
    pub(super) fn take_opens(&mut self) -> Vec<Result<(PathBuf, Document), String>> {
        done(&mut self.opens)
    }

    /// Asks with the system's file dialog where to write. One question at a time.
    pub(super) fn ask_path(&mut self, start: &Path) {
        if self.question.is_some() {
            return;
        }
        let mut dialog = rfd::AsyncFileDialog::new().set_title("Export").add_filter("Motion", &["glb", "bvh", "npz", "npy"]);
        if let Some(name) = start.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        if let Some(folder) = start.parent().filter(|folder| folder.is_dir()) {
            dialog = dialog.set_directory(folder);
        }
        let answer = dialog.save_file();
        self.question = Some(AsyncComputeTaskPool::get().spawn(async move { answer.await.map(|file| file.path().to_owned()) }));
    }

    /// The path that was chosen. Without a desktop's portal there is none, as if the dialog had been cancelled.
    pub(super) fn take_path(&mut self) -> Option<PathBuf> {
        let answer = block_on(poll_once(self.question.as_mut()?))?;
        self.question = None;
        answer
    }
}

/// The outcomes of the tasks that are over; the others stay.
fn done<T>(tasks: &mut Vec<Task<T>>) -> Vec<T> {
    let mut outcomes = Vec::new();
    tasks.retain_mut(|task| match block_on(poll_once(task)) {
        Some(outcome) => {
            outcomes.push(outcome);
            false
        }
        None => true,
    });
    outcomes
}

fn write(take: &Take, path: &Path) -> Result<(), String> {
    let options = WriteOptions { provenance: Some(take.provenance.clone()), ..WriteOptions::default() };
    formats::write(path, &take.motion, &options).map_err(|error| error.to_string())
}
