//! Where a new take goes.

use crate::timeline::ClipId;

/// Where a new take goes beside the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Placement {
    /// Nowhere.
    #[default]
    Nowhere,
    /// On a timeline that has no clip, or no other than an untouched take that nobody misses.
    OnlyClip,
    /// Behind the clip that it goes on from.
    After(ClipId),
    /// In the place of this clip.
    InPlaceOf(ClipId),
    /// In the place of this clip too, with all of its settings: only a part of its take is another one.
    PartOf(ClipId),
}
