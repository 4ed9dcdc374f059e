//! A prompt of several actions laid out as clips: each action is a take of its own and goes on from the one before.

use super::{Effect, Session};
use crate::author::toast::ToastKind;
use crate::pipeline;
use crate::timeline::{Request, TakeId};
use std::collections::VecDeque;

impl Session {
    /// How many actions the draft's prompt names one after the other.
    #[must_use]
    pub fn actions_in_prompt(&self) -> usize {
        pipeline::split(&self.draft.prompt).len()
    }

    /// Makes the first action, behind the selected clip or the last one where there are clips; the others follow.
    pub(super) fn lay_out(&mut self) -> Vec<Effect> {
        if !self.wanted() {
            return Vec::new();
        }
        let whole = self.draft.request();
        let prompts = pipeline::split(&whole.prompt);
        let lengths = pipeline::shared(whole.length, prompts.len());
        let part = |(prompt, length)| Request { prompt, length, variations: 1, ..whole.clone() };
        let mut coming: VecDeque<Request> = prompts.into_iter().zip(lengths).map(part).collect();
        let Some(first) = coming.pop_front() else { return Vec::new() };
        let (after, behind) = self.seam().unzip();
        self.ask(first, after, behind, None, coming)
    }

    /// Goes on behind the clip of the take that has just been made.
    pub(super) fn lay_out_rest(&mut self, mut coming: VecDeque<Request>, made: TakeId, watched: bool) -> Vec<Effect> {
        let Some(next) = coming.pop_front() else { return Vec::new() };
        let behind = self.clips().iter().find(|clip| clip.take == made).map(|clip| clip.id);
        let Some((behind, after)) = behind.and_then(|behind| Some((behind, self.motion_up_to(behind)?))) else {
            let message = format!("“{}” was not made: the clip that it goes on from has left the timeline", next.prompt);
            self.toasts.add(ToastKind::Warning, message);
            return Vec::new();
        };
        let effects = self.ask(next, Some(after), Some(behind), None, coming);
        if !watched {
            self.unwatch();
        }
        effects
    }
}
