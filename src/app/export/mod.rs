//! What takes its time outside of the window: writing and reading files, and asking the system for a path.

pub mod choices;
pub mod command_line;
pub mod names;
pub mod work;

pub use choices::{ExportChoices, ExportOf, FileKind};

use crate::formats::{self, WriteOptions};
use crate::timeline::{Document, Take};
use bevy::prelude::Resource;
use bevy::tasks::{AsyncComputeTaskPool, Task, block_on, poll_once};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use work::{Batch, Watch, WorkOutcome};

/// What was chosen in a dialog of the system.
pub(super) enum Chosen {
    /// A file to write.
    File(PathBuf),
    /// A folder to write into.
    Folder(PathBuf),
}

type Answer = Option<Chosen>;

/// Errands under way.
#[derive(Resource, Default)]
pub(super) struct Errands {
    exports: Vec<Task<Result<PathBuf, String>>>,
    saves: Vec<Task<Result<PathBuf, String>>>,
    opens: Vec<Task<Result<(PathBuf, Document), String>>>,
    work: Option<(Arc<Watch>, Task<WorkOutcome>)>,
    question: Option<Task<Answer>>,
}

impl Errands {
    /// Writes a take to a file in the background.
    pub(super) fn export(&mut self, take: Take, options: WriteOptions, path: PathBuf) {
        let export = async move { formats::write(&path, &take.motion, &options).map(|()| path).map_err(|error| error.to_string()) };
        self.exports.push(AsyncComputeTaskPool::get().spawn(export));
    }

    /// Writes several files in the background. The session has one such work at a time.
    pub(super) fn export_all(&mut self, batch: Batch) {
        let watch = Arc::new(Watch::default());
        let seen = Arc::clone(&watch);
        self.work = Some((watch, AsyncComputeTaskPool::get().spawn(async move { batch.write(&seen) })));
    }

    /// The long work is to end.
    pub(super) fn cancel_work(&self) {
        if let Some((watch, _)) = &self.work {
            watch.cancel();
        }
    }

    /// How far the long work is.
    pub(super) fn work_done(&self) -> Option<usize> {
        self.work.as_ref().map(|(watch, _)| watch.done())
    }

    /// What has become of the long work, if it is over.
    pub(super) fn take_work(&mut self) -> Option<WorkOutcome> {
        let outcome = block_on(poll_once(&mut self.work.as_mut()?.1))?;
        self.work = None;
        Some(outcome)
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
        let answer = async move { answer.await.map(|file| Chosen::File(file.path().to_owned())) };
        self.question = Some(AsyncComputeTaskPool::get().spawn(answer));
    }

    /// Asks with the system's dialog for a folder. One question at a time.
    pub(super) fn ask_folder(&mut self, start: &Path) {
        if self.question.is_some() {
            return;
        }
        let dialog = rfd::AsyncFileDialog::new().set_title("Export into a folder");
        let dialog = if start.is_dir() { dialog.set_directory(start) } else { dialog };
        let answer = dialog.pick_folder();
        let answer = async move { answer.await.map(|folder| Chosen::Folder(folder.path().to_owned())) };
        self.question = Some(AsyncComputeTaskPool::get().spawn(answer));
    }

    /// The path that was chosen. Without a desktop's portal there is none, as if the dialog had been cancelled.
    pub(super) fn take_path(&mut self) -> Option<Chosen> {
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
