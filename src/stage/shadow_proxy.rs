//! What throws the shadow where every triangle counts: the character, coarser and a little thinner than it is seen, in one piece.
//!
//! A software adapter takes as long for the mannequin's 40,000 triangles in the shadow map as for them in the picture. A fifth of them
//! gives the same shadow on the floor. It is thinner so that it throws none on the skin over it.

use super::surface::Surface;
use crate::body::{Alpha, Material};
use std::collections::HashMap;

/// The layer that only the key light sees: shadow proxies.
pub(super) const SHADOW_PROXY_LAYER: usize = 1;

/// Vertices nearer than about this become one, metres.
const CELL_M: f32 = 0.022;
/// How far it lies under the skin, metres.
const UNDER_SKIN_M: f32 = 0.009;
/// Characters so much smaller or larger than the mannequin have cells of their own size.
const USUAL_SCALES: std::ops::Range<f32> = 0.5..2.0;

/// The proxy while meshes are added to it: one vertex of each cell stands for all of them, and what is no triangle any more is gone.
pub(super) struct ShadowProxy {
    coarse: Surface,
    scale: f32,
}

impl ShadowProxy {
    /// Of a character that is so much larger than the mannequin.
    pub(super) fn new(scale: f32) -> Self {
        Self { coarse: Surface::default(), scale: if USUAL_SCALES.contains(&scale) { 1.0 } else { scale.clamp(1e-3, 1e3) } }
    }

    /// Adds a mesh, apart from what lets light through.
    pub(super) fn add(&mut self, surface: &Surface, material: &Material) {
        if material.alpha == Alpha::Blend {
            return;
        }
        let (cell_m, under_m) = (CELL_M * self.scale, UNDER_SKIN_M * self.scale);
        let is_there = |corners: [u32; 3]| match material.alpha {
            Alpha::Mask(cutoff) => corners.into_iter().any(|vertex| alpha(surface, material, vertex as usize) >= cutoff),
            Alpha::Opaque | Alpha::Blend => true,
        };
        let coarse = &mut self.coarse;
        let mut of_cell = HashMap::new();
        let mut stands_for = |vertex: usize| {
            let place_m = surface.positions_m[vertex];
            let cell = (place_m.map(|x| (x / cell_m).floor() as i32), surface.joints[vertex][0]);
            *of_cell.entry(cell).or_insert_with(|| {
                let normal = surface.normals[vertex];
                coarse.positions_m.push(std::array::from_fn(|axis| place_m[axis] - under_m * normal[axis]));
                coarse.normals.push(normal);
                coarse.joints.push(surface.joints[vertex]);
                coarse.weights.push(surface.weights[vertex]);
                coarse.positions_m.len() as u32 - 1
            })
        };
        let stands_for: Vec<u32> = (0..surface.positions_m.len()).map(&mut stands_for).collect();
        for corners in surface.indices.chunks_exact(3) {
            let corners = [0, 1, 2].map(|corner| corners[corner]);
            let [a, b, c] = corners.map(|corner| stands_for[corner as usize]);
            if a != b && b != c && c != a && is_there(corners) {
                self.coarse.indices.extend([a, b, c]);
            }
        }
    }

    /// All of it; nothing where all lets light through.
    pub(super) fn finish(self) -> Option<Surface> {
        (!self.coarse.indices.is_empty()).then_some(self.coarse)
    }
}

/// The alpha of a material at a vertex.
fn alpha(surface: &Surface, material: &Material, vertex: usize) -> f32 {
    let of_picture = material.base_color_texture.as_ref().zip(surface.uvs.get(vertex)).map_or(1.0, |(texture, uv)| {
        let image = &texture.image;
        let pixel = |at: f32, pixels: u32| ((at.rem_euclid(1.0) * pixels as f32) as u32).min(pixels - 1) as usize;
        let (x, y) = (pixel(uv[0], image.width()), pixel(uv[1], image.height()));
        f32::from(image.pixels()[4 * (y * image.width() as usize + x) + 3]) / 255.0
    });
    material.base_color[3] * of_picture
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Character, Image, Texture, Wrap};
    use std::sync::Arc;

    fn proxy(surface: &Surface, material: &Material) -> Option<Surface> {
        let mut proxy = ShadowProxy::new(1.0);
        proxy.add(surface, material);
        proxy.finish()
    }

    #[test]
    fn the_proxy_has_a_fraction_of_the_triangles_in_the_same_place() {
        let character = Character::mannequin();
        let surface = Surface::of(&character.meshes()[0]);
        let coarse = proxy(&surface, &character.meshes()[0].material).expect("a shadow");
        assert!(coarse.indices.len() * 4 < surface.indices.len(), "{} of {}", coarse.indices.len(), surface.indices.len());
        let most = |surface: &Surface, axis: usize| surface.positions_m.iter().map(|place_m| place_m[axis]).fold(f32::MIN, f32::max);
        for axis in 0..3 {
            assert!((most(&surface, axis) - most(&coarse, axis)).abs() < 0.03);
        }
        assert!(coarse.indices.iter().all(|vertex| (*vertex as usize) < coarse.positions_m.len()));
    }

    #[test]
    fn what_lets_light_through_throws_no_shadow() {
        let mut surface = Surface::of(&Character::mannequin().meshes()[0]);
        // The left half of the body lies on the half of the picture that is there.
        surface.uvs = surface.positions_m.iter().map(|place_m| [if place_m[0] > 0.0 { 0.25 } else { 0.75 }, 0.5]).collect();
        let image = Image::new("half", 2, 1, vec![255, 255, 255, 255, 255, 255, 255, 0]).expect("a picture");
        let texture = Texture { image: Arc::new(image), wrap: [Wrap::Repeat; 2], is_pixelated: false };
        let material = |alpha| Material { alpha, base_color_texture: Some(texture.clone()), ..Material::default() };
        let right = |proxy: Option<Surface>| {
            let surface = proxy.expect("a shadow");
            surface.indices.iter().filter(|vertex| surface.positions_m[**vertex as usize][0] < -0.1).count()
        };
        assert!(right(proxy(&surface, &material(Alpha::Opaque))) > 100);
        assert_eq!(right(proxy(&surface, &material(Alpha::Mask(0.5)))), 0);
        assert!(proxy(&surface, &material(Alpha::Blend)).is_none());
    }
}
