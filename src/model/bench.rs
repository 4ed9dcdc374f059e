//! How fast the networks run, on random weights of the real shapes: the cache against the published loop without one, and what
//! a full-size model costs in time and memory. Models go through a file, as real ones do.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::{Device, IndexOp, Tensor};

use super::checkpoint::Checkpoint;
use super::config::TransformerConfig;
use super::error::Result;
use super::gguf::write_gguf;
use super::sampler::Sampler;
use super::source::FileSource;
use super::t5::{self, T5Config, T5Encoder};
use super::text_encoder::TextFeatures;
use super::transformer::Transformer;
use super::weights::{Quantization, Weights};

/// Published number of motion codes.
const CODES: usize = 64_000;

/// How much is decoded: text features, then tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workload {
    /// Text features.
    pub words: usize,
    /// Tokens.
    pub tokens: usize,
}

impl Default for Workload {
    /// The length that the published speeds were taken with.
    fn default() -> Self {
        Self { words: 20, tokens: 50 }
    }
}

/// What one generation took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// Reading the text features, to the first token's logits.
    pub prefill: Duration,
    /// Every further token.
    pub decode: Duration,
    /// Tokens, the first one included.
    pub tokens: usize,
}

impl Timing {
    /// Tokens per second, prefill included.
    pub fn tokens_per_sec(&self) -> f64 {
        self.tokens as f64 / (self.prefill + self.decode).as_secs_f64()
    }

    /// Tokens per second after the first one.
    pub fn decoded_per_sec(&self) -> f64 {
        (self.tokens - 1) as f64 / self.decode.as_secs_f64()
    }
}

/// Writes a transformer with random weights to a GGUF file.
///
/// # Errors
/// A file that cannot be written.
pub fn write_random_transformer(config: &TransformerConfig, quantization: Option<Quantization>, path: &Path) -> Result<()> {
    let mut checkpoint = Checkpoint::random(config.tensors(CODES));
    let names = checkpoint.names();
    write_gguf(&mut checkpoint, &names, quantization, path, &mut |_| ControlFlow::Continue(()))
}

/// Writes the encoder of a flan-t5-xl with random weights to a GGUF file.
///
/// # Errors
/// A file that cannot be written.
pub fn write_random_text_encoder(quantization: Option<Quantization>, path: &Path) -> Result<()> {
    let mut checkpoint = Checkpoint::random(t5::tensors(&T5Config::flan_xl(), t5::SHARED).into_iter().collect());
    let names = checkpoint.names();
    write_gguf(&mut checkpoint, &names, quantization, path, &mut |_| ControlFlow::Continue(()))
}

/// Loads what [`write_random_transformer`] wrote.
///
/// # Errors
/// Damaged files.
pub fn load_transformer(config: &TransformerConfig, path: &Path) -> Result<Arc<Transformer>> {
    Ok(Arc::new(Transformer::load(Weights::new(Checkpoint::open(&FileSource::from(path), "")?), config)?))
}

/// A loaded text encoder without a tokenizer.
pub struct BareTextEncoder(T5Encoder);

impl BareTextEncoder {
    /// Loads what [`write_random_text_encoder`] wrote.
    ///
    /// # Errors
    /// Damaged files.
    pub fn load(path: &Path) -> Result<Self> {
        let mut weights = Weights::new(Checkpoint::open(&FileSource::from(path), "")?);
        Ok(Self(T5Encoder::load(&mut weights, T5Config::flan_xl())?))
    }

    /// Features of so many made-up words.
    ///
    /// # Errors
    /// Failed arithmetic.
    pub fn encode(&self, words: usize) -> Result<TextFeatures> {
        let ids: Vec<u32> = (0..words as u32).map(|word| 3 + word * 7919 % 30_000).collect();
        TextFeatures::new(self.0.forward(&ids)?.flatten_all()?.to_vec1()?, self.0.dim())
    }
}

/// Features of so many made-up words.
///
/// # Errors
/// Never for a configuration that was loaded.
pub fn features(config: &TransformerConfig, words: usize) -> Result<TextFeatures> {
    TextFeatures::new((0..words * config.clip_dim).map(|index| (index as f32 * 0.37).sin()).collect(), config.clip_dim)
}

/// One generation with a cache.
///
/// # Errors
/// Failed arithmetic.
pub fn generate(transformer: &Arc<Transformer>, text: &TextFeatures, tokens: usize) -> Result<Timing> {
    let mut sampler = Sampler::greedy();
    let start = Instant::now();
    let (mut state, mut logits) = transformer.start(&[text], &[])?;
    let prefill = start.elapsed();
    for _ in 1..tokens {
        let token = sampler.choose(&logits[0], false);
        logits = state.step(&[token])?;
    }
    sampler.choose(&logits[0], false);
    Ok(Timing { prefill, decode: start.elapsed() - prefill, tokens })
}

/// The best of some generations, all in one process: the first one also fills the caches.
///
/// # Errors
/// Failed arithmetic.
pub fn best_generation(transformer: &Arc<Transformer>, workload: Workload, runs: usize) -> Result<Timing> {
    let text = features(transformer.config(), workload.words)?;
    let mut best = generate(transformer, &text, workload.tokens)?;
    for _ in 1..runs {
        let next = generate(transformer, &text, workload.tokens)?;
        if next.prefill + next.decode < best.prefill + best.decode {
            best = next;
        }
    }
    Ok(best)
}

/// Tokens per second of the published loop in float32: for every token the whole network over text and tokens, with logits
/// at all positions. The best of two runs.
///
/// # Errors
/// Sizes that contradict each other, and failed arithmetic.
pub fn uncached_speed(config: &TransformerConfig, workload: Workload) -> Result<f64> {
    let transformer = random_transformer(config, None)?;
    let text = features(config, workload.words)?;
    let text = Tensor::from_slice(text.values(), (1, text.words(), text.dim()), &Device::Cpu)?;
    let mut best = 0.0_f64;
    for _ in 0..2 {
        let start = Instant::now();
        let mut sampler = Sampler::greedy();
        let mut tokens = Vec::new();
        for _ in 0..workload.tokens {
            let mut x = transformer.embed_text(&text)?;
            if !tokens.is_empty() {
                x = Tensor::cat(&[x, transformer.embed_tokens(&[tokens.clone()])?], 1)?;
            }
            let logits = transformer.forward(&x, &[workload.words])?;
            let last = logits.i((0, logits.dim(1)? - 1))?.to_vec1::<f32>()?;
            tokens.push(sampler.choose(&last, false));
        }
        best = best.max(workload.tokens as f64 / start.elapsed().as_secs_f64());
    }
    Ok(best)
}

/// Tokens per second with a cache, prefill included, of a transformer made in memory: the best of three runs.
///
/// # Errors
/// Sizes that contradict each other, and failed arithmetic.
pub fn decode_speed(config: &TransformerConfig, quantization: Option<Quantization>, workload: Workload) -> Result<f64> {
    Ok(best_generation(&random_transformer(config, quantization)?, workload, 3)?.tokens_per_sec())
}

/// Bytes of weights that each token reads: everything but the table of tokens and the projection of the text.
pub fn bytes_per_token(config: &TransformerConfig, quantization: Option<Quantization>) -> u64 {
    let once = ["transformer.wte.weight", "llama_proj.weight", "llama_proj.bias"];
    let read = config.tensors(CODES).into_iter().filter(|(name, _)| !once.contains(&name.as_str()));
    let bytes = |shape: Vec<usize>| {
        let weights = shape.iter().product::<usize>();
        match quantization.map(Quantization::dtype) {
            Some(dtype) if shape.len() == 2 && shape[1].is_multiple_of(dtype.block_size()) => {
                weights / dtype.block_size() * dtype.type_size()
            }
            _ => 4 * weights,
        }
    };
    read.map(|(_, shape)| bytes(shape) as u64).sum()
}

fn random_transformer(config: &TransformerConfig, quantization: Option<Quantization>) -> Result<Arc<Transformer>> {
    let checkpoint = Checkpoint::random(config.tensors(CODES));
    Ok(Arc::new(Transformer::load(Weights::new(checkpoint).quantized(quantization), config)?))
}
