//! Meshes with fewer triangles, to be drawn small or in passing: vertices that are near each other become one.

use super::BodyMesh;
use glam::{IVec3, Vec3};
use std::collections::{HashMap, HashSet};

/// Cells along the longest side, to begin with.
const FINEST_CELLS: f32 = 160.0;

/// About the shape of meshes in their rest pose, in at most so many triangles, metres.
#[must_use]
pub fn outline(meshes: &[BodyMesh], most: usize) -> Vec<[Vec3; 3]> {
    let places = || meshes.iter().flat_map(|mesh| &mesh.positions_m).copied();
    let Some((lowest, highest)) = places().map(|place| (place, place)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        return Vec::new();
    };
    let longest_m = (highest - lowest).max_element();
    if !(longest_m.is_finite() && longest_m > 0.0) {
        return Vec::new();
    }
    let mut cells = FINEST_CELLS;
    loop {
        let triangles = in_cells(meshes, lowest, longest_m / cells);
        if triangles.len() <= most || cells < 4.0 {
            return triangles;
        }
        // So many cells are on a surface as their number along it squared.
        cells *= (most as f32 / triangles.len() as f32).sqrt().min(0.9);
    }
}

fn in_cells(meshes: &[BodyMesh], from: Vec3, cell_m: f32) -> Vec<[Vec3; 3]> {
    let mut of_cell: HashMap<IVec3, Vec3> = HashMap::new();
    let mut seen = HashSet::new();
    let mut triangles = Vec::new();
    for mesh in meshes {
        let cells: Vec<IVec3> = mesh.positions_m.iter().map(|place| ((*place - from) / cell_m).floor().as_ivec3()).collect();
        for (cell, place) in cells.iter().zip(&mesh.positions_m) {
            of_cell.entry(*cell).or_insert(*place);
        }
        for triangle in &mesh.triangles {
            let corners = triangle.map(|vertex| cells[vertex as usize]);
            let [a, b, c] = corners;
            let mut sorted = corners.map(|cell| cell.to_array());
            sorted.sort_unstable();
            if a != b && b != c && c != a && seen.insert(sorted) {
                triangles.push(corners.map(|cell| of_cell[&cell]));
            }
        }
    }
    triangles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Character;

    #[test]
    fn an_outline_has_few_triangles_and_the_size_of_the_body() {
        let character = Character::mannequin();
        let outline = outline(character.meshes(), 3000);
        assert!((800..=3000).contains(&outline.len()), "{}", outline.len());
        let most = |places: &mut dyn Iterator<Item = Vec3>| places.fold(Vec3::MIN, Vec3::max);
        let whole = most(&mut character.meshes()[0].positions_m.iter().copied());
        assert!(most(&mut outline.iter().flatten().copied()).distance(whole) < 0.12);
        assert!(super::outline(&[], 10).is_empty());
    }
}
