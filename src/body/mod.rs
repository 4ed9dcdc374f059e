//! A character: a mesh with skin weights on the SMPL-22 skeleton.
//!
//! Where characters come from: [`Character::mannequin_with`] unpacks the figure that [`mannequin`] makes and `assets/` carries, and gives
//! it a look; [`BodyModel::character`] shapes a user's own SMPL body. A third kind is one more variant of [`Wears`], which settings and
//! projects keep, and one more constructor that fills the same fields. Everything downstream (stage, exporters) reads only [`Character`].
//!
//! Space: Y up, metres, facing +Z, in the rest pose. A motion is on our skeleton; [`Character::stands`] and [`Character::follows`] put it on
//! the character's own bones. Not here: drawing, files of users.

mod asset;
mod cast;
pub mod check;
mod look;
pub mod mannequin;
mod pose_shapes;
mod shape;
mod skin;

pub use asset::AssetError;
pub use cast::{Cast, Wears};
pub use look::{BUILDS, COLORS, MannequinLook};
pub use pose_shapes::{POSE_SHAPES, PoseShapes, ROWS_OF_JOINT};
pub use shape::{BodyModel, BodyModelError, MOST_DEVIATION};
pub use skin::{skin, skin_with_normals};

use crate::motion::{JOINT_COUNT, Motion, Pose, REST_OFFSETS_M, WorldPose};
use glam::Vec3;
use std::sync::Arc;

/// A skinned mesh in the rest pose. All vertex arrays have the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct Character {
    /// Place of each joint in the rest pose, relative to its parent; the pelvis's stands over the floor, metres.
    pub rest_offsets_m: [Vec3; JOINT_COUNT],
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
    /// How poses move the vertices before skinning.
    pub pose_shapes: Arc<PoseShapes>,
}

impl Character {
    /// Forward kinematics of a pose on the character's bones. Its root moves as much further as its pelvis is higher, so that its feet
    /// touch where ours do.
    #[must_use]
    pub fn stands(&self, pose: &Pose) -> WorldPose {
        self.placed(pose).world_on(&self.rest_offsets_m)
    }

    /// The vertices of the rest pose as a pose moves them before skinning, metres.
    #[must_use]
    pub fn posed_m(&self, pose: &Pose) -> Vec<Vec3> {
        let mut positions_m = self.positions_m.clone();
        self.pose_shapes.add_to(&mut positions_m, pose);
        positions_m
    }

    /// Where the joints are in the rest pose, metres.
    #[must_use]
    pub fn rest_positions_m(&self) -> [Vec3; JOINT_COUNT] {
        Pose { root_m: self.rest_offsets_m[0], ..Pose::REST }.world_on(&self.rest_offsets_m).positions_m
    }

    /// A motion of our skeleton on the character's: the same rotations, and the root as [`Character::stands`] moves it.
    #[must_use]
    pub fn follows(&self, motion: &Motion) -> Motion {
        Motion { frames: motion.frames.iter().map(|pose| self.placed(pose)).collect() }
    }

    fn placed(&self, pose: &Pose) -> Pose {
        Pose { root_m: pose.root_m * self.scale(), ..*pose }
    }

    /// How much further its root goes than ours: 1 where its pelvis is as high.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.rest_offsets_m[0].y / REST_OFFSETS_M[0].y
    }
}
