//! The window: what the user sees, and everything that can be done there.
//!
//! Panels are functions from the session's state to actions; one system applies them. Not here: what actions do (`author`), how the
//! scene is drawn (`stage`), how motions are made (`generator`).

mod file_dialog;
pub mod film;
mod frame_pacing;
pub mod icons;
pub mod keys;
mod lifecycle;
mod lost_device;
pub mod panels;
pub mod prompts;
mod state;
pub mod theme;
mod window;

pub use frame_pacing::WindowSpeed;
pub use window::{measure, run, run_with};

use crate::author::script::ScriptError;
use crate::generator::WorkerError;
use crate::stage::StageError;
use std::path::PathBuf;

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
    /// Where the log for bug reports is, if there is one.
    pub log_file: Option<PathBuf>,
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
    Script(#[from] ScriptError),
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
