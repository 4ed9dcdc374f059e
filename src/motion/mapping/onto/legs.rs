//! Feet that stand stand where ours do, whatever the proportions of the rig.
//!
//! The body goes where its feet, or the hands that carry it, need it, so that legs and arms keep our directions; what is left is done by
//! inverse kinematics.

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

impl Posing<'_> {
    /// Moves the body so that the feet that are near the floor come to where ours are, as far as they agree about it.
    pub(super) fn stand(&mut self) {
        let (mut moved_m, mut weights) = (Vec3::ZERO, 0.0);
        for (side, leg) in LEGS.into_iter().enumerate() {
            let (Some(target), Some(ankle)) = (self.target(leg, side), self.driven(leg[2])) else { continue };
            let weight = nearness(self.our_foot_m(leg), CARRIES_M);
            moved_m += weight * (target.ankle_m - self.ours_m(ankle));
            weights += weight;
        }
        // Hands carry the body where no foot does.
        let free = (1.0 - weights).max(0.0);
        for side in 0..2 {
            let Some(palm_m) = self.palm_m(side) else { continue };
            let weight = free * nearness(self.our_palm_m(side).y, CARRIES_M);
            moved_m += weight * Vec3::Y * (self.our_palm_m(side).y - palm_m.y);
            weights += weight;
        }
        self.moved_m += (moved_m / weights.max(1.0)).clamp_length_max(MOVED_MOST_M);
        self.follow();
    }

    /// Puts the feet that are near the floor where ours are.
    pub(super) fn plant(&mut self) {
        for (side, leg) in LEGS.into_iter().enumerate() {
            self.plant_leg(leg, side);
        }
        self.follow();
    }

    /// Height of our foot over the floor, metres.
    fn our_foot_m(&self, [_, _, ankle, toe]: [Joint; 4]) -> f32 {
        let height_m = |joint: Joint| self.ours.positions_m[joint as usize].y - SURFACE[joint as usize].radius_m;
        height_m(ankle).min(height_m(toe))
    }

    /// Where a foot belongs: ankle and toe where ours are, as far as the rig's foot has the same form; aside where its hips are much wider,
    /// in the foot's own heading, so that it stays where it is while it stands.
    fn target(&self, [_, _, ankle, toe]: [Joint; 4], side: usize) -> Option<Target> {
        let rig_ankle = self.driven(ankle)?;
        let foot_heading = Quat::from_rotation_y(heading(self.ours.rotations[ankle as usize]));
        let wider_m = self.fit.wider_m.signum() * (self.fit.wider_m.abs() - WIDER_M).max(0.0);
        let aside_m = foot_heading * Vec3::X * if side == 0 { wider_m } else { -wider_m } + self.fit.lift_m * Vec3::Y;
        let lifted_m = |joint: Joint| self.ours.positions_m[joint as usize] + aside_m;
        let ankle_m = lifted_m(ankle);
        let Some(rig_toe) = self.driven(toe) else { return Some(Target { ankle_m, pitch: Quat::IDENTITY }) };
        let toe_m = lifted_m(toe) - foot_heading * self.fit.toe_from_rig_m[side];
        let foot_m = self.ours_m(rig_toe) - self.ours_m(rig_ankle);
        let pitch = pitched_to(foot_m, toe_m.y - ankle_m.y);
        Some(Target { ankle_m: (toe_m - pitch * foot_m).with_y(ankle_m.y), pitch })
    }

    fn plant_leg(&mut self, leg: [Joint; 4], side: usize) {
        let [hip, knee, ankle, _] = leg;
        let (Some(rig_hip), Some(rig_knee), Some(rig_ankle)) = (self.driven(hip), self.driven(knee), self.driven(ankle)) else { return };
        let Some(target) = self.target(leg, side) else { return };
        let stands = nearness(self.our_foot_m(leg), NEAR_M);
        let [hip_m, knee_m, ankle_m] = [rig_hip, rig_knee, rig_ankle].map(|joint| self.ours_m(joint));
        let hinge = self.ours.rotations[hip as usize] * Vec3::X;
        let target_m = ankle_m.lerp(target.ankle_m, stands);
        let turns = ik::reach_bending(hip_m, [knee_m - hip_m, ankle_m - knee_m], hinge, target_m);
        for (joint, turn) in [rig_hip, rig_knee].into_iter().zip(turns) {
            self.turn(joint, turn);
        }
        self.turn(rig_ankle, Quat::IDENTITY.slerp(target.pitch, stands));
    }
}
