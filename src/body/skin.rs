//! Pose blend shapes and linear blend skinning.

use super::{BodyMesh, Character};
use crate::motion::Pose;
use glam::{Affine3A, Vec3};

/// World positions of the vertices of all meshes, one mesh after the other `[vertices]`, metres, in a pose of ours.
#[must_use]
pub fn skin(character: &Character, pose: &Pose) -> Vec<Vec3> {
    let world_from_rest = world_from_rest(character, pose);
    let of_mesh = |mesh: &BodyMesh| {
        let positions_m = mesh.posed_m(pose);
        let place_m = |v: usize| blend(mesh, v, |joint| world_from_rest[joint].transform_point3(positions_m[v]));
        (0..positions_m.len()).map(place_m).collect::<Vec<Vec3>>()
    };
    character.meshes().iter().flat_map(of_mesh).collect()
}

/// World positions and unit normals of the vertices of all meshes `[vertices]` in a pose. The normals are blended like the positions,
/// which is what graphics hardware shows.
#[must_use]
pub fn skin_with_normals(character: &Character, pose: &Pose) -> (Vec<Vec3>, Vec<Vec3>) {
    let world_from_rest = world_from_rest(character, pose);
    let of_mesh = |mesh: &BodyMesh| {
        let normal = |v: usize| blend(mesh, v, |joint| world_from_rest[joint].transform_vector3(mesh.normals[v])).normalize_or(Vec3::Y);
        (0..mesh.normals.len()).map(normal).collect::<Vec<Vec3>>()
    };
    (skin(character, pose), character.meshes().iter().flat_map(of_mesh).collect())
}

fn blend(mesh: &BodyMesh, vertex: usize, moved_by: impl Fn(usize) -> Vec3) -> Vec3 {
    let (joints, weights) = (&mesh.joints[vertex], &mesh.weights[vertex]);
    joints.iter().zip(weights).map(|(&joint, &weight)| moved_by(usize::from(joint)) * weight).sum()
}

/// Takes a rest-space point to the world with each joint.
fn world_from_rest(character: &Character, pose: &Pose) -> Vec<Affine3A> {
    let (rest, world) = (character.rig().rest_world(), character.world(pose));
    let of_joint = |joint: usize| {
        let world_from_joint = Affine3A::from_rotation_translation(world.rotations[joint], world.positions[joint]);
        world_from_joint * Affine3A::from_rotation_translation(rest.rotations[joint], rest.positions[joint]).inverse()
    };
    (0..character.rig().len()).map(of_joint).collect()
}
