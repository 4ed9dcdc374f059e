//! What is shown, as plain data: whoever owns the document and the time writes it, whoever draws reads it.
//!
//! Space: the world of `motion` (Y up, metres). Not here: drawing (`stage`), documents (`author`).

mod camera;
mod look;
mod quality;
mod shown;

pub use camera::{CameraMove, ViewAngle};
pub use look::{Figure, Studio};
pub use quality::{Quality, Resolution, Shadows};
pub use shown::{Actor, CharacterHandle, ComparisonRoom, Line, Lines, Look, MOST_COMPARED, MOST_ECHOES, Shown};
