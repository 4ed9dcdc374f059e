//! Where a new take goes.

use crate::author::session::desk::Desk;
use crate::author::session::timeline::Timeline;
use crate::motion::FPS;
use crate::timeline::{ClipId, TakeId};

/// How long the transition to a take takes that was made to go on there.
const CONTINUED_BLEND_FRAMES: usize = 6;

/// Where a new take goes beside the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::author::session) enum Placement {
    /// Nowhere.
    #[default]
    Nowhere,
    /// On a timeline that has no clip, or no other than an untouched take that nobody misses.
    OnlyClip,
    /// Behind the clip that it goes on from.
    After(ClipId),
    /// In the place of this clip.
    InPlaceOf(ClipId),
}

impl Placement {
    /// Puts a take there. Answers when it starts on the timeline, seconds; nothing where it did not come there. A take that nobody has
    /// `seen` being made replaces nothing.
    pub(in crate::author::session) fn put(self, take: TakeId, seen: bool, desk: &mut Desk, timeline: &mut Timeline) -> Option<f32> {
        let place_of = |clip: ClipId, timeline: &Timeline| timeline.clips().iter().position(|other| other.id == clip);
        let place = match self {
            Self::Nowhere => return None,
            Self::After(clip) => {
                let place = place_of(clip, timeline)? + 1;
                timeline.put(take, place, Some(CONTINUED_BLEND_FRAMES), Vec::new(), desk).then_some(place)?
            }
            Self::InPlaceOf(clip) => {
                let place = place_of(clip, timeline).unwrap_or_default();
                timeline.put_instead(clip, take, desk).then_some(place)?
            }
            Self::OnlyClip => {
                let replaced = match timeline.clips() {
                    [] => Vec::new(),
                    [only] if seen && timeline.is_untouched(only) => vec![only.id],
                    _ => return None,
                };
                timeline.put(take, 0, None, replaced, desk).then_some(0)?
            }
        };
        Some(timeline.clip_start(place) as f32 / FPS)
    }
}
