//! Feet that stand stand where ours do, whatever the proportions of the rig.
//!
//! The body goes where its feet, or the hands that carry it, need it, so that legs and arms keep our directions; what is left is done by
//! inverse kinematics.

use super::arms;
use super::posing::Posing;
use crate::motion::ik;
use crate::motion::mapping::leg::{CARRIES_M, Target, nearness, pitched_to};
use crate::motion::mapping::parts::LEGS;
use crate::motion::rotation::heading;
use crate::motion::skeleton::Joint;
use crate::motion::supports::SURFACE;
use glam::{Quat, Vec3};
use std::ops::Range;

/// A foot lower than the first of these is where ours is; one higher than the second keeps the directions of its leg.
const NEAR_M: Range<f32> = 0.10..0.25;
/// How far the body goes at most.
const MOVED_MOST_M: f32 = 0.15;
/// How much farther apart hips may be than ours before feet stand farther apart too: three degrees of a leg.
const WIDER_M: f32 = 0.04;

/// Moves the body so that the feet that are near the floor come to where ours are, as far as they agree about it.
pub(super) fn stand(posing: &mut Posing<'_>) {
    let (mut moved_m, mut weights) = (Vec3::ZERO, 0.0);
    for (side, leg) in LEGS.into_iter().enumerate() {
        let (Some(target), Some(ankle)) = (target(posing, leg, side), posing.driven(leg[2])) else { continue };
        let weight = nearness(our_foot_m(posing, leg), CARRIES_M);
        moved_m += weight * (target.ankle_m - posing.ours_m(ankle));
        weights += weight;
    }
    // Hands carry the body where no foot does.
    let free = (1.0 - weights).max(0.0);
    for side in 0..2 {
        let Some(palm_m) = arms::palm_m(posing, side) else { continue };
        let weight = free * nearness(arms::our_palm_m(posing, side).y, CARRIES_M);
        moved_m += weight * Vec3::Y * (arms::our_palm_m(posing, side).y - palm_m.y);
        weights += weight;
    }
    posing.moved_m += (moved_m / weights.max(1.0)).clamp_length_max(MOVED_MOST_M);
    posing.follow();
}

/// Puts the feet that are near the floor where ours are.
pub(super) fn plant(posing: &mut Posing<'_>) {
    for (side, leg) in LEGS.into_iter().enumerate() {
        plant_leg(posing, leg, side);
    }
    posing.follow();
}

/// Height of our foot over the floor, metres.
fn our_foot_m(posing: &Posing<'_>, [_, _, ankle, toe]: [Joint; 4]) -> f32 {
    let height_m = |joint: Joint| posing.ours.positions_m[joint as usize].y - SURFACE[joint as usize].radius_m;
    height_m(ankle).min(height_m(toe))
}

/// Where a foot belongs: ankle and toe where ours are, as far as the rig's foot has the same form; aside where its hips are much wider,
/// in the foot's own heading, so that it stays where it is while it stands.
fn target(posing: &Posing<'_>, [_, _, ankle, toe]: [Joint; 4], side: usize) -> Option<Target> {
    let rig_ankle = posing.driven(ankle)?;
    let foot_heading = Quat::from_rotation_y(heading(posing.ours.rotations[ankle as usize]));
    let wider_m = posing.fit.wider_m.signum() * (posing.fit.wider_m.abs() - WIDER_M).max(0.0);
    let aside_m = foot_heading * Vec3::X * if side == 0 { wider_m } else { -wider_m } + posing.fit.lift_m * Vec3::Y;
    let lifted_m = |joint: Joint| posing.ours.positions_m[joint as usize] + aside_m;
    let ankle_m = lifted_m(ankle);
    let Some(rig_toe) = posing.driven(toe) else { return Some(Target { ankle_m, pitch: Quat::IDENTITY }) };
    let toe_m = lifted_m(toe) - foot_heading * posing.fit.toe_from_rig_m[side];
    let foot_m = posing.ours_m(rig_toe) - posing.ours_m(rig_ankle);
    let pitch = pitched_to(foot_m, toe_m.y - ankle_m.y);
    Some(Target { ankle_m: (toe_m - pitch * foot_m).with_y(ankle_m.y), pitch })
}

fn plant_leg(posing: &mut Posing<'_>, leg: [Joint; 4], side: usize) {
    let [hip, knee, ankle, _] = leg;
    let (Some(rig_hip), Some(rig_knee), Some(rig_ankle)) = (posing.driven(hip), posing.driven(knee), posing.driven(ankle)) else { return };
    let Some(target) = target(posing, leg, side) else { return };
    let stands = nearness(our_foot_m(posing, leg), NEAR_M);
    let [hip_m, knee_m, ankle_m] = [rig_hip, rig_knee, rig_ankle].map(|joint| posing.ours_m(joint));
    let hinge = posing.ours.rotations[hip as usize] * Vec3::X;
    let target_m = ankle_m.lerp(target.ankle_m, stands);
    let turns = ik::reach_bending(hip_m, [knee_m - hip_m, ankle_m - knee_m], hinge, target_m);
    for (joint, turn) in [rig_hip, rig_knee].into_iter().zip(turns) {
        posing.turn(joint, turn);
    }
    posing.turn(rig_ankle, Quat::IDENTITY.slerp(target.pitch, stands));
}
