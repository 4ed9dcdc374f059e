//! Dialogs: which one is open, and what is written in it.

use super::desk::Desk;
use super::project::{Project, Purpose};
use super::{FileClip, HostCommand, ModelDialog, Next};
use crate::author::export::ExportOf;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// An open dialog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Dialog {
    /// None.
    #[default]
    None,
    /// Where to write what is shown, or more than that.
    Export {
        /// What.
        of: ExportOf,
        /// The file, of what is shown.
        path: PathBuf,
        /// Whether there is such a file.
        taken: bool,
    },
    /// Which file to save to, to open or to import.
    File {
        /// The file.
        path: PathBuf,
        /// What for.
        purpose: Purpose,
        /// Whether saving to it replaces another file.
        taken: bool,
        /// What comes behind it.
        next: Option<Next>,
    },
    /// Which of several animations in a motion file becomes a take.
    Clip {
        /// The file.
        path: PathBuf,
        /// Those that move a body.
        clips: Vec<FileClip>,
    },
    /// What becomes of unsaved work when the project is left.
    Unsaved(Next),
    /// Whether a file is saved over that somebody else has written meanwhile.
    Replace {
        /// The file.
        path: PathBuf,
        /// What comes behind it.
        next: Option<Next>,
    },
    /// What becomes of exports under way when the window closes.
    Exporting,
    /// A window died with unsaved work.
    Recover {
        /// The file of its project, if it had one.
        project: Option<PathBuf>,
    },
    /// The model's card.
    Model,
    /// Something about models.
    Models(ModelDialog),
    /// How the next generation is sampled.
    Sampling,
    /// The list of keys.
    Help,
    /// Which study to rate, and who rates.
    Rating {
        /// The study's folder.
        folder: PathBuf,
        /// Who rates.
        rater: String,
    },
    /// The command palette.
    Palette {
        /// What is looked for.
        words: String,
    },
}

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
