//! The real backend: the library finds models, the pipeline makes motions.

use super::backend::{Backend, Run, RunStep};
use super::protocol::ModelInfo;
use crate::library;
use crate::model::{LoadProgress, ModelConfig, MotionModel};
use crate::motion::FPS;
use crate::motion::bridge::Gap;
use crate::pipeline::{self, Batch, BatchStep, Device};
use crate::timeline::{Context, Length, Request, Sampling};
use std::sync::Arc;

/// How many tokens lie between two previews: a quarter of a second, short enough to look live, long enough to cost little.
const PREVIEW_EVERY: usize = 4;

/// Models on this machine's processor and graphics devices.
#[derive(Default)]
pub struct PipelineBackend {
    device: Device,
    model: Option<MotionModel>,
    /// Where the model was when it was last shown.
    shown: String,
    remark: Option<String>,
}

impl PipelineBackend {
    /// A backend that has no model yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A backend that has no model yet and runs them there.
    #[must_use]
    pub fn on(device: Device) -> Self {
        Self { device, ..Self::default() }
    }
}

impl Backend for PipelineBackend {
    fn load(&mut self, model: &str, progress: &LoadProgress) -> Result<ModelInfo, String> {
        let source = library::find(model).map_err(|error| error.to_string())?;
        let loaded =
            pipeline::load(&source, &self.device, library::tuning_file().as_deref(), progress).map_err(|error| error.to_string())?;
        self.shown = loaded.model.network.device();
        let info = describe(&loaded.model.config, &self.shown);
        (self.model, self.remark) = (Some(loaded.model), loaded.remark);
        Ok(info)
    }

    fn remark(&mut self) -> Option<String> {
        self.remark.take()
    }

    fn changed(&mut self) -> Option<ModelInfo> {
        let model = self.model.as_ref()?;
        let device = model.network.device();
        let has_moved = device != self.shown;
        self.shown = device;
        has_moved.then(|| describe(&model.config, &self.shown))
    }

    fn start<'a>(&'a mut self, request: &Request, context: &Context) -> Result<Box<dyn Run + 'a>, String> {
        let model = self.model.as_ref().ok_or("no model is loaded: load one first")?;
        let batch = match &context.after {
            None if !context.after_stays => Batch::start(model, request, context.before.as_deref()),
            after => {
                let Length::Exact { secs } = request.length else { return Err("say how long the motion between two is".to_owned()) };
                let before = context.before.as_deref().cloned().unwrap_or_default();
                let after = after.as_deref().cloned().unwrap_or_default();
                let frames = (secs * FPS).round() as usize;
                Batch::over(model, request, Gap { before, after, frames, is_fixed: context.after_stays })
            }
        };
        let batch = batch.map_err(|error| error.to_string())?;
        Ok(Box::new(PipelineRun { batch, steps: 0 }))
    }
}

/// What a listener may show of a model: the sentences of its card that say something.
fn describe(config: &ModelConfig, device: &str) -> ModelInfo {
    let sentence = |key: &str| config.card.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let card = [
        ("Licence", config.licence_note.clone()),
        ("Trained on", sentence("data")),
        ("It can", sentence("can")),
        ("It cannot", sentence("cannot")),
    ];
    let own = config.sampling;
    ModelInfo {
        name: config.name.clone(),
        licence: config.licence.clone(),
        device: device.to_owned(),
        sampling: Sampling {
            greedy: own.temperature <= 0.0,
            temperature: Some(own.temperature),
            top_k: Some(own.top_k),
            top_p: Some(own.top_p),
            guidance: Some(own.guidance),
        },
        card: card.into_iter().filter(|(_, text)| !text.is_empty()).map(|(heading, text)| (heading.into(), text)).collect(),
    }
}

struct PipelineRun<'m> {
    batch: Batch<'m>,
    steps: usize,
}

impl PipelineRun<'_> {
    /// The variation whose turn it is to be shown: the first one early, then each in turn.
    fn shown(&self) -> Option<u32> {
        let count = self.batch.count() as usize;
        match self.batch.alone() {
            Some(variation) => self.steps.is_multiple_of(PREVIEW_EVERY).then_some(variation),
            None => self
                .steps
                .checked_sub(PREVIEW_EVERY)
                .map(|step| step % count.max(PREVIEW_EVERY))
                .filter(|turn| *turn < count)
                .map(|turn| turn as u32),
        }
    }
}

impl Run for PipelineRun<'_> {
    fn step(&mut self) -> Result<RunStep, String> {
        let in_words = |error: pipeline::PipelineError| error.to_string();
        Ok(match self.batch.step().map_err(in_words)? {
            BatchStep::Tokens { tokens, at_most } => {
                self.steps += 1;
                let shown = self.shown().map(|variation| Ok((variation, self.batch.preview(variation)?))).transpose().map_err(in_words)?;
                let preview = shown.and_then(|(variation, motion)| Some((variation, Arc::new(motion?))));
                RunStep::Tokens { tokens, at_most, preview }
            }
            BatchStep::Made { variation, made } => RunStep::Made { variation, take: Box::new(made.take), warnings: made.warnings },
            BatchStep::Done => RunStep::Done,
        })
    }
}
