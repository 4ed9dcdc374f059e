//! Which joint of a foreign skeleton plays which part, told from its names: those of Mixamo, HumanIK, Unity, Unreal, VRM and VRoid, 3ds Max
//! Biped, Valve, Character Creator, Daz, Poser, Rigify, Auto-Rig Pro, MakeHuman, MikuMikuDance, SMPL, CMU, HDM05, Xsens, Rokoko, OptiTrack,
//! Vicon, Bandai Namco and others that use the same words.

mod clean;
mod said;
mod words;

use super::parts::{Found, FoundBy, FoundParts};
use crate::motion::rig::Rig;
use crate::motion::{JOINT_COUNT, Joint};
use clean::said;
use said::{Said, Side};
use std::collections::HashMap;
use words as w;

/// The rig's joint that plays each SMPL-22 part, if any; the three spine joints are left to the hierarchy.
pub(super) fn found(rig: &Rig) -> FoundParts {
    let (names, parents) = (rig.names(), rig.parents());
    let said: Vec<Said> = names.iter().map(|name| said(name)).collect();
    let mut by_word: HashMap<(Side, &str), Found> = HashMap::new();
    for (index, said) in said.iter().enumerate() {
        by_word.entry((said.side, said.word.as_str())).or_insert(Found { joint: index, by: FoundBy::Name });
    }
    // Sketchfab counts all nodes, Blender those of one name: numbers are left out where nothing else has the bare word.
    for (index, said) in said.iter().enumerate() {
        if let Some(bare) = said.bare() {
            by_word.entry((said.side, bare)).or_insert(Found { joint: index, by: FoundBy::NumberedName });
        }
    }
    let find = |side: Side, words: &[&str]| words.iter().find_map(|word| by_word.get(&(side, *word)).copied());

    use Joint::*;
    let mut parts: FoundParts = [None; JOINT_COUNT];
    parts[Pelvis as usize] = find(Side::Middle, w::HIPS);
    parts[Neck as usize] = find(Side::Middle, w::NECK);
    parts[Head as usize] = find(Side::Middle, w::HEAD);
    if let (None, None, [Some(neck), Some(head)]) =
        (parts[Neck as usize], parts[Head as usize], w::SPINE_UP_TO_HEAD.map(|word| find(Side::Middle, &[word])))
    {
        parts[Neck as usize] = Some(neck);
        parts[Head as usize] = Some(head);
    }
    let sides = [
        (Side::Left, [LHip, LKnee, LAnkle, LFoot, LCollar, LShoulder, LElbow, LWrist]),
        (Side::Right, [RHip, RKnee, RAnkle, RFoot, RCollar, RShoulder, RElbow, RWrist]),
    ];
    for (side, [hip, knee, ankle, toe, collar, shoulder, elbow, wrist]) in sides {
        let mut set = |joint: Joint, words: &[&str]| {
            parts[joint as usize] = find(side, words);
            parts[joint as usize]
        };
        let shin = set(knee, w::SHIN);
        if set(hip, w::THIGH).is_none() && shin != find(side, w::LEG) {
            set(hip, w::LEG);
        }
        // "Foot" is the ankle, except beside a joint that says "ankle" (SMPL).
        if set(ankle, w::ANKLE).is_some() {
            set(toe, w::TOES_OF_ANKLE);
        } else {
            set(ankle, w::FOOT);
            set(toe, w::TOES_OF_FOOT);
        }
        // "Shoulder" is the collar bone where an upper arm has a name of its own (Mixamo, VRM), else the shoulder itself (SMPL).
        if set(shoulder, w::UPPER_ARM).is_some() {
            set(collar, w::COLLAR);
        } else {
            set(shoulder, &["shoulder"]);
            set(collar, &["collar", "clavicle"]);
        }
        set(elbow, w::FOREARM);
        set(wrist, w::WRIST);
    }
    parts[Pelvis as usize] = pelvis(&parts, parents);
    parts
}

/// The joint that carries both legs and both arms. Of a joint called "hips" and one called "pelvis" below it, which carries the legs alone,
/// it is the former (Daz, Character Creator); and where neither is called so (Rigify's first spine bone), where the two meet.
fn pelvis(parts: &FoundParts, parents: &[Option<usize>]) -> Option<Found> {
    let named = parts[Joint::Pelvis as usize];
    let at_or_above = |joint: usize| std::iter::successors(Some(joint), |joint| parents[*joint]);
    let limbs = [Joint::LHip, Joint::RHip, Joint::LShoulder, Joint::RShoulder].map(|joint| parts[joint as usize].map(|found| found.joint));
    let [Some(left_leg), right_leg, left_arm, right_arm] = limbs else { return named };
    let carries =
        |joint: usize| [right_leg, left_arm, right_arm].into_iter().flatten().all(|limb| at_or_above(limb).any(|above| above == joint));
    match named {
        Some(named) if carries(named.joint) && at_or_above(left_leg).any(|above| above == named.joint) => Some(named),
        _ => at_or_above(left_leg).find(|joint| carries(*joint)).map(|joint| Found { joint, by: FoundBy::Hierarchy }).or(named),
    }
}

/// Whether a joint above the pelvis is called like one that carries the motion over the ground.
pub(super) fn is_ground(name: &str) -> bool {
    let said = said(name);
    let words = [Some(said.word.as_str()), said.bare()];
    said.side == Side::Middle && words.into_iter().flatten().any(|word| w::GROUND.contains(&word))
}

#[cfg(test)]
mod tests;
