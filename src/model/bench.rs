//! How fast the transformer decodes, on random weights: the cache against the published loop without one.

use std::sync::Arc;
use std::time::Instant;

use candle_core::{Device, IndexOp, Tensor};

use super::checkpoint::Checkpoint;
use super::config::TransformerConfig;
use super::error::Result;
use super::sampler::Sampler;
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

/// Tokens per second of our decoding with a cache, prefill included: the best of three runs.
///
/// # Errors
/// Sizes that contradict each other, and failed arithmetic.
pub fn decode_speed(config: &TransformerConfig, quantization: Option<Quantization>, workload: Workload) -> Result<f64> {
    let transformer = random_transformer(config, quantization)?;
    let text = TextFeatures::new(features(config, workload), config.clip_dim)?;
    best_of(3, workload.tokens, || {
        let mut sampler = Sampler::greedy();
        let (mut state, mut logits) = transformer.start(&[&text], &[])?;
        for step in 0..workload.tokens {
            let token = sampler.choose(&logits[0], false);
            if step + 1 < workload.tokens {
                logits = state.step(&[token])?;
            }
        }
        Ok(())
    })
}

/// Tokens per second of the published loop in float32: for every token the whole network over text and tokens, with logits
/// at all positions. The best of two runs.
///
/// # Errors
/// Sizes that contradict each other, and failed arithmetic.
pub fn uncached_speed(config: &TransformerConfig, workload: Workload) -> Result<f64> {
    let transformer = random_transformer(config, None)?;
    let text = Tensor::from_vec(features(config, workload), (1, workload.words, config.clip_dim), &Device::Cpu)?;
    best_of(2, workload.tokens, || {
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
        Ok(())
    })
}

fn best_of(runs: usize, tokens: usize, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = 0.0_f64;
    for _ in 0..runs {
        let start = Instant::now();
        run()?;
        best = best.max(tokens as f64 / start.elapsed().as_secs_f64());
    }
    Ok(best)
}

fn features(config: &TransformerConfig, workload: Workload) -> Vec<f32> {
    (0..workload.words * config.clip_dim).map(|index| (index as f32 * 0.37).sin()).collect()
}

fn random_transformer(config: &TransformerConfig, quantization: Option<Quantization>) -> Result<Arc<Transformer>> {
    let checkpoint = Checkpoint::random(config.tensors(CODES));
    Ok(Arc::new(Transformer::load(Weights::new(checkpoint).quantized(quantization), config)?))
}
