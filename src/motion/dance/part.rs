//! Stretches of takes, and the motion that they are one after another.

use super::limbs::{Limbs, fastest_m_per_sec};
use crate::motion::cleanup::{PLANT_EASE_FRAMES, plant};
use crate::motion::join::{Turned, context_of, following};
use crate::motion::{FPS, Motion, Pose};

/// How long a transition takes: the first of these in which no hand or foot is too fast, frames.
const BLENDS: [usize; 6] = [10, 15, 22, 30, 45, 60];

/// A stretch of a take in a dance.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The number of the take.
    pub take: usize,
    /// Where in the take each frame of the dance is, frames; never descending.
    pub source_frames: Vec<f32>,
}

impl Part {
    /// The first and the last of its frames in the take.
    pub(super) fn span(&self) -> (f32, f32) {
        (self.source_frames.first().copied().unwrap_or_default(), self.source_frames.last().copied().unwrap_or_default())
    }

    /// How much of another part is in this one, of the same take; 0 to 1.
    pub(super) fn shared(&self, other: &Self) -> f32 {
        let ((from, to), (other_from, other_to)) = (self.span(), other.span());
        (to.min(other_to) - from.max(other_from)).max(0.0) / (other_to - other_from).max(1.0)
    }

    /// A part as long from the same place on, at the take's own pace: what warping is measured against. Where the take would end too soon it
    /// begins earlier.
    #[must_use]
    pub fn unwarped(&self, takes: &[Motion]) -> Self {
        let last = takes[self.take].len().saturating_sub(self.source_frames.len()) as f32;
        let from = self.span().0.min(last);
        Self { take: self.take, source_frames: (0..self.source_frames.len()).map(|frame| from + frame as f32).collect() }
    }
}

/// The parts one after another, each where the one before it ends and as it would have gone on; feet stay where they stand.
#[must_use]
pub fn performed(takes: &[Motion], parts: &[Part]) -> Motion {
    let fastest = fastest_m_per_sec(takes);
    let mut whole = Motion::default();
    for part in parts {
        let pose = |frame: &f32| takes[part.take].pose_at(frame / FPS);
        let motion = Motion { frames: part.source_frames.iter().map(pose).collect() };
        let placed = match (whole.frames.as_slice(), context_of(&motion)) {
            ([.., before, last], Some(lead)) => after(&whole.frames, [before, last], lead, &motion, fastest),
            _ => motion,
        };
        whole.frames.extend(placed.frames);
    }
    whole
}

/// A part where the ones before it end.
fn after(whole: &[Pose], end: [&Pose; 2], lead: [Pose; 2], part: &Motion, fastest: [f32; 4]) -> Motion {
    let tail = &whole[whole.len().saturating_sub(PLANT_EASE_FRAMES)..];
    let joined = |blend_frames: usize| {
        let mut placed = following(end, lead, part, Turned::default(), blend_frames);
        plant(&mut placed, tail, blend_frames);
        let seam = Motion { frames: tail.iter().chain(placed.frames.iter().take(blend_frames + PLANT_EASE_FRAMES + 1)).copied().collect() };
        let over = Limbs::of(&seam).fastest().into_iter().zip(fastest).map(|(speed, most)| speed - most).fold(f32::NEG_INFINITY, f32::max);
        (over, placed)
    };
    let mut best: Option<(f32, Motion)> = None;
    for blend_frames in BLENDS.into_iter().filter(|blend_frames| *blend_frames < part.len()) {
        let (over, placed) = joined(blend_frames);
        if best.as_ref().is_none_or(|(least, _)| over < *least) {
            best = Some((over, placed));
        }
        if over <= 0.0 {
            break;
        }
    }
    best.map_or_else(|| following(end, lead, part, Turned::default(), 0), |(_, placed)| placed)
}
