//! The same request once more with another seed: for a take of its own, or for a clip in its place, which goes on from the clip before it.

use super::list::another_seed;
use super::{Draft, Effect, Session};
use crate::author::toast::ToastKind;
use crate::motion::Motion;
use crate::timeline::{ClipId, ClipSettings, Edit, Origin, Request, TakeId};
use std::collections::VecDeque;
use std::sync::Arc;

impl Session {
    /// Makes the motion of the selected clip anew.
    pub(super) fn anew(&mut self) -> Vec<Effect> {
        let Some(place) = self.selected_clip() else {
            self.toasts.add(ToastKind::Warning, "select a clip first: it is made anew in its place".to_owned());
            return Vec::new();
        };
        let (id, take) = (self.clips()[place].id, self.clips()[place].take);
        let Some(origin) = self.document().takes().get(&take).map(|take| &take.provenance.origin) else { return Vec::new() };
        let (request, began_from) = asked_again(origin, 1);
        if !self.is_ready() {
            return Vec::new();
        }
        self.draft = Draft { variations: self.draft.variations, ..Draft::of(&request) };
        let after = match place.checked_sub(1) {
            Some(before) => self.motion_up_to(self.clips()[before].id),
            None => began_from,
        };
        self.ask(request, after, None, Some(id), VecDeque::new())
    }

    /// The same request after the same motion with another seed, as many variations as the draft asks for.
    pub(super) fn again(&mut self, index: usize) -> Vec<Effect> {
        let Some(origin) = self.take_at(index).map(|entry| &entry.take.provenance.origin) else { return Vec::new() };
        let (request, before) = asked_again(origin, self.draft.variations);
        if !self.is_ready() {
            return Vec::new();
        }
        self.draft = Draft::of(&request);
        self.ask(request, before, None, None, VecDeque::new())
    }

    /// Puts a new take in the place of a clip: all of it, with what was done to that one, but for contacts, which were of its frames.
    /// Answers whether the clip was still there.
    pub(super) fn put_instead(&mut self, old: ClipId, take: TakeId) -> bool {
        let Some(at) = self.clips().iter().position(|clip| clip.id == old) else {
            self.toasts
                .add(ToastKind::Warning, "the clip that was made anew has left the timeline: its new take is in the list".to_owned());
            return false;
        };
        let clip = self.document().arrangement().coming_clip();
        let settings = ClipSettings { contacts: Vec::new(), ..self.clips()[at].settings.clone() };
        let was_selected = self.is_selected(old);
        let edits = vec![Edit::Insert { take, at }, Edit::Set { clip, settings }, Edit::Remove(vec![old])];
        let done = self.edit(&Edit::All(edits));
        if done && was_selected {
            self.select_clip(at);
        }
        done
    }
}

/// What a take was asked for, with another seed, and what it went on from. A file's name is asked for as a prompt.
fn asked_again(origin: &Origin, variations: u32) -> (Request, Option<Arc<Motion>>) {
    let asked = origin.asked().map(|(request, context)| (request.clone(), context.before.clone()));
    let (request, before) = asked.unwrap_or_else(|| (Request::new(origin.prompt()), None));
    (Request { seed: another_seed(request.seed), variations, ..request }, before)
}
