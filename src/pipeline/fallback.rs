//! A network on a graphics device that goes on on the processor when the device is lost: in the middle of a motion, without losing it.
//! What was asked of the device is asked of the processor again; logits differ in their last places only.

use super::on_gpu::as_model_error;
use crate::engine;
use crate::model::{Decode, Error, Logits, Network, Result, TextFeatures};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Loads the same weights on the processor.
pub(super) type OnCpu = Box<dyn Fn() -> Result<Box<dyn Network>> + Send + Sync>;

/// See the module.
pub(super) struct WithFallback(Arc<Networks>);

struct Networks {
    /// Nothing when it was lost.
    gpu: Mutex<Option<Arc<engine::Transformer>>>,
    on_cpu: OnCpu,
    cpu: OnceLock<Box<dyn Network>>,
    end_token: u32,
}

impl WithFallback {
    pub(super) fn new(gpu: Arc<engine::Transformer>, on_cpu: OnCpu) -> Self {
        let end_token = gpu.sizes().vocabulary as u32 - 2;
        Self(Arc::new(Networks { gpu: Mutex::new(Some(gpu)), on_cpu, cpu: OnceLock::new(), end_token }))
    }
}

impl Networks {
    fn gpu(&self) -> Option<Arc<engine::Transformer>> {
        self.gpu.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The network on the processor, loaded when it is first needed. A device that is broken is given up with all its memory; one that
    /// was only asked for too much at once serves the next motion again.
    fn cpu(&self) -> Result<&dyn Network> {
        self.gpu.lock().unwrap_or_else(PoisonError::into_inner).take_if(|gpu| gpu.gpu().check().is_err());
        if self.cpu.get().is_none() {
            let loaded = (self.on_cpu)()?;
            // Another sequence may have been as quick; both are the same.
            let _ = self.cpu.set(loaded);
        }
        self.cpu.get().map(AsRef::as_ref).ok_or_else(|| Error::Device("the processor's network is missing".to_owned()))
    }
}

impl Network for WithFallback {
    fn start(&self, texts: &[&TextFeatures], prefix: &[u32]) -> Result<(Box<dyn Decode>, Logits)> {
        let networks = &self.0;
        let Some(gpu) = networks.gpu() else { return networks.cpu()?.start(texts, prefix) };
        let values: Vec<&[f32]> = texts.iter().map(|text| text.values()).collect();
        if texts.iter().any(|text| text.dim() != gpu.sizes().text_width) {
            return Err(Error::Input(format!("every text needs features of {} numbers", gpu.sizes().text_width)));
        }
        let history = History { texts: texts.iter().map(|&text| text.clone()).collect(), prefix: prefix.to_vec(), events: Vec::new() };
        let (running, logits, remark) = match gpu.start(&values, prefix) {
            Ok((state, logits)) => (Running::Gpu(Box::new(state)), logits, None),
            Err(error) if error.is_of_the_device() => {
                drop(gpu);
                let (state, logits) = networks.cpu()?.start(texts, prefix)?;
                (Running::Cpu(state), logits, Some(sentence(&error)))
            }
            Err(error) => return Err(as_model_error(error)),
        };
        Ok((Box::new(State { networks: Arc::clone(networks), running, history, remark }), logits))
    }

    fn end_token(&self) -> u32 {
        self.0.end_token
    }

    fn device(&self) -> String {
        self.0.gpu().map_or_else(|| "cpu".to_owned(), |gpu| gpu.gpu().name().to_owned())
    }
}

/// What a state was asked for, so that another one can be brought to the same place.
struct History {
    texts: Vec<TextFeatures>,
    prefix: Vec<u32>,
    events: Vec<Event>,
}

enum Event {
    Step(Vec<u32>),
    Keep(Vec<usize>),
}

enum Running {
    Gpu(Box<engine::DecodeState>),
    Cpu(Box<dyn Decode>),
}

struct State {
    networks: Arc<Networks>,
    running: Running,
    history: History,
    remark: Option<String>,
}

impl History {
    /// Asks a network for all of it.
    fn again(&self, network: &dyn Network) -> Result<Box<dyn Decode>> {
        let (mut state, _) = network.start(&self.texts.iter().collect::<Vec<_>>(), &self.prefix)?;
        for event in &self.events {
            match event {
                Event::Step(tokens) => drop(state.step(tokens)?),
                Event::Keep(rows) => state.keep_rows(rows)?,
            }
        }
        Ok(state)
    }
}

impl State {
    /// Does something with the running state; if the device fails, brings the processor's to the same place and does it there.
    fn with<T>(
        &mut self,
        on_gpu: impl FnOnce(&mut engine::DecodeState) -> engine::Result<T>,
        on_cpu: impl FnOnce(&mut dyn Decode) -> Result<T>,
    ) -> Result<T> {
        if let Running::Gpu(state) = &mut self.running {
            match on_gpu(state) {
                Ok(done) => return Ok(done),
                Err(error) if error.is_of_the_device() => {
                    self.running = Running::Cpu(self.history.again(self.networks.cpu()?)?);
                    self.remark = Some(sentence(&error));
                }
                Err(error) => return Err(as_model_error(error)),
            }
        }
        match &mut self.running {
            Running::Cpu(state) => on_cpu(state.as_mut()),
            Running::Gpu(_) => Err(Error::Device("the graphics device failed".to_owned())),
        }
    }
}

impl Decode for State {
    fn step(&mut self, tokens: &[u32]) -> Result<Logits> {
        let logits = self.with(|state| state.step(tokens), |state| state.step(tokens))?;
        if matches!(self.running, Running::Gpu(_)) {
            self.history.events.push(Event::Step(tokens.to_vec()));
        }
        Ok(logits)
    }

    fn rows(&self) -> usize {
        match &self.running {
            Running::Gpu(state) => state.rows(),
            Running::Cpu(state) => state.rows(),
        }
    }

    fn room(&self) -> usize {
        match &self.running {
            Running::Gpu(state) => state.room(),
            Running::Cpu(state) => state.room(),
        }
    }

    fn keep_rows(&mut self, rows: &[usize]) -> Result<()> {
        self.with(|state| state.keep_rows(rows), |state| state.keep_rows(rows))?;
        if matches!(self.running, Running::Gpu(_)) {
            self.history.events.push(Event::Keep(rows.to_vec()));
        }
        Ok(())
    }

    fn remark(&mut self) -> Option<String> {
        self.remark.take()
    }
}

/// What the user is told.
fn sentence(error: &engine::Error) -> String {
    format!("the model goes on on the processor: {error}")
}
