//! glTF 2.0: the character with its skeleton and animation as one `.glb` file, and any animated humanoid read back.

mod accessors;
mod animation;
mod binary;
mod character;
mod container;
mod extensions;
mod look;
mod materials;
mod mesh;
mod moves;
mod nodes;
mod onto;
mod primitives;
mod read;
mod rest;
mod rights;
mod vrma;
mod write;

pub(super) use character::character;
pub(super) use onto::{Form, onto};
pub(super) use read::{decode, rig};
pub(super) use vrma::encode_vrma;
pub(super) use write::encode;
