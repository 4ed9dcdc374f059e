//! Dialogs: which one is open, and what is written in it.

use super::models::ImportPart;
use super::motion_file::FileClip;
use crate::author::export::ExportOf;
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
        /// The file, of what is shown or of several together.
        path: PathBuf,
        /// Whether there is such a file.
        taken: bool,
    },
    /// Which file to save to, to open or to import.
    File {
        /// The file.
        path: PathBuf,
        /// What for.
        purpose: FilePurpose,
        /// Whether saving to it replaces another file.
        taken: bool,
        /// What comes behind it.
        next: Option<Next>,
    },
    /// Which of several animations in a motion file becomes a take.
    Clip {
        /// The file.
        path: PathBuf,
        /// The animations that move a body.
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
    /// What becomes of a file that holds a character and motions.
    Contents {
        /// The file.
        path: PathBuf,
        /// How many animations it holds.
        animations: usize,
    },
    /// The file of the character has moved.
    MissingCharacter {
        /// Where it was.
        path: PathBuf,
    },
    /// The skeleton of a file has parts that were not found.
    Unmapped {
        /// The file.
        path: PathBuf,
        /// What was said of it.
        trouble: String,
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

/// An open dialog about models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelDialog {
    /// The menu at the model's name.
    Menu,
    /// What can be fetched.
    Get,
    /// Checkpoints to import.
    Import,
    /// Whether a model is to be removed.
    Remove(String),
    /// What becomes of the motions under way when another model is chosen.
    Switch(String),
}

/// What a file is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePurpose {
    /// What is shown is exported to it.
    Export,
    /// Many files are exported into it.
    ExportFolder,
    /// The project is saved to it.
    Save,
    /// A project is opened.
    Open,
    /// A motion becomes a take.
    Import,
    /// A body takes the mannequin's place.
    Body,
    /// A rigged character takes the mannequin's place.
    Character,
    /// A model is imported from it.
    Model(ImportPart),
    /// The language model that says prompts in other words.
    Rewriter,
}

/// What comes when the project is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// An empty project.
    New,
    /// A project that is still to be chosen.
    Choose,
    /// The project in this file.
    Open(PathBuf),
    /// Nothing: the window closes.
    Close,
}

impl Dialog {
    /// The dialog that asks for a file to read; `path` is where to begin.
    pub(super) fn to_read(purpose: FilePurpose, path: PathBuf) -> Self {
        Self::File { path, purpose, taken: false, next: None }
    }
}
