//! The maker of the mannequin: an implicit surface, meshed, painted and weighted by code alone.
//!
//! Rest space: the T-pose of [`crate::motion::REST_OFFSETS_M`], Y up, metres, facing +Z, +X the figure's left.

mod anatomy;
mod field;
mod paint;
mod remesh;
mod surface_nets;
mod weights;

pub(super) use paint::{LINE, SKIN};

use super::{BodyMesh, Character, Material};
use crate::motion::REST_OFFSETS_M;
use glam::{Vec3, vec3};
use std::sync::Arc;

/// Cell of the first, fine mesh, metres.
const CELL_M: f32 = 0.003;
/// Rounds of remeshing; later ones change little.
const ROUNDS: usize = 8;

/// Makes the mannequin from nothing.
#[must_use]
pub fn make() -> Character {
    let figure = anatomy::Figure::new();
    let net = surface_nets::mesh_left_half(&|p: Vec3| figure.value(p), vec3(0.0, -0.02, -0.16), vec3(0.91, 1.75, 0.22), CELL_M);
    let lines = anatomy::joint_lines();
    let rails = paint::rails(&lines);
    let guide = remesh::Guide {
        field: &|p| figure.value(p),
        gradient: &|p| figure.gradient(p),
        edge_m: &|p| anatomy::edge_m(p, &lines),
        rails: &rails,
    };
    let net = remesh::remesh(net, &guide, ROUNDS);
    let (whole, twin) = mirrored(&net);
    let normals = outward(&figure, &whole);
    let (joints, weights) = weights::weigh(&whole, &normals, &twin);
    let colors = whole.positions_m.iter().map(|p| paint::color(*p, &lines)).collect();
    let mesh = BodyMesh {
        name: "Character".to_owned(),
        material: Material::clay(),
        positions_m: whole.positions_m,
        normals,
        triangles: whole.triangles,
        joints,
        weights,
        colors,
        uvs: Vec::new(),
        pose_shapes: Arc::default(),
    };
    Character::of_ours(&REST_OFFSETS_M, mesh)
}

/// Unit normals of the vertices: those of the surface, which are smooth, except in clefts too narrow for the mesh, where they are
/// those of the faces.
fn outward(figure: &anatomy::Figure, mesh: &surface_nets::Net) -> Vec<Vec3> {
    let mut of_faces = vec![Vec3::ZERO; mesh.positions_m.len()];
    for triangle in &mesh.triangles {
        let [a, b, c] = triangle.map(|v| mesh.positions_m[v as usize]);
        for &v in triangle {
            of_faces[v as usize] += (b - a).cross(c - a);
        }
    }
    let on_plane = |p: Vec3, mut n: Vec3| {
        if p.x == 0.0 {
            n.x = 0.0;
        }
        n.normalize_or(Vec3::Y)
    };
    let choose = |(&p, of_faces): (&Vec3, Vec3)| {
        let (smooth, coarse) = (on_plane(p, figure.gradient(p)), on_plane(p, of_faces));
        if smooth.dot(coarse) > 0.9 { smooth } else { coarse }
    };
    mesh.positions_m.iter().zip(of_faces).map(choose).collect()
}

/// Both halves: the vertices of the left half, then the mirror images of those that are not on the plane of symmetry; and for
/// each vertex its mirror image.
fn mirrored(half: &surface_nets::Net) -> (surface_nets::Net, Vec<u32>) {
    let mut positions_m = half.positions_m.clone();
    let mut twin: Vec<u32> = half
        .positions_m
        .iter()
        .enumerate()
        .map(|(v, p)| {
            if p.x == 0.0 {
                return v as u32;
            }
            positions_m.push(*p * vec3(-1.0, 1.0, 1.0));
            positions_m.len() as u32 - 1
        })
        .collect();
    let right = half.triangles.iter().map(|&[a, b, c]| [a, c, b].map(|v| twin[v as usize]));
    let triangles: Vec<[u32; 3]> = half.triangles.iter().copied().chain(right).collect();
    twin.resize(positions_m.len(), 0);
    for v in 0..half.positions_m.len() {
        let image = twin[v];
        twin[image as usize] = v as u32;
    }
    (surface_nets::Net { positions_m, triangles }, twin)
}
