//! What of a video is looked at, and when each picture of it is shown.

use crate::model::blazepose::RgbPicture;

/// Half an hour, and as many pictures as are in it, are looked at: more is no motion that fits in memory.
pub(super) const MOST_SECS: f32 = 1800.0;
pub(super) const MOST_PICTURES: usize = 54_000;
/// What a decoder may hold.
pub(super) const MOST_BYTES: u64 = 256 << 20;
/// The longer side of a picture that is looked at: the networks see 256 pixels of it.
pub(super) const LONGEST_SIDE: u32 = 960;

/// A picture and when it is shown, seconds from the beginning of the excerpt.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedPicture {
    /// When.
    pub secs: f32,
    /// What.
    pub picture: RgbPicture,
}

/// Which part of a video.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Excerpt {
    /// Where it begins, seconds.
    pub from_secs: f32,
    /// Where it ends, seconds; it may lie behind the end.
    pub to_secs: f32,
}

impl Default for Excerpt {
    fn default() -> Self {
        Self { from_secs: 0.0, to_secs: f32::INFINITY }
    }
}

impl Excerpt {
    /// Whether a moment is in it.
    #[must_use]
    pub fn contains(&self, secs: f32) -> bool {
        (self.from_secs..self.to_secs).contains(&secs)
    }
}
