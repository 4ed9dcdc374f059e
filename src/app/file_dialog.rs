//! Asking for a path with the system's file dialog. Without a desktop's portal there is none, as if it had been cancelled.

use crate::author::export::FileKind;
use crate::author::session::{FilePurpose, ImportPart};
use crate::formats::PROJECT_ENDING;
use bevy::prelude::Resource;
use bevy::tasks::{AsyncComputeTaskPool, Task, block_on, poll_once};
use std::path::{Path, PathBuf};

/// The open dialog; there is one at a time.
#[derive(Resource, Default)]
pub(super) struct FileDialog(Option<(FilePurpose, Task<Option<PathBuf>>)>);

impl FileDialog {
    /// Opens it, unless there is one. It begins at a path.
    pub(super) fn open(&mut self, start: &Path, purpose: FilePurpose) {
        if self.0.is_some() {
            return;
        }
        let motion = ("Motion", &["glb", "bvh", "npz", "npy"][..]);
        let imports = ("Motion", &["glb", "gltf", "vrm", "vrma", "fbx", "bvh", "npz", "pkl", "npy"][..]);
        let endings = FileKind::ALL.map(|(kind, ..)| kind.ending()).into_iter().chain(["usdz"]).collect::<Vec<_>>();
        let exports = ("Motion or pictures", &endings[..]);
        let project = ("Zoetrope project", &[PROJECT_ENDING][..]);
        let (title, (name, endings)) = match purpose {
            FilePurpose::Export => ("Export", exports),
            FilePurpose::Import => ("Import", imports),
            FilePurpose::Body => ("Your own body", ("SMPL, SMPL-H, SMPL-X", &["npz", "pkl"][..])),
            FilePurpose::Character => ("Your own character", ("Rigged character", &["glb", "gltf", "vrm", "fbx"][..])),
            FilePurpose::Save => ("Save", project),
            FilePurpose::Open => ("Open", project),
            FilePurpose::ExportFolder => ("Export into a folder", motion),
            FilePurpose::Model(_) => ("Import checkpoints", ("Checkpoints", &["pth", "safetensors", "gguf", "npy"][..])),
            FilePurpose::Rewriter => ("Your own language model", ("Llama", &["gguf"][..])),
        };
        let mut dialog = rfd::AsyncFileDialog::new().set_title(title).add_filter(name, endings);
        if let Some(name) = start.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        let folder = if purpose == FilePurpose::ExportFolder { Some(start) } else { start.parent() };
        if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
            dialog = dialog.set_directory(folder);
        }
        let chosen = async move {
            let chosen = match purpose {
                FilePurpose::Export | FilePurpose::Save => dialog.save_file().await,
                FilePurpose::ExportFolder | FilePurpose::Model(ImportPart::TextEncoder) => dialog.pick_folder().await,
                FilePurpose::Import
                | FilePurpose::Open
                | FilePurpose::Body
                | FilePurpose::Character
                | FilePurpose::Model(_)
                | FilePurpose::Rewriter => dialog.pick_file().await,
            };
            chosen.map(|file| file.path().to_owned())
        };
        self.0 = Some((purpose, AsyncComputeTaskPool::get().spawn(chosen)));
    }

    /// What was chosen since the last call, and what for.
    pub(super) fn take_chosen(&mut self) -> Option<(FilePurpose, PathBuf)> {
        let (purpose, task) = self.0.as_mut()?;
        let (purpose, chosen) = (*purpose, block_on(poll_once(task))?);
        self.0 = None;
        Some((purpose, chosen?))
    }
}
