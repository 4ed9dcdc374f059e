//! The window: what the user sees, and everything that can be done there.
//!
//! Panels are functions from the [`session`]'s state to [`Action`]s; one system applies them, wherever they come from: panels,
//! [`keys`] or a [`script`]. Not here: how the scene is drawn (`stage`), how motions are made (`generator`).

mod action;
pub mod commands;
mod errands;
pub mod export;
pub mod icons;
mod keep;
pub mod keys;
mod lost_device;
pub mod model_tasks;
pub mod panels;
pub mod player;
pub mod prompts;
mod pulse;
pub mod recovery;
pub mod scene;
pub mod script;
pub mod session;
pub mod settings;
pub mod stamp;
mod tasks;
pub mod theme;
pub mod toast;
mod window;

pub use action::Action;
pub use pulse::WindowSpeed;
pub use window::{measure, run, run_with};

use crate::generator::WorkerError;
use crate::stage::StageError;
use std::path::PathBuf;

/// The model that was chosen last, in this window or an earlier one.
#[must_use]
pub fn remembered_model() -> String {
    settings::Settings::file().map_or_else(settings::Settings::default, |file| settings::Settings::read(&file)).model
}

/// How the window starts.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// The project, or the motion, to open.
    pub file: Option<PathBuf>,
    /// A list of actions to run; the window closes at its end.
    pub script: Option<PathBuf>,
    /// Where a script's pictures go; the current folder otherwise.
    pub screenshots: Option<PathBuf>,
    /// Full screen, with curated prompts.
    pub demo: bool,
    /// The model to load, a name or a folder; the one that was chosen last otherwise.
    pub model: Option<String>,
    /// Threads that its network gets.
    pub threads: usize,
    /// Where the generator's network runs.
    pub device: crate::pipeline::Device,
}

/// Why the window could not open, or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no screen to open a window on.
    #[error("no display to open a window on; set DISPLAY or WAYLAND_DISPLAY, or use `zoetrope generate` without a window")]
    NoDisplay,
    /// The graphics device failed.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// The script could not be read.
    #[error(transparent)]
    Script(#[from] script::ScriptError),
    /// Something in the script went wrong.
    #[error("the script ran into an error: {0}")]
    ScriptFailed(String),
    /// The folder for pictures could not be made.
    #[error("could not make the folder for pictures ({reason}): {path}; choose one that can be written to")]
    Screenshots {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The generator's thread could not be started.
    #[error("could not start the generator ({0}); close other programs and try again")]
    Generator(String),
    /// The graphics device is gone.
    #[error("the graphics device was lost ({cause}): {next_step}")]
    LostDevice {
        /// Why.
        cause: String,
        /// What became of the work, and what to do.
        next_step: String,
    },
    /// The window ended with an error that bevy has told.
    #[error("the window closed with an error; run again with RUST_LOG=info to see more")]
    Window,
}

impl From<WorkerError> for AppError {
    fn from(error: WorkerError) -> Self {
        Self::Generator(error.to_string())
    }
}
