//! A skinned mesh.

use super::{Material, PoseShapes};
use crate::motion::Pose;
use glam::Vec3;
use std::sync::Arc;

/// A skinned mesh in the rest pose of its character's rig. All vertex arrays have the same length, apart from empty
/// colours and texture coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyMesh {
    /// Its name in files.
    pub name: String,
    /// What it is made of.
    pub material: Material,
    /// Vertices `[vertices]`, metres.
    pub positions_m: Vec<Vec3>,
    /// Unit outward normals `[vertices]`.
    pub normals: Vec<Vec3>,
    /// Vertex indices `[triangles]`, counter-clockwise seen from outside.
    pub triangles: Vec<[u32; 3]>,
    /// Joints of the rig that move each vertex `[vertices]`, heaviest first, the four heaviest alone; 0 where the weight is 0.
    pub joints: Vec<[u16; 4]>,
    /// Their weights `[vertices]`, sum 1.
    pub weights: Vec<[f32; 4]>,
    /// Colour of each vertex `[vertices]`, linear RGB 0..=1; none where the material alone has one.
    pub colors: Vec<[f32; 3]>,
    /// Where each vertex is on the textures `[vertices]`, from the left and from the top; none where nothing is laid on it.
    pub uvs: Vec<[f32; 2]>,
    /// How poses move the vertices before skinning; of SMPL's kind alone.
    pub pose_shapes: Arc<PoseShapes>,
}

impl BodyMesh {
    /// Unit normals of vertices `[vertices]`: the mean of their triangles', by area.
    #[must_use]
    pub fn normals_of(positions_m: &[Vec3], triangles: &[[u32; 3]]) -> Vec<Vec3> {
        let mut normals = vec![Vec3::ZERO; positions_m.len()];
        for triangle in triangles {
            let [a, b, c] = triangle.map(|vertex| positions_m[vertex as usize]);
            let normal = (b - a).cross(c - a);
            triangle.iter().for_each(|vertex| normals[*vertex as usize] += normal);
        }
        normals.into_iter().map(|normal| normal.normalize_or(Vec3::Y)).collect()
    }

    /// The vertices of the rest pose as a pose moves them before skinning, metres.
    #[must_use]
    pub fn posed_m(&self, pose: &Pose) -> Vec<Vec3> {
        let mut positions_m = self.positions_m.clone();
        self.pose_shapes.add_to(&mut positions_m, pose);
        positions_m
    }
}
