//! Twist joints: joints on a long bone that carry the skin round it. They take their share of the twist of the limb, by where they are.
//!
//! On shin and forearm that is the twist of foot and hand, which grows along the bone. Upper arm and thigh are twisted against the trunk:
//! where twist joints carry the lower limb, the first of the bones only swings and they bring the twist in.

use super::parts::Parts;
use crate::motion::rig::{Rig, RigWorld};
use crate::motion::skeleton::{Joint, REST_OFFSETS_M};
use glam::{Quat, Vec3};

/// The long bones: where each begins and ends, and whose twist against what is above it it carries.
pub(super) const BONES: [(Joint, Joint, Joint); 8] = [
    (Joint::LShoulder, Joint::LElbow, Joint::LShoulder),
    (Joint::RShoulder, Joint::RElbow, Joint::RShoulder),
    (Joint::LHip, Joint::LKnee, Joint::LHip),
    (Joint::RHip, Joint::RKnee, Joint::RHip),
    (Joint::LElbow, Joint::LWrist, Joint::LWrist),
    (Joint::RElbow, Joint::RWrist, Joint::RWrist),
    (Joint::LKnee, Joint::LAnkle, Joint::LAnkle),
    (Joint::RKnee, Joint::RAnkle, Joint::RAnkle),
];
/// How far a twist joint may be from the line of its bone, as a share of its length.
const BESIDE: f32 = 0.04;

/// A joint that takes a share of a bone's twist, against the bone as our motion drives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Twist {
    pub(super) joint: usize,
    /// Which of [`BONES`].
    pub(super) bone: usize,
    /// How much of the twist is added to the bone's own rotation: less than nothing where the bone has all of it.
    pub(super) share: f32,
    /// Whether it carries the rest of the limb.
    pub(super) carries: bool,
}

/// The twist joints of a rig.
pub(super) fn find(rig: &Rig, parts: &Parts, rest: &RigWorld) -> Vec<Twist> {
    let mut twists = Vec::new();
    for (bone, (from, to, twisted)) in BONES.into_iter().enumerate() {
        let (Some(from_joint), Some(to_joint)) = (parts[from as usize], parts[to as usize]) else { continue };
        let (start, line) = (rest.positions[from_joint], rest.positions[to_joint] - rest.positions[from_joint]);
        if line.length_squared() <= 0.0 {
            continue;
        }
        let along = |joint: usize| {
            let offset = rest.positions[joint] - start;
            let along = offset.dot(line) / line.length_squared();
            let is_on = (-0.02..0.98).contains(&along) && (offset - along * line).length() < BESIDE * line.length();
            is_on.then_some(along.max(0.0))
        };
        let is_upper = from == twisted;
        let inside: Vec<usize> = rig.ancestors(to_joint).take_while(|joint| *joint != from_joint).collect();
        let carrying: Vec<(usize, f32)> = inside.iter().rev().filter_map(|joint| Some((*joint, along(*joint)?))).collect();
        if let Some((_, farthest)) = carrying.last().copied().filter(|(_, along)| is_upper && *along > 0.0) {
            // The limb below has all of the twist, so the last joint before it too.
            twists.push(Twist { joint: from_joint, bone, share: -1.0, carries: true });
            twists.extend(carrying.iter().map(|(joint, along)| Twist {
                joint: *joint,
                bone,
                share: along / farthest - 1.0,
                carries: true,
            }));
        } else if !is_upper {
            twists.extend(carrying.iter().map(|(joint, along)| Twist { joint: *joint, bone, share: *along, carries: true }));
        }
        // Beside the limb, and nothing hangs on it but its like.
        let mut carries_other = vec![false; rig.len()];
        for (joint, parent) in rig.parents().iter().enumerate() {
            if let Some(parent) = *parent {
                carries_other[parent] |= along(joint).is_none();
            }
        }
        let is_limb = |joint: usize| inside.first() == Some(&joint) || inside.last() == Some(&joint) || parts.contains(&Some(joint));
        for joint in rig.children(from_joint).filter(|joint| !carries_other[*joint] && !is_limb(*joint)) {
            let Some(along) = along(joint) else { continue };
            let share = if is_upper && carrying.is_empty() { along - 1.0 } else { along };
            twists.push(Twist { joint, bone, share, carries: false });
        }
    }
    twists
}

/// The angle by which a joint of ours is twisted about the bone that it ends (hands, feet) or begins (upper arms, thighs).
pub(super) fn angle(bone: usize, local: &[Quat]) -> f32 {
    let (_, to, twisted) = BONES[bone];
    let axis = REST_OFFSETS_M[to as usize].normalize_or(Vec3::X);
    let turn = local[twisted as usize];
    let along = Vec3::new(turn.x, turn.y, turn.z).dot(axis);
    let angle = 2.0 * along.atan2(turn.w);
    // The shorter way round.
    if angle > std::f32::consts::PI {
        angle - std::f32::consts::TAU
    } else if angle < -std::f32::consts::PI {
        angle + std::f32::consts::TAU
    } else {
        angle
    }
}
