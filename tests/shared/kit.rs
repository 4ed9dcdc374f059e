//! Files of the reference kit, and its measures of closeness. Every test binary that compares with the published code includes this.
#![allow(dead_code, reason = "no binary needs all of it")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on fails, and says aloud what it skips")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;

/// A file or folder of the reference kit: of the whole kit where `ZOETROPE_FIXTURES` points, else of the small choice in the repository;
/// `None`, said aloud, where it is in neither.
pub(crate) fn kit(path: &str) -> Option<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let found = whole().into_iter().chain([golden]).map(|kit| kit.join(path)).find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no reference kit ({path})");
    }
    found
}

/// The folder of the whole kit; `None`, said aloud, where there is none.
pub(crate) fn whole_kit() -> Option<PathBuf> {
    let kit = whole();
    if kit.is_none() {
        eprintln!("skipped: no reference kit");
    }
    kit
}

fn whole() -> Option<PathBuf> {
    std::env::var_os("ZOETROPE_FIXTURES").map(PathBuf::from)
}

pub(crate) fn tensors(path: &Path) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(path, &Device::Cpu).expect("fixture")
}

pub(crate) fn json<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    serde_json::from_slice(&std::fs::read(path).expect("fixture")).expect("fixture")
}

pub(crate) fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// |a − b| ≤ tolerance · max(1, max |b|), the kit's measure.
#[track_caller]
pub(crate) fn assert_close(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}: lengths");
    let scale = theirs.iter().fold(1.0_f32, |scale, value| scale.max(value.abs()));
    let worst = ours
        .iter()
        .zip(theirs)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |worst: f32, d| if d.is_nan() { f32::INFINITY } else { worst.max(d) });
    assert!(worst <= tolerance * scale, "{what}: off by {worst} at scale {scale}, allowed {}", tolerance * scale);
}

#[track_caller]
pub(crate) fn assert_relative(what: &str, ours: f64, theirs: f64, tolerance: f64) {
    assert!((ours - theirs).abs() <= tolerance * theirs.abs(), "{what}: {ours} instead of {theirs}");
}
