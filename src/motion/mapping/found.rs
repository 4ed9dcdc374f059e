//! Which joints of a rig play which parts, how each was found, and how sure that is: what the file says, then names, then structure for
//! what they leave open.

use super::align::spine_chain;
use super::{Parts, names, structure};
use crate::motion::rig::Rig;
use crate::motion::skeleton::{JOINT_COUNT, Joint, MIRRORED};
use std::fmt;

/// How a joint was found to play a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The file itself says so (VRM's table of a person's bones).
    File,
    /// Its name, without prefixes and suffixes, is a word for the part.
    Name,
    /// So is its name without the number at its end.
    NumberedName,
    /// It carries the joints that were found by their names.
    Hierarchy,
    /// Its place among the limbs, their lengths and their symmetry in the rest pose.
    Structure,
    /// The same, without anything that tells left from right.
    StructureAlone,
}

impl FoundBy {
    /// How sure that is, 0 to 1.
    #[must_use]
    pub fn confidence(self) -> f32 {
        match self {
            Self::File => 1.0,
            Self::Name => 0.95,
            Self::NumberedName => 0.85,
            Self::Hierarchy => 0.8,
            Self::Structure => 0.6,
            Self::StructureAlone => 0.4,
        }
    }
}

impl fmt::Display for FoundBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "as the file says",
            Self::Name => "by its name",
            Self::NumberedName => "by its name without the number",
            Self::Hierarchy => "carries legs and arms",
            Self::Structure => "by its place in the rest pose",
            Self::StructureAlone => "by its place in the rest pose, side guessed",
        })
    }
}

/// A joint that plays a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The joint of the rig.
    pub joint: usize,
    /// How it was found.
    pub by: FoundBy,
}

/// The joint that plays each of ours; the three of our spine are left to the hierarchy.
pub type FoundParts = [Option<Found>; JOINT_COUNT];

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
    for &(part, joint) in rig.told() {
        for other in named.iter_mut().filter(|found| found.is_some_and(|found| found.joint == joint)) {
            *other = None;
        }
        named[part as usize] = Some(Found { joint, by: FoundBy::File });
    }
    if is_whole(rig, &parts_of(&named)) {
        return named;
    }
    let Some(body) = structure::find(rig) else { return named };
    let by = if body.is_faced { FoundBy::Structure } else { FoundBy::StructureAlone };
    let found = filled(&named, &sided_like(body.parts, &named), by);
    // Names that contradict the structure, so that the two make no body together, are not believed.
    let whole = |found: &FoundParts| is_whole(rig, &parts_of(found));
    let alone = body.parts.map(|joint| joint.map(|joint| Found { joint, by }));
    if whole(&found) || !whole(&alone) { found } else { alone }
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
