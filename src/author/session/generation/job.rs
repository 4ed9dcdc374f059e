//! A generation that is not over: what it makes, how far it is, and where its takes go.

use crate::author::session::placement::Placement;
use crate::generator::protocol::JobId;
use crate::motion::Motion;
use crate::timeline::{Context, Provenance, Request, Take, TakeId};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// A generation that is not over.
#[derive(Clone, Debug)]
pub struct Job {
    id: JobId,
    pub(super) asked: Asked,
    progress: Progress,
    /// When its first token was reported, and how many there were.
    started: Option<(Instant, usize)>,
    /// The variations that are done, while others are to come.
    pub(super) made: BTreeMap<u32, Take>,
    /// The variation that was picked before all were done, and its take once that is placed.
    pub(super) picked: Option<(u32, Option<TakeId>)>,
}

/// What a motion is asked for with: the request, what it is made between, and where it goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) request: Request,
    /// The motion it goes on from.
    pub(super) before: Option<Arc<Motion>>,
    /// The motion it leads to.
    pub(super) after: Option<Arc<Motion>>,
    /// The take of which it makes a part anew, and which frames.
    pub(super) part: Option<(Arc<Take>, Range<usize>)>,
    pub(super) placement: Placement,
    /// What becomes clips of their own behind it.
    pub(super) queued: VecDeque<Request>,
}

impl Asked {
    /// A motion from nothing.
    pub(super) fn new(request: Request, placement: Placement) -> Self {
        Self { request, before: None, after: None, part: None, placement, queued: VecDeque::new() }
    }

    /// As much of the motions around as the generator uses.
    pub(super) fn context(&self) -> Context {
        let before = self.before.as_deref().map(Context::after_end_of).unwrap_or_default().before;
        let after = self.after.as_deref().map(Context::before_start_of).unwrap_or_default().after;
        Context { before, after, after_stays: self.part.is_some() }
    }

    /// The take that comes of what was made: of a part, the whole with it.
    pub(super) fn whole(&self, made: Take) -> Take {
        let Some((of, frames)) = self.part.as_ref().filter(|(_, frames)| frames.len() == made.motion.len()) else { return made };
        let mut motion = Motion::clone(&of.motion);
        motion.frames[frames.clone()].copy_from_slice(&made.motion.frames);
        let provenance = Provenance::of_chain(&[&of.provenance, &made.provenance]);
        Take { motion: Arc::new(motion), raw: None, provenance }
    }
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
    /// A job that waits.
    pub(super) fn new(id: JobId, asked: Asked) -> Self {
        Self { id, asked, progress: Progress::Waiting, started: None, made: BTreeMap::new(), picked: None }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.id
    }

    /// What it makes.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.asked.request
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Whether it makes a clip anew in its place.
    #[must_use]
    pub fn is_anew(&self) -> bool {
        matches!(self.asked.placement, Placement::InPlaceOf(_))
    }

    /// The seed of the variation that was picked before all were done.
    #[must_use]
    pub fn picked_seed(&self) -> Option<u64> {
        self.picked.map(|(variation, _)| self.asked.request.variation(variation).seed)
    }

    /// So many tokens are made, of so many at most.
    pub(super) fn report(&mut self, tokens: usize, at_most: usize) {
        self.progress = Progress::Running { tokens, at_most };
        if tokens > 0 && self.started.is_none() {
            self.started = Some((Instant::now(), tokens));
        }
    }

    /// Frames of the motion it goes on from.
    #[must_use]
    pub fn frames_before(&self) -> usize {
        self.asked.before.as_ref().map_or(0, |motion| motion.len())
    }

    /// How much of it is done, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f32 {
        match self.progress {
            Progress::Waiting | Progress::Running { at_most: 0, .. } => 0.0,
            Progress::Running { tokens, at_most } => (tokens as f32 / at_most as f32).min(1.0),
        }
    }

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
                before + frames.saturating_sub(before) * at_most / tokens
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
