//! A whole model: text encoder, transformer, motion tokenizer and statistics, loaded from a model folder and checked
//! against each other.

use std::sync::Arc;

use super::checkpoint::Checkpoint;
use super::config::{ModelConfig, TransformerConfig};
use super::error::{Error, Result};
use super::foreign::guarded;
use super::network::Network;
use super::progress::LoadProgress;
use super::prompt_normaliser::PromptNormaliser;
use super::sampler::Sampler;
use super::source::Source;
use super::statistics::Statistics;
use super::text_encoder::{TextEncoder, TextFeatures, text_weights};
use super::tokenizer::{MotionTokenizer, StreamDecoder};
use super::transformer::Transformer;
use super::weights::Weights;

/// Transformers of at most this many weights run in float32, whatever their file holds: 128 MiB.
const SMALL: usize = 32 << 20;

/// The transformer's weights of a model folder.
///
/// # Errors
/// Missing and damaged files.
pub fn transformer_weights(source: &Source) -> Result<Checkpoint> {
    Checkpoint::open(&source.first_of(&["transformer.gguf", "transformer.safetensors"]), "trans")
}

/// The transformer of these weights on the CPU.
///
/// # Errors
/// Tensors that are missing, misshapen or unknown, by name.
pub fn transformer_on_cpu(checkpoint: Checkpoint, config: &TransformerConfig) -> Result<Arc<Transformer>> {
    Ok(Arc::new(Transformer::load(Weights::new(checkpoint).expanded_up_to(SMALL), config)?))
}

/// Whether a transformer is so small that a processor makes its tokens about as fast as a graphics device, and starts sooner.
#[must_use]
pub fn is_small(checkpoint: &Checkpoint) -> bool {
    let weights = |name: &String| checkpoint.shape(name).map_or(0, |shape| shape.iter().product::<usize>());
    checkpoint.names().iter().map(weights).sum::<usize>() <= SMALL
}

/// Everything that turns a prompt into motion features.
pub struct MotionModel {
    /// `model.json`.
    pub config: ModelConfig,
    /// Reads prompts.
    pub text_encoder: TextEncoder,
    /// Says what a prompt asks for in the model's own words, if it has learned to.
    pub normaliser: Option<PromptNormaliser>,
    /// Writes motion tokens.
    pub network: Box<dyn Network>,
    /// Tokens ↔ normalised features.
    pub tokenizer: Arc<MotionTokenizer>,
    /// Normalised ↔ metres.
    pub statistics: Statistics,
}

impl MotionModel {
    /// Loads a model folder.
    ///
    /// # Errors
    /// Missing, damaged and unfitting files, with their names.
    pub fn load(source: &Source) -> Result<Self> {
        Self::load_with(source, &LoadProgress::default(), |checkpoint, config| Ok(Box::new(transformer_on_cpu(checkpoint, config)?)))
    }

    /// [`load`](Self::load) with a network that the caller makes of the transformer's weights and sizes; everything else is on the CPU.
    /// `progress` is told how far it is, and may end it.
    ///
    /// # Errors
    /// As [`load`](Self::load), and the caller's own.
    pub fn load_with(
        source: &Source,
        progress: &LoadProgress,
        network: impl FnOnce(Checkpoint, &TransformerConfig) -> Result<Box<dyn Network>>,
    ) -> Result<Self> {
        let file = source.file("model.json");
        let config = ModelConfig::parse(&file.bytes()?, &file.label())?;

        let tokenizer = Checkpoint::open(&source.file("tokenizer.safetensors"), "net")?.watched(progress);
        let transformer = transformer_weights(source)?.watched(progress);
        let text = Checkpoint::open(&text_weights(source, "text_encoder/"), "")?.watched(progress);
        progress.expect(tokenizer.weights() + transformer.weights() + text.weights());

        let tokenizer = MotionTokenizer::load(Weights::new(tokenizer), &config.tokenizer)?;
        let network = network(transformer, &config.transformer)?;
        let text_encoder = TextEncoder::load_from(text, source, "text_encoder/", config.text_encoder)?;
        let normaliser = PromptNormaliser::load(source, text_encoder.dim())?;
        let statistics = Statistics::load(&source.file("mean.npy"), &source.file("std.npy"), config.tokenizer.input_dim)?;

        let (codes, vocabulary) = (config.tokenizer.codes(), network.end_token() as usize);
        if codes != vocabulary {
            return Err(Error::unfit(format!("the tokenizer has {codes} codes and the transformer {vocabulary}"), &file.label()));
        }
        let (features, expected) = (text_encoder.dim(), config.transformer.clip_dim);
        if features != expected {
            let cause = format!("the text encoder gives {features} numbers a word and the transformer reads {expected}");
            return Err(Error::unfit(cause, &file.label()));
        }
        progress.complete();
        Ok(Self { config, text_encoder, normaliser, network, tokenizer: Arc::new(tokenizer), statistics })
    }

    /// Reads a sentence and makes two tokens of motion: what the tables of a model's files do not tell shows then.
    ///
    /// # Errors
    /// The part that fails or computes numbers which are none, and how.
    pub fn try_once(&self) -> Result<(), (BundlePart, String)> {
        let text = of(BundlePart::TextEncoder, || self.encode_text("A person walks forward."))?;
        usable(BundlePart::TextEncoder, text.values())?;
        let (mut state, mut logits) = of(BundlePart::Transformer, || self.network.start(&[&text], &[]))?;
        let mut sampler = Sampler::greedy();
        let mut tokens = Vec::new();
        for _ in 0..2 {
            usable(BundlePart::Transformer, &logits[0])?;
            let token = sampler.choose(&logits[0], false);
            logits = of(BundlePart::Transformer, || state.step(&[token]))?;
            tokens.push(token);
        }
        usable(BundlePart::MotionTokenizer, &of(BundlePart::MotionTokenizer, || self.decode_motion(&tokens))?)
    }

    /// Reads a prompt.
    pub fn encode_text(&self, text: &str) -> Result<TextFeatures> {
        self.text_encoder.encode(text)
    }

    /// The canonical prompt for a prompt; nothing where the model has to read it as it is.
    pub fn canonical_prompt(&self, prompt: &str) -> Result<Option<String>> {
        self.normaliser.as_ref().map_or(Ok(None), |normaliser| normaliser.canonical_prompt(&self.encode_text(prompt)?))
    }

    /// Features in metres, flat `[frames · input_dim]` → tokens. Frames that do not fill a token are lost.
    ///
    /// # Errors
    /// Features that are not whole frames, or too few for one token.
    pub fn encode_motion(&self, features: &[f32]) -> Result<Vec<u32>> {
        let mut normal = features.to_vec();
        self.statistics.normalise(&mut normal);
        self.tokenizer.encode_frames(&normal)
    }

    /// Tokens → features in metres, flat `[tokens · frames_per_token · input_dim]`.
    ///
    /// # Errors
    /// A token that is no motion code.
    pub fn decode_motion(&self, tokens: &[u32]) -> Result<Vec<f32>> {
        let mut features = self.tokenizer.decode(tokens)?;
        self.statistics.denormalise(&mut features);
        Ok(features)
    }

    /// A decoder for tokens that arrive one by one. It yields **normalised** frames: pass them to
    /// [`Statistics::denormalise`].
    pub fn stream_decoder(&self) -> StreamDecoder {
        StreamDecoder::new(Arc::clone(&self.tokenizer))
    }
}

/// A part of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundlePart {
    /// What reads the prompt.
    TextEncoder,
    /// What makes tokens.
    Transformer,
    /// What makes motion of tokens.
    MotionTokenizer,
}

fn of<T>(part: BundlePart, work: impl FnOnce() -> Result<T>) -> Result<T, (BundlePart, String)> {
    guarded(work).map_err(|cause| (part, format!("does not run ({cause})")))
}

fn usable(part: BundlePart, values: &[f32]) -> Result<(), (BundlePart, String)> {
    let is_usable = values.iter().all(|value| !value.is_nan()) && values.iter().any(|value| value.is_finite());
    if is_usable { Ok(()) } else { Err((part, "computes numbers that are none".to_owned())) }
}
