//! What throws the shadow where every triangle counts: the character, coarser and a little thinner than it is seen.
//!
//! A software adapter takes as long for the mannequin's 40,000 triangles in the shadow map as for them in the picture. A fifth of them
//! gives the same shadow on the floor. It is thinner so that it throws none on the skin over it.

use super::surface::Surface;
use std::collections::HashMap;

/// Vertices nearer than about this become one, metres.
const CELL_M: f32 = 0.022;
/// How far it lies under the skin, metres.
const UNDER_SKIN_M: f32 = 0.009;

/// The shadow proxy of a surface: one vertex of each cell stands for all of them, and what is no triangle any more is gone.
pub(super) fn shadow_proxy(surface: &Surface) -> Surface {
    let mut coarse = Surface::default();
    let mut of_cell = HashMap::new();
    let stands_for: Vec<u32> = (0..surface.positions_m.len())
        .map(|vertex| {
            let place_m = surface.positions_m[vertex];
            let cell = (place_m.map(|x| (x / CELL_M).floor() as i32), surface.joints[vertex][0]);
            *of_cell.entry(cell).or_insert_with(|| {
                let normal = surface.normals[vertex];
                coarse.positions_m.push(std::array::from_fn(|axis| place_m[axis] - UNDER_SKIN_M * normal[axis]));
                coarse.normals.push(normal);
                coarse.joints.push(surface.joints[vertex]);
                coarse.weights.push(surface.weights[vertex]);
                coarse.positions_m.len() as u32 - 1
            })
        })
        .collect();
    for corners in surface.indices.chunks_exact(3) {
        let [a, b, c] = [0, 1, 2].map(|corner| stands_for[corners[corner] as usize]);
        if a != b && b != c && c != a {
            coarse.indices.extend([a, b, c]);
        }
    }
    coarse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Character;

    #[test]
    fn the_caster_has_a_fraction_of_the_triangles_in_the_same_place() {
        let surface = Surface::of(&Character::mannequin().meshes()[0]);
        let coarse = shadow_proxy(&surface);
        assert!(coarse.indices.len() * 4 < surface.indices.len(), "{} of {}", coarse.indices.len(), surface.indices.len());
        let most = |surface: &Surface, axis: usize| surface.positions_m.iter().map(|place_m| place_m[axis]).fold(f32::MIN, f32::max);
        for axis in 0..3 {
            assert!((most(&surface, axis) - most(&coarse, axis)).abs() < 0.03);
        }
        assert!(coarse.indices.iter().all(|vertex| (*vertex as usize) < coarse.positions_m.len()));
    }
}
