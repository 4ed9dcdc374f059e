//! Vertices of a file's mesh as ours: in the rest pose, each moved by its four heaviest joints.

use super::skeleton::of_normals;
use crate::body::{BodyMesh, Material};
use glam::{Affine3A, Mat3A, Vec3, Vec3A};
use std::sync::Arc;

/// The vertices of a mesh before they are put into the rest pose. All arrays have the same length, or none where there are none.
#[derive(Default)]
pub(in crate::formats) struct Unposed {
    pub(in crate::formats) name: String,
    pub(in crate::formats) positions: Vec<Vec3>,
    pub(in crate::formats) normals: Vec<Vec3>,
    pub(in crate::formats) uvs: Vec<[f32; 2]>,
    pub(in crate::formats) colors: Vec<[f32; 3]>,
    pub(in crate::formats) triangles: Vec<[u32; 3]>,
    pub(in crate::formats) influences: Vec<Influences>,
}

/// The joints that move a vertex, as many as the file has, with their weights.
pub(in crate::formats) type Influences = Vec<(u16, f32)>;

/// The four heaviest, heaviest first, with weights that sum to one; the joint `otherwise` where none has weight.
fn heaviest(influences: &[(u16, f32)], otherwise: u16) -> ([u16; 4], [f32; 4]) {
    let mut sorted: Vec<(u16, f32)> = Vec::with_capacity(influences.len());
    for &(joint, weight) in influences.iter().filter(|(_, weight)| *weight > 0.0 && weight.is_finite()) {
        match sorted.iter_mut().find(|(other, _)| *other == joint) {
            Some((_, sum)) => *sum += weight,
            None => sorted.push((joint, weight)),
        }
    }
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
    sorted.truncate(4);
    let sum: f32 = sorted.iter().map(|(_, weight)| weight).sum();
    let (mut joints, mut weights) = ([otherwise, 0, 0, 0], [1.0, 0.0, 0.0, 0.0]);
    if sum > 0.0 {
        for (place, (joint, weight)) in sorted.into_iter().enumerate() {
            (joints[place], weights[place]) = (joint, weight / sum);
        }
    }
    (joints, weights)
}

impl Unposed {
    /// The mesh in the rest pose. `rest_from_mesh` are what the joints of the rig make of a vertex in the rest pose; a vertex that no joint
    /// moves follows the first of all influences.
    pub(in crate::formats) fn posed(self, rest_from_mesh: &[Affine3A], material: Material) -> BodyMesh {
        let otherwise = self.influences.iter().flatten().map(|(joint, _)| *joint).next().unwrap_or(0);
        let (joints, weights): (Vec<_>, Vec<_>) = self.influences.iter().map(|influences| heaviest(influences, otherwise)).unzip();
        let mut positions_m = Vec::with_capacity(self.positions.len());
        let mut normals = Vec::with_capacity(self.positions.len());
        let mut mirrored = 0;
        for (vertex, position) in self.positions.iter().enumerate() {
            // All of a vertex's joints count here, not only the four that move it later.
            let matrix = blended(&self.influences[vertex], rest_from_mesh, otherwise);
            positions_m.push(matrix.transform_point3(*position));
            mirrored += usize::from(matrix.matrix3.determinant() < 0.0);
            if let Some(normal) = self.normals.get(vertex) {
                normals.push((of_normals(matrix) * *normal).normalize_or_zero());
            }
        }
        let mut triangles = self.triangles;
        if mirrored * 2 > positions_m.len() {
            triangles.iter_mut().for_each(|triangle| triangle.swap(1, 2));
        }
        // Normals of the faces, where the file has none.
        let faces = (normals.is_empty() || normals.contains(&Vec3::ZERO)).then(|| BodyMesh::normals_of(&positions_m, &triangles));
        match faces {
            Some(faces) if normals.is_empty() => normals = faces,
            Some(faces) => {
                let missing = normals.iter_mut().zip(faces).filter(|(normal, _)| **normal == Vec3::ZERO);
                missing.for_each(|(normal, face)| *normal = face);
            }
            None => {}
        }
        BodyMesh {
            name: self.name,
            material,
            positions_m,
            normals,
            triangles,
            joints,
            weights,
            colors: self.colors,
            uvs: self.uvs,
            pose_shapes: Arc::default(),
        }
    }
}

fn blended(influences: &[(u16, f32)], matrices: &[Affine3A], otherwise: u16) -> Affine3A {
    let (mut linear, mut moved, mut sum) = (Mat3A::ZERO, Vec3A::ZERO, 0.0);
    for &(joint, weight) in influences.iter().filter(|(_, weight)| *weight > 0.0 && weight.is_finite()) {
        let matrix = &matrices[usize::from(joint)];
        linear += matrix.matrix3 * weight;
        moved += matrix.translation * weight;
        sum += weight;
    }
    if sum > 0.0 {
        Affine3A { matrix3: linear * (1.0 / sum), translation: moved / sum }
    } else {
        matrices.get(usize::from(otherwise)).copied().unwrap_or(Affine3A::IDENTITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_heaviest_joints_move_a_vertex_and_share_the_whole() {
        let (joints, weights) = heaviest(&[(1, 0.1), (2, 0.3), (3, 0.2), (4, 0.05), (5, 0.1), (2, 0.1), (6, f32::NAN)], 9);
        assert_eq!(joints, [2, 3, 1, 5]);
        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6 && (weights[0] - 0.5).abs() < 1e-6, "{weights:?}");
        assert_eq!(heaviest(&[(3, 0.0)], 9), ([9, 0, 0, 0], [1.0, 0.0, 0.0, 0.0]));
    }

    #[test]
    fn a_mirrored_mesh_keeps_its_outside_and_missing_normals_are_made() {
        let mesh = Unposed {
            positions: vec![Vec3::ZERO, Vec3::X, Vec3::Y],
            triangles: vec![[0, 1, 2]],
            influences: vec![vec![(0, 1.0)]; 3],
            ..Unposed::default()
        };
        let mirror = Affine3A::from_scale(Vec3::new(-1.0, 1.0, 1.0));
        let posed = mesh.posed(&[mirror], Material::default());
        assert_eq!(posed.triangles, [[0, 2, 1]]);
        assert_eq!(posed.normals, [Vec3::Z; 3]);
        assert_eq!(posed.positions_m[1], -Vec3::X);
    }
}
