//! Skinned surfaces as plain arrays: a character's meshes as they come from `body`, and bones made here.

use crate::body::BodyMesh;
use crate::motion::rig::Rig;
use bevy::math::Vec3;

/// No bone is drawn between joints nearer than this, metres.
const SHORTEST_M: f32 = 1e-3;

/// A skinned triangle mesh in the rest pose, world space, metres.
#[derive(Default)]
pub(super) struct Surface {
    pub(super) positions_m: Vec<[f32; 3]>,
    pub(super) normals: Vec<[f32; 3]>,
    /// Linear RGBA of each vertex; empty for none.
    pub(super) colors: Vec<[f32; 4]>,
    /// Where each vertex is on the pictures of the material; empty for none.
    pub(super) uvs: Vec<[f32; 2]>,
    /// At most four joints a vertex.
    pub(super) joints: Vec<[u16; 4]>,
    /// Their weights, summing to 1.
    pub(super) weights: Vec<[f32; 4]>,
    pub(super) indices: Vec<u32>,
}

impl Surface {
    /// A mesh of a character.
    pub(super) fn of(body: &BodyMesh) -> Self {
        let has_pictures = body.material.textures().next().is_some();
        Self {
            positions_m: body.positions_m.iter().map(|place_m| place_m.to_array()).collect(),
            normals: body.normals.iter().map(|normal| normal.to_array()).collect(),
            colors: body.colors.iter().map(|[red, green, blue]| [*red, *green, *blue, 1.0]).collect(),
            uvs: if has_pictures { body.uvs.clone() } else { Vec::new() },
            joints: body.joints.clone(),
            weights: body.weights.clone(),
            indices: body.triangles.concat(),
        }
    }

    /// Adds a flat triangle that moves with one joint.
    fn triangle(&mut self, corners_m: [Vec3; 3], joint: usize) {
        let normal = (corners_m[1] - corners_m[0]).cross(corners_m[2] - corners_m[0]).normalize_or_zero();
        for corner_m in corners_m {
            self.indices.push(self.positions_m.len() as u32);
            self.positions_m.push(corner_m.to_array());
            self.normals.push(normal.to_array());
            self.joints.push([joint as u16, 0, 0, 0]);
            self.weights.push([1.0, 0.0, 0.0, 0.0]);
        }
    }

    /// Adds a four-sided spindle from `from_m` to `to_m`, thickest near its start, that moves with one joint.
    fn spindle(&mut self, from_m: Vec3, to_m: Vec3, joint: usize) {
        let along = to_m - from_m;
        if along.length() < SHORTEST_M {
            return;
        }
        let side = along.any_orthogonal_vector().normalize();
        let other = along.cross(side).normalize();
        let radius_m = (along.length() * 0.11).clamp(0.008, 0.03);
        let belt_m = from_m + along * 0.18;
        let corners = [side, other, -side, -other].map(|out| belt_m + out * radius_m);
        for i in 0..4 {
            let (a, b) = (corners[i], corners[(i + 1) % 4]);
            self.triangle([from_m, b, a], joint);
            self.triangle([a, b, to_m], joint);
        }
    }
}

/// A spindle from every joint to each of its children, and one on from each last joint.
pub(super) fn skeleton_surface(rig: &Rig) -> Surface {
    let mut surface = Surface::default();
    let rest_m = rig.rest_world().positions;
    for (joint, parent) in rig.parents().iter().enumerate() {
        if let Some(parent) = *parent {
            surface.spindle(rest_m[parent], rest_m[joint], parent);
        }
    }
    for joint in (0..rig.len()).filter(|joint| rig.children(*joint).next().is_none()) {
        let Some(parent) = rig.parents()[joint] else { continue };
        let onward_m = (rest_m[joint] - rest_m[parent]).normalize_or_zero() * 0.14;
        surface.spindle(rest_m[joint], rest_m[joint] + onward_m, joint);
    }
    surface
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_joint_moves_a_bone() {
        let rig = Rig::canonical();
        let surface = skeleton_surface(&rig);
        for joint in 0..rig.len() {
            assert!(surface.joints.iter().any(|joints| usize::from(joints[0]) == joint), "joint {joint}");
        }
    }
}
