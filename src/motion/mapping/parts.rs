//! Which joints of a rig play which parts of a body, how each was found, and how sure that is.

use crate::motion::skeleton::{JOINT_COUNT, Joint};
use std::fmt;

/// Why a skeleton cannot be mapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// A part of the body has no joint with a known name or in its place.
    #[error("no joint of the skeleton is named or placed like {part}")]
    MissingPart {
        /// The missing part, as an SMPL name.
        part: &'static str,
    },
    /// It stands on four feet.
    #[error("the skeleton is an animal's: it stands on four feet")]
    Animal,
    /// The skeleton has no extent.
    #[error("the skeleton's legs have no length")]
    NoLegs,
    /// No frames.
    #[error("the animation has no frames")]
    NoFrames,
}

/// The joint of a rig that plays each of our joints, if any.
pub type Parts = [Option<usize>; JOINT_COUNT];

/// Hip, knee, ankle and toe of each leg.
pub(super) const LEGS: [[Joint; 4]; 2] =
    [[Joint::LHip, Joint::LKnee, Joint::LAnkle, Joint::LFoot], [Joint::RHip, Joint::RKnee, Joint::RAnkle, Joint::RFoot]];

/// How a joint was found to play a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    /// The file itself says so (VRM's table of a person's bones).
    File,
    /// A mapping preset of the user's says so.
    Preset,
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
            Self::Preset => 0.98,
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
            Self::Preset => "as the mapping preset says",
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
