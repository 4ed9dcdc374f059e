//! Reading `.glb` and `.gltf`: any animated humanoid, with its skeleton in any pose, unit and scale.

use super::{animation, container, nodes};
use crate::formats::error::Fault;
use crate::formats::own;
use crate::motion::Motion;
use std::path::Path;

/// The motion of the bytes of the file at `path`.
pub(in crate::formats) fn decode(path: &Path, bytes: &[u8]) -> Result<Motion, Fault> {
    let container = container::open(path, bytes)?;
    let tree = nodes::tree(&container)?;
    own::motion_of(animation::sample(&container, tree)?)
}
