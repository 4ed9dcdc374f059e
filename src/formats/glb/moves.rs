//! What moves the vertices of a glTF mesh.

use glam::Affine3A;

/// What moves the vertices of a mesh.
pub(super) enum Moves {
    /// A skin: the joint of the rig that each of its joints is, and what that makes of a vertex in the rest pose.
    Skin(Vec<(u16, Affine3A)>),
    /// One joint.
    Joint(u16, Affine3A),
}
