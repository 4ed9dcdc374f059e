//! Generations: asking for them, hearing of them, and what becomes of them.

use super::row::{Member, Purpose, Row};
use super::{Effect, ModelState, Session, Showing, sketch::Figures};
use crate::author::settings::ModelSpeed;
use crate::author::toast::ToastKind;
use crate::generator::protocol::{Command, Event, JobId, Preview};
use crate::motion::{FPS, Motion};
use crate::timeline::{Clip, ClipId, ClipSettings, Context, Request, Take, TakeId};
use crate::view::MOST_ABREAST;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// How long the transition to a take takes that was made to go on there.
const CONTINUED_BLEND_FRAMES: usize = 6;

/// A generation that is not over.
#[derive(Clone, Debug)]
pub struct Job {
    id: JobId,
    /// What it makes.
    pub request: Request,
    /// The motion it goes on from.
    after: Option<Arc<Motion>>,
    /// The clip behind which it comes.
    behind: Option<ClipId>,
    /// The clip in whose place it comes.
    pub(super) instead: Option<ClipId>,
    /// How far it is.
    pub progress: Progress,
    /// When its first token was reported, and how many there were.
    started: Option<(Instant, usize)>,
    /// Whether the stage is to show it; until another take is chosen.
    pub(super) watched: bool,
    /// What becomes clips of their own behind it.
    pub(super) coming: VecDeque<Request>,
    /// The variations that are done, while others are to come.
    made: Vec<Take>,
    /// The variation that was picked before all were done, and its take once that is placed.
    pub(super) picked: Option<(u32, Option<TakeId>)>,
}

/// How far a generation is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Progress {
    /// Others come first.
    #[default]
    Waiting,
    /// On the way.
    Running {
        /// Tokens made.
        tokens: usize,
        /// The most it can come to; 0 while unknown.
        at_most: usize,
    },
}

impl Job {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Frames of the motion it goes on from.
    #[must_use]
    pub fn frames_before(&self) -> usize {
        self.after.as_ref().map_or(0, |motion| motion.len())
    }

    /// What becomes of the variation that is picked.
    fn purpose(&self) -> Purpose {
        Purpose::Place { behind: self.behind, continued: self.after.is_some() }
    }

    /// How much of it is done, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f32 {
        match self.progress {
            Progress::Waiting | Progress::Running { at_most: 0, .. } => 0.0,
            Progress::Running { tokens, at_most } => (tokens as f32 / at_most as f32).min(1.0),
        }
    }
}

impl Job {
    /// How fast its tokens come, once that can be told.
    #[must_use]
    pub fn tokens_per_sec(&self) -> Option<f32> {
        let (Progress::Running { tokens, .. }, Some((start, first))) = (&self.progress, self.started) else { return None };
        let secs = start.elapsed().as_secs_f32();
        (secs > 0.05).then(|| tokens.saturating_sub(first) as f32 / secs).filter(|speed| *speed > 0.0)
    }

    /// How long its motion can become, in frames, of which so many are there; 0 while that cannot be told.
    #[must_use]
    pub fn expected_frames(&self, frames: usize) -> usize {
        let before = self.frames_before();
        match self.progress {
            Progress::Running { tokens, at_most } if tokens > 0 => {
                // The frames so far tell how many a token is worth.
                let of_one = at_most / self.request.variations.max(1) as usize;
                before + frames.saturating_sub(before) * of_one / tokens
            }
            Progress::Running { .. } | Progress::Waiting => 0,
        }
    }

    /// How long it takes at most from now on, once that can be told.
    #[must_use]
    pub fn left_secs(&self) -> Option<f32> {
        match self.progress {
            Progress::Running { tokens, at_most } if at_most > 0 => Some(at_most.saturating_sub(tokens) as f32 / self.tokens_per_sec()?),
            Progress::Running { .. } | Progress::Waiting => None,
        }
    }
}

impl Session {
    /// Takes in what the generator tells; what has to happen outside comes back. The frames of a preview come by [`Session::preview`].
    pub fn hear(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Loading { .. } | Event::Ready { .. } | Event::LoadCancelled { .. } | Event::LoadFailed { .. } | Event::NoModel => {
                return self.hear_of_model(event);
            }
            Event::Started { job } => self.report(job, 0, 0),
            Event::Progress { job, tokens, at_most } => self.report(job, tokens, at_most),
            Event::Preview { .. } => {}
            Event::Made { job, variation, take } => self.one_made(job, variation, take),
            Event::Finished { job, takes } => return self.finish(job, takes),
            Event::Cancelled { job } => {
                self.end(job);
            }
            Event::Failed { job, message } => {
                if self.end(job) {
                    self.toasts.add(ToastKind::Error, message);
                }
            }
            Event::Warning { message } => self.toasts.add(ToastKind::Warning, message),
        }
        Vec::new()
    }

    /// Takes in the newest frames of a running generation. Several variations are shown side by side.
    pub fn preview(&mut self, preview: &Preview) {
        let Some(job) = self.jobs.iter().find(|job| job.id == preview.job && job.watched) else { return };
        if job.request.variations > 1 {
            return self.preview_row(preview);
        }
        let already = matches!(&self.showing, Showing::Preview { job, .. } if *job == preview.job);
        let before = job.frames_before();
        let motion = match &job.after {
            Some(before) => joined(before, &preview.motion),
            None => Arc::clone(&preview.motion),
        };
        let frames = motion.len();
        self.showing = Showing::Preview { job: preview.job, motion };
        if already {
            self.player.resize(frames, true);
        } else {
            self.player.open(frames, true, before as f32 / FPS);
            self.player.set_range(None);
        }
    }

    /// The newest frames of one of several variations, which are made one after the other.
    fn preview_row(&mut self, preview: &Preview) {
        let Some(job) = self.jobs.iter().find(|job| job.id == preview.job) else { return };
        let purpose = job.purpose();
        let request = job.request.variation(preview.variation);
        let member = Member::coming(Arc::clone(&preview.motion), request.prompt, request.seed);
        match &mut self.showing {
            Showing::Row(row) if row.job == Some(preview.job) => {
                row.put(member);
                // Once the first is there, the others grow while it plays again.
                self.player.resize(row.frames(), preview.variation == 0);
            }
            _ => self.show_row(Row::of(vec![member], Some(preview.job), purpose), 0.0),
        }
    }

    /// The command did not reach the generator: its job, or its model, is over before it began.
    pub fn refused(&mut self, command: &Command, message: String) {
        match command {
            Command::Generate { job, .. } => {
                self.end(*job);
            }
            // Where there is no model before, the built-in one would be refused as well.
            Command::Load { model } => drop(self.not_loaded(model, message.clone())),
            Command::Cancel { .. } | Command::CancelLoad | Command::Shutdown => {}
        }
        self.toasts.add(ToastKind::Error, message);
    }

    /// Goes on from the end of the selected clip, else of the last one; from the shown take, where there are no clips.
    pub(super) fn go_on(&mut self) -> Vec<Effect> {
        let Some((after, behind)) = self.seam() else {
            self.toasts.add(ToastKind::Warning, "choose a take to continue from first".to_owned());
            return Vec::new();
        };
        self.generate(Some(after), Some(behind))
    }

    /// Where a continuation begins: all of the timeline up to there, and its last clip there. A take that is shown without a timeline
    /// becomes its first clip.
    pub(super) fn seam(&mut self) -> Option<(Arc<Motion>, ClipId)> {
        if self.can_generate()
            && self.clips().is_empty()
            && let Showing::Take(id) = self.showing
        {
            self.put(id, 0, None, Vec::new());
        }
        let behind = self.clips().get(self.place_behind().checked_sub(1)?)?.id;
        Some((self.motion_up_to(behind)?, behind))
    }

    /// All of the timeline up to the end of a clip.
    pub(super) fn motion_up_to(&self, clip: ClipId) -> Option<Arc<Motion>> {
        let place = self.clips().iter().position(|other| other.id == clip)?;
        Some(Arc::new(Motion { frames: self.chain.motion().frames[..self.clip_start(place + 1)].to_vec() }))
    }

    pub(super) fn generate(&mut self, after: Option<Arc<Motion>>, behind: Option<ClipId>) -> Vec<Effect> {
        if self.wanted() { self.ask(self.draft.request(), after, behind, None, VecDeque::new()) } else { Vec::new() }
    }

    /// Whether there is something to generate; if not, the user is told.
    pub(super) fn wanted(&mut self) -> bool {
        if self.is_ready() && self.draft.prompt.trim().is_empty() {
            self.toasts.add(ToastKind::Warning, "write what the character does first".to_owned());
        }
        self.can_generate()
    }

    /// Whether there is a model to generate with; if not, the user is told.
    pub(super) fn is_ready(&mut self) -> bool {
        let message = match &self.model {
            ModelState::Ready(_) => return true,
            ModelState::Loading { .. } => "the model is still loading",
            ModelState::Failed { .. } => "there is no model to generate with; see the message at its name",
        };
        self.toasts.add(ToastKind::Warning, message.to_owned());
        false
    }

    /// Has the generator make a motion that goes on from `after`, to be put `behind` a clip or `instead` of it, with others `coming` behind it.
    pub(super) fn ask(
        &mut self,
        request: Request,
        after: Option<Arc<Motion>>,
        behind: Option<ClipId>,
        instead: Option<ClipId>,
        coming: VecDeque<Request>,
    ) -> Vec<Effect> {
        if self.jobs.iter().any(|job| job.request == request && job.behind == behind && job.after == after && job.instead == instead) {
            // Enter pressed twice: the same again would come to the same take.
            return Vec::new();
        }
        let id = JobId(self.next_job);
        self.next_job += 1;
        let context = after.as_deref().map(Context::after_end_of).unwrap_or_default();
        let command = Command::Generate { job: id, request: request.clone(), context };
        self.unwatch();
        self.jobs.push(Job {
            id,
            request,
            after,
            behind,
            instead,
            progress: Progress::Waiting,
            started: None,
            watched: true,
            coming,
            made: Vec::new(),
            picked: None,
        });
        vec![Effect::Tell(command)]
    }

    fn report(&mut self, id: JobId, tokens: usize, at_most: usize) {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
            job.progress = Progress::Running { tokens, at_most };
            if tokens > 0 && job.started.is_none() {
                job.started = Some((Instant::now(), tokens));
            }
            self.tokens_per_sec = job.tokens_per_sec().or(self.tokens_per_sec);
        }
    }

    /// The stage belongs to something else than the generations under way.
    pub(super) fn unwatch(&mut self) {
        self.jobs.iter_mut().for_each(|job| job.watched = false);
    }

    /// Puts a new take into the list.
    pub fn add_take(&mut self, take: Take) -> TakeId {
        let figures = Figures::of(&take.motion);
        let id = self.document.add(take);
        self.figures.insert(id, figures);
        id
    }

    fn finish(&mut self, id: JobId, takes: Vec<Take>) -> Vec<Effect> {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id && job.picked.is_some()) {
            job.made = takes;
            self.finish_picked(id);
            return Vec::new();
        }
        let Some(mut job) = self.end_keeping_preview(id) else { return Vec::new() };
        let made: Vec<TakeId> = takes.into_iter().map(|take| self.add_take(take)).collect();
        let previewed = self.previews(id);
        let seen = previewed || job.watched;
        let Some(first) = made.first().copied() else {
            self.drop_preview(id);
            return Vec::new();
        };
        if seen && made.len() > 1 {
            self.finish_row(&job, &made);
            return Vec::new();
        }
        let placed = match job.instead {
            Some(clip) => self.put_instead(clip, first),
            None => self.place_made(job.behind, job.after.is_some(), first, seen).is_some(),
        };
        if seen {
            self.go_on_watching(&job, first, previewed, placed);
        }
        self.lay_out_rest(std::mem::take(&mut job.coming), first, seen)
    }

    /// One of several variations is done. If it is the picked one, it goes to its place.
    fn one_made(&mut self, id: JobId, variation: u32, take: Take) {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else { return };
        // They come in order; each has the place of its number.
        if job.made.len() == variation as usize {
            job.made.push(take);
        }
        self.place_picked(id);
    }

    /// Picks a variation, by its seed, of a generation that goes on.
    pub(super) fn pick_early(&mut self, id: JobId, seed: u64) {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else { return };
        if let Some(variation) = (0..job.request.variations).find(|variation| job.request.variation(*variation).seed == seed) {
            // The same again is another thought.
            job.picked = Some((variation, None)).filter(|picked| job.picked != Some(*picked));
            self.place_picked(id);
        }
    }

    /// Puts the picked variation where it was made for, as soon as it is done. The others go on unseen.
    fn place_picked(&mut self, id: JobId) {
        let seen = self.previews(id);
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else { return };
        let Some((variation, None)) = job.picked else { return };
        let Some(take) = job.made.get(variation as usize).cloned() else { return };
        let (behind, continued) = (job.behind, job.after.is_some());
        job.watched = false;
        let take = self.add_take(take);
        let placed = self.place_made(behind, continued, take, seen);
        match placed {
            _ if !seen => {}
            Some(start_secs) => self.show_timeline(start_secs),
            None => self.show_take(take),
        }
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
            job.picked = Some((variation, Some(take)));
        }
    }

    /// All variations of a generation are done of which one was picked before: the others join it in the list.
    fn finish_picked(&mut self, id: JobId) {
        self.place_picked(id);
        self.end(id);
    }

    /// What a generation that is over has made joins the list, but for the picked one, which is there.
    fn keep_made(&mut self, job: Job) {
        let placed = job.picked.filter(|(_, take)| take.is_some()).map(|(variation, _)| variation as usize);
        for (_, take) in job.made.into_iter().enumerate().filter(|(variation, _)| Some(*variation) != placed) {
            self.add_take(take);
        }
    }

    /// Shows what has been made to whoever watched it being made.
    fn go_on_watching(&mut self, job: &Job, first: TakeId, previewed: bool, placed: bool) {
        // Whoever watches it goes on watching, at the same frame.
        let (at_secs, playing) = (self.player.at_secs(), self.player.is_playing());
        let from_secs = if previewed { at_secs } else { job.frames_before() as f32 / FPS };
        if placed {
            self.show_timeline(from_secs);
        } else {
            let before_secs = if job.after.is_some() { job.frames_before() as f32 / FPS } else { 0.0 };
            self.show_take(first);
            if previewed {
                self.player.scrub((at_secs - before_secs).max(0.0));
                self.player.end_scrub();
            }
        }
        if previewed && !playing {
            self.player.pause();
        }
    }

    /// All variations are there: one is to be picked.
    fn finish_row(&mut self, job: &Job, made: &[TakeId]) {
        let previewed = self.previews(job.id);
        let (at_secs, playing) = (self.player.at_secs(), self.player.is_playing());
        let takes = self.document.takes();
        let members = made.iter().filter_map(|id| takes.get(id).map(|take| Member::of(*id, take)));
        let row = Row::of(members.take(MOST_ABREAST).collect(), None, job.purpose());
        self.show_row(row, if previewed { at_secs } else { 0.0 });
        if previewed && !playing {
            self.player.pause();
        }
    }

    /// Puts a new take on the timeline if it belongs there: behind the clip that it goes on from, or as the only clip. Answers when it
    /// starts there, seconds.
    pub(super) fn place_made(&mut self, behind: Option<ClipId>, continued: bool, take: TakeId, seen: bool) -> Option<f32> {
        if let Some(behind) = behind {
            let place = self.clips().iter().position(|clip| clip.id == behind)? + 1;
            return self.put(take, place, Some(CONTINUED_BLEND_FRAMES), Vec::new()).then(|| self.clip_start(place) as f32 / FPS);
        }
        let placed = match self.clips() {
            _ if continued => false,
            [] => self.put(take, 0, None, Vec::new()),
            [only] if seen && self.is_untouched(only) => {
                let old = only.id;
                self.put(take, 0, None, vec![old])
            }
            _ => false,
        };
        placed.then_some(0.0)
    }

    /// Whether a clip is a whole take as it was made.
    fn is_untouched(&self, clip: &Clip) -> bool {
        let frames = self.document.takes().get(&clip.take).map(|take| take.motion.len());
        clip.settings == ClipSettings::default() && clip.from == 0 && Some(clip.to) == frames
    }

    /// Takes a job that is over off the list, and its preview off the stage; what it has made stays. Answers whether there was one.
    fn end(&mut self, id: JobId) -> bool {
        let Some(job) = self.end_keeping_preview(id) else { return false };
        self.keep_made(job);
        self.drop_preview(id);
        true
    }

    fn end_keeping_preview(&mut self, id: JobId) -> Option<Job> {
        let place = self.jobs.iter().position(|job| job.id == id)?;
        let job = self.jobs.remove(place);
        if let (Some(speed), ModelState::Ready(info)) = (job.tokens_per_sec(), &self.model) {
            let speed = ModelSpeed { device: info.device_label().to_owned(), tokens_per_sec: speed.round() };
            self.settings.speeds.insert(self.models.current().to_owned(), speed);
        }
        Some(job)
    }

    fn drop_preview(&mut self, id: JobId) {
        if self.previews(id) {
            self.show_something();
        }
    }

    /// Whether the stage shows this generation.
    fn previews(&self, id: JobId) -> bool {
        match &self.showing {
            Showing::Preview { job, .. } => *job == id,
            Showing::Row(row) => row.job == Some(id),
            _ => false,
        }
    }
}

fn joined(before: &Motion, after: &Motion) -> Arc<Motion> {
    Arc::new(Motion { frames: before.frames.iter().chain(&after.frames).copied().collect() })
}
