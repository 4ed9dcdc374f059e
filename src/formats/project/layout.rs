//! What stands where in a project file, and how much of it there may be.

use super::super::npy;
use super::poses::ROW;
use crate::body::CharacterChoice;
use crate::motion::Motion;
use crate::timeline::{Arrangement, Take, TakeId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The version of this layout.
pub(super) const FORMAT: u32 = 2;
/// The member with all that is no motion.
pub(super) const CONTENTS: &str = "project.json";

/// How large the parts of a project may be. They hold for writing as for reading: what could not be opened again is not written.
pub(super) struct Limits {
    /// The list of takes and clips, bytes.
    pub(super) contents: usize,
    /// The numbers of a motion, bytes.
    pub(super) motion: usize,
    /// The numbers of all motions together, bytes.
    pub(super) all: usize,
}

/// A motion of an hour and a half, and two days and nights of all motions together.
pub(super) const LIMITS: Limits = Limits { contents: 64 << 20, motion: npy::MAX_VALUES * size_of::<f32>(), all: 2 << 30 };

/// What a member may have beside its numbers, bytes.
pub(super) const HEADER: usize = 1 << 14;

#[derive(Serialize, Deserialize)]
pub(super) struct Contents<P> {
    pub(super) format: u32,
    pub(super) program: String,
    pub(super) takes: Vec<StoredTake<P>>,
    pub(super) arrangement: Arrangement,
    #[serde(default, alias = "cast", skip_serializing_if = "Option::is_none")]
    pub(super) character: Option<CharacterChoice>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredTake<P> {
    pub(super) id: TakeId,
    pub(super) provenance: P,
}

/// The version alone, which every version has.
#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) format: u32,
    #[serde(default)]
    pub(super) program: String,
}

/// The motions of a take and the names of their members.
pub(super) fn motions(id: TakeId, take: &Take) -> impl Iterator<Item = (String, &Arc<Motion>)> {
    let context = take.provenance.origin.asked().map(|(_, context)| context);
    let motions = [
        ("", Some(&take.motion)),
        (".raw", take.raw.as_ref()),
        (".before", context.and_then(|context| context.before.as_ref())),
        (".after", context.and_then(|context| context.after.as_ref())),
    ];
    motions.into_iter().filter_map(move |(kind, motion)| Some((member(id, kind), motion?)))
}

pub(super) fn bytes(motion: &Motion) -> usize {
    motion.len() * ROW * size_of::<f32>()
}

pub(super) fn member(id: TakeId, kind: &str) -> String {
    format!("takes/{}{kind}.npy", id.0)
}
