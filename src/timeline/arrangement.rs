//! The arrangement: clips, range, list of takes, and what the next take has to meet.

use super::clip::Clip;
use super::constraint::Constraints;
use super::take::TakeId;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What an edit changes, and undo brings back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrangement {
    /// The clips, one after another.
    pub clips: Vec<Clip>,
    /// What is played and exported, in frames; nothing is everything.
    pub range: Option<Range<usize>>,
    /// The takes in the list, oldest first. Called `shelf` in older files.
    #[serde(alias = "shelf")]
    pub take_list: Vec<ListedTake>,
    /// What the next take has to meet: as far as it is drawn, one point of a path too.
    #[serde(default, skip_serializing_if = "Constraints::is_empty")]
    pub constraints: Constraints,
    /// The highest number given to a clip.
    pub(super) next_clip: u64,
}

/// A take in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedTake {
    /// Which.
    pub take: TakeId,
    /// Whether it is a favourite.
    pub favourite: bool,
}

impl Arrangement {
    /// Length of the timeline, frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.clips.iter().map(Clip::frames).sum()
    }
}
