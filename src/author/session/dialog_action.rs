//! What can be done with dialogs and messages.

use super::desk::Desk;
use super::dialog::Dialog;
use super::host::HostCommand;
use super::project::Project;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What can be done with dialogs and messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DialogAction {
    /// Open the model's card: its licence, what it can and cannot do.
    OpenModel,
    /// Open the sampler's settings.
    OpenSampling,
    /// Open the list of keys.
    OpenHelp,
    /// Open the command palette.
    OpenPalette,
    /// Write what is looked for in the command palette.
    PaletteWords(String),
    /// Write the path in the dialog that asks for a file.
    FilePath(PathBuf),
    /// Let the system's file dialog choose that path.
    BrowseFile,
    /// Close whichever dialog is open.
    CloseDialog,
    /// Take away the message with this number.
    Dismiss(u64),
}

impl DialogAction {
    /// Does it.
    pub(super) fn apply(self, desk: &mut Desk, project: &Project) {
        match self {
            Self::OpenModel => desk.dialog = Dialog::Model,
            Self::OpenSampling => desk.dialog = Dialog::Sampling,
            Self::OpenHelp => desk.dialog = Dialog::Help,
            Self::OpenPalette if desk.dialog == Dialog::None => desk.dialog = Dialog::Palette { words: String::new() },
            Self::OpenPalette => {}
            Self::PaletteWords(words) => {
                if let Dialog::Palette { words: written } = &mut desk.dialog {
                    *written = words;
                }
            }
            Self::FilePath(path) => {
                if let Dialog::File { purpose, next, .. } = &desk.dialog {
                    desk.dialog = project.file_dialog(path, *purpose, next.clone());
                }
            }
            Self::BrowseFile => {
                if let Dialog::File { path, purpose, .. } = &desk.dialog {
                    desk.host.push(HostCommand::Browse { path: path.clone(), purpose: *purpose });
                }
            }
            Self::CloseDialog => desk.dialog = Dialog::None,
            Self::Dismiss(toast) => desk.toasts.dismiss(toast),
        }
    }
}
