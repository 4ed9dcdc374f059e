//! The stage's colours, in linear light as the shaders take them.

use bevy::math::Vec4;
use bevy::prelude::{Color, ColorToComponents, LinearRgba};

/// Where the floor ends and the backdrop begins.
pub(super) const HORIZON: Color = Color::srgb(0.125, 0.137, 0.161);
/// Straight up.
pub(super) const ZENITH: Color = Color::srgb(0.055, 0.060, 0.074);
/// The floor in full light, before its grid.
pub(super) const FLOOR: Color = Color::srgb(0.262, 0.280, 0.317);
/// The floor's lines.
pub(super) const GRID: Color = Color::srgb(0.47, 0.50, 0.57);
/// The bones of the skeleton view: the window's accent.
pub(super) const BONE: Color = Color::srgb(0.98, 0.66, 0.28);

/// What a take was before its clean-up and edits.
pub(super) const ORIGINAL: Color = Color::srgb(0.62, 0.80, 0.95);
/// What was before now.
pub(super) const BEFORE: Color = Color::srgb(0.25, 0.55, 0.95);
/// What comes after now.
pub(super) const AFTER: Color = Color::srgb(0.98, 0.55, 0.20);
/// The way of the left and of the right foot.
pub(super) const FEET: [Color; 2] = [Color::srgb(0.42, 0.77, 0.60), Color::srgb(0.42, 0.66, 0.95)];

/// A colour as a shader takes it.
pub(super) fn linear(color: Color) -> Vec4 {
    LinearRgba::from(color).to_vec4()
}
