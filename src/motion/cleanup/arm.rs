//! Arms that would enter the floor give way: the upper arm swings up, the elbow bends, the wrist bends.

use super::floor::{above_floor, pitched};
use crate::motion::ik::reach;
use crate::motion::supports::{FINGER_TIPS, SURFACE};
use crate::motion::{Joint, Motion, Pose, REST_OFFSETS_M};
use glam::{Quat, Vec3};

/// The joints of an arm, and its finger tips among the surface points.
struct Arm {
    shoulder: usize,
    elbow: usize,
    wrist: usize,
    tips: usize,
}

const ARMS: [Arm; 2] = [
    Arm { shoulder: Joint::LShoulder as usize, elbow: Joint::LElbow as usize, wrist: Joint::LWrist as usize, tips: FINGER_TIPS[0] },
    Arm { shoulder: Joint::RShoulder as usize, elbow: Joint::RElbow as usize, wrist: Joint::RWrist as usize, tips: FINGER_TIPS[1] },
];

/// Keeps elbows, hands and fingers out of the floor.
pub(super) fn keep_arms_out(motion: &mut Motion) {
    for pose in &mut motion.frames {
        for arm in &ARMS {
            arm.keep_out(pose);
        }
    }
}

impl Arm {
    fn keep_out(&self, pose: &mut Pose) {
        let world = pose.world();
        let at_m = |joint: usize| world.positions_m[joint];
        let skin_m = |joint: usize| SURFACE[joint].radius_m;
        let [elbow_m, wrist_m] = [self.elbow, self.wrist].map(|joint| REST_OFFSETS_M[joint]);
        let hand_m = SURFACE[self.tips].offset_m;
        let deepest_m = [self.elbow, self.wrist].map(|joint| at_m(joint).y - skin_m(joint));
        let tips_m = at_m(self.wrist) + world.rotations[self.wrist] * hand_m;
        if deepest_m.iter().chain([&(tips_m.y - skin_m(self.tips))]).all(|height_m| *height_m > FAR_M) {
            return;
        }
        // Where the bones turn to, in the world; each is lifted only as far as it must be.
        let mut upper = world.rotations[self.shoulder];
        let mut lower = world.rotations[self.elbow];
        let mut hand = world.rotations[self.wrist];
        let wanted_m = out_of_floor(at_m(self.wrist), skin_m(self.wrist));

        // The shoulder swings, the elbow bends for the wrist's sake, and where that has put it back into the floor it stays out.
        (upper, lower) = self.elbow_lifted(at_m(self.shoulder), upper, lower);
        [upper, lower] = reach(at_m(self.shoulder), [upper, lower], [elbow_m, wrist_m], wanted_m);
        (upper, lower) = self.elbow_lifted(at_m(self.shoulder), upper, lower);
        let wrist_at_m = at_m(self.shoulder) + upper * elbow_m + lower * wrist_m;
        let tips_m = wrist_at_m + hand * hand_m;
        let bend = pitched(hand * hand_m, hand * Vec3::Z, out_of_floor(tips_m, skin_m(self.tips)).y - wrist_at_m.y);
        hand = bend * hand;

        let world_from_collar = world.rotations[self.shoulder] * pose.local[self.shoulder].inverse();
        pose.local[self.shoulder] = (world_from_collar.inverse() * upper).normalize();
        pose.local[self.elbow] = (upper.inverse() * lower).normalize();
        pose.local[self.wrist] = (lower.inverse() * hand).normalize();
    }

    /// Upper arm and forearm, turned together so that the elbow is out of the floor.
    fn elbow_lifted(&self, shoulder_m: Vec3, upper: Quat, lower: Quat) -> (Quat, Quat) {
        let arm_m = upper * REST_OFFSETS_M[self.elbow];
        let wanted_m = out_of_floor(shoulder_m + arm_m, SURFACE[self.elbow].radius_m);
        let lift = pitched(arm_m, upper * Vec3::Z, wanted_m.y - shoulder_m.y);
        (lift * upper, lift * lower)
    }
}

/// Above this height nothing is done to an arm.
const FAR_M: f32 = 0.05;

/// A place whose skin is out of the floor: itself above it, on it where it is below, rounded between.
fn out_of_floor(at_m: Vec3, skin_m: f32) -> Vec3 {
    at_m.with_y(above_floor(at_m.y - skin_m) + skin_m)
}
