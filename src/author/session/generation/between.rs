//! Motions between others: what leads from one clip to the next, and a part of a clip anew.

use super::{Asked, Context, Generations};
use crate::author::session::placement::Placement;
use crate::motion::{FPS, Motion};
use crate::timeline::{Constraints, DIRECTED_CANDIDATES, Length, Request};
use std::ops::Range;
use std::sync::Arc;

/// How long a motion between two clips may be, seconds.
pub const BETWEEN_SECS: (f32, f32) = (0.2, 8.0);
/// As long it is where nobody says otherwise.
pub const USUAL_BETWEEN_SECS: f32 = 1.0;

impl Generations {
    /// Makes what leads from the selected clip to the next one.
    pub(super) fn between(&mut self, secs: f32, context: &mut Context<'_>) {
        let clips = context.timeline.clips();
        let place = context.timeline.selected_clip().filter(|place| place + 1 < clips.len());
        let Some((clip, next)) = place.map(|place| (clips[place].id, clips[place + 1].id)) else {
            return context.desk.warn("select a clip that another one follows: what leads over to it is made between them");
        };
        if !context.has_model() || !secs.is_finite() {
            return;
        }
        let request = context.request_between(secs.clamp(BETWEEN_SECS.0, BETWEEN_SECS.1));
        let before = context.timeline.motion_up_to(clip);
        let after = context.timeline.chain().unblended(next).map(|motion| Arc::new(motion.clone()));
        self.ask(Asked { before, after, ..Asked::new(request, Placement::After(clip)) }, context);
    }

    /// Makes the marked part of a clip's take anew.
    pub(super) fn redo(&mut self, context: &mut Context<'_>) {
        let (place, frames) = match context.marked_part() {
            Ok(part) => part,
            Err(trouble) => return context.desk.warn(trouble),
        };
        let clip = &context.timeline.clips()[place];
        let Some(take) = context.timeline.take(clip.take).map(Arc::clone) else { return };
        let (id, whole) = (clip.id, 0..take.motion.len());
        if frames == whole {
            return context.desk.warn("nothing would be left of the take: make the clip anew, or mark less of it");
        }
        if !context.has_model() {
            return;
        }
        let request = context.request_between(frames.len() as f32 / FPS);
        let part =
            |frames: Range<usize>| Some(Arc::new(Motion { frames: take.motion.frames[frames].to_vec() })).filter(|part| !part.is_empty());
        let (before, after) = (part(0..frames.start), part(frames.end..whole.end));
        let asked = Asked { before, after, part: Some((Arc::clone(&take), frames)), ..Asked::new(request, Placement::PartOf(id)) };
        self.ask(asked, context);
    }
}

impl Context<'_> {
    /// The draft's request for so many seconds between other motions; without words the motion before goes on of itself.
    fn request_between(&self, secs: f32) -> Request {
        let request = self.draft.request(Constraints::default());
        Request {
            literal: request.literal || request.prompt.is_empty(),
            candidates: self.draft.candidates.unwrap_or(DIRECTED_CANDIDATES),
            length: Length::Exact { secs },
            ..request
        }
    }

    /// The clip in which the marked part lies, and which frames of its take these are.
    fn marked_part(&self) -> Result<(usize, Range<usize>), &'static str> {
        let timeline = &self.timeline;
        let Some(range) = timeline.range() else { return Err("mark the part first: I at its first frame, O at its last one") };
        let marked = |place: usize| {
            let start = timeline.clip_start(place);
            let part = range.start.max(start)..range.end.min(start + timeline.clips()[place].frames());
            (!part.is_empty()).then(|| (place, part.start - start..part.end - start))
        };
        let found = timeline.selected_clip().and_then(marked).or_else(|| (0..timeline.clips().len()).find_map(marked));
        let Some((place, inside)) = found else { return Err("mark a part of a clip first") };
        let clip = &timeline.clips()[place];
        let is_one_loop = inside.start / clip.loop_frames() == (inside.end - 1) / clip.loop_frames();
        if !is_one_loop {
            return Err("mark a part within one loop of the clip: all of its loops are made of it");
        }
        let frames = clip.take_frame(inside.start)..clip.take_frame(inside.end - 1) + 1;
        Ok((place, frames))
    }
}
