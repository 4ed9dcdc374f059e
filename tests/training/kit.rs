//! What the tests share.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use zoetrope::model::TransformerConfig;

/// A file of the reference kit: the committed choice first, then the whole of it.
pub(crate) fn kit(path: &str) -> Option<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(path);
    let whole = std::env::var_os("ZOETROPE_FIXTURES").map(|kit| PathBuf::from(kit).join(path));
    let found = [Some(golden), whole].into_iter().flatten().find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no reference kit ({path})");
    }
    found
}

pub(crate) fn tensors(path: &Path) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(path, &Device::Cpu).expect("fixture")
}

pub(crate) fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

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

#[track_caller]
pub(crate) fn assert_relative(what: &str, ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance * theirs.abs(), "{what}: {ours} instead of {theirs}");
}

/// A transformer small enough for finite differences.
pub(crate) fn tiny_transformer(layers: usize) -> TransformerConfig {
    TransformerConfig { n_layer: layers, n_head: 2, n_embd: 8, mlp_hidden: 12, clip_dim: 6, block_size: 32, ..Default::default() }
}
