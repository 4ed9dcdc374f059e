//! Reading `.glb` and `.gltf`: any animated humanoid, with its skeleton in any pose, unit and scale.

use super::{animation, container, nodes};
use crate::formats::error::Fault;
use crate::formats::{Recorded, own};
use crate::motion::Motion;
use std::path::Path;

/// The motion of the bytes of the file at `path` and what they hold.
pub(in crate::formats) fn decode(path: &Path, bytes: &[u8]) -> Result<(Motion, Recorded), Fault> {
    let container = container::open(path, bytes)?;
    let tree = nodes::tree(&container)?;
    let (clip, recorded) = animation::sample(&container, tree)?;
    Ok((own::motion_of(clip)?, recorded))
}
