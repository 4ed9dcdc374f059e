//! Where a model runs: on the processor, or its transformer on a graphics device.

use super::fallback::WithFallback;
use super::on_gpu::transformer_on_gpu;
use crate::engine::{self, AdapterChoice, Gpu};
use crate::model::{
    self, Error, LoadProgress, Memory, ModelConfig, MotionModel, Source, TransformerConfig, free_memory, is_small, transformer_on_cpu,
    transformer_weights,
};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// Where a model's transformer is to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// On a real graphics device where there is one and the model is large enough to gain by it, else on the processor.
    #[default]
    Auto,
    /// On the processor.
    Cpu,
    /// On the fastest real graphics device, or on the first whose name contains this: the only way to a software one.
    Gpu(Option<String>),
}

/// A model, and what the user should know of where it runs.
pub struct Loaded {
    /// Ready for motions.
    pub model: MotionModel,
    /// Why it is not where it was wanted.
    pub remark: Option<String>,
}

/// Loads a model for a device. `tuning` is a file that remembers how graphics devices like their work, `progress` is told how far it
/// is, and may end it. A model that the device is too small for, or that its kernels cannot run, goes to the processor with a sentence.
///
/// # Errors
/// Missing, damaged and unfitting files; a graphics device that was asked for and is not there; a processor with too little memory.
pub fn load(source: &Source, device: &Device, tuning: Option<&Path>, progress: &LoadProgress) -> model::Result<Loaded> {
    let choice = match device {
        Device::Cpu => return on_cpu(source, None, progress),
        Device::Auto if is_small(&transformer_weights(source)?) => return on_cpu(source, None, progress),
        Device::Auto | Device::Gpu(None) => AdapterChoice::Fastest,
        Device::Gpu(Some(name)) => AdapterChoice::Named(name.clone()),
    };
    match Gpu::open(&choice) {
        Ok(gpu) => load_on(source, gpu, tuning, progress),
        Err(engine::Error::NoAdapter { .. }) if *device == Device::Auto => on_cpu(source, None, progress),
        Err(error) if *device == Device::Auto => on_cpu(source, Some(sentence(&error)), progress),
        Err(error) => Err(Error::Device(error.to_string())),
    }
}

/// [`load`] on a device that is open already.
///
/// # Errors
/// As [`load`].
pub fn load_on(source: &Source, gpu: Gpu, tuning: Option<&Path>, progress: &LoadProgress) -> model::Result<Loaded> {
    let mut refused = None;
    let loaded = MotionModel::load_with(source, progress, |checkpoint, config| {
        // A small model is faster than its tuning, and is to make the processor's tokens.
        let tuning = tuning.filter(|_| !is_small(&checkpoint));
        let before = progress.mark();
        match transformer_on_gpu(gpu, checkpoint, config, tuning)? {
            Ok(transformer) => {
                let (source, config) = (source.clone(), config.clone());
                let on_cpu = move || Ok(Box::new(transformer_on_cpu(transformer_weights(&source)?, &config)?) as _);
                Ok(Box::new(WithFallback::new(transformer, Box::new(on_cpu))))
            }
            Err(engine::Error::Source(message)) => Err(Error::Device(message)),
            Err(error) => {
                refused = Some(sentence(&error));
                progress.back_to(before);
                check_memory(source)?;
                Ok(Box::new(transformer_on_cpu(transformer_weights(source)?.watched(progress), config)?))
            }
        }
    });
    match loaded {
        // The engine has its own words for a source that ends.
        Err(_) if progress.is_cancelled() => Err(Error::Stopped),
        loaded => Ok(Loaded { model: loaded?, remark: refused }),
    }
}

fn on_cpu(source: &Source, remark: Option<String>, progress: &LoadProgress) -> model::Result<Loaded> {
    check_memory(source)?;
    let on_cpu = |checkpoint, config: &TransformerConfig| Ok(Box::new(transformer_on_cpu(checkpoint, config)?) as _);
    Ok(Loaded { model: MotionModel::load_with(source, progress, on_cpu)?, remark })
}

/// Refuses a model that the processor has no memory for, before anything large is read.
fn check_memory(source: &Source) -> model::Result<()> {
    let Some(free) = free_memory() else { return Ok(()) };
    let file = source.file("model.json");
    let config = ModelConfig::parse(&file.bytes()?, &file.label())?;
    let path = match source {
        Source::Folder(folder) => folder.display().to_string(),
        Source::Embedded(_) => config.name.clone(),
    };
    Memory::of(source, &config)?.check(free, &path)
}

fn sentence(error: &engine::Error) -> String {
    format!("the model runs on the processor: {error}")
}

impl FromStr for Device {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "auto" => Ok(Self::Auto),
            None if text == "cpu" => Ok(Self::Cpu),
            None if text == "gpu" => Ok(Self::Gpu(None)),
            Some(("gpu", name)) if !name.trim().is_empty() => Ok(Self::Gpu(Some(name.trim().to_owned()))),
            _ => Err("choose auto, cpu, gpu, or gpu:NAME with a part of a graphics device's name".to_owned()),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu(None) => f.write_str("gpu"),
            Self::Gpu(Some(name)) => write!(f, "gpu:{name}"),
        }
    }
}
