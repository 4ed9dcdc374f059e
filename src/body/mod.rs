//! A character: a mesh with skin weights on the SMPL-22 skeleton.
//!
//! Where characters come from: [`Character::mannequin`] unpacks the figure that [`mannequin`] makes and `assets/` carries; a
//! character from elsewhere (a user's own body model) is one more constructor beside it that fills the same fields, with its
//! vertices moved to our rest joints. Everything downstream (stage, exporters) reads only [`Character`].
//!
//! Space: the rest pose of [`crate::motion::REST_OFFSETS_M`], Y up, metres, facing +Z. Not here: drawing, files of users.

mod asset;
pub mod check;
pub mod mannequin;
mod skin;

pub use asset::AssetError;
pub use skin::{skin, skin_with_normals};

use glam::Vec3;

/// A skinned mesh in the rest pose. All vertex arrays have the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct Character {
    /// Vertices `[vertices]`, metres.
    pub positions_m: Vec<Vec3>,
    /// Unit outward normals `[vertices]`.
    pub normals: Vec<Vec3>,
    /// Vertex indices `[triangles]`, counter-clockwise seen from outside.
    pub triangles: Vec<[u32; 3]>,
    /// Joints that move each vertex `[vertices]`, heaviest first; 0 where the weight is 0.
    pub joints: Vec<[u8; 4]>,
    /// Their weights `[vertices]`, sum 1.
    pub weights: Vec<[f32; 4]>,
    /// Base colour of each vertex `[vertices]`, linear RGB 0..=1.
    pub colors: Vec<[f32; 3]>,
}
