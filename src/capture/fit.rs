//! Our skeleton in the posture that landmarks show: each bone in the direction in which they lie, so that limbs keep their lengths. A prior
//! says the rest: knees bend backwards, an elbow goes on bending the way it did, the spine bends evenly, hands and head turn only so far.
//!
//! Landmarks are mediapipe's 33, in the world, metres from between the hips.

use crate::model::blazepose::BODY_LANDMARKS;
use crate::motion::rotation::{frame_of, shortest_arc};
use crate::motion::{Joint, Pose, REST_OFFSETS_M, WorldPose};
use glam::{Mat3, Quat, Vec3};

/// mediapipe's landmarks that are used, left ones; a right one follows each.
pub(super) const NOSE: usize = 0;
pub(super) const EAR: usize = 7;
pub(super) const SHOULDER: usize = 11;
const ELBOW: usize = 13;
const WRIST: usize = 15;
const PINKY: usize = 17;
const INDEX: usize = 19;
pub(super) const HIP: usize = 23;
pub(super) const KNEE: usize = 25;
pub(super) const ANKLE: usize = 27;
const TOE: usize = 31;

/// How much of the way from the chest to the head the neck turns.
const NECK_SHARE: f32 = 0.5;
/// How much of what the shoulders do beyond the chest is the collar bones'.
const COLLAR_SHARE: f32 = 0.5;
/// How much of its turn a hand is believed, and how far it turns at most.
const HAND_SHARE: f32 = 0.6;
const HAND_RAD: f32 = 1.0;
/// Furthest turn of the head against the chest.
const HEAD_RAD: f32 = 1.3;
/// Furthest turn of a foot against its shin.
const FOOT_RAD: f32 = 1.0;
/// What the prior counts where a limb is bent by a right angle.
const PRIOR: f32 = 0.2;
/// The ears lie higher than the nose by this angle where the head is upright.
const NOSE_RAD: f32 = 0.2;

/// Joints of an arm and of a leg, left ones; a right one follows each.
struct Limb {
    joints: [Joint; 3],
    landmarks: [usize; 3],
}

/// What goes from one moment to the next: the axes about which the limbs bend, arms then legs, and the bones above them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bends([Option<(Vec3, Vec3)>; 4]);

/// The pose that landmarks show, the pelvis at the origin.
pub(super) fn fitted(landmarks_m: &[Vec3; BODY_LANDMARKS], bends: &mut Bends) -> Pose {
    let mut world = Pose { root_m: Vec3::ZERO, ..Pose::REST }.world();
    trunk(landmarks_m, &mut world);
    for side in 0..2 {
        arm(landmarks_m, side, &mut world, &mut bends.0[side]);
        leg(landmarks_m, side, &mut world, &mut bends.0[2 + side]);
    }
    world.to_pose()
}

pub(super) fn middle(landmarks_m: &[Vec3; BODY_LANDMARKS], left: usize) -> Vec3 {
    (landmarks_m[left] + landmarks_m[left + 1]) / 2.0
}

fn trunk(at_m: &[Vec3; BODY_LANDMARKS], world: &mut WorldPose) {
    let up = middle(at_m, SHOULDER) - middle(at_m, HIP);
    let across = |left: usize| at_m[left] - at_m[left + 1];
    let pelvis = frame_of(across(HIP), up).unwrap_or_default();
    let chest = frame_of(across(SHOULDER), up).unwrap_or(pelvis);
    let forward = at_m[NOSE] - middle(at_m, EAR);
    let head = frame_of(across(EAR), forward.cross(across(EAR))).map_or(chest, |head| head * Quat::from_rotation_x(-NOSE_RAD));
    let head = within(chest, head, HEAD_RAD);
    let turns = [
        (Joint::Pelvis, pelvis),
        (Joint::Spine1, pelvis.slerp(chest, 1.0 / 3.0)),
        (Joint::Spine2, pelvis.slerp(chest, 2.0 / 3.0)),
        (Joint::Spine3, chest),
        (Joint::Neck, chest.slerp(head, NECK_SHARE)),
        (Joint::Head, head),
        (Joint::LCollar, chest),
        (Joint::RCollar, chest),
    ];
    for (joint, turn) in turns {
        world.rotations[joint as usize] = turn;
        if let Some(parent) = joint.parent() {
            let offset = world.rotations[parent as usize] * REST_OFFSETS_M[joint as usize];
            world.positions_m[joint as usize] = world.positions_m[parent as usize] + offset;
        }
    }
}

fn arm(at_m: &[Vec3; BODY_LANDMARKS], side: usize, world: &mut WorldPose, bend: &mut Option<(Vec3, Vec3)>) {
    let joints = [[Joint::LShoulder, Joint::LElbow, Joint::LWrist], [Joint::RShoulder, Joint::RElbow, Joint::RWrist]][side];
    let collar = [Joint::LCollar, Joint::RCollar][side];
    let outwards = [1.0, -1.0][side];
    // Between our hips, which landmarks count from, and our pelvis.
    let hips_m = world.rotations[Joint::Pelvis as usize] * (REST_OFFSETS_M[Joint::LHip as usize] * Vec3::new(0.0, 1.0, 1.0));
    let shoulder_m = at_m[SHOULDER + side] - middle(at_m, HIP) + hips_m;
    let chest = world.rotations[Joint::Spine3 as usize];
    let rest = chest * REST_OFFSETS_M[joints[0] as usize];
    let raised = shortest_arc(rest, shoulder_m - world.positions_m[collar as usize]);
    world.rotations[collar as usize] = (Quat::IDENTITY.slerp(raised, COLLAR_SHARE) * chest).normalize();

    let limb = Limb { joints, landmarks: [SHOULDER, ELBOW, WRIST].map(|left| left + side) };
    // A left elbow bends about -Y in the rest pose, palms down, a right one about +Y.
    let hinge = Vec3::NEG_Y * outwards;
    let above = world.rotations[collar as usize];
    place(&limb, at_m, above, hinge, None, world, bend);

    let lower = world.rotations[joints[1] as usize];
    let hand = (at_m[INDEX + side] + at_m[PINKY + side]) / 2.0 - at_m[WRIST + side];
    let turn = aligned(Vec3::X * outwards, Vec3::Z, hand, at_m[INDEX + side] - at_m[PINKY + side]);
    let turn = turn.map_or(lower, |turn| within(lower, turn, HAND_RAD));
    world.rotations[joints[2] as usize] = lower.slerp(turn, HAND_SHARE);
}

fn leg(at_m: &[Vec3; BODY_LANDMARKS], side: usize, world: &mut WorldPose, bend: &mut Option<(Vec3, Vec3)>) {
    let joints = [[Joint::LHip, Joint::LKnee, Joint::LAnkle], [Joint::RHip, Joint::RKnee, Joint::RAnkle]][side];
    let toe = [Joint::LFoot, Joint::RFoot][side];
    let limb = Limb { joints, landmarks: [HIP, KNEE, ANKLE].map(|left| left + side) };
    let pelvis = world.rotations[Joint::Pelvis as usize];
    let foot = at_m[TOE + side] - at_m[ANKLE + side];
    place(&limb, at_m, pelvis, Vec3::X, Some(foot), world, bend);

    let shin = world.rotations[joints[1] as usize];
    let turn = aligned(REST_OFFSETS_M[toe as usize], Vec3::X, foot, shin * Vec3::X);
    let turn = turn.map_or(shin, |turn| within(shin, turn, FOOT_RAD));
    world.rotations[joints[2] as usize] = turn;
    world.rotations[toe as usize] = turn;
}

/// The two bones of a limb in the directions of their landmarks. `hinge` is the axis about which it bends in the rest pose; `foot` says which
/// way a leg faces where it is straight.
fn place(
    limb: &Limb,
    at_m: &[Vec3; BODY_LANDMARKS],
    above: Quat,
    hinge: Vec3,
    foot: Option<Vec3>,
    world: &mut WorldPose,
    bend: &mut Option<(Vec3, Vec3)>,
) {
    let [root, middle, end] = limb.landmarks.map(|landmark| at_m[landmark]);
    let bones = [1, 2].map(|at| REST_OFFSETS_M[limb.joints[at] as usize]);
    let (Some(upper), Some(lower)) = ((middle - root).try_normalize(), (end - middle).try_normalize()) else { return };
    // Where nothing else says it: the axis that the bone above gives, carried along the shortest way; and how it bent before.
    let rest_axis = shortest_arc(above * bones[0], upper) * (above * hinge);
    let before_axis = bend.map(|(axis, bone)| shortest_arc(bone, upper) * axis);
    let foot_axis = foot.map(|foot| foot.cross(lower).normalize_or_zero());
    let prior = match (before_axis, foot_axis) {
        (_, Some(foot)) => rest_axis + foot,
        (Some(before), None) => before + 0.1 * rest_axis,
        (None, None) => rest_axis,
    };
    let prior = prior.reject_from_normalized(upper).try_normalize().unwrap_or(rest_axis);
    let across = upper.cross(lower);
    // A knee that seems to bend forwards is straight.
    let across = if foot.is_some() && across.dot(prior) < 0.0 { Vec3::ZERO } else { across };
    let axis = (across + PRIOR * prior).try_normalize().unwrap_or(prior);
    *bend = Some((axis, upper));
    for (joint, (bone, direction)) in limb.joints.iter().zip(bones.iter().zip([upper, lower])) {
        if let Some(turn) = aligned(*bone, hinge, direction, axis) {
            world.rotations[*joint as usize] = turn;
        }
    }
}

/// The rotation that takes the direction `rest` to `direction`, and `rest_side` as near as it can to `side`.
fn aligned(rest: Vec3, rest_side: Vec3, direction: Vec3, side: Vec3) -> Option<Quat> {
    let frame = |along: Vec3, side: Vec3| {
        let y = along.try_normalize()?;
        let z = side.cross(y).try_normalize()?;
        Some(Quat::from_mat3(&Mat3::from_cols(y.cross(z), y, z)))
    };
    Some((frame(direction, side)? * frame(rest, rest_side)?.inverse()).normalize())
}

/// A rotation turned against another one by so much at most.
fn within(from: Quat, to: Quat, most_rad: f32) -> Quat {
    let apart_rad = from.angle_between(to);
    if apart_rad > most_rad { from.slerp(to, most_rad / apart_rad) } else { to }
}
