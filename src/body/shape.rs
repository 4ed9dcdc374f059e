//! Body models of the SMPL family: a template that a few numbers give another shape, and joints that follow from the shape.
//!
//! Source: Loper et al., SMPL (2015), section 3. A user brings the arrays ([`crate::formats::read_body_model`]); none are shipped. Of
//! SMPL-H's and SMPL-X's joints the first 22 are ours; fingers, jaw and eyes move with their nearest ancestor among these.
//!
//! Rotations mean the same on all bodies of the family, and with them the rest pose: arms to the sides, legs a little apart.

use super::{BodyMesh, Character, Material, PoseShapes};
use crate::motion::{JOINT_COUNT, PARENTS};
use glam::{DVec3, Vec3};
use std::sync::Arc;

/// The colour of a body without one, linear RGB: light clay.
const CLAY: [f32; 3] = [0.52, 0.50, 0.48];
/// Shape numbers beyond this are no people.
pub const MOST_DEVIATION: f32 = 5.0;

/// The arrays of a body model, in its own space: Y up, metres, facing +Z.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyModel {
    /// Vertices of the mean body `[vertices]`.
    pub template_m: Vec<Vec3>,
    /// How one deviation of each shape number moves each vertex, `[shapes][vertices]`.
    pub shapes_m: Vec<Vec<Vec3>>,
    /// Vertices and shares whose mean each of our joints is, `[22]`.
    pub joint_of_vertices: Vec<Vec<(u32, f32)>>,
    /// Share of each of the model's joints in each vertex, `[vertices][joints]`.
    pub weights: Vec<Vec<f32>>,
    /// The parent of each of the model's joints, the root's own number at the root `[joints]`.
    pub parents: Vec<usize>,
    /// Triangles, counter-clockwise from outside.
    pub triangles: Vec<[u32; 3]>,
    /// How poses move vertices.
    pub pose_shapes: Arc<PoseShapes>,
}

/// Why arrays are no body model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BodyModelError {
    #[error("{0} joints, where a body has at least {JOINT_COUNT}")]
    Joints(usize),
    #[error("joints that hang together in another way than SMPL's")]
    Tree,
    #[error("{name} for {found} vertices, where the template has {expected}")]
    Vertices { name: &'static str, found: usize, expected: usize },
    #[error("a pose shape of a vertex that is not there")]
    PoseShapes,
    #[error("a triangle of a vertex that is not there")]
    Triangle,
    #[error("a joint that follows from no vertex, or from one that is not there")]
    Regressor,
}

impl BodyModel {
    /// Checks that everything fits together, so that [`BodyModel::character`] cannot fail.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self) -> Result<(), BodyModelError> {
        let vertices = self.template_m.len();
        if self.parents.len() < JOINT_COUNT || self.joint_of_vertices.len() != JOINT_COUNT {
            return Err(BodyModelError::Joints(self.parents.len().min(self.joint_of_vertices.len())));
        }
        let ours_fit = (1..JOINT_COUNT).all(|joint| PARENTS[joint] == Some(self.parents[joint]));
        // Parents before children, so that every joint has an ancestor among ours.
        if !ours_fit || (JOINT_COUNT..self.parents.len()).any(|joint| self.parents[joint] >= joint) {
            return Err(BodyModelError::Tree);
        }
        let lengths = self.shapes_m.iter().map(|shape| ("shape numbers", shape.len())).chain([("weights", self.weights.len())]);
        if let Some((name, found)) = lengths.into_iter().find(|(_, found)| *found != vertices) {
            return Err(BodyModelError::Vertices { name, found, expected: vertices });
        }
        if self.weights.iter().any(|weights| weights.len() != self.parents.len()) {
            return Err(BodyModelError::Joints(self.weights.iter().map(Vec::len).min().unwrap_or(0)));
        }
        if !self.pose_shapes.fits(vertices) {
            return Err(BodyModelError::PoseShapes);
        }
        if self.triangles.iter().flatten().any(|vertex| *vertex as usize >= vertices) {
            return Err(BodyModelError::Triangle);
        }
        let is_sound = |shares: &Vec<(u32, f32)>| !shares.is_empty() && shares.iter().all(|(vertex, _)| (*vertex as usize) < vertices);
        if self.joint_of_vertices.iter().all(is_sound) { Ok(()) } else { Err(BodyModelError::Regressor) }
    }

    /// The body with these shape numbers (in deviations; missing ones are 0, further ones are left out), standing on the floor with
    /// its pelvis above the origin.
    #[must_use]
    pub fn character(&self, shape: &[f32]) -> Character {
        let (joints, weights) = self.weights.iter().map(|weights| self.influences(weights)).unzip();
        let colors = vec![CLAY; self.template_m.len()];
        let mesh = BodyMesh {
            name: "Character".to_owned(),
            material: Material::clay(),
            positions_m: Vec::new(),
            normals: Vec::new(),
            triangles: self.triangles.clone(),
            joints,
            weights,
            colors,
            uvs: Vec::new(),
            pose_shapes: Arc::clone(&self.pose_shapes),
        };
        self.shaped(mesh, shape)
    }

    /// One of this model's characters with other shape numbers. What moves its vertices stays, and is most of the work.
    #[must_use]
    pub fn reshaped(&self, character: Character, shape: &[f32]) -> Character {
        match character.into_meshes().pop() {
            Some(mesh) => self.shaped(mesh, shape),
            None => self.character(shape),
        }
    }

    fn shaped(&self, mesh: BodyMesh, shape: &[f32]) -> Character {
        let mut positions_m = self.template_m.clone();
        for (number, moves_m) in shape.iter().zip(&self.shapes_m) {
            let number = number.clamp(-MOST_DEVIATION, MOST_DEVIATION);
            positions_m.iter_mut().zip(moves_m).for_each(|(position_m, move_m)| *position_m += number * *move_m);
        }
        let joint = |shares: &Vec<(u32, f32)>| {
            shares.iter().map(|(vertex, share)| positions_m[*vertex as usize].as_dvec3() * f64::from(*share)).sum::<DVec3>().as_vec3()
        };
        let joints_m: Vec<Vec3> = self.joint_of_vertices.iter().map(joint).collect();
        let lowest_m = positions_m.iter().map(|position_m| position_m.y).fold(f32::INFINITY, f32::min);
        let origin_m = Vec3::new(joints_m[0].x, lowest_m, joints_m[0].z);
        let rest_offsets_m = std::array::from_fn(|joint| joints_m[joint] - PARENTS[joint].map_or(origin_m, |parent| joints_m[parent]));
        positions_m.iter_mut().for_each(|position_m| *position_m -= origin_m);
        let mesh = BodyMesh { normals: BodyMesh::normals_of(&positions_m, &self.triangles), positions_m, ..mesh };
        Character::of_ours(&rest_offsets_m, mesh)
    }

    /// The four of our joints that move a vertex most, heaviest first.
    fn influences(&self, weights: &[f32]) -> ([u16; 4], [f32; 4]) {
        let mut ours = [0.0; JOINT_COUNT];
        for (joint, weight) in weights.iter().enumerate() {
            let mut ancestor = joint;
            while ancestor >= JOINT_COUNT {
                ancestor = self.parents[ancestor];
            }
            ours[ancestor] += weight.max(0.0);
        }
        let mut heaviest: Vec<usize> = (0..JOINT_COUNT).collect();
        heaviest.sort_by(|a, b| ours[*b].total_cmp(&ours[*a]));
        let sum: f32 = heaviest[..4].iter().map(|joint| ours[*joint]).sum();
        if sum <= 0.0 {
            return ([0; 4], [1.0, 0.0, 0.0, 0.0]);
        }
        let weights = std::array::from_fn(|place| ours[heaviest[place]] / sum);
        (std::array::from_fn(|place| if weights[place] > 0.0 { heaviest[place] as u16 } else { 0 }), weights)
    }
}
