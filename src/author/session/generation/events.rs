//! What the generator tells of motions under way, and what becomes of finished ones.

use super::{Asked, Context, Generations, Job};
use crate::author::session::comparison::{Comparison, ComparisonEntry};
use crate::author::session::desk::Desk;
use crate::author::session::direct::Miss;
use crate::author::session::placement::Placement;
use crate::author::session::timeline::Timeline;
use crate::author::session::view::View;
use crate::author::settings::ModelSpeed;
use crate::generator::protocol::{Event, JobId, Preview};
use crate::motion::{FPS, Motion};
use crate::timeline::{Request, Take, TakeId};
use crate::view::MOST_COMPARED;
use std::collections::VecDeque;
use std::sync::Arc;

impl Generations {
    /// Takes in what the generator tells of motions.
    pub(in crate::author::session) fn handle_event(&mut self, event: Event, context: &mut Context<'_>) {
        match event {
            Event::Started { job } => self.report(job, 0, 0),
            Event::Progress { job, tokens, at_most } => self.report(job, tokens, at_most),
            Event::Made { job, variation, take } => self.one_made(job, variation, take, context),
            Event::Finished { job, takes } => self.finish(job, takes, context),
            Event::Cancelled { job } => drop(self.end(job, context)),
            Event::Failed { job, message } => {
                if self.end(job, context) {
                    context.desk.fail(message);
                }
            }
            Event::Warning { message, at_m } => {
                self.misses.extend(at_m.map(|at_m| Miss { at_m, text: message.clone() }));
                context.desk.warn(message);
            }
            // Frames come by `preview`, models are somebody else's business.
            Event::Preview { .. }
            | Event::Loading { .. }
            | Event::Ready { .. }
            | Event::LoadCancelled { .. }
            | Event::LoadFailed { .. }
            | Event::NoModel => {}
        }
    }

    /// Takes in the newest frames of a running generation. Several variations are shown side by side.
    pub(in crate::author::session) fn preview(&self, preview: &Preview, timeline: &Timeline, view: &mut View) {
        let Some(job) = self.job(preview.job).filter(|job| view.watches(job.id())) else { return };
        if job.request().variations > 1 {
            return preview_variation(job, preview, timeline, view);
        }
        let motion = match &job.asked.before {
            Some(before) => joined(before, &preview.motion),
            None => Arc::clone(&preview.motion),
        };
        view.show_preview(job.id(), motion, job.frames_before() as f32 / FPS);
    }

    /// The job did not reach the generator: it is over before it began.
    pub(in crate::author::session) fn refused(&mut self, id: JobId, context: &mut Context<'_>) {
        self.end(id, context);
    }

    /// Picks a variation, by its seed, of a generation that goes on.
    pub(in crate::author::session) fn pick_early(
        &mut self,
        id: JobId,
        seed: u64,
        desk: &mut Desk,
        timeline: &mut Timeline,
        view: &mut View,
    ) {
        let Some(job) = self.job_mut(id) else { return };
        if let Some(variation) = (0..job.request().variations).find(|variation| job.request().variation(*variation).seed == seed) {
            // The same again is another thought.
            job.picked = Some((variation, None)).filter(|picked| job.picked != Some(*picked));
            self.place_picked(id, desk, timeline, view);
        }
    }

    fn report(&mut self, id: JobId, tokens: usize, at_most: usize) {
        let Some(job) = self.job_mut(id) else { return };
        job.report(tokens, at_most);
        self.tokens_per_sec = job.tokens_per_sec().or(self.tokens_per_sec);
    }

    fn finish(&mut self, id: JobId, takes: Vec<Take>, context: &mut Context<'_>) {
        if let Some(job) = self.job_mut(id).filter(|job| job.picked.is_some()) {
            // The others join the picked one in the list.
            job.made = (0..).zip(takes).map(|(variation, take)| (variation, job.asked.whole(take))).collect();
            self.place_picked(id, context.desk, context.timeline, context.view);
            self.end(id, context);
            return;
        }
        let Some(mut job) = self.remove(id, context) else { return };
        let made: Vec<TakeId> = takes.into_iter().map(|take| context.timeline.add_take(job.asked.whole(take))).collect();
        let previewed = context.view.previews(id);
        let seen = previewed || context.view.watches(id);
        let Some(first) = made.first().copied() else { return context.drop_preview(id) };
        if seen && made.len() > 1 {
            return context.show_variations(&job, &made);
        }
        let placed = context.timeline.place(job.asked.placement, first, seen, context.desk).is_some();
        if seen {
            context.go_on_watching(&job, first, previewed, placed);
        }
        self.lay_out_rest(std::mem::take(&mut job.asked.queued), first, seen, context);
    }

    /// Goes on behind the clip of the take that has just been made.
    fn lay_out_rest(&mut self, mut queued: VecDeque<Request>, made: TakeId, watched: bool, context: &mut Context<'_>) {
        let Some(next) = queued.pop_front() else { return };
        let after = context.timeline.clips().iter().find(|clip| clip.take == made).map(|clip| clip.id);
        let Some((after, before)) = after.and_then(|after| Some((after, context.timeline.motion_up_to(after)?))) else {
            let text = format!("“{}” was not made: the clip that it goes on from has left the timeline", next.prompt);
            return context.desk.warn(text);
        };
        self.ask(Asked { before: Some(before), queued, ..Asked::new(next, Placement::After(after)) }, context);
        if !watched {
            context.view.unwatch();
        }
    }

    /// One of several variations is done. If it is the picked one, it goes to its place.
    fn one_made(&mut self, id: JobId, variation: u32, take: Take, context: &mut Context<'_>) {
        let Some(job) = self.job_mut(id) else { return };
        job.made.insert(variation, job.asked.whole(take));
        self.place_picked(id, context.desk, context.timeline, context.view);
    }

    /// Puts the picked variation where it was made for, as soon as it is done. The others go on unseen.
    fn place_picked(&mut self, id: JobId, desk: &mut Desk, timeline: &mut Timeline, view: &mut View) {
        let Some(job) = self.job_mut(id) else { return };
        let Some((variation, None)) = job.picked else { return };
        let Some(take) = job.made.get(&variation).cloned() else { return };
        let seen = view.previews(id);
        if view.watches(id) {
            view.unwatch();
        }
        let take = timeline.add_take(take);
        job.picked = Some((variation, Some(take)));
        let placed = timeline.place(job.asked.placement, take, seen, desk);
        match placed {
            _ if !seen => {}
            Some(start_secs) => view.show_timeline(start_secs, timeline),
            None => view.show_take(take, timeline),
        }
    }

    /// Takes a job that is over off the list, and its preview off the stage; what it has made joins the list, but for the picked take,
    /// which is there. Answers whether there was such a job.
    fn end(&mut self, id: JobId, context: &mut Context<'_>) -> bool {
        let Some(job) = self.remove(id, context) else { return false };
        let placed = job.picked.filter(|(_, take)| take.is_some()).map(|(variation, _)| variation);
        for (_, take) in job.made.into_iter().filter(|(variation, _)| Some(*variation) != placed) {
            context.timeline.add_take(take);
        }
        context.drop_preview(id);
        true
    }

    fn remove(&mut self, id: JobId, context: &mut Context<'_>) -> Option<Job> {
        let place = self.jobs.iter().position(|job| job.id() == id)?;
        let job = self.jobs.remove(place);
        if let (Some(speed), Some(info)) = (job.tokens_per_sec(), context.models.state().info()) {
            let speed = ModelSpeed { device: info.device_label().to_owned(), tokens_per_sec: speed.round() };
            context.desk.settings.speeds.insert(context.models.current().to_owned(), speed);
        }
        Some(job)
    }
}

impl Context<'_> {
    /// Shows what has been made to whoever watched it being made, at the same frame.
    fn go_on_watching(&mut self, job: &Job, first: TakeId, previewed: bool, placed: bool) {
        let (at_secs, playing) = (self.view.player().at_secs(), self.view.player().is_playing());
        let before_secs = job.frames_before() as f32 / FPS;
        if placed {
            self.view.show_timeline(if previewed { at_secs } else { before_secs }, self.timeline);
        } else if previewed {
            self.view.show_take_at(first, (at_secs - before_secs).max(0.0), self.timeline);
        } else {
            self.view.show_take(first, self.timeline);
        }
        if previewed && !playing {
            self.view.player.pause();
        }
    }

    /// All variations are there: one is to be picked.
    fn show_variations(&mut self, job: &Job, made: &[TakeId]) {
        let previewed = self.view.previews(job.id());
        let (at_secs, playing) = (self.view.player().at_secs(), self.view.player().is_playing());
        let entries = made.iter().filter_map(|id| self.timeline.take(*id).map(|take| ComparisonEntry::of(*id, take)));
        let comparison = Comparison::of(entries.take(MOST_COMPARED).collect(), None, job.asked.placement);
        self.view.show_comparison(comparison, if previewed { at_secs } else { 0.0 }, self.timeline);
        if previewed && !playing {
            self.view.player.pause();
        }
    }

    fn drop_preview(&mut self, id: JobId) {
        if self.view.previews(id) {
            self.view.show_something(self.timeline);
        }
    }
}

/// The newest frames of one of several variations.
fn preview_variation(job: &Job, preview: &Preview, timeline: &Timeline, view: &mut View) {
    let request = job.request().variation(preview.variation);
    let entry = ComparisonEntry::of_motion(Arc::clone(&preview.motion), request.prompt, request.seed);
    if !view.previews(job.id()) {
        return view.show_comparison(Comparison::of(vec![entry], Some(job.id()), job.asked.placement), 0.0, timeline);
    }
    view.put_beside(entry);
}

fn joined(before: &Motion, after: &Motion) -> Arc<Motion> {
    Arc::new(Motion { frames: before.frames.iter().chain(&after.frames).copied().collect() })
}
