//! From where the stage is seen.

use serde::{Deserialize, Serialize};

/// A standard point of view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ViewAngle {
    /// The character faces the camera.
    Front,
    /// From the character's left.
    Side,
    /// Between the two, a little from above.
    #[default]
    ThreeQuarter,
    /// From behind.
    Back,
    /// From above.
    Top,
}

/// One way to move the camera.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum CameraMove {
    /// Turn around the target: to the right and upwards, radians.
    Turn(f32, f32),
    /// Move the target to the right and upwards, as shares of the picture's height.
    Pan(f32, f32),
    /// Multiply the distance.
    Zoom(f32),
    /// Go to a standard view.
    LookFrom(ViewAngle),
    /// Keep the target on the character, or let it stay.
    Follow(bool),
    /// Go round the target by itself, to the right, radians a second; 0 and a turn by hand stop it.
    GoRound(f32),
}
