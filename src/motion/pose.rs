//! One frame: where the pelvis is and how each joint is turned; forward kinematics.

use super::skeleton::{JOINT_COUNT, PARENTS, REST_OFFSETS_M};
use glam::{Quat, Vec3};
use serde::{Deserialize, Serialize};

/// A pose of the SMPL-22 skeleton.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pose {
    /// The pelvis joint in the world, metres.
    pub root_m: Vec3,
    /// Parent-relative rotation of each joint; entry 0 is `world_from_pelvis`.
    pub local: [Quat; JOINT_COUNT],
}

/// A pose after forward kinematics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorldPose {
    /// Joint positions in the world, metres.
    pub positions_m: [Vec3; JOINT_COUNT],
    /// `world_from_joint` rotations.
    pub rotations: [Quat; JOINT_COUNT],
}

impl Pose {
    /// The T-pose.
    pub const REST: Self = Self { root_m: REST_OFFSETS_M[0], local: [Quat::IDENTITY; JOINT_COUNT] };

    /// Turned by `yaw_rad` about the world's Y axis through the origin, and then moved.
    #[must_use]
    pub fn placed(&self, yaw_rad: f32, offset_m: Vec3) -> Self {
        let turn = Quat::from_rotation_y(yaw_rad);
        let mut pose = *self;
        pose.root_m = turn * pose.root_m + offset_m;
        pose.local[0] = turn * pose.local[0];
        pose
    }

    /// Forward kinematics on our skeleton.
    #[must_use]
    pub fn world(&self) -> WorldPose {
        self.world_on(&REST_OFFSETS_M)
    }

    /// Forward kinematics on bones of other lengths: the place of each joint in its rest pose, relative to its parent; metres. The
    /// pelvis is where the pose says.
    #[must_use]
    pub fn world_on(&self, rest_offsets_m: &[Vec3; JOINT_COUNT]) -> WorldPose {
        let mut rotations = self.local;
        let mut positions_m = [self.root_m; JOINT_COUNT];
        for joint in 1..JOINT_COUNT {
            let parent = PARENTS[joint].expect("only the pelvis has no parent");
            positions_m[joint] = positions_m[parent] + rotations[parent] * rest_offsets_m[joint];
            rotations[joint] = rotations[parent] * self.local[joint];
        }
        WorldPose { positions_m, rotations }
    }

    /// The pose `t` of the way from `self` (0) to `other` (1): path linear, rotations by slerp along the shorter arc.
    #[must_use]
    pub fn lerp(&self, other: &Self, t: f32) -> Self {
        Self {
            root_m: self.root_m.lerp(other.root_m, t),
            local: std::array::from_fn(|joint| self.local[joint].slerp(other.local[joint], t)),
        }
    }
}

impl WorldPose {
    /// Parent-relative rotations of these world rotations.
    #[must_use]
    pub fn to_pose(&self) -> Pose {
        let local = std::array::from_fn(|joint| match PARENTS[joint] {
            None => self.rotations[0],
            Some(parent) => (self.rotations[parent].inverse() * self.rotations[joint]).normalize(),
        });
        Pose { root_m: self.positions_m[0], local }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::rest_positions;

    #[test]
    fn the_rest_pose_lands_on_the_rest_positions() {
        assert_eq!(Pose::REST.world().positions_m, rest_positions());
    }

    #[test]
    fn world_rotations_go_back_to_the_same_pose() {
        let mut pose = Pose::REST;
        for (joint, local) in pose.local.iter_mut().enumerate() {
            *local = Quat::from_rotation_x(0.1 * joint as f32) * Quat::from_rotation_z(0.05);
        }
        let again = pose.world().to_pose();
        for (a, b) in pose.local.iter().zip(&again.local) {
            assert!(a.angle_between(*b) < 1e-3);
        }
    }
}
