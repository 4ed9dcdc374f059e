//! Feet that stand stand where ours do, whatever the proportions of the rig.
//!
//! The body goes where its feet, or the hands that carry it, need it, so that legs and arms keep our directions; what is left is done by
//! inverse kinematics.

use super::posing::Posing;
use super::{arms, floor};
use crate::motion::WorldPose;
use crate::motion::mapping::leg::{Target, aside, balls_apart, level_heading, nearness, pitched_to};
use crate::motion::mapping::parts::LEGS;
use crate::motion::mapping::skin::Region;
use crate::motion::skeleton::{Joint, REST_OFFSETS_M};
use crate::motion::supports::SURFACE;
use glam::{Quat, Vec3, vec3};
use std::ops::Range;

/// A foot lower than the first of these is where ours is; one higher than the second keeps the directions of its leg.
const NEAR_M: Range<f32> = 0.06..0.15;
/// The body goes by a foot that is lower than the first of these, and not by one that is higher than the second.
const CARRIES_M: Range<f32> = 0.03..0.12;
/// A foot whose sole looks down more than the second of these (the height of an upright of length 1) stands on it; less than the first, it
/// lies on its heel, its side or its instep.
const UPRIGHT: Range<f32> = 0.1..0.4;
/// How far the body goes at most: on hands with arms twice as long as ours.
const MOVED_MOST_M: f32 = 0.8;
/// How far a foot is pitched so that ankle and toe are at the heights of ours, 50°: a high boot that lifts its heel as far as ours is pitched
/// by half as much.
const MOST_PITCHED_RAD: f32 = 0.9;
/// How often the body comes nearer to feet that are out of its reach.
const ROUNDS: usize = 3;

/// Moves the body so that the feet that are near the floor come to where ours are, as far as they agree about it.
pub(super) fn stand(posing: &mut Posing<'_>) {
    let (mut moved_m, mut weights) = (Vec3::ZERO, Vec3::ZERO);
    for (side, leg) in LEGS.into_iter().enumerate() {
        let (Some(target), Some(ankle)) = (target(posing, leg, side), posing.driven(leg[2])) else { continue };
        let carries = nearness(our_foot_m(posing, leg), CARRIES_M);
        let weight = carries * vec3(1.0, stiffness(posing, leg), 1.0);
        moved_m += weight * (target.ankle_m - posing.ours_m(ankle));
        weights += weight;
    }
    // Hands carry the body where no foot does.
    let free = (1.0 - weights.x).max(0.0);
    for side in 0..2 {
        let Some(palm_m) = arms::palm_m(posing, side) else { continue };
        let weight = free * nearness(arms::our_palm_m(posing, side).y, CARRIES_M);
        moved_m.y += weight * (arms::our_palm_m(posing, side).y - palm_m.y);
        weights.y += weight;
    }
    posing.moved_m += (moved_m / weights.max(Vec3::ONE)).clamp_length_max(MOVED_MOST_M);
    posing.follow();
    come_within_reach(posing);
}

/// How much a leg minds the height of its foot: to be a little shorter, a straight leg bends a lot and a bent one a little.
fn stiffness(posing: &Posing<'_>, [hip, knee, ankle, _]: [Joint; 4]) -> f32 {
    let [hip_m, knee_m, ankle_m] = [hip, knee, ankle].map(|joint| posing.ours.positions_m[joint as usize]);
    let half_bent = 0.5 * (knee_m - hip_m).angle_between(ankle_m - knee_m);
    1.05 / (0.05 + half_bent.sin().powi(2))
}

/// Brings the body nearer to feet that stand farther away than its legs are long.
fn come_within_reach(posing: &mut Posing<'_>) {
    for _ in 0..ROUNDS {
        let mut missing_m = Vec3::ZERO;
        for (side, leg) in LEGS.into_iter().enumerate() {
            let (Some(hip), Some(knee), Some(ankle)) = (posing.driven(leg[0]), posing.driven(leg[1]), posing.driven(leg[2])) else {
                return;
            };
            let Some(target) = target(posing, leg, side) else { continue };
            let [hip_m, knee_m, ankle_m] = [hip, knee, ankle].map(|joint| posing.ours_m(joint));
            let way_m = target.ankle_m - hip_m;
            let too_far_m = way_m.length() - 0.9995 * (hip_m.distance(knee_m) + knee_m.distance(ankle_m));
            missing_m += nearness(our_foot_m(posing, leg), NEAR_M) * too_far_m.max(0.0) * way_m.normalize_or_zero();
        }
        if missing_m.length_squared() < 1e-8 {
            return;
        }
        posing.moved_m += missing_m;
        posing.follow();
    }
}

/// Puts the feet that are near the floor where ours are, and shoes out of it.
pub(super) fn plant(posing: &mut Posing<'_>) {
    for (side, leg) in LEGS.into_iter().enumerate() {
        plant_leg(posing, leg, side);
    }
    posing.follow();
    for (side, leg) in LEGS.into_iter().enumerate() {
        keep_foot_out_of_floor(posing, leg, side);
        keep_knee_out_of_floor(posing, leg, side);
    }
}

/// Turns a leg where its knee has come into the floor for the sake of its foot.
fn keep_knee_out_of_floor(posing: &mut Posing<'_>, [hip, knee, ankle, _]: [Joint; 4], side: usize) {
    let (Some(hip), Some(knee), Some(ankle)) = (posing.driven(hip), posing.driven(knee), posing.driven(ankle)) else { return };
    floor::swivel_out(posing, [hip, knee, ankle], posing.floor_m, Region::Shin(side));
}

/// Bends toes and foot, and then the leg, where a foot is in the floor.
fn keep_foot_out_of_floor(posing: &mut Posing<'_>, leg: [Joint; 4], side: usize) {
    let is_of_foot = |region: Region| region == Region::Foot(side) || region == Region::Toes(side);
    let floor_m = posing.floor_m;
    let Some(ankle) = posing.driven(leg[2]) else { return };
    let toes = posing.driven(leg[3]);
    if let Some(toes) = toes {
        floor::bend_out(posing, toes, &[toes], floor_m, |region| region == Region::Toes(side));
    }
    let foot: Vec<usize> = std::iter::once(ankle).chain(toes).collect();
    floor::bend_out(posing, ankle, &foot, floor_m, is_of_foot);
    let sunk_m = floor::sunk_m(posing, floor_m, is_of_foot);
    if sunk_m > 0.0 {
        reach(posing, leg, posing.ours_m(ankle) + sunk_m * Vec3::Y);
        posing.follow();
    }
}

/// Height of our foot over the floor, metres.
fn our_foot_m(posing: &Posing<'_>, [_, _, ankle, toe]: [Joint; 4]) -> f32 {
    let height_m = |joint: Joint| posing.ours.positions_m[joint as usize].y - SURFACE[joint as usize].radius_m;
    height_m(ankle).min(height_m(toe))
}

/// Where a foot belongs: its ball where ours is, ankle and toe at the heights of ours, as far as the rig's foot has the same form; aside where
/// its hips are wider, in the heading of the toes, so that it stays where it is while it stands. A foot that is not on its sole has its ankle
/// where ours is.
fn target(posing: &Posing<'_>, leg: [Joint; 4], side: usize) -> Option<Target> {
    let [_, _, ankle, toe] = leg;
    let rig_ankle = posing.driven(ankle)?;
    // Toes lie still where the heel has left the floor and turns.
    let heading = level_heading(posing.ours.rotations[toe as usize]);
    let aside_m = aside(posing.fit.wider_m, side, posing.ours) + posing.fit.lift_m * Vec3::Y;
    let lifted_m = |joint: Joint| posing.ours.positions_m[joint as usize] + aside_m;
    let ankle_m = lifted_m(ankle);
    let Some(rig_toe) = posing.driven(toe) else { return Some(Target { ankle_m, pitch: Quat::IDENTITY }) };
    let from_rig_m = posing.fit.toe_from_rig_m[side];
    let toe_m = lifted_m(toe) - heading * balls_apart(from_rig_m) - from_rig_m.y * Vec3::Y;
    let foot_m = posing.ours_m(rig_toe) - posing.ours_m(rig_ankle);
    let flat_m = level_heading(posing.ours.rotations[ankle as usize]) * (REST_OFFSETS_M[toe as usize] - from_rig_m);
    let our_foot_m = posing.ours.positions_m[toe as usize] - posing.ours.positions_m[ankle as usize];
    let is_behind = our_foot_m.dot(flat_m.with_y(0.0)) < 0.0;
    let pitch = pitched_to(foot_m, flat_m, toe_m.y - ankle_m.y, is_behind, MOST_PITCHED_RAD);
    let pitch = Quat::IDENTITY.slerp(pitch, on_sole(posing.ours, leg));
    let by_toe_m = (toe_m - pitch * foot_m).with_y(ankle_m.y);
    Some(Target { ankle_m: ankle_m.lerp(by_toe_m, on_sole(posing.ours, leg)), pitch })
}

fn plant_leg(posing: &mut Posing<'_>, leg: [Joint; 4], side: usize) {
    let Some(ankle) = posing.driven(leg[2]) else { return };
    let Some(target) = target(posing, leg, side) else { return };
    let stands = nearness(our_foot_m(posing, leg), NEAR_M);
    let now_m = posing.ours_m(ankle);
    // A body that lies higher for what is thick about it has its heels as much higher.
    let lies_m = now_m.y.max(target.ankle_m.y);
    let target_m = target.ankle_m.with_y(lies_m + (target.ankle_m.y - lies_m) * on_sole(posing.ours, leg));
    reach(posing, leg, now_m.lerp(target_m, stands));
    posing.turn(ankle, Quat::IDENTITY.slerp(target.pitch, stands));
}

/// Bends a leg until its ankle is in a place.
fn reach(posing: &mut Posing<'_>, [hip, knee, ankle, _]: [Joint; 4], target_m: Vec3) {
    let (Some(rig_hip), Some(rig_knee), Some(rig_ankle)) = (posing.driven(hip), posing.driven(knee), posing.driven(ankle)) else { return };
    let hinge = posing.ours.rotations[hip as usize] * Vec3::X;
    posing.reach([rig_hip, rig_knee, rig_ankle], hinge, target_m);
}

/// How much a foot of ours is on its sole: its toes are where the heel has left the floor, the rest of it is where toes are lifted.
fn on_sole(ours: &WorldPose, [_, _, ankle, toe]: [Joint; 4]) -> f32 {
    let upright = [ankle, toe].map(|joint| (ours.rotations[joint as usize] * Vec3::Y).y);
    1.0 - nearness(upright[0].max(upright[1]), UPRIGHT)
}
