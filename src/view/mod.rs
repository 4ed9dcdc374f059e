//! What is shown, as plain data: whoever owns the document and the time writes it, whoever draws reads it.
//!
//! Space: the world of `motion` (Y up, metres). Not here: drawing (`stage`), documents (`author`).

mod camera;
mod look;
mod projection;
mod quality;
mod shown;

pub use camera::{CameraMove, ViewAngle};
pub use look::{Figure, Studio};
pub use projection::Projection;
pub use quality::{Quality, Resolution, Shadows};
pub use shown::{Actor, CharacterHandle, ComparisonRoom, Line, Lines, Look, MOST_COMPARED, MOST_ECHOES, Ribbon, Shown};
