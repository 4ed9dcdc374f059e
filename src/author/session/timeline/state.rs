//! Takes and clips, every edit and its undo, and what follows from them.

use super::sketch::{Curves, Inspection, Route, StickFigures, route};
use super::viewport::Viewport;
use crate::author::session::desk::Desk;
use crate::author::session::placement::Placement;
use crate::motion::{FPS, Motion, looping};
use crate::timeline::{Arrangement, Chain, Clip, ClipId, ClipSettings, Constraints, Document, Edit, EditError, PoseLayer, Take, TakeId};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// How long the transition to a take takes that was made to go on there.
const CONTINUED_BLEND_FRAMES: usize = 6;

/// A take in the list.
#[derive(Clone, Copy, Debug)]
pub struct TakeEntry<'a> {
    /// Its number.
    pub id: TakeId,
    /// The take.
    pub take: &'a Arc<Take>,
    /// Whether the user likes it.
    pub favourite: bool,
    /// Whether it goes on from another motion.
    pub continued: bool,
}

/// The loop that was found last, as long as the clip is it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FoundLoop {
    pub(super) take: TakeId,
    pub(super) cycle: looping::Cycle,
}

/// Takes, clips, and what follows from them.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    pub(super) document: Document,
    /// The clips as one motion.
    chain: Chain,
    /// The selected clips; the one that was selected last is the last one.
    pub(super) selection: Vec<ClipId>,
    pub(super) found_loop: Option<FoundLoop>,
    pub(super) viewport: Viewport,
    curves: Curves,
    route: Route,
    figures: BTreeMap<TakeId, StickFigures>,
    /// Measures of the selected clip.
    inspection: Option<Inspection>,
    /// Counts changes of the document.
    revision: u64,
}

impl Timeline {
    /// Takes, clips, and what was done to them.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What an edit changes, and undo brings back.
    #[must_use]
    pub fn arrangement(&self) -> &Arrangement {
        self.document.arrangement()
    }

    /// Another number after every change of the document.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The timeline as one motion.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The clips of the timeline.
    #[must_use]
    pub fn clips(&self) -> &[Clip] {
        &self.arrangement().clips
    }

    /// What the next take has to meet, as far as it is drawn.
    #[must_use]
    pub fn constraints(&self) -> &Constraints {
        &self.arrangement().constraints
    }

    /// What is played and exported, frames.
    #[must_use]
    pub fn range(&self) -> Option<&Range<usize>> {
        self.arrangement().range.as_ref()
    }

    /// First frame of the clip at a place.
    #[must_use]
    pub fn clip_start(&self, place: usize) -> usize {
        self.clips()[..place.min(self.clips().len())].iter().map(Clip::frames).sum()
    }

    /// A take of this number, listed or not.
    #[must_use]
    pub fn take(&self, id: TakeId) -> Option<&Arc<Take>> {
        self.document.takes().get(&id)
    }

    /// The takes in the list, oldest first.
    pub fn takes(&self) -> impl DoubleEndedIterator<Item = TakeEntry<'_>> {
        self.arrangement().take_list.iter().filter_map(|listed| {
            let take = self.take(listed.take)?;
            let continued = take.provenance.is_continued();
            Some(TakeEntry { id: listed.take, take, favourite: listed.favourite, continued })
        })
    }

    /// Number of takes in the list.
    #[must_use]
    pub fn take_count(&self) -> usize {
        self.arrangement().take_list.len()
    }

    /// The take at a place of the list.
    #[must_use]
    pub fn take_at(&self, index: usize) -> Option<TakeEntry<'_>> {
        self.takes().nth(index)
    }

    /// Whether a take is in the list.
    #[must_use]
    pub fn is_listed(&self, take: TakeId) -> bool {
        self.arrangement().take_list.iter().any(|listed| listed.take == take)
    }

    /// How far the found loop is from closing, metres, if this clip is it.
    #[must_use]
    pub fn loop_gap_m(&self, clip: &Clip) -> Option<f32> {
        let found = self.found_loop.as_ref()?;
        let same = found.take == clip.take && (found.cycle.from, found.cycle.to) == (clip.from, clip.to);
        same.then_some(found.cycle.gap_m)
    }

    /// The visible part of the timeline: first time and length, seconds.
    #[must_use]
    pub fn visible(&self) -> (f32, f32) {
        self.viewport.visible(self.chain.motion().duration_secs())
    }

    /// Where the next take is to go.
    #[must_use]
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Curves of the timeline.
    #[must_use]
    pub fn curves(&self) -> &Curves {
        &self.curves
    }

    /// Figures of a take.
    #[must_use]
    pub fn figures(&self, take: TakeId) -> Option<&StickFigures> {
        self.figures.get(&take)
    }

    /// Measures of the selected clip.
    #[must_use]
    pub fn inspection(&self) -> Option<&Inspection> {
        self.inspection.as_ref()
    }

    /// Where a take goes that is added: behind the selected clip, else at the end.
    pub(in crate::author::session) fn insert_position(&self) -> usize {
        self.selected_clip().map_or(self.clips().len(), |place| place + 1)
    }

    /// Whether a clip is selected.
    #[must_use]
    pub fn is_selected(&self, clip: ClipId) -> bool {
        self.selection.contains(&clip)
    }

    /// Place of the clip that was selected last: what the inspector shows.
    #[must_use]
    pub fn selected_clip(&self) -> Option<usize> {
        let id = self.selection.last()?;
        self.clips().iter().position(|clip| clip.id == *id)
    }

    /// Number of selected clips.
    #[must_use]
    pub fn selected_count(&self) -> usize {
        self.selection.len()
    }

    /// All of the timeline up to the end of a clip.
    pub(in crate::author::session) fn motion_up_to(&self, clip: ClipId) -> Option<Arc<Motion>> {
        let place = self.clips().iter().position(|other| other.id == clip)?;
        Some(Arc::new(Motion { frames: self.chain.motion().frames[..self.clip_start(place + 1)].to_vec() }))
    }

    /// Puts a new take into the list.
    pub(in crate::author::session) fn add_take(&mut self, take: Take) -> TakeId {
        let figures = StickFigures::of(&take.motion);
        let id = self.document.add(take);
        self.figures.insert(id, figures);
        self.revision += 1;
        id
    }

    /// Another document takes the place of this one.
    pub(in crate::author::session) fn replace(&mut self, document: Document) {
        let figures = document.takes().iter().map(|(id, take)| (*id, StickFigures::of(&take.motion))).collect();
        // Numbers of takes and clips begin anew: nothing that was made for the old ones holds.
        *self = Self { document, figures, viewport: self.viewport, revision: self.revision, ..Self::default() };
        self.update();
    }

    /// What is seen of it now, as it stays while the session goes on.
    pub(in crate::author::session) fn snapshot(&self) -> Self {
        Self { document: self.document.snapshot(), chain: self.chain.clone(), route: self.route.clone(), ..Self::default() }
    }

    /// Does an edit; whether it could be done. Why not is a message.
    pub(in crate::author::session) fn edit(&mut self, edit: &Edit, desk: &mut Desk) -> bool {
        self.viewport.release();
        let outcome = self.document.apply(edit);
        self.edited(outcome, desk)
    }

    /// A live edit while dragging: one undo step until the release.
    pub(in crate::author::session) fn drag(&mut self, edit: &Edit, desk: &mut Desk) {
        self.viewport.hold(self.chain.motion().duration_secs());
        let outcome = self.document.drag(edit);
        self.edited(outcome, desk);
    }

    /// The drag ends.
    pub(in crate::author::session) fn release(&mut self) {
        self.viewport.release();
        self.document.release();
    }

    fn edited(&mut self, outcome: Result<(), EditError>, desk: &mut Desk) -> bool {
        match &outcome {
            Ok(()) => self.update(),
            Err(error) => desk.warn(error.to_string()),
        }
        outcome.is_ok()
    }

    /// Takes back the last change, or does it again.
    pub(super) fn undo(&mut self, redo: bool) {
        self.viewport.release();
        let changed = if redo { self.document.redo() } else { self.document.undo() };
        if changed {
            self.update();
        }
    }

    /// Brings everything up to date that follows from the document.
    pub(super) fn update(&mut self) {
        self.revision += 1;
        let (arrangement, takes) = (self.document.arrangement(), self.document.takes());
        self.chain.update(arrangement, takes);
        self.selection.retain(|id| arrangement.clips.iter().any(|clip| clip.id == *id));
        self.figures.retain(|take, _| takes.contains_key(take));
        self.curves.update(&self.chain);
        self.route = route(&arrangement.constraints);
        self.inspect();
    }

    pub(super) fn inspect(&mut self) {
        let clip = self.selected_clip().map(|place| &self.document.arrangement().clips[place]);
        self.inspection = clip.and_then(|clip| {
            let take = self.document.takes().get(&clip.take)?;
            Inspection::kept_or_new(self.inspection.take(), clip, &take.motion, self.chain.frames_of(clip.id)?)
        });
    }

    /// Puts a take on the timeline; whether that could be done. It is selected where clips were.
    pub(in crate::author::session) fn put(
        &mut self,
        take: TakeId,
        at: usize,
        blend_frames: Option<usize>,
        instead_of: Vec<ClipId>,
        desk: &mut Desk,
    ) -> bool {
        let clip = self.arrangement().next_clip_id();
        let mut edits = Vec::new();
        if !instead_of.is_empty() {
            edits.push(Edit::Remove(instead_of));
        }
        edits.push(Edit::Insert { take, at });
        if let Some(blend_frames) = blend_frames {
            edits.push(Edit::Set { clip, settings: ClipSettings { blend_frames, ..ClipSettings::default() } });
        }
        let selects = !self.selection.is_empty();
        let done = self.edit(&Edit::All(edits), desk);
        if done && selects {
            self.selection = vec![clip];
            self.inspect();
        }
        done
    }

    /// Puts a new take in the place of a clip: all of it, with what was done to that one, but for contacts and poses, which were of its frames.
    /// Answers whether the clip was still there.
    pub(in crate::author::session) fn put_instead(&mut self, old: ClipId, take: TakeId, desk: &mut Desk) -> bool {
        let Some(at) = self.clips().iter().position(|clip| clip.id == old) else {
            desk.warn("the clip that was made anew has left the timeline: its new take is in the list");
            return false;
        };
        let settings = ClipSettings { contacts: Vec::new(), layer: PoseLayer::default(), ..self.clips()[at].settings.clone() };
        self.put_at(at, take, settings, None, desk)
    }

    /// Puts a take in the place of a clip whose take it is but for a part: the same frames of it, with all that was done to them. Answers whether
    /// that could be done.
    fn exchange(&mut self, old: ClipId, take: TakeId, desk: &mut Desk) -> bool {
        let Some(at) = self.clips().iter().position(|clip| clip.id == old) else {
            desk.warn("the clip of which a part was made anew has left the timeline: its new take is in the list");
            return false;
        };
        let clip = &self.clips()[at];
        let frames = |take: TakeId| self.take(take).map(|take| take.motion.len());
        if frames(clip.take) != frames(take) {
            desk.warn("the model's motion was too short for this part: mark a shorter one");
            return false;
        }
        self.put_at(at, take, clip.settings.clone(), Some(clip.from..clip.to), desk)
    }

    /// Puts a take, or a stretch of it, in the place of the clip at a place; the new clip is selected where the old one was.
    fn put_at(&mut self, at: usize, take: TakeId, settings: ClipSettings, stretch: Option<Range<usize>>, desk: &mut Desk) -> bool {
        let (old, clip) = (self.clips()[at].id, self.arrangement().next_clip_id());
        let was_selected = self.is_selected(old);
        let mut edits = vec![Edit::Insert { take, at }, Edit::Set { clip, settings }];
        edits.extend(stretch.map(|Range { start, end }| Edit::Trim { clip, from: start, to: end }));
        edits.push(Edit::Remove(vec![old]));
        let done = self.edit(&Edit::All(edits), desk);
        if done && was_selected {
            self.selection = vec![clip];
            self.inspect();
        }
        done
    }

    /// Whether a clip is a whole take as it was made.
    pub(in crate::author::session) fn is_untouched(&self, clip: &Clip) -> bool {
        let frames = self.take(clip.take).map(|take| take.motion.len());
        clip.settings == ClipSettings::default() && clip.from == 0 && Some(clip.to) == frames
    }

    /// Puts a take where it was made for. Answers when it starts on the timeline, seconds; nothing where it did not come there. A take that
    /// nobody has `seen` being made replaces nothing.
    pub(in crate::author::session) fn place(&mut self, placement: Placement, take: TakeId, seen: bool, desk: &mut Desk) -> Option<f32> {
        let place_of = |clip: ClipId, timeline: &Self| timeline.clips().iter().position(|other| other.id == clip);
        let place = match placement {
            Placement::Nowhere => return None,
            Placement::After(clip) => {
                let place = place_of(clip, self)? + 1;
                self.put(take, place, Some(CONTINUED_BLEND_FRAMES), Vec::new(), desk).then_some(place)?
            }
            Placement::InPlaceOf(clip) => {
                let place = place_of(clip, self).unwrap_or_default();
                self.put_instead(clip, take, desk).then_some(place)?
            }
            Placement::PartOf(clip) => {
                let place = place_of(clip, self).unwrap_or_default();
                self.exchange(clip, take, desk).then_some(place)?
            }
            Placement::OnlyClip => {
                let replaced = match self.clips() {
                    [] => Vec::new(),
                    [only] if seen && self.is_untouched(only) => vec![only.id],
                    _ => return None,
                };
                self.put(take, 0, None, replaced, desk).then_some(0)?
            }
        };
        Some(self.clip_start(place) as f32 / FPS)
    }
}
