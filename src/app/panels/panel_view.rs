//! What panels see of the window.

use crate::author::session::Session;
use crate::stage::ScreenBox;
use crate::view::Projection;

/// What panels see.
#[derive(Clone, Copy)]
pub struct PanelView<'a> {
    /// The window's state.
    pub session: &'a Session,
    /// Prompts to try.
    pub examples: &'a [&'a str],
    /// Where the compared characters are in the picture.
    pub on_screen: &'a [ScreenBox],
    /// How the camera sees the stage.
    pub projection: &'a Projection,
}
