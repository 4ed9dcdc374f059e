//! What the tests share: files of the reference kit, small helpers, and the kit's measure of closeness.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use zoetrope::model::{Checkpoint, FileSource, Weights};

/// A file of the reference kit: the whole kit where `ZOETROPE_FIXTURES` points, else the small choice in the repository.
pub(crate) fn kit(path: &str) -> Option<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(path);
    let whole = std::env::var_os("ZOETROPE_FIXTURES").map(|kit| PathBuf::from(kit).join(path));
    let found = [whole, Some(golden)].into_iter().flatten().find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no reference kit ({path})");
    }
    found
}

pub(crate) fn tensors(path: &Path) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(path, &Device::Cpu).expect("fixture")
}

pub(crate) fn json<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    serde_json::from_slice(&std::fs::read(path).expect("fixture")).expect("fixture")
}

pub(crate) fn weights(path: &Path, key: &str) -> Weights {
    Weights::new(Checkpoint::open(&FileSource::from(path), key).expect("checkpoint"))
}

pub(crate) fn ids(tensor: &Tensor) -> Vec<Vec<u32>> {
    let rows: Vec<Vec<i64>> = tensor.to_dtype(DType::I64).unwrap().to_vec2().unwrap();
    rows.iter().map(|row| row.iter().map(|&id| id as u32).collect()).collect()
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

pub(crate) fn relative_error(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let error: f32 = ours.iter().zip(theirs).map(|(a, b)| (a - b).powi(2)).sum();
    (error / theirs.iter().map(|b| b.powi(2)).sum::<f32>()).sqrt()
}

pub(crate) fn go_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
