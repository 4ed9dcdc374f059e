//! Colours of the mannequin: a warm light grey with darker joint lines.
//!
//! Four rails side by side carry each line: the inner two are dark, the outer two keep the skin clean, so that a line is even
//! and thin however the triangles fall.

use super::remesh::Rail;
use glam::{Vec3, vec3};

/// Linear RGB.
pub(in crate::body) const SKIN: Vec3 = vec3(0.62, 0.59, 0.55);
pub(in crate::body) const LINE: Vec3 = vec3(0.055, 0.055, 0.06);

/// Half-width of the dark of a line, metres.
const DARK_M: f32 = 0.0009;
/// Where the skin has its own colour again.
const CLEAN_M: f32 = 0.0026;

/// The plane of symmetry, and the rails of the joint lines.
pub(super) fn rails(lines: &[Rail]) -> Vec<Rail> {
    let symmetry = Rail { point: Vec3::ZERO, normal: Vec3::X, radius_m: f32::INFINITY };
    let beside = lines
        .iter()
        .flat_map(|line| [-CLEAN_M, -DARK_M, DARK_M, CLEAN_M].map(|offset_m| Rail { point: line.point + line.normal * offset_m, ..*line }));
    std::iter::once(symmetry).chain(beside).collect()
}

/// Colour at a place of the surface.
pub(super) fn color(p: Vec3, lines: &[Rail]) -> [f32; 3] {
    let p = vec3(p.x.abs(), p.y, p.z);
    let nearest_m = lines.iter().filter_map(|line| line.offset(p)).map(f32::abs).fold(f32::MAX, f32::min);
    let dark = 1.0 - ((nearest_m - DARK_M) / (CLEAN_M - DARK_M)).clamp(0.0, 1.0);
    SKIN.lerp(LINE, dark).to_array()
}
