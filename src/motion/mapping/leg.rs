//! What both directions do to a leg so that the foot comes to where it belongs: it is pitched, and shifted within limits.

use super::parts::LEGS;
use crate::motion::WorldPose;
use glam::{Quat, Vec3};
use std::f32::consts::{PI, TAU};
use std::ops::Range;

/// Seven degrees of a straight leg.
pub(super) const FARTHEST_M: f32 = 0.1;
/// How far an ankle stands behind the other skeleton's, or ahead of it, so that the balls of feet of different lengths are in one place.
const BALL_M: f32 = 0.03;

/// Where a foot comes to: its ankle, and how it is pitched.
pub(super) struct Target {
    pub(super) ankle_m: Vec3,
    pub(super) pitch: Quat,
}

/// How far apart the balls of two feet are whose toes are this far apart when the ankles are in one place: a foot turns on its ball, so that
/// should stay where it is; but ankles far from their places take the legs along.
pub(super) fn balls_apart(toes_apart_m: Vec3) -> Vec3 {
    let level_m = toes_apart_m.with_y(0.0);
    level_m - level_m.clamp_length_max(BALL_M)
}

/// Hips that are wider or narrower by less than the first of these have their feet in the same places, two degrees of a leg; by more than the
/// second, as much farther apart.
const WIDER_M: Range<f32> = 0.01..0.03;

/// How far aside the left (0) or the right foot of ours stands on hips whose joints are this much farther from their middle. It goes by the
/// heading of its toes, so that it stays where it is while it stands or rolls, even where the heel has left the floor and turns.
pub(super) fn aside(wider_m: f32, side: usize, ours: &WorldPose) -> Vec3 {
    let aside_m = wider_m * (1.0 - nearness(wider_m.abs(), WIDER_M));
    let left = (ours.rotations[LEGS[side][3] as usize] * Vec3::X).with_y(0.0);
    left / left.length().max(0.2) * if side == 0 { aside_m } else { -aside_m }
}

/// The heading of a foot or its toes. What of it lies level tells, however it is pitched or rolled.
pub(super) fn level_heading(foot: Quat) -> Quat {
    let ahead = 2.0 * (foot * Vec3::X).cross(Vec3::Y) + foot * Vec3::Z;
    Quat::from_rotation_y(ahead.x.atan2(ahead.z))
}

/// 1 where a height or a distance is small, 0 where it is large.
pub(super) fn nearness(distance_m: f32, near_m: Range<f32>) -> f32 {
    let t = ((near_m.end - distance_m) / (near_m.end - near_m.start)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The turn about a level axis, by `most_rad` at most, that gives a foot (from ankle to toe) the rise `rise_m`, or as much of it as it can have.
/// `flat_m` is the foot as it would be flat on the floor, which says where ahead is. Where `is_behind`, the toes are behind the ankle, as on
/// a leg that is thrown back: whether they are is for the other skeleton to say, for those of a high boot are soon.
pub(super) fn pitched_to(foot_m: Vec3, flat_m: Vec3, rise_m: f32, is_behind: bool, most_rad: f32) -> Quat {
    let Some(ahead) = flat_m.with_y(0.0).try_normalize() else { return Quat::IDENTITY };
    let slope_rad = (rise_m / foot_m.length()).clamp(-1.0, 1.0).asin();
    let wanted_rad = if is_behind { PI - slope_rad } else { slope_rad };
    let angle_rad = (wanted_rad - foot_m.y.atan2(foot_m.dot(ahead)) + PI).rem_euclid(TAU) - PI;
    Quat::from_axis_angle(ahead.cross(Vec3::Y), angle_rad.clamp(-most_rad, most_rad))
}
