//! Where a model runs: on the processor, or its transformer on a graphics device.

use super::fallback::WithFallback;
use super::on_gpu::transformer_on_gpu;
use crate::engine::{self, AdapterChoice, Gpu};
use crate::model::{self, Error, MotionModel, Source, is_small, transformer_on_cpu, transformer_weights};
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

/// Loads a model for a device. `tuning` is a file that remembers how graphics devices like their work,
/// `watch` is told which share of the weights has reached one. One that the device is too small for, or that its kernels cannot run, goes to the processor with a
/// sentence.
///
/// # Errors
/// Missing, damaged and unfitting files; a graphics device that was asked for and is not there.
pub fn load(source: &Source, device: &Device, tuning: Option<&Path>, watch: &mut dyn FnMut(f32)) -> model::Result<Loaded> {
    let choice = match device {
        Device::Cpu => return on_cpu(source, None),
        Device::Auto if is_small(&transformer_weights(source)?) => return on_cpu(source, None),
        Device::Auto | Device::Gpu(None) => AdapterChoice::Fastest,
        Device::Gpu(Some(name)) => AdapterChoice::Named(name.clone()),
    };
    match Gpu::open(&choice) {
        Ok(gpu) => load_on(source, gpu, tuning, watch),
        Err(engine::Error::NoAdapter { .. }) if *device == Device::Auto => on_cpu(source, None),
        Err(error) if *device == Device::Auto => on_cpu(source, Some(sentence(&error))),
        Err(error) => Err(Error::Device(error.to_string())),
    }
}

/// [`load`] on a device that is open already.
///
/// # Errors
/// As [`load`].
pub fn load_on(source: &Source, gpu: Gpu, tuning: Option<&Path>, watch: &mut dyn FnMut(f32)) -> model::Result<Loaded> {
    let mut refused = None;
    let model = MotionModel::load_with(source, |checkpoint, config| {
        // A small model is faster than its tuning, and is to make the processor's tokens.
        let tuning = tuning.filter(|_| !is_small(&checkpoint));
        match transformer_on_gpu(gpu, checkpoint, config, tuning, watch)? {
            Ok(transformer) => {
                let (source, config) = (source.clone(), config.clone());
                let on_cpu = move || Ok(Box::new(transformer_on_cpu(transformer_weights(&source)?, &config)?) as _);
                Ok(Box::new(WithFallback::new(transformer, Box::new(on_cpu))))
            }
            Err(engine::Error::Source(message)) => Err(Error::Device(message)),
            Err(error) => {
                refused = Some(sentence(&error));
                Ok(Box::new(transformer_on_cpu(transformer_weights(source)?, config)?))
            }
        }
    })?;
    Ok(Loaded { model, remark: refused })
}

fn on_cpu(source: &Source, remark: Option<String>) -> model::Result<Loaded> {
    Ok(Loaded { model: MotionModel::load(source)?, remark })
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
