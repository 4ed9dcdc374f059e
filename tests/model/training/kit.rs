//! What the tests of training share.

pub(crate) use crate::shared::{assert_relative, flat, kit, tensors};

use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use zoetrope::model::TransformerConfig;

/// Numbers that look like activations, always the same.
pub(crate) fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-1.0..1.0) + rng.random_range(-1.0..1.0)).collect()
}

pub(crate) fn tensor(shape: &[usize], seed: u64) -> Tensor {
    Tensor::from_vec(numbers(shape.iter().product(), seed), shape, &Device::Cpu).unwrap()
}

/// The largest difference, relative to the largest number of `theirs`.
#[track_caller]
pub(crate) fn assert_near(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}: lengths");
    let scale = theirs.iter().fold(0.0_f32, |scale, value| scale.max(value.abs()));
    let worst = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let finite = ours.iter().all(|value| value.is_finite());
    assert!(finite && worst <= tolerance * scale, "{what}: off by {worst} at scale {scale}");
}

/// A transformer small enough for finite differences.
pub(crate) fn tiny_transformer(layers: usize) -> TransformerConfig {
    TransformerConfig { n_layer: layers, n_head: 2, n_embd: 8, mlp_hidden: 12, clip_dim: 6, block_size: 32, ..Default::default() }
}
