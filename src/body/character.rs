//! A character: a rig, its mapping to our skeleton, and the meshes that its joints move.

use super::BodyMesh;
use crate::motion::mapping::{Fingers, Mapping, SkinPoint};
use crate::motion::rig::{Rig, RigMotion, RigPose, RigWorld};
use crate::motion::{Motion, PARENTS, Pose, WorldPose};
use glam::Vec3;
use std::sync::Arc;

/// A rig with its mapping and its meshes, in metres.
#[derive(Clone, Debug, PartialEq)]
pub struct Character {
    mapping: Mapping,
    meshes: Arc<Vec<BodyMesh>>,
}

impl Character {
    /// The meshes on the rig of a mapping, whose unit is metres.
    ///
    /// # Panics
    /// Where a vertex is moved by a joint that the rig has not.
    #[must_use]
    pub fn new(mapping: Mapping, meshes: Vec<BodyMesh>) -> Self {
        let joints = mapping.rig().len();
        let fits = meshes.iter().flat_map(|mesh| &mesh.joints).flatten().all(|joint| usize::from(*joint) < joints);
        assert!(fits, "a vertex is moved by a joint beyond the {joints} of the rig");
        Self::sharing(mapping, Arc::new(meshes))
    }

    /// The same of meshes that others have too.
    #[must_use]
    pub fn sharing(mapping: Mapping, meshes: Arc<Vec<BodyMesh>>) -> Self {
        let vertices = meshes.iter().flat_map(|mesh| mesh.positions_m.iter().zip(&mesh.joints));
        let mapping = mapping.with_skin(vertices.map(|(at, joints)| SkinPoint { at: *at, joint: usize::from(joints[0]) }));
        Self { mapping, meshes }
    }

    /// Whether it is the same meshes on the same rig as another one, however that is mapped.
    #[must_use]
    pub fn looks_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.meshes, &other.meshes) && self.rig().rest_rotations() == other.rig().rest_rotations()
    }

    /// The same with a mesh alone, on bones of our skeleton's names and order with these places in the rest pose: the makers' way.
    pub(super) fn of_ours(rest_offsets_m: &[Vec3; crate::motion::JOINT_COUNT], mesh: BodyMesh) -> Self {
        Self::new(Mapping::shared(&Rig::ours(crate::motion::NameStyle::Smpl, rest_offsets_m)), vec![mesh])
    }

    /// The same with its fingers held like this, where it has some.
    #[must_use]
    pub fn with_fingers(mut self, fingers: Fingers) -> Self {
        self.mapping = self.mapping.with_fingers(fingers);
        self
    }

    /// The rig.
    #[must_use]
    pub fn rig(&self) -> &Rig {
        self.mapping.rig()
    }

    /// How it moves by our motions.
    #[must_use]
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The meshes, all moved by the rig's joints.
    #[must_use]
    pub fn meshes(&self) -> &[BodyMesh] {
        &self.meshes
    }

    /// The meshes, to be shared.
    #[must_use]
    pub fn shared_meshes(&self) -> &Arc<Vec<BodyMesh>> {
        &self.meshes
    }

    /// The meshes, given away.
    #[must_use]
    pub fn into_meshes(self) -> Vec<BodyMesh> {
        Arc::unwrap_or_clone(self.meshes)
    }

    /// A pose of ours on its rig, parent-relative.
    #[must_use]
    pub fn pose(&self, pose: &Pose) -> RigPose {
        self.mapping.pose_onto(pose)
    }

    /// Where the joints of its rig are in a pose of ours, in the world, metres.
    #[must_use]
    pub fn world(&self, pose: &Pose) -> RigWorld {
        let posed = self.pose(pose);
        self.rig().world(&posed.translations, &posed.rotations)
    }

    /// Where our joints are on its rig in a pose; a part that it has not is where its parent is. The rotations are ours.
    #[must_use]
    pub fn stands(&self, pose: &Pose) -> WorldPose {
        self.ours(pose, &self.world(pose))
    }

    /// The same of joints that have been placed by [`Character::world`].
    #[must_use]
    pub fn ours(&self, pose: &Pose, world: &RigWorld) -> WorldPose {
        let mut ours = pose.world();
        for (joint, part) in self.mapping.parts().into_iter().enumerate() {
            let parent = PARENTS[joint].unwrap_or_default();
            ours.positions_m[joint] = part.map_or(ours.positions_m[parent], |part| world.positions[part]);
        }
        ours
    }

    /// Where the joints of its rig are in the rest pose, metres.
    #[must_use]
    pub fn rest_positions_m(&self) -> Vec<Vec3> {
        self.rig().rest_world().positions
    }

    /// A motion of our skeleton on its rig, at 30 fps.
    #[must_use]
    pub fn follows(&self, motion: &Motion) -> RigMotion {
        self.mapping.onto(motion)
    }

    /// How much further its root goes than ours: 1 where it is as large.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.mapping.scale()
    }
}
