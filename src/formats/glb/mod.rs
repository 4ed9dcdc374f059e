//! glTF 2.0: the character with its skeleton and animation as one `.glb` file, and any animated humanoid read back.

mod accessors;
mod animation;
mod binary;
mod container;
mod extensions;
mod mesh;
mod nodes;
mod read;
mod vrma;
mod write;

pub(super) use read::{decode, rig};
pub(super) use vrma::encode_vrma;
pub(super) use write::encode;
