//! What is seen beside the character: the original as a ghost, poses before and after, lines where it goes.

use super::timeline::Timeline;
use super::view::{View, ViewMode};
use crate::motion::{FPS, Motion, Pose, join};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// How many frames may lie between two poses of the onion skin.
pub const ONION_FRAMES: RangeInclusive<usize> = 1..=60;

/// One of the things that can be seen beside the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Overlay {
    /// What was made, before clean-up and edits, as a ghost.
    Original,
    /// Poses before and after.
    OnionSkin,
    /// Where the feet go.
    FootTrails,
    /// Where the body goes, on the floor.
    RootPath,
}

/// Which of them are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overlays {
    /// See [`Overlay::Original`].
    pub original: bool,
    /// See [`Overlay::OnionSkin`].
    pub onion_skin: bool,
    /// Frames between two poses of the onion skin.
    pub onion_frames: usize,
    /// See [`Overlay::FootTrails`].
    pub foot_trails: bool,
    /// See [`Overlay::RootPath`].
    pub root_path: bool,
}

impl Default for Overlays {
    fn default() -> Self {
        Self { original: false, onion_skin: false, onion_frames: 10, foot_trails: false, root_path: false }
    }
}

impl Overlays {
    /// Whether one is seen.
    #[must_use]
    pub fn has(&self, overlay: Overlay) -> bool {
        match overlay {
            Overlay::Original => self.original,
            Overlay::OnionSkin => self.onion_skin,
            Overlay::FootTrails => self.foot_trails,
            Overlay::RootPath => self.root_path,
        }
    }

    /// How many frames ghosts are apart, within bounds.
    pub fn set_onion_frames(&mut self, frames: usize) {
        self.onion_frames = frames.clamp(*ONION_FRAMES.start(), *ONION_FRAMES.end());
    }

    pub(super) fn set(&mut self, overlay: Overlay, on: bool) {
        *match overlay {
            Overlay::Original => &mut self.original,
            Overlay::OnionSkin => &mut self.onion_skin,
            Overlay::FootTrails => &mut self.foot_trails,
            Overlay::RootPath => &mut self.root_path,
        } = on;
    }
}

/// The pose of the original at a time: of a take what it was before its clean-up; of a clip the same of its take, as fast as the clip is
/// played, from where the clip comes out of its transition. None where there is nothing else than what is shown.
#[must_use]
pub fn original_pose_at(view: &View, timeline: &Timeline, secs: f32) -> Option<Pose> {
    match view.mode() {
        ViewMode::Take(_) => Some(view.take(timeline)?.raw.as_ref()?.pose_at(secs)),
        ViewMode::Timeline => original_of_clip(timeline, secs),
        ViewMode::Nothing | ViewMode::Preview { .. } | ViewMode::Comparison(_) => None,
    }
}

fn original_of_clip(timeline: &Timeline, secs: f32) -> Option<Pose> {
    let at = secs * FPS;
    let (place, inside) = timeline.arrangement().at(at as usize)?;
    let clip = &timeline.clips()[place];
    let take = timeline.take(clip.take)?;
    let original: &Motion = take.raw.as_ref().unwrap_or(&take.motion);
    let (start, round) = (timeline.clip_start(place), inside / clip.round_frames());
    let round_start = start + round * clip.round_frames();
    let in_take = |frame: f32| original.pose_at((clip.from as f32 + frame * clip.settings.speed) / FPS);
    // Where the transition from the clip before is over, both have gone the same way.
    let blend_frames = if round == 0 && place > 0 { clip.settings.blend_frames } else { 0 };
    let settled = blend_frames.min(clip.round_frames() - 1);
    let target = timeline.chain().motion().frames.get(round_start + settled)?;
    let (yaw_rad, offset_m) = join::placement(&in_take(settled as f32), target);
    Some(in_take(at - round_start as f32).placed(yaw_rad, offset_m))
}
