//! Hands that touch something touch it on the rig too: the other hand, the head, the hips, the knees, the floor.

use super::floor;
use super::posing::Posing;
use crate::motion::mapping::leg::nearness;
use crate::motion::mapping::skin::Region;
use crate::motion::skeleton::Joint;
use crate::motion::supports::SURFACE;
use glam::{Vec3, vec3};
use std::ops::Range;

/// Within the first of these of a place a hand touches it; beyond the second it does not.
const TOUCHES_M: Range<f32> = 0.10..0.15;
/// The same over the floor.
const FLOOR_M: Range<f32> = 0.05..0.15;
/// An arm that is bent by less than the first of these hangs, and its hand is near the body by chance; by more than the second, it reaches for
/// what it touches.
const REACHES_RAD: Range<f32> = 0.35..0.8;
/// The same for the hips, by which hands swing.
const REACHES_HIPS_RAD: Range<f32> = 0.9..1.3;
/// How deep a hand is in the body when it is taken out of it wholly.
const INSIDE_M: f32 = 0.02;
/// The middle of the palm in the frame of the left wrist; mirrored, of the right one.
const PALM_M: Vec3 = vec3(0.08, -0.015, 0.005);

const ARMS: [[Joint; 3]; 2] = [[Joint::LShoulder, Joint::LElbow, Joint::LWrist], [Joint::RShoulder, Joint::RElbow, Joint::RWrist]];

/// What hands touch: balls about places in the frames of joints, metres.
const PLACES: [(Joint, Vec3, f32); 6] = [
    (Joint::Head, vec3(0.0, 0.06, 0.03), 0.10),
    (Joint::Spine3, vec3(0.0, 0.02, 0.02), 0.11),
    (Joint::LHip, vec3(0.04, 0.10, 0.0), 0.08),
    (Joint::RHip, vec3(-0.04, 0.10, 0.0), 0.08),
    (Joint::LKnee, Vec3::ZERO, 0.06),
    (Joint::RKnee, Vec3::ZERO, 0.06),
];

/// Where a hand is drawn to: the sum of the ways there, and of the weights.
#[derive(Clone, Copy, Default)]
struct Pull {
    way_m: Vec3,
    weight: f32,
    /// Of the strongest.
    most: f32,
}

impl Pull {
    fn add(&mut self, way_m: Vec3, weight: f32) {
        self.way_m += weight * way_m;
        self.weight += weight;
        self.most = self.most.max(weight);
    }

    /// The way to go.
    fn mean_m(&self) -> Vec3 {
        if self.weight > 0.0 { self.most / self.weight * self.way_m } else { Vec3::ZERO }
    }
}

/// Brings hands to what ours touch.
pub(super) fn touch(posing: &mut Posing<'_>) {
    let ours_m = [0, 1].map(|side| our_palm_m(posing, side));
    let (Some(left_m), Some(right_m)) = (palm_m(posing, 0), palm_m(posing, 1)) else { return };
    let rigs_m = [left_m, right_m];
    let mut pulls = [Pull::default(); 2];
    for side in 0..2 {
        for (joint, offset_m, radius_m) in PLACES {
            let is_hip = matches!(joint, Joint::LHip | Joint::RHip);
            let reaches = reaches(posing, side, if is_hip { REACHES_HIPS_RAD } else { REACHES_RAD });
            let Some(index) = posing.driven(joint) else { continue };
            let offset_m = posing.ours.rotations[joint as usize] * offset_m;
            let gap_m = (ours_m[side] - (posing.ours.positions_m[joint as usize] + offset_m)).length() - radius_m;
            let from_m = rigs_m[side] - (posing.ours_m(index) + offset_m);
            // As near as ours, wherever on it.
            let rigs_gap_m = from_m.length() - radius_m - thicker_m(posing, joint);
            let out = from_m.normalize_or_zero();
            pulls[side].add((gap_m - rigs_gap_m) * out, nearness(gap_m, TOUCHES_M) * reaches);
            // No deeper in the body than ours, whether it reaches for it or not.
            let deeper_m = gap_m.min(0.0) - rigs_gap_m;
            if deeper_m > 0.0 {
                pulls[side].add(deeper_m * out, (deeper_m / INSIDE_M).min(1.0) * (1.0 - reaches));
            }
        }
        // Half of the way to the other hand, which comes the other half.
        let apart_m = ours_m[side] - ours_m[1 - side];
        let way_m = 0.5 * (rigs_m[1 - side] + apart_m - rigs_m[side]);
        pulls[side].add(way_m, nearness(apart_m.length(), TOUCHES_M));
        // Raised or lowered with the body, the hand stays where it is on the floor.
        let weight = nearness(ours_m[side].y, FLOOR_M);
        pulls[side].add(Vec3::Y * (ours_m[side].y - rigs_m[side].y), weight);
    }
    for (side, pull) in pulls.into_iter().enumerate() {
        if pull.weight > 0.0 {
            move_hand(posing, side, pull.mean_m());
        }
    }
    if pulls.iter().any(|pull| pull.weight > 0.0) {
        posing.follow();
    }
}

/// How much an arm reaches for what its hand is near.
fn reaches(posing: &Posing<'_>, side: usize, bent_rad: Range<f32>) -> f32 {
    let [shoulder_m, elbow_m, wrist_m] = ARMS[side].map(|joint| posing.ours.positions_m[joint as usize]);
    1.0 - nearness((elbow_m - shoulder_m).angle_between(wrist_m - elbow_m), bent_rad)
}

/// How much farther than ours the skin of the rig is from a joint, metres.
fn thicker_m(posing: &Posing<'_>, joint: Joint) -> f32 {
    posing.fit.flesh_m[joint as usize].map_or(0.0, |flesh_m| (flesh_m - SURFACE[joint as usize].radius_m).max(0.0))
}

/// Bends wrist and arm where a hand is in the floor.
pub(super) fn keep_out_of_floor(posing: &mut Posing<'_>) {
    let floor_m = posing.floor_m;
    for (side, arm) in ARMS.into_iter().enumerate() {
        let [Some(shoulder), Some(elbow), Some(wrist)] = arm.map(|joint| posing.driven(joint)) else { continue };
        floor::bend_out(posing, wrist, &[wrist], floor_m, |region| region == Region::Hand(side));
        let sunk_m = floor::sunk_m(posing, floor_m, |region| region == Region::Hand(side));
        if sunk_m > 0.0 {
            move_hand(posing, side, sunk_m * Vec3::Y);
            posing.follow();
        }
        floor::swivel_out(posing, [shoulder, elbow, wrist], floor_m, Region::Forearm(side));
        // All of an arm that lies along the floor is raised about the shoulder.
        floor::bend_out(posing, shoulder, &[shoulder, elbow, wrist], floor_m, |region| region == Region::Forearm(side));
    }
}

fn palm(side: usize) -> Vec3 {
    PALM_M * if side == 0 { Vec3::ONE } else { vec3(-1.0, 1.0, 1.0) }
}

pub(super) fn our_palm_m(posing: &Posing<'_>, side: usize) -> Vec3 {
    let wrist = ARMS[side][2] as usize;
    posing.ours.positions_m[wrist] + posing.ours.rotations[wrist] * palm(side)
}

/// The rig's, whose hand is turned as ours.
pub(super) fn palm_m(posing: &Posing<'_>, side: usize) -> Option<Vec3> {
    let wrist = ARMS[side][2];
    Some(posing.ours_m(posing.driven(wrist)?) + posing.ours.rotations[wrist as usize] * palm(side))
}

fn move_hand(posing: &mut Posing<'_>, side: usize, way_m: Vec3) {
    let [shoulder, elbow, wrist] = ARMS[side].map(|joint| posing.driven(joint));
    let (Some(shoulder), Some(elbow), Some(wrist)) = (shoulder, elbow, wrist) else { return };
    // An elbow that is all but straight bends as its upper arm is rolled.
    let hinge = posing.ours.rotations[ARMS[side][0] as usize] * if side == 0 { Vec3::NEG_Y } else { Vec3::Y };
    posing.reach([shoulder, elbow, wrist], hinge, posing.ours_m(wrist) + way_m);
}
