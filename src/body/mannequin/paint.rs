//! Colours of the mannequin: a warm light grey with darker joint lines.

use super::remesh::Rail;
use glam::{Vec3, vec3};

/// Linear RGB.
const SKIN: Vec3 = vec3(0.62, 0.59, 0.55);
const LINE: Vec3 = vec3(0.10, 0.095, 0.09);

/// Colour at a place of the surface.
pub(super) fn color(p: Vec3, rails: &[Rail]) -> [f32; 3] {
    let p = vec3(p.x.abs(), p.y, p.z);
    let nearest_m = rails[1..].iter().filter_map(|rail| rail.offset(p)).map(f32::abs).fold(f32::MAX, f32::min);
    let line = (1.0 - nearest_m / 0.0035).clamp(0.0, 1.0);
    SKIN.lerp(LINE, line).to_array()
}
