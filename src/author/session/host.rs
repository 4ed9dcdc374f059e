//! What has to happen outside of the session.

use super::dialog::FilePurpose;
use crate::author::export::film::Film;
use crate::generator::protocol::Command;
use crate::tasks::Watch;
use crate::view::CameraMove;
use std::path::PathBuf;
use std::sync::Arc;

/// What has to happen outside of the session, done by whoever drives it: the window, or a test.
#[derive(Clone, Debug)]
pub enum HostCommand {
    /// Send the generator a command.
    Generator(Command),
    /// Move the camera.
    Camera(CameraMove),
    /// Fill the screen, or not.
    FullScreen(bool),
    /// Put text on the clipboard.
    Copy(String),
    /// Ask the system's file dialog.
    Browse {
        /// Where to begin.
        path: PathBuf,
        /// What for.
        purpose: FilePurpose,
    },
    /// Draw the stage, picture by picture, until the watch is cancelled: the work is given to [`super::Session::draw`].
    Film(Box<Film>, Arc<Watch>),
    /// Save a picture of the window.
    Screenshot(PathBuf),
    /// Close the window once [`super::Session::end`] says that all is written.
    Quit,
}
