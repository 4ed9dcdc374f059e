//! Pose blend shapes and linear blend skinning.

use super::Character;
use crate::motion::{JOINT_COUNT, WorldPose};
use glam::{Affine3A, Mat3, Quat, Vec3};

/// World positions of the vertices `[vertices]`, metres, in a pose of the character ([`Character::stands`]).
#[must_use]
pub fn skin(character: &Character, pose: &WorldPose) -> Vec<Vec3> {
    let world_from_rest = world_from_rest(character, pose);
    let positions_m = character.posed_m(&pose.to_pose());
    (0..positions_m.len()).map(|v| blend(character, v, |joint| world_from_rest[joint].transform_point3(positions_m[v]))).collect()
}

/// World positions and unit normals of the vertices `[vertices]` in a pose. The normals are blended like the positions, which
/// is what graphics hardware shows.
#[must_use]
pub fn skin_with_normals(character: &Character, pose: &WorldPose) -> (Vec<Vec3>, Vec<Vec3>) {
    let normals = (0..character.normals.len())
        .map(|v| blend(character, v, |joint| pose.rotations[joint] * character.normals[v]).normalize_or(Vec3::Y))
        .collect();
    (skin(character, pose), normals)
}

fn blend(character: &Character, vertex: usize, moved_by: impl Fn(usize) -> Vec3) -> Vec3 {
    let (joints, weights) = (&character.joints[vertex], &character.weights[vertex]);
    joints.iter().zip(weights).map(|(&joint, &weight)| moved_by(usize::from(joint)) * weight).sum()
}

/// Takes a rest-space point to the world with each joint.
fn world_from_rest(character: &Character, pose: &WorldPose) -> [Affine3A; JOINT_COUNT] {
    let rest_m = character.rest_positions_m();
    std::array::from_fn(|joint| {
        let rotation: Quat = pose.rotations[joint];
        Affine3A::from_mat3_translation(Mat3::from_quat(rotation), pose.positions_m[joint] - rotation * rest_m[joint])
    })
}
