//! Finds the joints of a rig that play the parts of a body: what the file and the user say, then names, then structure for what they leave open.

use super::parts::{Found, FoundBy, FoundParts, Parts};
use super::spine::spine_chain;
use super::{names, structure};
use crate::motion::rig::Rig;
use crate::motion::skeleton::{Joint, MIRRORED};

/// The joints without which there is no body.
pub(super) const REQUIRED: [(Joint, &str); 11] = [
    (Joint::Pelvis, "the pelvis"),
    (Joint::LHip, "the left thigh"),
    (Joint::RHip, "the right thigh"),
    (Joint::LKnee, "the left shin"),
    (Joint::RKnee, "the right shin"),
    (Joint::LAnkle, "the left foot"),
    (Joint::RAnkle, "the right foot"),
    (Joint::LShoulder, "the left upper arm"),
    (Joint::RShoulder, "the right upper arm"),
    (Joint::LElbow, "the left forearm"),
    (Joint::RElbow, "the right forearm"),
];

/// The joints of a rig that play the parts of a body.
#[must_use]
pub fn find_parts(rig: &Rig) -> FoundParts {
    let mut named = names::found(rig);
    for decision in rig.decided().iter().filter(|decision| !decision.over_file) {
        take(&mut named, decision.part, decision.joint, FoundBy::Preset);
    }
    for &(part, joint) in rig.told() {
        take(&mut named, part, Some(joint), FoundBy::File);
    }
    for decision in rig.decided().iter().filter(|decision| decision.over_file) {
        take(&mut named, decision.part, decision.joint, FoundBy::Preset);
    }
    if is_whole(rig, &parts_of(&named)) {
        return named;
    }
    let Some(body) = structure::find(rig) else { return named };
    let by = if body.is_faced { FoundBy::Structure } else { FoundBy::StructureAlone };
    let mut found = filled(&named, &sided_like(body.parts, &named), by);
    if !rig.decided().is_empty() {
        // What was decided is neither filled in nor overruled.
        for decision in rig.decided() {
            found[decision.part as usize] = named[decision.part as usize];
        }
        return found;
    }
    // Names that contradict the structure, so that the two make no body together, are not believed.
    let whole = |found: &FoundParts| is_whole(rig, &parts_of(found));
    let alone = body.parts.map(|joint| joint.map(|joint| Found { joint, by }));
    if whole(&found) || !whole(&alone) { found } else { alone }
}

/// A joint is taken for a part, and for no other, or none is.
fn take(parts: &mut FoundParts, part: Joint, joint: Option<usize>, by: FoundBy) {
    for other in parts.iter_mut().filter(|found| found.is_some_and(|found| Some(found.joint) == joint)) {
        *other = None;
    }
    parts[part as usize] = joint.map(|joint| Found { joint, by });
}

/// The joints alone.
pub(super) fn parts_of(found: &FoundParts) -> Parts {
    found.map(|found| found.map(|found| found.joint))
}

fn is_whole(rig: &Rig, parts: &Parts) -> bool {
    let limbs = [Joint::Pelvis, Joint::LShoulder, Joint::RShoulder].map(|joint| parts[joint as usize]);
    let [Some(pelvis), Some(left), Some(right)] = limbs else { return false };
    REQUIRED.iter().all(|(joint, _)| parts[*joint as usize].is_some()) && spine_chain(rig.parents(), pelvis, left, right).is_some()
}

/// The parts with the sides that most of the named joints have.
fn sided_like(parts: Parts, named: &FoundParts) -> Parts {
    let mirrored: Parts = std::array::from_fn(|joint| parts[MIRRORED[joint]]);
    let agreeing = |parts: &Parts| {
        parts.iter().zip(named).filter(|(joint, named)| joint.is_some() && **joint == named.map(|named| named.joint)).count()
    };
    if agreeing(&mirrored) > agreeing(&parts) { mirrored } else { parts }
}

/// What names say, and what they leave open as the structure has it.
fn filled(named: &FoundParts, structure: &Parts, by: FoundBy) -> FoundParts {
    let is_taken = |joint: usize| named.iter().flatten().any(|found| found.joint == joint);
    std::array::from_fn(|part| named[part].or_else(|| structure[part].filter(|joint| !is_taken(*joint)).map(|joint| Found { joint, by })))
}
