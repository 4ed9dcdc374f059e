//! The measurements themselves, on the joints of every frame.

use crate::motion::feet;
use crate::motion::rotation::heading;
use crate::motion::{FPS, JOINT_COUNT, Joint, Motion, WorldPose};
use glam::{Quat, Vec3};
use std::f32::consts::{PI, TAU};

pub(super) const ARMS: [Joint; 4] = [Joint::LElbow, Joint::RElbow, Joint::LWrist, Joint::RWrist];
pub(super) const LEGS: [Joint; 4] = [Joint::LKnee, Joint::RKnee, Joint::LAnkle, Joint::RAnkle];
/// Shoulder, wrist, and the direction of the hand in the rest pose; in the order of [`Hand`].
const HANDS: [(Joint, Joint, Vec3); 2] = [(Joint::LShoulder, Joint::LWrist, Vec3::X), (Joint::RShoulder, Joint::RWrist, Vec3::NEG_X)];

#[derive(Clone, Copy)]
pub(super) enum Hand {
    Left,
    Right,
}

const WRIST_TO_TIP_M: f32 = 0.15;
/// A hand swings when it goes back by this.
const SWING_M: f32 = 0.03;
/// Feet straddle when they part by this.
const STRADDLE_M: f32 = 0.1;
/// A wrist lower than this below its shoulder hangs.
const HANGING_M: f32 = 0.28;
/// A leg longer than this from hip to ankle is outstretched.
const OUTSTRETCHED_LEG_M: f32 = 0.62;
/// A punch ends at least this far from the shoulder and at most this far above or below it.
const OUTSTRETCHED_ARM_M: f32 = 0.4;
const SHOULDER_HIGH_M: f32 = 0.25;
/// Below this height of the pelvis somebody crouches, and does not bow.
const BOWING_PELVIS_M: f32 = 0.7;

/// What the effects are measured on.
pub(super) struct Tracks {
    worlds: Vec<WorldPose>,
    joints_m: Vec<[Vec3; JOINT_COUNT]>,
    /// Without jumps at half turns.
    headings_rad: Vec<f32>,
}

impl Tracks {
    pub(super) fn of(motion: &Motion) -> Self {
        let worlds: Vec<WorldPose> = motion.frames.iter().map(|pose| pose.world()).collect();
        let mut headings_rad: Vec<f32> = Vec::with_capacity(worlds.len());
        for pose in &motion.frames {
            let now = heading(pose.local[0]);
            let before = headings_rad.last().copied().unwrap_or(now);
            headings_rad.push(before + (now - before + PI).rem_euclid(TAU) - PI);
        }
        let joints_m = worlds.iter().map(|world| world.positions_m).collect();
        Self { worlds, joints_m, headings_rad }
    }

    pub(super) fn frames(&self) -> usize {
        self.joints_m.len()
    }

    pub(super) fn at(&self, frame: usize, joint: Joint) -> Vec3 {
        self.joints_m[frame][joint as usize]
    }

    /// A direction of the world as the body sees it: X to its left, Z ahead.
    pub(super) fn seen(&self, frame: usize, direction: Vec3) -> Vec3 {
        Quat::from_rotation_y(-self.headings_rad[frame]) * direction
    }

    pub(super) fn headings_rad(&self) -> &[f32] {
        &self.headings_rad
    }

    /// A direction of a joint's rest pose as it is turned now, in the world.
    pub(super) fn turned_with(&self, frame: usize, joint: Joint, direction: Vec3) -> Vec3 {
        self.worlds[frame].rotations[joint as usize] * direction
    }

    /// Mean velocity of the pelvis as the body sees it, m/s.
    pub(super) fn velocity(&self) -> Vec3 {
        let step_m = |frame: usize| self.seen(frame, self.at(frame, Joint::Pelvis) - self.at(frame - 1, Joint::Pelvis));
        Vec3::from_array([0, 1, 2].map(|axis| FPS * mean((1..self.frames()).map(|frame| step_m(frame)[axis]))))
    }

    pub(super) fn turn(&self) -> f32 {
        match self.headings_rad.as_slice() {
            [first, .., last] => (last - first).to_degrees(),
            _ => 0.0,
        }
    }

    pub(super) fn flight(&self) -> f32 {
        highest(self.joints_m.iter().map(feet::lowest_m))
    }

    pub(super) fn pelvis_low(&self) -> f32 {
        -highest(self.joints_m.iter().map(|joints| -joints[0].y))
    }

    pub(super) fn bow(&self) -> f32 {
        let upright = (0..self.frames()).filter(|frame| self.at(*frame, Joint::Pelvis).y > BOWING_PELVIS_M);
        highest(upright.map(|frame| self.pitch(frame)))
    }

    pub(super) fn stoop(&self) -> f32 {
        mean((0..self.frames()).map(|frame| self.pitch(frame)))
    }

    /// Forward pitch of the line from pelvis to neck, degrees.
    fn pitch(&self, frame: usize) -> f32 {
        let trunk = self.seen(frame, self.at(frame, Joint::Neck) - self.at(frame, Joint::Pelvis));
        trunk.z.atan2(trunk.y).to_degrees()
    }

    pub(super) fn hand_swings(&self, hand: Hand) -> f32 {
        let (shoulder, wrist, outwards) = HANDS[hand as usize];
        let tips: Vec<Option<Vec3>> = (0..self.frames())
            .map(|frame| {
                let hangs = self.at(frame, wrist).y < self.at(frame, shoulder).y - HANGING_M;
                let hand = self.worlds[frame].rotations[wrist as usize] * outwards * WRIST_TO_TIP_M;
                (!hangs).then(|| self.seen(frame, self.at(frame, wrist) + hand - self.at(frame, shoulder)))
            })
            .collect();
        let swings = [Vec3::X, Vec3::Y, Vec3::Z].map(|axis| most_reversals(tips.iter().map(|tip| tip.map(|tip| tip.dot(axis))), SWING_M));
        swings.into_iter().max().unwrap_or(0) as f32
    }

    pub(super) fn hands_up(&self, wrists: &[Joint]) -> f32 {
        let lowest = |joints: &[Vec3; JOINT_COUNT]| -highest(wrists.iter().map(|wrist| -joints[*wrist as usize].y));
        let heights: Vec<f32> = self.joints_m.iter().map(|joints| lowest(joints) - joints[Joint::Head as usize].y).collect();
        let a_while = (heights.len() / 20).max(5).min(heights.len());
        exceeded_in(heights, a_while)
    }

    pub(super) fn straddles(&self) -> f32 {
        let apart = |frame: usize| self.seen(frame, self.at(frame, Joint::LAnkle) - self.at(frame, Joint::RAnkle)).x;
        most_reversals((0..self.frames()).map(|frame| Some(apart(frame))), STRADDLE_M) as f32
    }

    pub(super) fn leg_raise(&self) -> f32 {
        highest((0..self.frames()).flat_map(|frame| {
            [(Joint::LHip, Joint::LAnkle), (Joint::RHip, Joint::RAnkle)].map(|(hip, ankle)| {
                let leg = self.at(frame, ankle) - self.at(frame, hip);
                if leg.length() > OUTSTRETCHED_LEG_M { leg.angle_between(Vec3::NEG_Y).to_degrees() } else { 0.0 }
            })
        }))
    }

    pub(super) fn punch(&self) -> f32 {
        const OVER_FRAMES: usize = 3;
        highest((OVER_FRAMES..self.frames()).flat_map(|frame| {
            HANDS.map(|(shoulder, wrist, _)| {
                let arm = |frame: usize| self.at(frame, wrist) - self.at(frame, shoulder);
                let arrives = arm(frame).length() > OUTSTRETCHED_ARM_M && arm(frame).y.abs() < SHOULDER_HIGH_M;
                if arrives { (arm(frame).length() - arm(frame - OVER_FRAMES).length()) * FPS / OVER_FRAMES as f32 } else { 0.0 }
            })
        }))
    }

    pub(super) fn speed_about_pelvis(&self, joints: &[Joint]) -> f32 {
        let seen = |frame: usize, joint: Joint| self.seen(frame, self.at(frame, joint) - self.at(frame, Joint::Pelvis));
        let steps = joints.iter().flat_map(|joint| (1..self.frames()).map(|frame| seen(frame, *joint).distance(seen(frame - 1, *joint))));
        FPS * mean(steps)
    }

    pub(super) fn bounce(&self) -> f32 {
        let heights: Vec<f32> = self.joints_m.iter().map(|joints| joints[0].y).collect();
        let spans: Vec<f32> =
            heights.windows(FPS as usize / 2 + 1).map(|w| highest(w.iter().copied()) + highest(w.iter().map(|y| -y))).collect();
        let half = spans.len().div_ceil(2);
        exceeded_in(spans, half)
    }

    pub(super) fn arm_swing(&self) -> f32 {
        let ahead = |frame: usize| self.seen(frame, self.at(frame, Joint::LWrist) - self.at(frame, Joint::RWrist)).z.abs();
        exceeded_in((0..self.frames()).map(ahead).collect(), self.frames().div_ceil(10))
    }

    pub(super) fn fastest_joint(&self) -> f32 {
        let fastest = |frame: usize| {
            highest(self.joints_m[frame].iter().zip(&self.joints_m[frame - 2]).map(|(now, before)| now.distance(*before) * FPS / 2.0))
        };
        let speeds: Vec<f32> = (2..self.frames()).map(fastest).collect();
        let tenth = speeds.len().div_ceil(10);
        exceeded_in(speeds, tenth)
    }
}

/// Most changes of direction of at least `least` in a stretch of a track without gaps.
pub(super) fn most_reversals(track: impl Iterator<Item = Option<f32>>, least: f32) -> u32 {
    let (mut most, mut here) = (0, 0);
    // The extreme since the last change of direction, and that direction: 1, -1, or 0 at the start.
    let mut extreme: Option<(f32, f32)> = None;
    for value in track {
        let Some(value) = value else {
            (extreme, here) = (None, 0);
            continue;
        };
        let (turn, direction) = *extreme.get_or_insert((value, 0.0));
        if direction == 0.0 {
            if (value - turn).abs() > least {
                extreme = Some((value, (value - turn).signum()));
            }
        } else if (value - turn) * direction > 0.0 {
            extreme = Some((value, direction));
        } else if (value - turn).abs() > least {
            extreme = Some((value, -direction));
            here += 1;
            most = most.max(here);
        }
    }
    most
}

/// The value that `count` of the values reach; 0 for none.
pub(super) fn exceeded_in(mut values: Vec<f32>, count: usize) -> f32 {
    values.sort_by(|a, b| b.total_cmp(a));
    count.checked_sub(1).and_then(|last| values.get(last)).copied().unwrap_or(0.0)
}

pub(super) fn highest(values: impl Iterator<Item = f32>) -> f32 {
    values.reduce(f32::max).unwrap_or(0.0)
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f32
}
