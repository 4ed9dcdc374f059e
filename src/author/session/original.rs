//! What was made before clean-up and edits, which is seen as a ghost.

use super::timeline::Timeline;
use super::view::{View, ViewMode};
use crate::motion::{FPS, Motion, Pose, join};

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
    let (start, nth) = (timeline.clip_start(place), inside / clip.loop_frames());
    let loop_start = start + nth * clip.loop_frames();
    let in_take = |frame: f32| original.pose_at((clip.from as f32 + frame * clip.settings.speed) / FPS);
    // Where the transition from the clip before is over, both have gone the same way.
    let blend_frames = if nth == 0 && place > 0 { clip.settings.blend_frames } else { 0 };
    let settled = blend_frames.min(clip.loop_frames() - 1);
    let target = timeline.chain().motion().frames.get(loop_start + settled)?;
    let (yaw_rad, offset_m) = join::placement(&in_take(settled as f32), target);
    Some(in_take(at - loop_start as f32).placed(yaw_rad, offset_m))
}
