//! Nothing of the body is deeper in the floor than ours is.
//!
//! What has a joint to be bent by is bent out of the floor first: a large head at the neck, long fingers at the wrist, long shoes at toes and
//! ankle. Of the rest the body is raised, the arm or the leg drawn in.

use super::posing::Posing;
use crate::motion::ik::limited;
use crate::motion::mapping::skin::Region;
use crate::motion::skeleton::Joint;
use glam::{Quat, Vec3};

/// How far a head is bent out of the floor, a hand, a foot or toes: 35°.
const MOST_BENT_RAD: f32 = 0.6;
/// What is nearer to the floor's height than this is on it, metres.
const ON_M: f32 = 1e-4;
/// How far a limb turns about its own line so that its knee or elbow is out of the floor, 45°.
const MOST_ASIDE_RAD: f32 = 0.8;
/// A knee or an elbow that would rise by less than this for a whole turn is on the line of its limb, or straight below it.
const LEVER_M: f32 = 0.05;
/// How often the deepest place is looked for: where one has been raised, another may be the deepest.
const ROUNDS: usize = 4;

/// Bends the head out of the floor and raises the body where something of its trunk, its head or its legs would be in it.
pub(super) fn keep_out_of_floor(posing: &mut Posing<'_>) {
    let floor_m = posing.floor_m;
    raise(posing, floor_m, |region| matches!(region, Region::Trunk | Region::Shin(_)));
    let head: Vec<usize> =
        [Joint::Neck, Joint::Head].iter().filter_map(|joint| posing.driven(*joint)).chain(posing.fit.necks.iter().copied()).collect();
    if let Some(pivot) = head.iter().copied().min() {
        bend_out(posing, pivot, &head, floor_m, |region| region == Region::Head);
    }
    raise(posing, floor_m, |region| region == Region::Head);
}

/// How far the deepest place of these regions is under a height, metres; 0 where none is.
pub(super) fn sunk_m(posing: &Posing<'_>, floor_m: f32, regions: impl Fn(Region) -> bool) -> f32 {
    posing.lowest_m(floor_m, regions).map_or(0.0, |lowest_m| (floor_m - lowest_m.y).max(0.0))
}

fn raise(posing: &mut Posing<'_>, floor_m: f32, regions: impl Fn(Region) -> bool) {
    let sunk_m = sunk_m(posing, floor_m, regions);
    if sunk_m > ON_M {
        posing.moved_m.y += sunk_m;
        posing.follow();
    }
}

/// Turns driven joints about the first of them, as far as they may be, until nothing of these regions is under a height.
pub(super) fn bend_out(posing: &mut Posing<'_>, pivot: usize, joints: &[usize], floor_m: f32, regions: impl Fn(Region) -> bool) {
    let mut turned = Quat::IDENTITY;
    for _ in 0..ROUNDS {
        let Some(lowest_m) = posing.lowest_m(floor_m, &regions).filter(|lowest_m| floor_m - lowest_m.y > ON_M) else { return };
        let lever_m = lowest_m - posing.ours_m(pivot);
        let out_m = lever_m.with_y(0.0).length();
        // What is below the joint cannot be turned out of the floor.
        let Some(axis) = lever_m.cross(Vec3::Y).try_normalize().filter(|_| out_m > 0.25 * lever_m.length()) else { return };
        let turn = Quat::from_axis_angle(axis, ((floor_m - lowest_m.y) / out_m).min(MOST_BENT_RAD)) * turned;
        let limited = limited(turn, MOST_BENT_RAD);
        let step = (limited * turned.inverse()).normalize();
        for joint in joints {
            posing.turn(*joint, step);
        }
        turned = limited;
        posing.follow();
    }
}

/// Turns a limb about the line from its root to its end, both of which stay, until its knee or elbow is out of the floor.
pub(super) fn swivel_out(posing: &mut Posing<'_>, [root, middle, end]: [usize; 3], floor_m: f32, region: Region) {
    let mut left_rad = MOST_ASIDE_RAD;
    for _ in 0..ROUNDS {
        let Some(lowest_m) = posing.lowest_m(floor_m, |other| other == region).filter(|lowest_m| floor_m - lowest_m.y > ON_M) else {
            return;
        };
        let [root_m, end_m] = [root, end].map(|joint| posing.ours_m(joint));
        let Some(axis) = (end_m - root_m).try_normalize() else { return };
        let rises_m = axis.cross(lowest_m - root_m).y;
        if rises_m.abs() < LEVER_M {
            return;
        }
        let angle = ((floor_m - lowest_m.y) / rises_m).clamp(-left_rad, left_rad);
        left_rad -= angle.abs();
        for joint in [root, middle] {
            posing.turn(joint, Quat::from_axis_angle(axis, angle));
        }
        posing.follow();
    }
}
