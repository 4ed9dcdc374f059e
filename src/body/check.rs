//! Measures of the mesh of a character that has one, and the poses that try it hardest.

use super::{Character, skin};
use crate::motion::{Joint, Pose, rest_positions};
use glam::{EulerRot, Quat, Vec3};
use std::collections::HashMap;

/// Volume inside a closed mesh, m³.
#[must_use]
pub fn volume_m3(positions_m: &[Vec3], triangles: &[[u32; 3]]) -> f64 {
    let corner = |v: u32| positions_m[v as usize].as_dvec3();
    triangles.iter().map(|&[a, b, c]| corner(a).dot(corner(b).cross(corner(c))) / 6.0).sum()
}

/// Whether every edge has exactly two triangles, once in each direction, and the triangles around every vertex form one ring.
#[must_use]
pub fn is_closed_manifold(triangles: &[[u32; 3]], vertices: usize) -> bool {
    let mut next = HashMap::new();
    for &[a, b, c] in triangles {
        for (from, to, opposite) in [(a, b, c), (b, c, a), (c, a, b)] {
            if from == to || next.insert((from, to), opposite).is_some() {
                return false;
            }
        }
    }
    let mut degree = vec![0; vertices];
    let mut spoke = vec![u32::MAX; vertices];
    for &(from, to) in next.keys() {
        if !next.contains_key(&(to, from)) {
            return false;
        }
        degree[from as usize] += 1;
        spoke[from as usize] = to;
    }
    (0..vertices as u32).all(|v| {
        let (first, mut at, mut steps) = (spoke[v as usize], spoke[v as usize], 0);
        if first == u32::MAX {
            return false;
        }
        loop {
            at = next[&(v, at)];
            steps += 1;
            if at == first || steps > degree[v as usize] {
                break steps == degree[v as usize];
            }
        }
    })
}

/// Triangles that a pose folds: their normal points against the skinned normal of their corners (the rest normal turned by the
/// blended rotations), or against that of a neighbour across an edge by more than 150°, or their area shrinks below 1 % of its
/// rest value.
#[must_use]
pub fn folded_triangles(character: &Character, pose: &Pose) -> Vec<usize> {
    folded_among(character, &neighbours(&character.meshes()[0].triangles), pose)
}

/// [`folded_triangles`] for a caller that keeps the [`neighbours`].
pub(super) fn folded_among(character: &Character, neighbours: &[[usize; 3]], pose: &Pose) -> Vec<usize> {
    let mesh = &character.meshes()[0];
    const CREASE_COS: f32 = -0.866;
    let (posed_m, skinned_normals) = super::skin_with_normals(character, pose);
    let area_vector = |positions_m: &[Vec3], t: &[u32; 3]| {
        let [a, b, c] = t.map(|v| positions_m[v as usize]);
        (b - a).cross(c - a)
    };
    let normals: Vec<Vec3> = mesh.triangles.iter().map(|t| area_vector(&posed_m, t)).collect();
    let is_folded = |i: usize| {
        let t = &mesh.triangles[i];
        let expected: Vec3 = t.iter().map(|&v| skinned_normals[v as usize]).sum();
        let against_neighbour =
            neighbours[i].iter().any(|&j| normals[i].dot(normals[j]) < CREASE_COS * normals[i].length() * normals[j].length());
        let shrunk = normals[i].length() < 0.01 * area_vector(&mesh.positions_m, t).length();
        normals[i].dot(expected) <= 0.0 || against_neighbour || shrunk
    };
    (0..mesh.triangles.len()).filter(|&i| is_folded(i)).collect()
}

/// The triangle across each edge of each triangle of a closed mesh (itself, where there is none).
pub(super) fn neighbours(triangles: &[[u32; 3]]) -> Vec<[usize; 3]> {
    let edges = |&[a, b, c]: &[u32; 3]| [(a, b), (b, c), (c, a)];
    let mut owner = HashMap::new();
    for (i, t) in triangles.iter().enumerate() {
        for edge in edges(t) {
            owner.insert(edge, i);
        }
    }
    triangles.iter().enumerate().map(|(i, t)| edges(t).map(|(a, b)| owner.get(&(b, a)).copied().unwrap_or(i))).collect()
}

/// Volume in a pose relative to the rest volume.
#[must_use]
pub fn volume_ratio(character: &Character, pose: &Pose) -> f64 {
    let mesh = &character.meshes()[0];
    volume_m3(&skin(character, pose), &mesh.triangles) / volume_m3(&mesh.positions_m, &mesh.triangles)
}

/// The poses that a character has to survive, with their names: extremes of everyday motion, feet on the floor.
#[must_use]
pub fn demanding_poses() -> Vec<(&'static str, Pose)> {
    use Joint::*;
    vec![
        ("T-pose", Pose::REST),
        (
            "deep squat",
            posed(&[
                (Pelvis, [15.0, 0.0, 0.0]),
                (Spine1, [10.0, 0.0, 0.0]),
                (Spine2, [6.0, 0.0, 0.0]),
                (Neck, [-14.0, 0.0, 0.0]),
                (Head, [-10.0, 0.0, 0.0]),
                (LHip, [-110.0, 12.0, 14.0]),
                (RHip, [-110.0, -12.0, -14.0]),
                (LKnee, [128.0, 0.0, 0.0]),
                (RKnee, [128.0, 0.0, 0.0]),
                (LAnkle, [-33.0, 0.0, -4.0]),
                (RAnkle, [-33.0, 0.0, 4.0]),
                (LCollar, [0.0, -12.0, 0.0]),
                (RCollar, [0.0, 12.0, 0.0]),
                (LShoulder, [0.0, -62.0, -6.0]),
                (RShoulder, [0.0, 62.0, 6.0]),
                (LElbow, [0.0, -18.0, 0.0]),
                (RElbow, [0.0, 18.0, 0.0]),
            ]),
        ),
        (
            "high kick",
            posed(&[
                (Pelvis, [-16.0, 0.0, 0.0]),
                (Spine1, [12.0, 0.0, 0.0]),
                (Spine2, [8.0, 10.0, 0.0]),
                (Neck, [6.0, 0.0, 0.0]),
                (RHip, [-104.0, 0.0, 4.0]),
                (RKnee, [12.0, 0.0, 0.0]),
                (RAnkle, [22.0, 0.0, 0.0]),
                (LHip, [20.0, 0.0, 0.0]),
                (LKnee, [6.0, 0.0, 0.0]),
                (LAnkle, [-10.0, 0.0, 0.0]),
                (LShoulder, [0.0, -30.0, -24.0]),
                (RShoulder, [0.0, -28.0, 42.0]),
                (LElbow, [0.0, -30.0, 0.0]),
                (RElbow, [0.0, 25.0, 0.0]),
            ]),
        ),
        (
            "arms up",
            posed(&[
                (LCollar, [0.0, 0.0, 24.0]),
                (RCollar, [0.0, 0.0, -24.0]),
                (LShoulder, [0.0, 0.0, 58.0]),
                (RShoulder, [0.0, 0.0, -58.0]),
                (LElbow, [0.0, 0.0, 6.0]),
                (RElbow, [0.0, 0.0, -6.0]),
                (Head, [-10.0, 0.0, 0.0]),
            ]),
        ),
        (
            "standing",
            posed(&[
                (LShoulder, [0.0, -6.0, -72.0]),
                (RShoulder, [0.0, 6.0, 72.0]),
                (LElbow, [0.0, -14.0, 0.0]),
                (RElbow, [0.0, 14.0, 0.0]),
                (LHip, [0.0, 6.0, 2.0]),
                (RHip, [0.0, -6.0, -2.0]),
            ]),
        ),
        (
            "sitting, hands to the face",
            posed(&[
                (LHip, [-92.0, 0.0, 3.0]),
                (RHip, [-92.0, 0.0, -3.0]),
                (LKnee, [92.0, 0.0, 0.0]),
                (RKnee, [92.0, 0.0, 0.0]),
                (LShoulder, [0.0, -50.0, -50.0]),
                (RShoulder, [0.0, 50.0, 50.0]),
                (LElbow, [0.0, -135.0, 0.0]),
                (RElbow, [0.0, 135.0, 0.0]),
                (LWrist, [0.0, 0.0, 30.0]),
                (RWrist, [0.0, 0.0, -30.0]),
            ]),
        ),
        (
            "knees to the chest",
            posed(&[
                (LHip, [-120.0, 0.0, 0.0]),
                (RHip, [-120.0, 0.0, 0.0]),
                (LKnee, [140.0, 0.0, 0.0]),
                (RKnee, [140.0, 0.0, 0.0]),
                (LElbow, [0.0, -145.0, 0.0]),
                (RElbow, [0.0, 145.0, 0.0]),
                (Spine2, [15.0, 0.0, 0.0]),
                (Spine3, [15.0, 0.0, 0.0]),
            ]),
        ),
        (
            "side kick",
            posed(&[
                (Pelvis, [0.0, 0.0, 25.0]),
                (LHip, [0.0, 0.0, 60.0]),
                (RHip, [0.0, 0.0, -25.0]),
                (Spine1, [0.0, 0.0, -12.0]),
                (Spine3, [0.0, 0.0, -10.0]),
                (LShoulder, [0.0, 40.0, -60.0]),
                (RShoulder, [0.0, 90.0, 0.0]),
            ]),
        ),
    ]
}

/// A pose from joint angles about x, y, z in degrees (applied z first), its lowest toe or ankle where it rests.
fn posed(angles: &[(Joint, [f32; 3])]) -> Pose {
    let mut pose = Pose::REST;
    for &(joint, [x, y, z]) in angles {
        pose.local[joint as usize] = Quat::from_euler(EulerRot::XYZ, x.to_radians(), y.to_radians(), z.to_radians());
    }
    let (rest_m, world) = (rest_positions(), pose.world());
    let above_m = [Joint::LAnkle, Joint::RAnkle, Joint::LFoot, Joint::RFoot]
        .map(|joint| world.positions_m[joint as usize].y - rest_m[joint as usize].y)
        .into_iter()
        .fold(f32::MAX, f32::min);
    pose.root_m.y -= above_m;
    pose
}
