//! What stands on the stage: plain data, written by whoever owns the time.

use super::{Figure, Studio};
use crate::body::Character;
use crate::motion::Pose;
use glam::Vec3;
use std::sync::Arc;

/// Most characters side by side.
pub const MOST_COMPARED: usize = 9;

/// Most ghosts before and after now.
pub const MOST_ECHOES: u8 = 3;

/// How a character is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As itself. Camera, floor and labels attend to these.
    Solid,
    /// As it was made, before clean-up and edits: a pale ghost.
    Original,
    /// So many steps before now, 1 to [`MOST_ECHOES`]: a cold ghost, the fainter the earlier.
    Before(u8),
    /// So many steps after now: a warm ghost.
    After(u8),
}

/// A character in a pose.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// Where and how it stands.
    pub pose: Pose,
    /// How it is drawn.
    pub look: Look,
    /// Whose rig and meshes it has.
    pub character: CharacterHandle,
}

/// How much room characters side by side take over the whole of their motions, so that the camera need not zoom while they move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparisonRoom {
    /// Half of the greatest distance between the outermost along x, metres.
    pub half_width_m: f32,
    /// The same along z.
    pub half_depth_m: f32,
}

/// Whose rig and meshes an actor has; the mannequin's where there is none. Another one makes meshes anew.
#[derive(Clone, Debug, Default)]
pub struct CharacterHandle(pub Option<Arc<Character>>);

impl PartialEq for CharacterHandle {
    /// The same one, not one that looks the same: this is asked every frame.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().map(Arc::as_ptr) == other.0.as_ref().map(Arc::as_ptr)
    }
}

/// A line on or over the floor: its corners, metres, and how clearly each is seen, 0 to 1.
pub type Line = Vec<(Vec3, f32)>;

/// A line through the world (metres) and how fast somebody is to go there, m/s; none where that is open.
pub type Ribbon = Vec<(Vec3, Option<f32>)>;

/// Lines that tell where somebody goes; empty ones are not drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// The way of the pelvis over the floor.
    pub root: Line,
    /// The ways of the left and the right foot.
    pub feet: [Line; 2],
    /// Where the next take is to go.
    pub path: Ribbon,
}

impl Lines {
    /// Draws none of them any more.
    pub fn clear(&mut self) {
        self.root.clear();
        self.feet.iter_mut().for_each(Vec::clear);
        self.path.clear();
    }
}

/// What the stage shows right now.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The characters; the solid ones come first, [`MOST_COMPARED`] at most.
    pub actors: Vec<Actor>,
    /// Characters side by side: the camera looks from the front and takes them all in.
    pub comparison: Option<ComparisonRoom>,
    /// What all of them look like.
    pub figure: Figure,
    /// Where they go.
    pub lines: Lines,
    /// Where all of this is seen.
    pub studio: Studio,
}

impl Shown {
    /// One character.
    #[must_use]
    pub fn alone(pose: Pose, figure: Figure) -> Self {
        Self {
            actors: vec![Actor { pose, look: Look::Solid, character: CharacterHandle::default() }],
            comparison: None,
            figure,
            lines: Lines::default(),
            studio: Studio::default(),
        }
    }
}

impl Default for Shown {
    fn default() -> Self {
        Self::alone(Pose::REST, Figure::Mannequin)
    }
}
