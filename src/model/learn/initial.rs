//! Weights to begin with.

use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use super::Tensors;
use crate::model::config::{TokenizerConfig, TransformerConfig};
use crate::model::error::Result;

/// How a transformer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Initial {
    /// As published: PyTorch's defaults, uniform within 1/√inputs, token table normal with deviation 1 (`docs/representation.md`, The
    /// transformer).
    Published,
    /// Small: normal with deviation 0.02, what is added to the residual stream less by √(2 blocks). Starts quicker.
    Small,
}

/// A motion tokenizer's weights: PyTorch's defaults, as published.
///
/// # Errors
/// Sizes that no tensor has.
pub fn initial_tokenizer(config: &TokenizerConfig, seed: u64) -> Result<Tensors> {
    let mut rng = StdRng::seed_from_u64(seed);
    let shapes = config.tensors();
    let make = |(name, shape): (&String, &Vec<usize>)| {
        let (module, part) = name.rsplit_once('.').unwrap_or((name, ""));
        let is_norm = module.ends_with("norm1") || module.ends_with("norm2");
        let inputs: usize = shapes.get(&format!("{module}.weight")).map_or(1, |shape| shape[1..].iter().product());
        let reach = 1.0 / (inputs as f32).sqrt();
        let values = match (is_norm, part) {
            (true, "weight") => vec![1.0; shape[0]],
            (true, _) => vec![0.0; shape[0]],
            _ => (0..shape.iter().product()).map(|_| rng.random_range(-reach..reach)).collect(),
        };
        Ok((name.clone(), Tensor::from_vec(values, shape.as_slice(), &Device::Cpu)?))
    };
    shapes.iter().map(make).collect()
}

/// A transformer's weights for so many motion codes.
///
/// # Errors
/// Sizes that no tensor has.
pub fn initial_transformer(config: &TransformerConfig, codes: usize, kind: Initial, seed: u64) -> Result<Tensors> {
    let mut rng = StdRng::seed_from_u64(seed);
    let make = |(name, shape): (String, Vec<usize>)| {
        let count = shape.iter().product();
        let inputs = if name == "llama_proj.bias" { config.clip_dim } else { *shape.last().unwrap_or(&1) };
        let reach = 1.0 / (inputs as f32).sqrt();
        let mut normal = |deviation: f64| (0..count).map(|_| (deviation * standard_normal(&mut rng)) as f32).collect();
        let values: Vec<f32> = match (name.as_str(), kind) {
            (name, _) if name.ends_with(".scale") => vec![1.0; count],
            ("transformer.wte.weight", Initial::Published) => normal(1.0),
            ("llama_proj.weight" | "llama_proj.bias", _) | (_, Initial::Published) => {
                (0..count).map(|_| rng.random_range(-reach..reach)).collect()
            }
            (name, Initial::Small) if name.ends_with("c_proj.weight") => normal(0.02 / ((2 * config.n_layer) as f64).sqrt()),
            (_, Initial::Small) => normal(0.02),
        };
        Ok((name, Tensor::from_vec(values, shape, &Device::Cpu)?))
    };
    config.tensors(codes).into_iter().map(make).collect()
}

/// A normal number with deviation 1, by the method of Box and Muller.
fn standard_normal(rng: &mut StdRng) -> f64 {
    let (radius, angle) = (rng.random_range(f64::MIN_POSITIVE..1.0), rng.random_range(0.0..std::f64::consts::TAU));
    (-2.0 * f64::ln(radius)).sqrt() * f64::cos(angle)
}
