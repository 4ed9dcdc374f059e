//! The timeline: edits and what follows from them, and which part is in sight.

use super::{Session, Showing, sketch::Inspection};
use crate::author::toast::ToastKind;
use crate::motion::cleanup::ContactEdit;
use crate::motion::feet::FEET;
use crate::motion::{FPS, looping};
use crate::timeline::{Chain, Clip, ClipId, ClipSettings, Document, Edit, TakeId};
use std::ops::Range;

/// How often a clip is played that has just become a loop.
const USUAL_ROUNDS: u32 = 3;
/// The shortest stretch of the timeline to look at, seconds.
const SHORTEST_SIGHT_SECS: f32 = 0.5;

/// Which part of the timeline is in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sight {
    /// The first time, seconds.
    pub from_secs: f32,
    /// How much, seconds; nothing is all of it.
    pub span_secs: Option<f32>,
}

/// The loop that was found last, as long as the clip is it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FoundLoop {
    take: TakeId,
    cycle: looping::Cycle,
}

impl Session {
    /// Takes, clips, and what was done to them.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The timeline as one motion.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The clips of the timeline.
    #[must_use]
    pub fn clips(&self) -> &[Clip] {
        &self.document.arrangement().clips
    }

    /// What is played and exported, frames.
    #[must_use]
    pub fn range(&self) -> Option<&Range<usize>> {
        self.document.arrangement().range.as_ref()
    }

    /// How far the found loop is from closing, metres, if this clip is it.
    #[must_use]
    pub fn loop_gap_m(&self, clip: &Clip) -> Option<f32> {
        let found = self.found_loop.as_ref()?;
        let same = found.take == clip.take && (found.cycle.from, found.cycle.to) == (clip.from, clip.to);
        same.then_some(found.cycle.gap_m)
    }

    /// The part of the timeline in sight: first time and length, seconds.
    #[must_use]
    pub fn in_sight(&self) -> (f32, f32) {
        let whole = self.whole_secs();
        let span = self.sight.span_secs.map_or(whole, |span| span.clamp(SHORTEST_SIGHT_SECS, whole));
        (self.sight.from_secs.clamp(0.0, whole - span), span)
    }

    fn whole_secs(&self) -> f32 {
        self.held_whole_secs.unwrap_or((self.chain.motion().duration_secs() * 1.02).max(2.0))
    }

    pub(super) fn zoom_timeline(&mut self, factor: f32, around_secs: f32) {
        let (from, span) = self.in_sight();
        if !(factor.is_finite() && factor > 0.0 && around_secs.is_finite()) {
            return;
        }
        let whole = self.whole_secs();
        let wanted = (span * factor).clamp(SHORTEST_SIGHT_SECS, whole);
        let share = ((around_secs - from) / span).clamp(0.0, 1.0);
        let from_secs = (from + share * (span - wanted)).clamp(0.0, whole - wanted);
        self.sight = Sight { from_secs, span_secs: (wanted < whole).then_some(wanted) };
    }

    pub(super) fn scroll_timeline(&mut self, from_secs: f32) {
        if from_secs.is_finite() {
            self.sight.from_secs = from_secs.clamp(0.0, self.whole_secs());
        }
    }

    /// Does an edit; whether it could be done. Why not is a message.
    pub(super) fn edit(&mut self, edit: &Edit) -> bool {
        self.held_whole_secs = None;
        let outcome = self.document.apply(edit);
        self.edited(outcome)
    }

    /// The same while a hand is on it.
    pub(super) fn drag(&mut self, edit: &Edit) {
        // What a hand drags does not slip away under it because the timeline gets longer.
        self.held_whole_secs = Some(self.whole_secs());
        let outcome = self.document.drag(edit);
        self.edited(outcome);
    }

    /// The hand lets go.
    pub(super) fn release(&mut self) {
        self.held_whole_secs = None;
        self.document.release();
    }

    fn edited(&mut self, outcome: Result<(), crate::timeline::EditError>) -> bool {
        if let Err(error) = &outcome {
            self.toasts.add(ToastKind::Warning, error.to_string());
        } else {
            self.follow_document();
        }
        outcome.is_ok()
    }

    /// Brings everything up to date that follows from the document.
    pub(super) fn follow_document(&mut self) {
        let before = self.chain.motion().len();
        let arrangement = self.document.arrangement();
        self.chain.update(arrangement, self.document.takes());
        self.selection.retain(|id| arrangement.clips.iter().any(|clip| clip.id == *id));
        let takes = self.document.takes();
        self.figures.retain(|take, _| takes.contains_key(take));
        self.curves.update(&self.chain);
        self.inspect();
        if matches!(self.showing, Showing::Timeline) {
            let frames = self.chain.motion().len();
            if frames != before {
                self.player.resize(frames, false);
            }
            self.player.set_range(self.document.arrangement().range.clone());
        }
        if matches!(self.showing, Showing::Take(id) if !self.document.takes().contains_key(&id)) {
            self.show_something();
        }
        self.follow_list();
    }

    pub(super) fn inspect(&mut self) {
        let clip = self.selected_clip().map(|place| &self.document.arrangement().clips[place]);
        self.inspection = clip.and_then(|clip| {
            let take = self.document.takes().get(&clip.take)?;
            Inspection::kept_or_new(self.inspection.take(), clip, &take.motion, self.chain.frames_of(clip.id)?)
        });
    }

    /// Shows the timeline at a time, playing.
    pub(super) fn show_timeline(&mut self, from_secs: f32) {
        self.showing = Showing::Timeline;
        self.player.open(self.chain.motion().len(), false, from_secs);
        self.player.set_range(self.range().cloned());
    }

    /// The timeline if it has clips, else the last take, else nothing.
    pub(super) fn show_something(&mut self) {
        if !self.clips().is_empty() {
            self.show_timeline(0.0);
        } else if let Some(last) = self.take_count().checked_sub(1) {
            self.select(last);
        } else {
            self.showing = Showing::Nothing;
            self.player.open(0, false, 0.0);
            self.player.set_range(None);
        }
    }

    /// First frame of the clip at a place.
    #[must_use]
    pub fn clip_start(&self, place: usize) -> usize {
        self.clips()[..place.min(self.clips().len())].iter().map(Clip::frames).sum()
    }

    /// The frame under the play head, if it is on the timeline.
    fn timeline_frame(&mut self) -> Option<usize> {
        if matches!(self.showing, Showing::Timeline) && !self.chain.motion().is_empty() {
            return Some(self.player.frame());
        }
        self.toasts.add(ToastKind::Warning, "show the timeline first: that is done at its play head".to_owned());
        None
    }

    /// Puts a take on the timeline; whether that could be done. It is selected where clips were.
    pub(super) fn put(&mut self, take: TakeId, at: usize, blend_frames: Option<usize>, instead_of: Vec<ClipId>) -> bool {
        let clip = self.document.arrangement().coming_clip();
        let mut edits = Vec::new();
        if !instead_of.is_empty() {
            edits.push(Edit::Remove(instead_of));
        }
        edits.push(Edit::Insert { take, at });
        if let Some(blend_frames) = blend_frames {
            edits.push(Edit::Set { clip, settings: ClipSettings { blend_frames, ..ClipSettings::default() } });
        }
        let selects = !self.selection.is_empty();
        let done = self.edit(&Edit::All(edits));
        if done && selects {
            self.selection = vec![clip];
            self.inspect();
        }
        done
    }

    pub(super) fn insert(&mut self, index: usize, at: usize) {
        let Some(id) = self.take_at(index).map(|entry| entry.id) else { return };
        if self.put(id, at, None, Vec::new()) {
            let place = at.min(self.clips().len() - 1);
            self.show_timeline(self.clip_start(place) as f32 / FPS);
            self.select_clip(place);
            self.unwatch();
        }
    }

    /// Where a take goes that is added: behind the selected clip, else at the end.
    pub(super) fn place_behind(&self) -> usize {
        self.selected_clip().map_or(self.clips().len(), |place| place + 1)
    }

    pub(super) fn split(&mut self) {
        let Some(frame) = self.timeline_frame() else { return };
        if self.edit(&Edit::Split { frame })
            && let Some((place, _)) = self.document.arrangement().at(frame)
        {
            self.select_clip(place);
        }
    }

    pub(super) fn trim(&mut self, place: usize, from_secs: f32, to_secs: f32, dragged: bool) {
        let Some(clip) = self.clips().get(place) else { return };
        let frame = |secs: f32| (secs * FPS).round().max(0.0) as usize;
        let edit = Edit::Trim { clip: clip.id, from: frame(from_secs), to: frame(to_secs) };
        if dragged {
            self.drag(&edit);
        } else {
            self.edit(&edit);
        }
    }

    /// Begins or ends the clip under the play head there.
    pub(super) fn trim_here(&mut self, start: bool) {
        let Some(frame) = self.timeline_frame() else { return };
        let Some((place, inside)) = self.document.arrangement().at(frame) else { return };
        let clip = &self.clips()[place];
        let cut = clip.take_frame(inside);
        let id = clip.id;
        let (from, to) = if start { (cut, clip.to) } else { (clip.from, cut + 1) };
        if self.edit(&Edit::Trim { clip: id, from, to }) && start {
            self.player.seek(self.clip_start(place) as f32 / FPS);
        }
    }

    pub(super) fn set_clip(&mut self, place: usize, settings: ClipSettings, dragged: bool) {
        let Some(clip) = self.clips().get(place) else { return };
        let mut edits = vec![Edit::Set { clip: clip.id, settings: settings.clone() }];
        if self.is_selected(clip.id) {
            // What is changed in one of several selected clips is changed in all of them.
            let others = self.clips().iter().filter(|other| other.id != clip.id && self.is_selected(other.id));
            edits.extend(others.map(|other| {
                let settings = other.settings.with_changes(&clip.settings, &settings);
                Edit::Set { clip: other.id, settings }
            }));
        }
        let edit = Edit::All(edits);
        if dragged {
            self.drag(&edit);
        } else {
            self.edit(&edit);
        }
    }

    /// Says of a foot whether it stands between two times, in the clip and the round in which the first of them lies.
    pub(super) fn set_contact(&mut self, foot: usize, from_secs: f32, to_secs: f32, touches: bool) {
        let frame = |secs: f32| (secs * FPS).round().max(0.0) as usize;
        let (from, to) = (frame(from_secs.min(to_secs)), frame(from_secs.max(to_secs)));
        let Some((place, inside)) = self.document.arrangement().at(from) else { return };
        let clip = &self.clips()[place];
        // The last frame of the round, not the one behind it, which is the first of the next.
        let last = (inside + to.saturating_sub(from + 1)).min(inside / clip.round_frames() * clip.round_frames() + clip.round_frames() - 1);
        if foot >= FEET.len() || to == from {
            return;
        }
        let foot = if clip.settings.mirror { 1 - foot } else { foot };
        let mut settings = clip.settings.clone();
        settings.set_contact(ContactEdit { foot, frames: clip.take_frame(inside)..clip.take_frame(last) + 1, touches });
        self.set_clip(place, settings, false);
    }

    pub(super) fn duplicate(&mut self) {
        if self.selection.is_empty() {
            return;
        }
        let (first, count) = (self.document.arrangement().coming_clip().0, self.selection.len() as u64);
        if self.edit(&Edit::Duplicate(self.selection.clone())) {
            self.selection = (first..first + count).map(ClipId).collect();
            self.inspect();
        }
    }

    pub(super) fn delete(&mut self) {
        let Some(place) = self.selected_clip() else { return };
        if self.edit(&Edit::Remove(self.selection.clone())) {
            let last = self.clips().len().saturating_sub(1);
            self.select_clip(place.min(last));
        }
    }

    pub(super) fn move_clip(&mut self, place: usize, to: usize) {
        let Some(id) = self.clips().get(place).map(|clip| clip.id) else { return };
        let clips = if self.is_selected(id) { self.selection.clone() } else { vec![id] };
        self.edit(&Edit::Move { clips, to });
    }

    pub(super) fn set_range_end(&mut self, first: bool) {
        let Some(frame) = self.timeline_frame() else { return };
        let all = 0..self.chain.motion().len();
        let old = self.range().cloned().unwrap_or(all.clone());
        let range = match first {
            true if frame < old.end => frame..old.end,
            true => frame..all.end,
            false if frame >= old.start => old.start..frame + 1,
            false => 0..frame + 1,
        };
        self.edit(&Edit::Range((range != all).then_some(range)));
    }

    pub(super) fn find_loop(&mut self, place: usize) {
        let Some(clip) = self.clips().get(place).cloned() else { return };
        let Some(take) = self.document.takes().get(&clip.take) else { return };
        let Some(cycle) = looping::best_cycle(&take.motion) else {
            self.toasts.add(ToastKind::Warning, "this take is too short for a loop: it needs a second at least".to_owned());
            return;
        };
        self.found_loop = Some(FoundLoop { take: clip.take, cycle });
        let rounds = if clip.settings.rounds > 1 { clip.settings.rounds } else { USUAL_ROUNDS };
        self.edit(&Edit::All(vec![
            Edit::Trim { clip: clip.id, from: cycle.from, to: cycle.to },
            Edit::Set { clip: clip.id, settings: ClipSettings { rounds, ..clip.settings } },
        ]));
    }

    pub(super) fn undo(&mut self, redo: bool) {
        self.held_whole_secs = None;
        let changed = if redo { self.document.redo() } else { self.document.undo() };
        if changed {
            self.follow_document();
        }
    }
}
