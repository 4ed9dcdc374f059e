//! What all encoders of films are handed.

use crate::stage::Picture;

/// What makes a film of pictures that it is handed one after another, all of one size.
pub(super) trait Encoder {
    fn add(&mut self, picture: &Picture) -> Result<(), String>;
    /// There are no more pictures.
    fn end(&mut self) -> Result<(), String>;
}
