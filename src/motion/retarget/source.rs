//! A foreign skeleton and its animation as readers deliver it: any joints, any axes, any unit, any rate.

use glam::{Quat, Vec3};

/// A skeleton of any humanoid. Parents come before children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceSkeleton {
    /// Joint names as in the file.
    pub names: Vec<String>,
    /// Parent of each joint.
    pub parents: Vec<Option<usize>>,
    /// Parent-relative rest translation of each joint, in the file's unit.
    pub rest_translations: Vec<Vec3>,
    /// Parent-relative rest rotation of each joint (BVH: the identity).
    pub rest_rotations: Vec<Quat>,
}

/// An animated foreign skeleton.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceClip {
    /// The skeleton.
    pub skeleton: SourceSkeleton,
    /// Frames a second.
    pub fps: f32,
    /// Parent-relative translations, `[frames × joints]`, frame by frame.
    pub translations: Vec<Vec3>,
    /// Parent-relative rotations, `[frames × joints]`, frame by frame.
    pub rotations: Vec<Quat>,
}

/// Joints of a foreign skeleton in its world.
pub(super) struct SourceWorld {
    pub(super) positions: Vec<Vec3>,
    pub(super) rotations: Vec<Quat>,
}

impl SourceClip {
    /// Number of joints.
    #[must_use]
    pub fn joint_count(&self) -> usize {
        self.skeleton.names.len()
    }

    /// Number of frames.
    #[must_use]
    pub fn frame_count(&self) -> usize {
        self.rotations.len().checked_div(self.joint_count()).unwrap_or(0)
    }

    /// Forward kinematics of one frame.
    pub(super) fn world(&self, frame: usize) -> SourceWorld {
        let joints = self.joint_count();
        let range = frame * joints..(frame + 1) * joints;
        self.skeleton.world(&self.translations[range.clone()], &self.rotations[range])
    }
}

impl SourceSkeleton {
    /// Forward kinematics of parent-relative translations and rotations.
    pub(super) fn world(&self, translations: &[Vec3], local: &[Quat]) -> SourceWorld {
        let mut world = SourceWorld { positions: translations.to_vec(), rotations: local.to_vec() };
        for (joint, parent) in self.parents.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            world.positions[joint] = world.positions[parent] + world.rotations[parent] * translations[joint];
            world.rotations[joint] = (world.rotations[parent] * local[joint]).normalize();
        }
        world
    }

    /// Forward kinematics of given world rotations over the rest translations.
    pub(super) fn posed(&self, world_rotations: Vec<Quat>) -> SourceWorld {
        let mut world = SourceWorld { positions: self.rest_translations.clone(), rotations: world_rotations };
        for (joint, parent) in self.parents.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            world.positions[joint] = world.positions[parent] + world.rotations[parent] * self.rest_translations[joint];
        }
        world
    }
}
