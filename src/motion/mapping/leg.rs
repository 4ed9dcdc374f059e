//! What both directions do to a leg so that the foot comes to where it belongs: it is pitched, and shifted within limits.

use super::parts::LEGS;
use crate::motion::ik::reach;
use crate::motion::{Joint, WorldPose};
use glam::{Quat, Vec3};
use std::f32::consts::{PI, TAU};
use std::ops::Range;

/// The body goes by a foot that is lower than the first of these over where it stands, and not by one that is higher than the second.
pub(super) const CARRIES_M: Range<f32> = 0.02..0.20;
/// Seven degrees of a straight leg.
pub(super) const FARTHEST_M: f32 = 0.1;
/// How far a thigh or a shin may swing away from the rig's direction, 8°.
const MOST_SWUNG_RAD: f32 = 0.14;

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

/// A foot whose sole looks down more than the second of these (the height of an upright of length 1) stands on it; less than the first, it
/// lies on its heel, its side or its instep.
const UPRIGHT: Range<f32> = 0.1..0.4;

/// How much a foot of ours is on its sole: its toes are where the heel has left the floor, the rest of it is where toes are lifted.
pub(super) fn on_sole(ours: &WorldPose, [_, _, ankle, toe]: [Joint; 4]) -> f32 {
    let upright = [ankle, toe].map(|joint| (ours.rotations[joint as usize] * Vec3::Y).y);
    1.0 - nearness(upright[0].max(upright[1]), UPRIGHT)
}

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

/// Thigh and shin (their rotations, and their bones in their own frames) turned so that the ankle moves by `shift_m`, or as far as neither
/// swings by more than [`MOST_SWUNG_RAD`].
pub(super) fn shifted(hip_m: Vec3, leg: [Quat; 2], bones_m: [Vec3; 2], ankle_m: Vec3, shift_m: Vec3) -> [Quat; 2] {
    let reached = |share: f32| reach(hip_m, leg, bones_m, ankle_m + share * shift_m);
    let swung_rad = |turned: &[Quat; 2]| {
        std::iter::zip(bones_m, std::iter::zip(leg, turned))
            .map(|(bone_m, (before, after))| (before * bone_m).angle_between(*after * bone_m))
            .fold(0.0, f32::max)
    };
    let (mut share, mut turned) = (1.0, reached(1.0));
    // A bent leg swings far for a little way, and not in proportion.
    for _ in 0..3 {
        let swung_rad = swung_rad(&turned);
        if swung_rad <= MOST_SWUNG_RAD {
            break;
        }
        share *= 0.99 * MOST_SWUNG_RAD / swung_rad;
        turned = reached(share);
    }
    turned
}
