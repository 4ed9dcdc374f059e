//! A clip made anew in its place: the same request with another seed, going on from the same clip before it.

use super::list::another_seed;
use super::{Draft, Effect, Session};
use crate::author::toast::ToastKind;
use crate::timeline::{ClipId, ClipSettings, Edit, Request, TakeId};
use std::collections::VecDeque;

impl Session {
    /// Makes the motion of the selected clip anew.
    pub(super) fn anew(&mut self) -> Vec<Effect> {
        let Some(place) = self.selected_clip() else {
            self.toasts.add(ToastKind::Warning, "select a clip first: it is made anew in its place".to_owned());
            return Vec::new();
        };
        let (id, take) = (self.clips()[place].id, self.clips()[place].take);
        let Some(origin) = self.document().takes().get(&take).map(|take| &take.provenance.origin) else { return Vec::new() };
        let asked = origin.asked().map(|(request, context)| (request.clone(), context.before.clone()));
        let (made_so, began_from) = asked.unwrap_or_else(|| (Request::new(origin.prompt()), None));
        let request = Request { seed: another_seed(made_so.seed), variations: 1, ..made_so };
        self.draft = Draft { variations: self.draft.variations, ..Draft::of(&request) };
        if !self.wanted() {
            return Vec::new();
        }
        let after = match place.checked_sub(1) {
            Some(before) => self.motion_up_to(self.clips()[before].id),
            None => began_from,
        };
        let effects = self.ask(request, after, None, VecDeque::new());
        if let (Some(job), false) = (self.jobs.last_mut(), effects.is_empty()) {
            job.instead = Some(id);
        }
        effects
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
