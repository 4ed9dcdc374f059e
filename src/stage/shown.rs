//! What stands on the stage: plain data, written by whoever owns the time.

use super::Figure;
use crate::motion::Pose;
use bevy::prelude::Resource;

/// Most characters side by side.
pub const MOST_ABREAST: usize = 9;

/// How a character is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As itself. Camera, floor and labels attend to these.
    Solid,
}

/// A character in a pose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Actor {
    /// Where and how it stands.
    pub pose: Pose,
    /// How it is drawn.
    pub look: Look,
}

/// How much room characters side by side take over the whole of their motions, so that the camera need not zoom while they move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Abreast {
    /// Half of the greatest distance between the outermost along x, metres.
    pub half_width_m: f32,
    /// The same along z.
    pub half_depth_m: f32,
}

/// What the stage shows right now.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct Shown {
    /// The characters; the solid ones come first, [`MOST_ABREAST`] at most.
    pub actors: Vec<Actor>,
    /// Characters side by side: the camera looks from the front and takes them all in.
    pub abreast: Option<Abreast>,
    /// What all of them look like.
    pub figure: Figure,
}

impl Shown {
    /// One character.
    #[must_use]
    pub fn alone(pose: Pose, figure: Figure) -> Self {
        Self { actors: vec![Actor { pose, look: Look::Solid }], abreast: None, figure }
    }
}

impl Default for Shown {
    fn default() -> Self {
        Self::alone(Pose::REST, Figure::Mannequin)
    }
}
