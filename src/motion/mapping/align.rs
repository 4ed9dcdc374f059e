//! How a rig's joints lie against ours: the turns that make our rest pose stand as the rig's reference pose does.

use super::fingers::Hand;
use super::parts::{LEGS, Parts};
use super::reference;
use crate::motion::rig::{Rig, RigWorld};
use crate::motion::rotation::shortest_arc;
use crate::motion::skeleton::{JOINT_COUNT, Joint, REST_OFFSETS_M};
use glam::{Quat, Vec3};

/// How our rest pose has to be turned, joint by joint, to stand as the rig's reference pose does.
///
/// The trunk faces where the hips face; `stood` stands a reference pose up that lies. Limb bones take the direction of the source's bone by the shortest arc from their parent;
/// collar bones, hands and feet keep their neutral relation to the body, because their drawn direction says where a rig puts its
/// joints rather than how the body is held.
pub(super) fn align(rig: &Rig, parts: &Parts, reference: &RigWorld, stood: Quat) -> [Quat; JOINT_COUNT] {
    use Joint::*;
    let at = |joint: Joint| parts[joint as usize].map(|index| reference.positions[index]);
    let trunk = match (at(LHip), at(RHip)) {
        (Some(left), Some(right)) => stood.inverse() * reference::facing(stood * left, stood * right),
        _ => Quat::IDENTITY,
    };
    let mut alignment = [trunk; JOINT_COUNT];
    let mut along = |joint: Joint, child: Joint, parent: Quat| {
        let ours = parent * REST_OFFSETS_M[child as usize];
        let arc = match (at(joint), at(child)) {
            (Some(from), Some(to)) => shortest_arc(ours, to - from),
            _ => Quat::IDENTITY,
        };
        alignment[joint as usize] = arc * parent;
        arc * parent
    };
    for [shoulder, elbow, wrist] in [[LShoulder, LElbow, LWrist], [RShoulder, RElbow, RWrist]] {
        let upper_arm = along(shoulder, elbow, trunk);
        along(elbow, wrist, upper_arm);
    }
    for [hip, knee, ankle, _] in LEGS {
        let thigh = along(hip, knee, trunk);
        along(knee, ankle, thigh);
    }
    for (elbow, wrist) in [(LElbow, LWrist), (RElbow, RWrist)] {
        let forearm = alignment[elbow as usize];
        alignment[wrist as usize] = palm_down(rig, parts, reference, wrist, forearm) * forearm;
    }
    for [hip, knee, ankle, toe] in LEGS {
        let our_leg_m = REST_OFFSETS_M[knee as usize] + REST_OFFSETS_M[ankle as usize];
        let foot = foot_alignment(trunk, [at(hip), at(ankle), at(toe)], our_leg_m, REST_OFFSETS_M[toe as usize]);
        alignment[ankle as usize] = foot;
        alignment[toe as usize] = foot;
    }
    alignment
}

/// The roll of a hand about its forearm that our palm, which looks down in a T-pose, makes to look where the rig's does. Fingers and a thumb
/// say where that is; without them a palm is taken to look down.
fn palm_down(rig: &Rig, parts: &Parts, reference: &RigWorld, wrist: Joint, forearm: Quat) -> Quat {
    let along = forearm * REST_OFFSETS_M[wrist as usize].normalize_or_zero();
    let Some(hand) = Hand::of(rig, parts, reference, wrist) else { return Quat::IDENTITY };
    let [ours, rigs] = [forearm * Vec3::NEG_Y, hand.palm].map(|palm| palm.reject_from(along));
    let angle = ours.angle_between(rigs).copysign(ours.cross(rigs).dot(along));
    if angle.is_finite() { Quat::from_axis_angle(along, angle) } else { Quat::IDENTITY }
}

/// A flat foot: turned to the side with a leg that stands apart (CMU's legs spread by 20°, their feet with them), and about the
/// vertical to where its toes point.
fn foot_alignment(trunk: Quat, [hip, ankle, toe]: [Option<Vec3>; 3], our_leg_m: Vec3, our_toe_m: Vec3) -> Quat {
    let (Some(hip), Some(ankle)) = (hip, ankle) else { return trunk };
    let sideways = |leg: Vec3| leg.x.atan2(-leg.y);
    let spread = trunk * Quat::from_rotation_z(sideways(trunk.inverse() * (ankle - hip)) - sideways(our_leg_m));
    let Some(toe) = toe else { return spread };
    let ahead = spread.inverse() * (toe - ankle);
    spread * Quat::from_rotation_y(ahead.x.atan2(ahead.z) - our_toe_m.x.atan2(our_toe_m.z))
}
