//! Reading `.glb` and `.gltf`: any animated humanoid, with its skeleton in any pose, unit and scale.

use super::{animation, container, nodes};
use crate::formats::error::Fault;
use crate::formats::{ReadOptions, Reading, own};
use crate::motion::rig::Rig;
use std::path::Path;

/// The skeleton of the bytes of the file at `path`, in the pose in which it rests.
pub(in crate::formats) fn rig(path: &Path, bytes: &[u8]) -> Result<Rig, Fault> {
    Ok(nodes::tree(&container::open(path, bytes)?)?.rig)
}

/// The motion of the bytes of the file at `path` and what they hold.
pub(in crate::formats) fn decode(path: &Path, bytes: &[u8], options: &ReadOptions) -> Result<Reading, Fault> {
    let mut container = container::open(path, bytes)?;
    let mut tree = nodes::tree(&container)?;
    let decided = own::decided(&mut tree.rig, &options.presets);
    let sampled = animation::sample(&container, tree, options)?;
    let mut notes = std::mem::take(&mut container.notes);
    notes.extend(sampled.notes);
    notes.extend(decided);
    let reading = Reading::of(own::motion_of(sampled.clip)?, sampled.recorded);
    Ok(Reading { animations: sampled.animations, taken: sampled.taken, notes, ..reading })
}
