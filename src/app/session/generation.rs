//! Generations: asking for them, hearing of them, and what becomes of them.

use super::{Effect, Entry, ModelState, Session, Showing};
use crate::app::toast::ToastKind;
use crate::generator::protocol::{Command, Event, JobId, Preview};
use crate::motion::{FPS, Motion};
use crate::pipeline::{Length, Request};
use crate::timeline::Take;
use std::sync::Arc;

/// A generation that is not over.
#[derive(Clone, Debug)]
pub struct Job {
    id: JobId,
    /// What it makes.
    pub request: Request,
    /// The take it goes on from.
    after: Option<Take>,
    /// How far it is.
    pub progress: Progress,
    /// Whether the stage is to show it; until another take is chosen.
    pub(super) watched: bool,
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

    /// Frames of the take it goes on from.
    #[must_use]
    pub fn frames_before(&self) -> usize {
        self.after.as_ref().map_or(0, |take| take.motion.len())
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

impl Session {
    /// Takes in what the generator tells. The frames of a preview come by [`Session::preview`].
    pub fn hear(&mut self, event: Event) {
        match event {
            Event::Loading { model } => self.model = ModelState::Loading { name: model },
            Event::Ready { model } => self.model = ModelState::Ready(model),
            Event::Started { job } => self.report(job, 0, 0),
            Event::Progress { job, tokens, at_most } => self.report(job, tokens, at_most),
            Event::Preview { .. } => {}
            Event::Finished { job, takes } => self.finish(job, takes),
            Event::Cancelled { job } => {
                self.end(job);
            }
            Event::Failed { job: Some(job), message } => {
                if self.end(job).is_some() {
                    self.toasts.add(ToastKind::Error, message);
                }
            }
            Event::Failed { job: None, message } => {
                self.toasts.add(ToastKind::Error, message.clone());
                self.model = ModelState::Failed { message };
            }
            Event::Warning { message } => self.toasts.add(ToastKind::Warning, message),
        }
    }

    /// Takes in the newest frames of a running generation. The first variation is shown while it is made; the others wait.
    pub fn preview(&mut self, preview: &Preview) {
        let Some(job) = self.jobs.iter().find(|job| job.id == preview.job && job.watched) else { return };
        let already = matches!(&self.showing, Showing::Preview { job, .. } if *job == preview.job);
        if preview.variation > 0 {
            if already {
                self.player.resize(self.player.frames(), false);
            }
            return;
        }
        let before = job.frames_before();
        let motion = match &job.after {
            Some(take) => joined(&take.motion, &preview.motion),
            None => Arc::clone(&preview.motion),
        };
        let frames = motion.len();
        self.showing = Showing::Preview { job: preview.job, motion };
        if already {
            self.player.resize(frames, true);
        } else {
            self.player.open(frames, true, before as f32 / FPS);
        }
    }

    /// The command did not reach the generator: its job is over before it began.
    pub fn refused(&mut self, command: &Command, message: String) {
        if let Command::Generate { job, .. } | Command::Continue { job, .. } = command {
            self.end(*job);
        }
        self.toasts.add(ToastKind::Error, message);
    }

    pub(super) fn generate(&mut self, after: Option<Take>) -> Vec<Effect> {
        if !self.can_generate() {
            let message = match &self.model {
                ModelState::Ready(_) => "write what the character does first",
                ModelState::Loading { .. } => "the model is still loading",
                ModelState::Failed { .. } => "there is no model to generate with; see the message at its name",
            };
            self.toasts.add(ToastKind::Warning, message.to_owned());
            return Vec::new();
        }
        let length = self.draft.length_secs.map_or_else(Length::default, |secs| Length::Exact { secs });
        let request =
            Request { seed: self.draft.seed, length, variations: self.draft.variations, ..Request::new(self.draft.prompt.trim()) };
        let from = |after: &Option<Take>| after.as_ref().map(|take| Arc::as_ptr(&take.motion));
        if self.jobs.iter().any(|job| job.request == request && from(&job.after) == from(&after)) {
            // Enter pressed twice: the same again would come to the same take.
            return Vec::new();
        }
        let id = JobId(self.next_job);
        self.next_job += 1;
        let command = match &after {
            Some(take) => Command::Continue { job: id, request: request.clone(), after: Arc::clone(&take.motion) },
            None => Command::Generate { job: id, request: request.clone() },
        };
        for job in &mut self.jobs {
            job.watched = false;
        }
        self.jobs.push(Job { id, request, after, progress: Progress::Waiting, watched: true });
        vec![Effect::Tell(command)]
    }

    fn report(&mut self, id: JobId, tokens: usize, at_most: usize) {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
            job.progress = Progress::Running { tokens, at_most };
        }
    }

    fn finish(&mut self, id: JobId, takes: Vec<Take>) {
        let Some(job) = self.end_keeping_preview(id) else { return };
        let first = self.takes.len();
        let joined_takes = takes.into_iter().map(|take| match &job.after {
            Some(before) => Entry::new(continued(before, &take), Some(before.clone())),
            None => Entry::new(take, None),
        });
        self.takes.extend(joined_takes);
        let Some(entry) = self.takes.get(first) else { return self.drop_preview(id) };
        let frames = entry.take.motion.len();
        if matches!(self.showing, Showing::Preview { job, .. } if job == id) {
            self.showing = Showing::Take(first);
            self.player.resize(frames, false);
        } else if job.watched {
            let before = job.frames_before();
            self.showing = Showing::Take(first);
            self.player.open(frames, false, before as f32 / FPS);
        }
    }

    /// Takes a job that is over off the list, and its preview off the stage.
    fn end(&mut self, id: JobId) -> Option<Job> {
        let job = self.end_keeping_preview(id);
        self.drop_preview(id);
        job
    }

    fn end_keeping_preview(&mut self, id: JobId) -> Option<Job> {
        let place = self.jobs.iter().position(|job| job.id == id)?;
        Some(self.jobs.remove(place))
    }

    fn drop_preview(&mut self, id: JobId) {
        if matches!(self.showing, Showing::Preview { job, .. } if job == id) {
            self.showing = Showing::Nothing;
            if let Some(last) = self.takes.len().checked_sub(1) {
                self.select(last);
            }
        }
    }
}

fn joined(before: &Motion, after: &Motion) -> Arc<Motion> {
    Arc::new(Motion { frames: before.frames.iter().chain(&after.frames).copied().collect() })
}

/// A take and what follows it, as one.
fn continued(before: &Take, after: &Take) -> Take {
    let mut provenance = after.provenance.clone();
    provenance.prompt = format!("{} → {}", before.provenance.prompt, after.provenance.prompt);
    Take { motion: joined(&before.motion, &after.motion), provenance }
}
