//! Edits of clips.

use super::state::{FoundLoop, Timeline};
use crate::author::session::desk::Desk;
use crate::author::session::view::View;
use crate::motion::cleanup::ContactEdit;
use crate::motion::feet::FEET;
use crate::motion::{FPS, looping};
use crate::timeline::{ClipId, ClipSettings, Edit};
use serde::{Deserialize, Serialize};

/// How often a clip is played that has just become a loop.
const USUAL_LOOPS: u32 = 3;

/// What can be done with clips.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClipAction {
    /// Put the take at this place of the list behind the selected clip, or at the end.
    AddToTimeline(usize),
    /// Put a take before a clip.
    Insert {
        /// Place in the list of takes, from 0.
        take: usize,
        /// Place on the timeline, from 0; beyond the last is the end.
        at: usize,
    },
    /// Cut the clip under the play head in two.
    Split,
    /// Show another stretch of a clip's take.
    Trim {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Start in the take, seconds.
        from: f32,
        /// End in the take, seconds.
        to: f32,
    },
    /// Live trim while dragging; one undo step until [`ClipAction::Release`].
    DragTrim {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Start in the take, seconds.
        from: f32,
        /// End in the take, seconds.
        to: f32,
    },
    /// Begin the clip under the play head there.
    TrimStartHere,
    /// End the clip under the play head there.
    TrimEndHere,
    /// Change what is done to a clip.
    SetClip {
        /// Place on the timeline, from 0.
        clip: usize,
        /// What is done to it.
        settings: ClipSettings,
    },
    /// Live change while dragging; one undo step until [`ClipAction::Release`].
    DragClip {
        /// Place on the timeline, from 0.
        clip: usize,
        /// What is done to it.
        settings: ClipSettings,
    },
    /// Say of a foot (0 left, 1 right, as they are seen) whether it stands, between two times on the timeline in seconds, as far as
    /// these lie within one loop of the clip there.
    SetContact {
        /// Which foot.
        foot: usize,
        /// From when.
        from: f32,
        /// Up to when.
        to: f32,
        /// Whether it stands.
        touches: bool,
    },
    /// The drag ends.
    Release,
    /// Put copies of the selected clips behind them.
    Duplicate,
    /// Take the selected clips off the timeline.
    Delete,
    /// Move a clip, or all selected ones if it is one of them, before the clip at a place.
    MoveClip {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Where to, from 0; beyond the last is the end.
        to: usize,
    },
    /// Trim a clip to the best loop in its take and play that several times.
    FindLoop(usize),
}

impl Timeline {
    /// Does an action.
    pub(in crate::author::session) fn apply_to_clips(&mut self, action: ClipAction, desk: &mut Desk, view: &mut View) {
        match action {
            ClipAction::AddToTimeline(take) => self.insert(take, self.insert_position(), desk, view),
            ClipAction::Insert { take, at } => self.insert(take, at, desk, view),
            ClipAction::Split => self.split(desk, view),
            ClipAction::Trim { clip, from, to } => self.trim(clip, from, to, false, desk),
            ClipAction::DragTrim { clip, from, to } => self.trim(clip, from, to, true, desk),
            ClipAction::TrimStartHere => self.trim_here(true, desk, view),
            ClipAction::TrimEndHere => self.trim_here(false, desk, view),
            ClipAction::SetClip { clip, settings } => self.set_clip(clip, settings, false, desk),
            ClipAction::DragClip { clip, settings } => self.set_clip(clip, settings, true, desk),
            ClipAction::SetContact { foot, from, to, touches } => self.set_contact(foot, from, to, touches, desk),
            ClipAction::Release => self.release(),
            ClipAction::Duplicate => self.duplicate(desk),
            ClipAction::Delete => self.delete(desk, view),
            ClipAction::MoveClip { clip, to } => self.move_clip(clip, to, desk),
            ClipAction::FindLoop(place) => self.find_loop(place, desk),
        }
        view.follow(self);
    }

    fn insert(&mut self, index: usize, at: usize, desk: &mut Desk, view: &mut View) {
        let Some(id) = self.take_at(index).map(|entry| entry.id) else { return };
        if self.put(id, at, None, Vec::new(), desk) {
            let place = at.min(self.clips().len() - 1);
            view.show_timeline(self.clip_start(place) as f32 / FPS, self);
            self.select_clip(place, view);
            view.unwatch();
        }
    }

    fn split(&mut self, desk: &mut Desk, view: &mut View) {
        let Some(frame) = view.frame_under(self, desk) else { return };
        if self.edit(&Edit::Split { frame }, desk)
            && let Some((place, _)) = self.arrangement().at(frame)
        {
            self.select_clip(place, view);
        }
    }

    fn trim(&mut self, place: usize, from_secs: f32, to_secs: f32, dragged: bool, desk: &mut Desk) {
        let Some(clip) = self.clips().get(place) else { return };
        let frame = |secs: f32| (secs * FPS).round().max(0.0) as usize;
        let edit = Edit::Trim { clip: clip.id, from: frame(from_secs), to: frame(to_secs) };
        self.edit_or_drag(&edit, dragged, desk);
    }

    fn edit_or_drag(&mut self, edit: &Edit, dragged: bool, desk: &mut Desk) {
        if dragged {
            self.drag(edit, desk);
        } else {
            self.edit(edit, desk);
        }
    }

    /// Begins or ends the clip under the play head there.
    fn trim_here(&mut self, start: bool, desk: &mut Desk, view: &mut View) {
        let Some(frame) = view.frame_under(self, desk) else { return };
        let Some((place, inside)) = self.arrangement().at(frame) else { return };
        let clip = &self.clips()[place];
        let cut = clip.take_frame(inside);
        let id = clip.id;
        let (from, to) = if start { (cut, clip.to) } else { (clip.from, cut + 1) };
        if self.edit(&Edit::Trim { clip: id, from, to }, desk) && start {
            view.follow(self);
            view.player.seek(self.clip_start(place) as f32 / FPS);
        }
    }

    fn set_clip(&mut self, place: usize, settings: ClipSettings, dragged: bool, desk: &mut Desk) {
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
        self.edit_or_drag(&Edit::All(edits), dragged, desk);
    }

    /// Says of a foot whether it stands between two times, in the clip and the loop in which the first of them lies.
    fn set_contact(&mut self, foot: usize, from_secs: f32, to_secs: f32, touches: bool, desk: &mut Desk) {
        let frame = |secs: f32| (secs * FPS).round().max(0.0) as usize;
        let (from, to) = (frame(from_secs.min(to_secs)), frame(from_secs.max(to_secs)));
        let Some((place, inside)) = self.arrangement().at(from) else { return };
        let clip = &self.clips()[place];
        // The last frame of the loop, not the one behind it, which is the first of the next.
        let last = (inside + to.saturating_sub(from + 1)).min(inside / clip.loop_frames() * clip.loop_frames() + clip.loop_frames() - 1);
        if foot >= FEET.len() || to == from {
            return;
        }
        let foot = if clip.settings.mirror { 1 - foot } else { foot };
        let mut settings = clip.settings.clone();
        settings.set_contact(ContactEdit { foot, frames: clip.take_frame(inside)..clip.take_frame(last) + 1, touches });
        self.set_clip(place, settings, false, desk);
    }

    fn duplicate(&mut self, desk: &mut Desk) {
        if self.selection.is_empty() {
            return;
        }
        let (first, count) = (self.arrangement().next_clip_id().0, self.selection.len() as u64);
        if self.edit(&Edit::Duplicate(self.selection.clone()), desk) {
            self.selection = (first..first + count).map(ClipId).collect();
            self.inspect();
        }
    }

    fn delete(&mut self, desk: &mut Desk, view: &mut View) {
        let Some(place) = self.selected_clip() else { return };
        if self.edit(&Edit::Remove(self.selection.clone()), desk) {
            let last = self.clips().len().saturating_sub(1);
            self.select_clip(place.min(last), view);
        }
    }

    fn move_clip(&mut self, place: usize, to: usize, desk: &mut Desk) {
        let Some(id) = self.clips().get(place).map(|clip| clip.id) else { return };
        let clips = if self.is_selected(id) { self.selection.clone() } else { vec![id] };
        self.edit(&Edit::Move { clips, to }, desk);
    }

    fn find_loop(&mut self, place: usize, desk: &mut Desk) {
        let Some(clip) = self.clips().get(place).cloned() else { return };
        let Some(take) = self.take(clip.take) else { return };
        let Some(cycle) = looping::best_cycle(&take.motion) else {
            desk.warn("this take is too short for a loop: it needs a second at least");
            return;
        };
        self.found_loop = Some(FoundLoop { take: clip.take, cycle });
        let loops = if clip.settings.loops > 1 { clip.settings.loops } else { USUAL_LOOPS };
        let edits = vec![
            Edit::Trim { clip: clip.id, from: cycle.from, to: cycle.to },
            Edit::Set { clip: clip.id, settings: ClipSettings { loops, ..clip.settings } },
        ];
        self.edit(&Edit::All(edits), desk);
    }
}
