//! Generations: asking for them, and which are under way. What the generator tells of them is in [`events`].

mod between;
mod events;
mod job;

pub use between::{BETWEEN_SECS, USUAL_BETWEEN_SECS};
use job::Asked;
pub use job::{Job, Progress};

use super::desk::Desk;
use super::direct::Miss;
use super::draft::Draft;
use super::models::Models;
use super::placement::Placement;
use super::timeline::Timeline;
use super::view::{View, ViewMode};
use crate::generator::protocol::{Command, JobId};
use crate::motion::Motion;
use crate::pipeline;
use crate::timeline::{ClipId, Constraints, Edit, Origin, Request};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

/// What can be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GenerationAction {
    /// Make takes of the prompt.
    Generate,
    /// Make takes that go on where the selected clip ends, or the last one; the first take comes behind it.
    Continue,
    /// Make a clip of each action that the prompt names, one going on from the other, behind the selected clip or the last one.
    LayOut,
    /// Make the take at this place of the list again, with another seed.
    Again(usize),
    /// Make the selected clip anew in its place, with another seed, going on from the clip before it; what was done to it stays.
    Anew,
    /// Make what leads from the selected clip to the next one, in so many seconds, with the words of the prompt or none.
    Between(f32),
    /// Make the marked part of a clip anew, with the words of the prompt or none; the rest of it stays as and where it is.
    RedoPart,
    /// End all running and waiting generations.
    Cancel,
}

/// Generations under way.
#[derive(Debug)]
pub struct Generations {
    /// Jobs that are not over, in order.
    jobs: Vec<Job>,
    /// How fast tokens came the last time.
    tokens_per_sec: Option<f32>,
    /// What the latest take could not meet.
    misses: Vec<Miss>,
    next_job: u64,
}

impl Default for Generations {
    fn default() -> Self {
        Self { jobs: Vec::new(), tokens_per_sec: None, misses: Vec::new(), next_job: 1 }
    }
}

/// What generations reach.
pub(super) struct Context<'a> {
    pub(super) desk: &'a mut Desk,
    pub(super) timeline: &'a mut Timeline,
    pub(super) view: &'a mut View,
    pub(super) draft: &'a mut Draft,
    pub(super) models: &'a mut Models,
}

impl Generations {
    /// Jobs that are not over, in order.
    #[must_use]
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// How fast tokens came the last time.
    #[must_use]
    pub fn tokens_per_sec(&self) -> Option<f32> {
        self.tokens_per_sec
    }

    /// What the latest take could not meet, as far as that is about places.
    #[must_use]
    pub fn misses(&self) -> &[Miss] {
        &self.misses
    }

    /// The job of a number, if it is not over.
    #[must_use]
    pub fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.id() == id)
    }

    fn job_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.id() == id)
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: &GenerationAction, context: &mut Context<'_>) {
        match action {
            GenerationAction::Generate => {
                if context.has_prompt() {
                    let constraints = context.timeline.constraints().drawn().into_owned();
                    self.ask(Asked::new(context.draft.request(constraints), Placement::OnlyClip), context);
                }
            }
            GenerationAction::Continue => self.go_on(context),
            GenerationAction::LayOut => self.lay_out(context),
            GenerationAction::Again(index) => self.again(*index, context),
            GenerationAction::Anew => self.anew(context),
            GenerationAction::Between(secs) => self.between(*secs, context),
            GenerationAction::RedoPart => self.redo(context),
            GenerationAction::Cancel => self.cancel_all(context.desk),
        }
    }

    /// Asks the generator to end all that is under way.
    pub(super) fn cancel_all(&self, desk: &mut Desk) {
        self.jobs.iter().for_each(|job| desk.send(Command::Cancel { job: job.id() }));
    }

    /// Forgets all that is under way: it was for another document.
    pub(super) fn drop_all(&mut self, desk: &mut Desk) {
        self.cancel_all(desk);
        self.jobs.clear();
    }

    /// Has the generator make a motion.
    fn ask(&mut self, asked: Asked, context: &mut Context<'_>) {
        if self.jobs.iter().any(|job| job.asked == asked) {
            // Enter pressed twice: the same again would come to the same take.
            return;
        }
        let id = JobId(self.next_job);
        self.next_job += 1;
        context.desk.send(Command::Generate { job: id, request: asked.request.clone(), context: asked.context() });
        context.view.watch(id);
        self.misses.clear();
        self.jobs.push(Job::new(id, asked));
    }

    /// Goes on from the end of the selected clip, else of the last one; from the shown take, where there are no clips.
    fn go_on(&mut self, context: &mut Context<'_>) {
        let Some((before, after)) = context.seam() else {
            return context.desk.warn("choose a take to continue from first");
        };
        if context.has_prompt() {
            let asked = Asked::new(context.free_request(), Placement::After(after));
            self.ask(Asked { before: Some(before), ..asked }, context);
        }
    }

    /// Makes the first action of the prompt, behind the selected clip or the last one where there are clips; the others follow.
    fn lay_out(&mut self, context: &mut Context<'_>) {
        if !context.has_prompt() {
            return;
        }
        let whole = context.free_request();
        let prompts = pipeline::split(&whole.prompt);
        let lengths = pipeline::shared(whole.length, prompts.len());
        let part = |(prompt, length)| Request { prompt, length, variations: 1, ..whole.clone() };
        let mut queued: VecDeque<Request> = prompts.into_iter().zip(lengths).map(part).collect();
        let Some(first) = queued.pop_front() else { return };
        let (before, after) = context.seam().unzip();
        let placement = after.map_or(Placement::OnlyClip, Placement::After);
        self.ask(Asked { before, queued, ..Asked::new(first, placement) }, context);
    }

    /// Makes the motion of the selected clip anew.
    fn anew(&mut self, context: &mut Context<'_>) {
        let Some(place) = context.timeline.selected_clip() else {
            return context.desk.warn("select a clip first: it is made anew in its place");
        };
        let clip = &context.timeline.clips()[place];
        let Some(origin) = context.timeline.take(clip.take).map(|take| &take.provenance.origin) else { return };
        let (id, (request, began_from)) = (clip.id, asked_again(origin, 1));
        if !context.has_model() {
            return;
        }
        let variations = context.draft.variations;
        context.ask_again(&Request { variations, ..request.clone() });
        let before = match place.checked_sub(1) {
            Some(before) => context.timeline.motion_up_to(context.timeline.clips()[before].id),
            None => began_from,
        };
        self.ask(Asked { before, ..Asked::new(request, Placement::InPlaceOf(id)) }, context);
    }

    /// The same request after the same motion with another seed, as many variations as the draft asks for.
    fn again(&mut self, index: usize, context: &mut Context<'_>) {
        let Some(origin) = context.timeline.take_at(index).map(|entry| &entry.take.provenance.origin) else { return };
        let (request, before) = asked_again(origin, context.draft.variations);
        if !context.has_model() {
            return;
        }
        context.ask_again(&request);
        let placement = if before.is_none() { Placement::OnlyClip } else { Placement::Nowhere };
        self.ask(Asked { before, ..Asked::new(request, placement) }, context);
    }
}

impl Context<'_> {
    /// Whether there is something to generate and a model to do it; if not, the user is told.
    fn has_prompt(&mut self) -> bool {
        if !self.has_model() {
            return false;
        }
        let is_written = !self.draft.prompt.trim().is_empty();
        if !is_written {
            self.desk.warn("write what the character does first");
        }
        is_written
    }

    /// The draft's request for a motion that goes on from another one: what the next new one has to meet is not for it.
    fn free_request(&mut self) -> Request {
        if !self.timeline.constraints().is_empty() {
            self.desk.warn("the path and the keys are for a new motion: this one goes on freely");
        }
        self.draft.request(Constraints::default())
    }

    /// The draft and what is to be met are those of a request again.
    fn ask_again(&mut self, request: &Request) {
        self.draft.ask_again(request);
        if *self.timeline.constraints() != request.constraints {
            self.timeline.edit(&Edit::Constrain(request.constraints.clone()), self.desk);
        }
    }

    /// Whether there is a model to generate with; if not, the user is told.
    fn has_model(&mut self) -> bool {
        let trouble = self.models.state().trouble();
        trouble.iter().for_each(|trouble| self.desk.warn(*trouble));
        trouble.is_none()
    }

    /// Where a continuation begins: all of the timeline up to there, and its last clip there. A take that is shown without a timeline
    /// becomes its first clip.
    fn seam(&mut self) -> Option<(Arc<Motion>, ClipId)> {
        if self.models.state().trouble().is_none()
            && !self.draft.prompt.trim().is_empty()
            && self.timeline.clips().is_empty()
            && let ViewMode::Take(id) = *self.view.mode()
        {
            self.timeline.put(id, 0, None, Vec::new(), self.desk);
            self.view.follow(self.timeline);
        }
        let last = self.timeline.clips().get(self.timeline.insert_position().checked_sub(1)?)?.id;
        Some((self.timeline.motion_up_to(last)?, last))
    }
}

/// What a take was asked for, with another seed, and what it went on from. A file's name is asked for as a prompt.
fn asked_again(origin: &Origin, variations: u32) -> (Request, Option<Arc<Motion>>) {
    let asked = origin.asked().map(|(request, context)| (request.clone(), context.before.clone()));
    let (request, before) = asked.unwrap_or_else(|| (Request::new(origin.prompt()), None));
    (Request { seed: another_seed(request.seed), variations, ..request }, before)
}

/// A seed that looks unrelated to this one, and is always the same one (a multiplicative hash, short enough to read out).
#[must_use]
pub fn another_seed(seed: u64) -> u64 {
    (seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) % 10_000
}
