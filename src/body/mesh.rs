//! A skinned mesh and what it is made of.

use super::PoseShapes;
use crate::motion::Pose;
use glam::Vec3;
use std::sync::Arc;

/// What a mesh is made of: glTF's metal and roughness, without textures.
#[derive(Clone, Debug, PartialEq)]
pub struct Material {
    /// Its name in files.
    pub name: String,
    /// Base colour, linear RGBA; vertex colours are multiplied by it.
    pub base_color: [f32; 4],
    /// 0 for what is no metal, 1 for metal.
    pub metallic: f32,
    /// 0 for a mirror, 1 for chalk.
    pub roughness: f32,
}

impl Material {
    /// The stuff of our own characters: a matt plastic under any light, white, so that the vertex colours show as they are.
    #[must_use]
    pub fn clay() -> Self {
        Self { name: "Body".to_owned(), base_color: [1.0; 4], metallic: 0.0, roughness: 0.6 }
    }
}

/// A skinned mesh in the rest pose of its character's rig. All vertex arrays have the same length, apart from empty colours.
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
    /// Joints of the rig that move each vertex `[vertices]`, heaviest first; 0 where the weight is 0.
    pub joints: Vec<[u16; 4]>,
    /// Their weights `[vertices]`, sum 1.
    pub weights: Vec<[f32; 4]>,
    /// Colour of each vertex `[vertices]`, linear RGB 0..=1; none where the material alone has one.
    pub colors: Vec<[f32; 3]>,
    /// How poses move the vertices before skinning; of SMPL's kind alone.
    pub pose_shapes: Arc<PoseShapes>,
}

impl BodyMesh {
    /// The vertices of the rest pose as a pose moves them before skinning, metres.
    #[must_use]
    pub fn posed_m(&self, pose: &Pose) -> Vec<Vec3> {
        let mut positions_m = self.positions_m.clone();
        self.pose_shapes.add_to(&mut positions_m, pose);
        positions_m
    }
}
