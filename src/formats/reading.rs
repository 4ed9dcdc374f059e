//! Reading a motion from any file that has one: what to take of it, what was found.

use super::error::Fault;
use super::{Format, FormatError, amass, bvh, check, features, file, glb};
use crate::motion::Motion;
use crate::motion::rig::{Rig, RigMotion};
use std::path::Path;

/// What to take of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// Which animation; `None` is the first that moves a body.
    pub clip: Option<ClipChoice>,
    /// Frames a second, where those that the file says are wrong.
    pub source_fps: Option<f32>,
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
    /// The animations of the file, where its format can have several (glTF).
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

/// The motion in a file, at 30 fps on our skeleton.
///
/// # Errors
/// The file cannot be read, its ending is unknown, or its contents are damaged, too large or no humanoid motion.
pub fn read(path: &Path) -> Result<Motion, FormatError> {
    read_with(path, &ReadOptions::default()).map(|reading| reading.motion)
}

/// The motion in a file that the options choose, and what the file holds.
///
/// # Errors
/// As [`read`], and where the file has no such animation.
pub fn read_with(path: &Path, options: &ReadOptions) -> Result<Reading, FormatError> {
    Format::readable(path)?;
    let bytes = file::load(path)?;
    decode(path, &bytes, options)
}

/// The skeleton and the frames of a BVH file as they are, for those who look at how they are retargeted.
///
/// # Errors
/// As [`read`].
pub fn read_bvh(path: &Path) -> Result<RigMotion, FormatError> {
    let parsed = bvh::parse(&file::load(path)?, &ReadOptions::default());
    parsed.map(|parsed| parsed.clip).map_err(|fault| fault.while_reading(path))
}

/// The skeleton of a file that has one of its own, whether something moves it or not.
///
/// # Errors
/// As [`read`], and for files that hold numbers of a known skeleton alone.
pub fn read_rig(path: &Path) -> Result<Rig, FormatError> {
    let format = Format::readable(path)?;
    let bytes = file::load(path)?;
    let found = match format {
        Format::Bvh => bvh::parse(&bytes, &ReadOptions::default()).map(|parsed| parsed.clip.rig),
        Format::Glb => glb::rig(path, &bytes),
        Format::Fbx | Format::Npz | Format::Npy => {
            Err(Fault::new("no skeleton of its own", "its joints are SMPL's; ask for a BVH or glTF file"))
        }
    };
    found.map_err(|fault| fault.while_reading(path))
}

/// The motion in the bytes of a file, whose name says how they are read; what a glTF document refers to is looked for beside it.
///
/// # Errors
/// As [`read_with`].
pub fn decode(path: &Path, bytes: &[u8], options: &ReadOptions) -> Result<Reading, FormatError> {
    let format = Format::readable(path)?;
    if options.clip.is_some() && format != Format::Glb {
        return Err(Fault::new("one animation alone", "leave out --clip: only glTF files have several").while_reading(path));
    }
    let found = match format {
        Format::Bvh => bvh::decode(bytes, options),
        Format::Glb => glb::decode(path, bytes, options),
        Format::Npz => amass::decode(bytes, options),
        Format::Npy => features::decode(bytes, options),
        Format::Fbx => Err(Fault::new("a scene of another program", "export .glb")),
    };
    let checked = found.and_then(|found| check(&found.motion).map(|()| found));
    checked.map_err(|fault| fault.while_reading(path))
}
