//! The evaluator: one encoder for motions and one for captions, trained so that a motion and what is said of it lie near each other.
//! FID, R-precision and their kin are taken on its embeddings.
//!
//! Source: MotionMillion (arXiv 2507.07095; `docs/representation.md`, Evaluation). Tensor names are those of its Lightning checkpoint:
//! `motionencoder.…` and
//! `textencoder.…`, whose `text_model` is a DistilBERT. Evaluators trained here have no `text_model`: they read the word features of
//! a text encoder that is there anyway, and take several frames at a time ([`Evaluator::frames_per_element`]).

mod encoder;
mod loss;
mod words;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use self::encoder::Reads;
pub use self::encoder::{Encoder, EncoderSize, positions};
pub use self::loss::contrastive_loss;
use super::checkpoint::Checkpoint;
use super::error::{Error, Result};
use super::source::{FileSource, Source};
use super::statistics::Statistics;
use super::text_encoder::TextEncoder;
use super::weights::Weights;

const MOTION: &str = "motionencoder.";
const TEXT: &str = "textencoder.";
const TEXT_MODEL: &str = "textencoder.text_model.";

/// The file of an evaluator that was trained here.
pub const EVALUATOR_FILE: &str = "evaluator.safetensors";
/// What it says about itself.
pub const EVALUATOR_CONFIG_FILE: &str = "evaluator.json";
/// Folders beside a published checkpoint in which the word pieces of its DistilBERT may lie.
const WORDS_FOLDERS: [&str; 3] = ["distilbert", "distilbert-base-uncased", "."];

/// `evaluator.json`: what shapes cannot tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvaluatorConfig {
    /// Attention heads of both encoders; 4 as published.
    pub heads: usize,
    /// Free-form facts for people: data, training, measures.
    pub card: serde_json::Map<String, serde_json::Value>,
}

impl Default for EvaluatorConfig {
    fn default() -> Self {
        Self { heads: 4, card: serde_json::Map::new() }
    }
}

/// The two networks.
pub struct EvaluatorNetworks {
    /// Normalised frames, `frames_per_element · row` numbers an element.
    pub motion: Encoder,
    /// Word features.
    pub text: Encoder,
}

/// Sizes of an evaluator that is to be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluatorSize {
    /// Of the motion encoder; `input` is a multiple of the numbers in a frame.
    pub motion: EncoderSize,
    /// Of the text encoder.
    pub text: EncoderSize,
}

impl EvaluatorSize {
    /// The size that `zoetrope train evaluator` takes: small enough to be trained on one core in a quarter of an hour.
    pub fn small(row: usize, text: usize) -> Self {
        let of = |input: usize| EncoderSize { input, latent: 128, heads: 4, feed_forward: 256, layers: 3 };
        Self { motion: of(8 * row), text: of(text) }
    }

    /// Random weights to begin with, by their published names: matrices uniform as Glorot and Bengio (2010) say, norms 1,
    /// biases 0, learned tokens normal.
    ///
    /// # Errors
    /// Sizes that no tensor has.
    pub fn initial(&self, seed: u64) -> Result<HashMap<String, Tensor>> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut uniform = move |reach: f32| (rng.random::<f32>() * 2.0 - 1.0) * reach;
        let mut shapes = self.motion.shapes(MOTION, Reads::Motion);
        shapes.extend(self.text.shapes(TEXT, Reads::Words));
        let mut tensors = HashMap::new();
        for (name, shape) in shapes {
            let count: usize = shape.iter().product();
            let values: Vec<f32> = match shape[..] {
                [out, inner] => (0..count).map(|_| uniform((6.0 / (out + inner) as f32).sqrt())).collect(),
                // Deviation 1, as of normal numbers.
                _ if name.ends_with("_token") => (0..count).map(|_| uniform(3_f32.sqrt())).collect(),
                _ => vec![if name.contains("norm") && name.ends_with("weight") { 1.0 } else { 0.0 }; count],
            };
            tensors.insert(name, Tensor::from_vec(values, shape, &Device::Cpu)?);
        }
        Ok(tensors)
    }
}

impl EvaluatorNetworks {
    /// Both networks from a checkpoint's `motionencoder.…` and `textencoder.…`. Loaded from variables
    /// ([`Checkpoint::from_tensors`]), the networks learn.
    ///
    /// # Errors
    /// Tensors that are missing, misshapen or unknown, by name.
    pub fn load(checkpoint: Checkpoint, heads: usize) -> Result<Self> {
        let mut weights = Weights::new(checkpoint);
        let mut load = |prefix: &str, reads: Reads| {
            let size = EncoderSize::infer(&weights, prefix, reads, heads)?;
            Encoder::load(&mut weights, prefix, reads, size)
        };
        let (motion, text) = (load(MOTION, Reads::Motion)?, load(TEXT, Reads::Words)?);
        if motion.size().latent != text.size().latent {
            let cause = format!("motions become {} numbers and captions {}", motion.size().latent, text.size().latent);
            return Err(Error::unfit(cause, weights.label()));
        }
        weights.finish()?;
        Ok(Self { motion, text })
    }
}

/// An evaluator that is ready to measure.
pub struct Evaluator {
    /// `evaluator.json`, or the published values.
    pub config: EvaluatorConfig,
    /// What its frames are normalised with, where it comes with statistics; otherwise the data set's are meant.
    pub statistics: Option<Statistics>,
    networks: EvaluatorNetworks,
    words: TextEncoder,
    row: usize,
}

impl Evaluator {
    /// Loads an evaluator: a folder that `zoetrope train evaluator` wrote, or the published Lightning checkpoint (`.ckpt`), as a
    /// file or in a folder, with `distilbert/config.json` and `distilbert/tokenizer.json` beside it. `row` is the count of numbers
    /// in a frame. `words` gives the text encoder for an evaluator that has none of its own.
    ///
    /// # Errors
    /// Missing, damaged and unfitting files, with their names.
    pub fn load(path: &Path, row: usize, words: impl FnOnce() -> Result<TextEncoder>) -> Result<Self> {
        let (folder, file) = find(path)?;
        let config_file = FileSource::Path(folder.join(EVALUATOR_CONFIG_FILE));
        let malformed = |cause: serde_json::Error| Error::Malformed {
            kind: "evaluator configuration",
            cause: cause.to_string(),
            path: config_file.label(),
        };
        let config: EvaluatorConfig = match config_file.exists() {
            true => serde_json::from_slice(&config_file.bytes()?).map_err(malformed)?,
            false => EvaluatorConfig::default(),
        };
        let [mean, std] = ["mean.npy", "std.npy"].map(|name| FileSource::Path(folder.join(name)));
        let statistics = if mean.exists() { Some(Statistics::load(&mean, &std, row)?) } else { None };

        let mut checkpoint = Checkpoint::open(&file, "state_dict")?;
        let label = checkpoint.label().to_owned();
        let own_words = checkpoint.names().iter().any(|name| name.starts_with(TEXT_MODEL));
        let words = if own_words { own_text_encoder(&mut checkpoint, &folder)? } else { words()? };
        let mut kept = HashMap::new();
        // A Lightning file may hold more networks than the two.
        let wanted = |name: &str| (name.starts_with(MOTION) || name.starts_with(TEXT)) && !name.starts_with(TEXT_MODEL);
        for name in checkpoint.names().into_iter().filter(|name| wanted(name)) {
            let tensor = checkpoint.read(&name)?.dense()?;
            kept.insert(name, tensor);
        }
        let networks = EvaluatorNetworks::load(Checkpoint::from_tensors(kept, &label), config.heads)?;
        let (read, given) = (networks.text.size().input, words.dim());
        if read != given {
            return Err(Error::unfit(format!("it reads {read} numbers a word and the text encoder gives {given}"), &label));
        }
        let input = networks.motion.size().input;
        if input == 0 || !input.is_multiple_of(row) {
            return Err(Error::unfit(format!("it reads {input} numbers at once, which are no frames of {row}"), &label));
        }
        Ok(Self { config, statistics, networks, words, row })
    }

    /// Numbers in an embedding.
    pub fn latent(&self) -> usize {
        self.networks.motion.size().latent
    }

    /// Frames that the motion encoder takes at a time.
    pub fn frames_per_element(&self) -> usize {
        self.networks.motion.size().input / self.row
    }

    /// Normalised frames, flat → the embedding of the motion.
    ///
    /// # Errors
    /// Frames that are not whole, or none.
    pub fn embed_motion(&self, normalised: &[f32]) -> Result<Vec<f32>> {
        if normalised.is_empty() || !normalised.len().is_multiple_of(self.row) {
            return Err(Error::Input(format!("{} numbers are no frames of {}", normalised.len(), self.row)));
        }
        let (elements, values) = elements(normalised, self.networks.motion.size().input);
        let x = Tensor::from_vec(values, (1, elements, self.networks.motion.size().input), &Device::Cpu)?;
        Ok(self.networks.motion.forward(&x, &[elements], None)?.0.flatten_all()?.to_vec1()?)
    }

    /// The embedding of a caption.
    ///
    /// # Errors
    /// A caption without words.
    pub fn embed_text(&self, caption: &str) -> Result<Vec<f32>> {
        let states = self.words.states(caption)?;
        let words = states.dim(1)?;
        Ok(self.networks.text.forward(&states, &[words], None)?.0.flatten_all()?.to_vec1()?)
    }
}

/// Flat frames as whole elements of `input` numbers, the last one filled up with zeros: the mean, where frames are normalised.
pub fn elements(normalised: &[f32], input: usize) -> (usize, Vec<f32>) {
    let count = normalised.len().div_ceil(input);
    let mut values = normalised.to_vec();
    values.resize(count * input, 0.0);
    (count, values)
}

/// The folder and the checkpoint that are meant by a path.
fn find(path: &Path) -> Result<(PathBuf, FileSource)> {
    if !path.is_dir() {
        return Ok((path.parent().unwrap_or(Path::new("")).to_owned(), FileSource::from(path)));
    }
    let own = path.join(EVALUATOR_FILE);
    let entries = std::fs::read_dir(path).map_err(|cause| Error::Read { cause, path: path.display().to_string() })?;
    let mut published: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    published.retain(|file| file.extension().is_some_and(|ending| ending == "ckpt"));
    published.sort();
    let file = if own.is_file() { own } else { published.pop().unwrap_or(own) };
    Ok((path.to_owned(), FileSource::Path(file)))
}

/// The DistilBERT inside a published checkpoint, with its word pieces from a folder beside it.
fn own_text_encoder(checkpoint: &mut Checkpoint, folder: &Path) -> Result<TextEncoder> {
    let there = WORDS_FOLDERS.iter().map(|name| folder.join(name)).find(|folder| folder.join("tokenizer.json").is_file());
    let there = there.unwrap_or_else(|| folder.join(WORDS_FOLDERS[0]));
    words::distilbert(checkpoint, TEXT_MODEL, &Source::Folder(there))
}
