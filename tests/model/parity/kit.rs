//! What the tests of the networks share.

pub(crate) use crate::shared::{assert_close, flat, json, kit, tensors};

use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{DType, Tensor};
use zoetrope::model::{Checkpoint, FileSource, Weights};

pub(crate) fn weights(path: &Path, key: &str) -> Weights {
    Weights::new(Checkpoint::open(&FileSource::from(path), key).expect("checkpoint"))
}

pub(crate) fn ids(tensor: &Tensor) -> Vec<Vec<u32>> {
    let rows: Vec<Vec<i64>> = tensor.to_dtype(DType::I64).unwrap().to_vec2().unwrap();
    rows.iter().map(|row| row.iter().map(|&id| id as u32).collect()).collect()
}

pub(crate) fn relative_error(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let error: f32 = ours.iter().zip(theirs).map(|(a, b)| (a - b).powi(2)).sum();
    (error / theirs.iter().map(|b| b.powi(2)).sum::<f32>()).sqrt()
}

pub(crate) fn go_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
