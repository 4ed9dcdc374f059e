//! What keeps a point or a bone out of the floor, without a corner where it begins.

use glam::{Quat, Vec3};

/// Rounds the corner where what would enter the floor begins to be lifted.
const ROUNDING_M: f32 = 0.004;

/// A height that is never below the floor: the height itself well above it, 0 well below, rounded between.
pub(super) fn above_floor(height_m: f32) -> f32 {
    0.5 * (height_m + (height_m * height_m + 4.0 * ROUNDING_M * ROUNDING_M).sqrt()) - ROUNDING_M * (-height_m.abs() / 0.02).exp()
}

/// The turn that gives a bone the rise `rise_m`: in the upright plane that it lies in, or, the more upright it is, about `lateral`.
pub(super) fn pitched(bone_m: Vec3, lateral: Vec3, rise_m: f32) -> Quat {
    let length_m = bone_m.length();
    let slope_rad = |rise_m: f32| (rise_m / length_m).clamp(-1.0, 1.0).asin();
    let angle_rad = slope_rad(rise_m) - slope_rad(bone_m.y);
    if angle_rad.abs() < 1e-5 {
        return Quat::IDENTITY;
    }
    let across = bone_m.cross(Vec3::Y) / length_m;
    let axis = (across + 0.05 * lateral).normalize_or(Vec3::X);
    Quat::from_axis_angle(axis, angle_rad)
}
