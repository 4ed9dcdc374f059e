//! A stand-in behind the same protocol, for tests of listeners: no model, the same order of events.
//!
//! It turns a person on the spot. The prompt may ask for trouble: `panic` panics and `fail` fails at the third token.

use super::backend::{Backend, Run, RunStep};
use super::protocol::ModelInfo;
use crate::model::LoadProgress;
use crate::motion::{FPS, Motion, Pose};
use crate::timeline::{Context, Length, Origin, Provenance, Request, Sampling, Take};
use glam::Quat;
use std::sync::Arc;
use std::time::Duration;

/// Tokens a second, as in the published model.
const TOKENS_PER_SEC: f32 = 15.0;
const FRAMES_PER_TOKEN: usize = 2;

/// The stand-in. It refuses the model name `missing`, and loads `endless` until that is cancelled.
#[derive(Clone, Debug, Default)]
pub struct FakeBackend {
    /// How long each token takes.
    pub step_time: Duration,
    loaded: bool,
}

impl FakeBackend {
    /// A stand-in whose tokens take `step_time` each.
    #[must_use]
    pub fn new(step_time: Duration) -> Self {
        Self { step_time, loaded: false }
    }
}

impl Backend for FakeBackend {
    fn load(&mut self, model: &str, progress: &LoadProgress) -> Result<ModelInfo, String> {
        if model == "missing" {
            return Err("no model is called missing: see `zoetrope models list`".to_owned());
        }
        progress.expect(2);
        progress.advance(1).map_err(|error| error.to_string())?;
        if model == "endless" {
            loop {
                std::thread::sleep(Duration::from_millis(1));
                progress.advance(0).map_err(|error| error.to_string())?;
            }
        }
        self.loaded = true;
        Ok(ModelInfo {
            name: model.to_owned(),
            licence: "none: a stand-in for tests".to_owned(),
            device: "cpu".to_owned(),
            sampling: Sampling { temperature: Some(1.0), top_k: Some(0), top_p: Some(1.0), guidance: Some(1.0), greedy: false },
            card: Vec::new(),
        })
    }

    fn start<'a>(&'a mut self, request: &Request, context: &Context) -> Result<Box<dyn Run + 'a>, String> {
        if !self.loaded {
            return Err("no model is loaded: load one first".to_owned());
        }
        let secs = match request.length {
            Length::Exact { secs } => secs,
            Length::Between { max_secs, .. } => max_secs / 2.0,
        };
        let from = context.before.as_ref().and_then(|motion| motion.frames.last().copied()).unwrap_or(Pose::REST);
        let at_most = ((secs * TOKENS_PER_SEC).ceil() as usize).max(1);
        let most_frames = ((secs * FPS).round() as usize).max(1);
        let (request, context) = (request.clone(), context.clone());
        Ok(Box::new(FakeRun { request, context, step_time: self.step_time, from, tokens: 0, at_most, most_frames, made: 0 }))
    }
}

/// All variations side by side.
struct FakeRun {
    request: Request,
    context: Context,
    step_time: Duration,
    from: Pose,
    /// Of each variation.
    tokens: usize,
    at_most: usize,
    most_frames: usize,
    made: u32,
}

impl FakeRun {
    fn motion(&self, variation: u32) -> Motion {
        let seed = self.request.variation(variation).seed;
        let frames = 1..=self.tokens * FRAMES_PER_TOKEN;
        let turned = |frame: usize| {
            let mut pose = self.from;
            pose.local[0] = Quat::from_rotation_y(0.02 * frame as f32 + seed as f32) * pose.local[0];
            pose
        };
        Motion { frames: frames.map(turned).take(self.most_frames).collect() }
    }
}

impl Run for FakeRun {
    fn step(&mut self) -> Result<RunStep, String> {
        let count = self.request.variations.max(1);
        if self.made == count {
            return Ok(RunStep::Done);
        }
        std::thread::sleep(self.step_time);
        if self.tokens == self.at_most {
            let variation = self.made;
            self.made += 1;
            let origin =
                Origin::Prompt { request: self.request.variation(variation), canonical_prompt: None, context: self.context.clone() };
            let provenance = Provenance { origin, model: "fake".to_owned(), licence: "none".to_owned(), ..Provenance::default() };
            let take = Box::new(Take { motion: Arc::new(self.motion(variation)), raw: None, provenance });
            return Ok(RunStep::Made { variation, take, warnings: Vec::new() });
        }
        self.tokens += 1;
        if self.tokens == 3 && self.request.prompt.contains("fail") {
            return Err("the stand-in was asked to fail: ask for something else".to_owned());
        }
        assert!(!(self.tokens == 3 && self.request.prompt.contains("panic")), "the stand-in was asked to panic");
        let shown = self.tokens.checked_sub(4).map(|step| step as u32 % count.max(4)).filter(|variation| *variation < count);
        let preview = shown.map(|variation| (variation, Arc::new(self.motion(variation))));
        let all = count as usize;
        Ok(RunStep::Tokens { tokens: self.tokens * all, at_most: self.at_most * all, preview })
    }
}
