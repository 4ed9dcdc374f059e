//! FBX of any program, 3.0 to 7.7, binary or ASCII, by ufbx: skeletons, their animations, and the meshes that they move.
//!
//! ufbx turns the scene into ours (right-handed, Y up, metres) and makes one local transform of pivots, pre- and post-rotations; what a
//! joint inherits of its parent's scale it puts into helper nodes. So the world is the product of the locals, here as in glTF.

mod character;
pub(super) mod materials;
mod meshes;
mod motion;
pub(super) mod scene;
pub(super) mod skeleton;

use super::super::error::Fault;
use super::super::own;
use super::super::reading::{ReadOptions, Reading};
use super::super::rigged::ReadCharacter;
use crate::motion::rig::Rig;
use std::path::Path;

/// The skeleton of the bytes of a file, in the pose in which it rests.
pub(in crate::formats) fn rig(bytes: &[u8]) -> Result<Rig, Fault> {
    let scene = scene::open(bytes, scene::Wanted::Motion)?;
    Ok(skeleton::of(&scene)?.rig)
}

/// The motion of the bytes of a file and what they hold.
pub(in crate::formats) fn decode(bytes: &[u8], options: &ReadOptions) -> Result<Reading, Fault> {
    let scene = scene::open(bytes, scene::Wanted::Motion)?;
    let mut skeleton = skeleton::of(&scene)?;
    let decided = own::decided(&mut skeleton.rig, &options.presets);
    let sampled = motion::sample(&scene, skeleton, options)?;
    let notes = sampled.notes.into_iter().chain(decided).collect();
    let reading = Reading::of(own::motion_of(sampled.clip)?, sampled.recorded);
    Ok(Reading { animations: sampled.animations, taken: sampled.taken, notes, ..reading })
}

/// The character in the bytes of the file at `path`.
pub(in crate::formats) fn character(path: &Path, bytes: &[u8]) -> Result<ReadCharacter, Fault> {
    let scene = scene::open(bytes, scene::Wanted::All)?;
    character::of(path, &scene)
}
