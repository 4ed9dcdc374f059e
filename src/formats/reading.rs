//! What to take of a file that holds a motion, and what was found in it.

use crate::motion::Motion;
use crate::motion::mapping::Presets;

/// What to take of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// Which animation; `None` is the first that moves a body.
    pub clip: Option<ClipChoice>,
    /// Frames a second, where those that the file says are wrong.
    pub source_fps: Option<f32>,
    /// What users decided about the joints of skeletons.
    pub presets: Presets,
}

/// One of several animations in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClipChoice {
    /// The one of this number, from one.
    Numbered(usize),
    /// The one of this name, or of this number in figures where none is called so.
    Named(String),
}

/// What a file holds by itself, before it becomes a motion at 30 fps on our skeleton.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recorded {
    /// Frames; of a glTF file key frames, as many as fit its length.
    pub frames: usize,
    /// Frames a second; glTF has none and is taken at the pace of its most densely keyed joint.
    pub fps: f32,
    /// Joints of the skeleton, ends of bones not counted.
    pub joints: usize,
}

impl Recorded {
    /// Length in seconds, counting every frame as one frame long.
    #[must_use]
    pub fn duration_secs(&self) -> f32 {
        self.frames as f32 / self.fps
    }
}

/// One of several animations in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Animation {
    /// Its name; empty where it has none.
    pub name: String,
    /// From its first key frame to its last, seconds; 0 where its key frames were not looked at, because another was asked for.
    pub secs: f32,
    /// Whether it moves a joint; else it is a single pose, moves something else, or was not looked at.
    pub moves: bool,
    /// Why its key frames cannot be read.
    pub fault: Option<String>,
}

/// A motion that was read, and what its file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// At 30 fps on our skeleton.
    pub motion: Motion,
    /// What the file has of it.
    pub recorded: Recorded,
    /// The animations of the file, where its format can have several (glTF, FBX).
    pub animations: Vec<Animation>,
    /// Which of them was taken.
    pub taken: usize,
    /// What in the file was not as it should be, and how it was taken; a sentence each.
    pub notes: Vec<String>,
}

impl Reading {
    /// The motion of a format that has one animation.
    pub(super) fn of(motion: Motion, recorded: Recorded) -> Self {
        Self { motion, recorded, animations: Vec::new(), taken: 0, notes: Vec::new() }
    }
}
