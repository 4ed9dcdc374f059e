//! Motion files that become takes.

use super::{Dialog, Effect, Session};
use crate::author::toast::ToastKind;
use crate::timeline::Take;
use std::path::PathBuf;
use std::time::Duration;

/// A motion file that was read.
#[derive(Clone, Debug)]
pub struct ImportedFile {
    /// The file.
    pub path: PathBuf,
    /// The animation that was asked for, or the first that moves a body.
    pub take: Take,
    /// What was not as it should be.
    pub notes: Vec<String>,
    /// All animations that move a body, where none was asked for.
    pub clips: Vec<FileClip>,
}

/// One of several animations in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileClip {
    /// Its place in the file, from one.
    pub number: usize,
    /// Its name, or that it is an animation of this number.
    pub name: String,
    /// Its length.
    pub length: Duration,
}

impl Session {
    pub(super) fn import(&mut self, path: PathBuf, clips: Vec<usize>) -> Vec<Effect> {
        self.dialog = Dialog::None;
        self.errands += clips.len().max(1);
        vec![Effect::Import(path, clips)]
    }

    /// A motion file has been read, or not. It becomes the newest take; of several animations the user chooses first.
    pub fn imported(&mut self, outcome: Result<ImportedFile, String>) {
        self.errands = self.errands.saturating_sub(1);
        match outcome {
            Ok(ImportedFile { path, clips, .. }) if clips.len() > 1 && self.dialog == Dialog::None => {
                self.dialog = Dialog::Clip { path, clips };
            }
            Ok(file) => {
                self.toasts.add(ToastKind::Done, format!("imported {}", file.take.provenance.prompt()));
                let id = self.add_take(file.take);
                self.unwatch();
                self.show_take(id);
                for note in file.notes {
                    self.toasts.add(ToastKind::Warning, note);
                }
            }
            Err(message) => self.toasts.add(ToastKind::Error, message),
        }
    }
}
