//! `.npy` files of the networks: features `[frames, 272]` at 30 fps (spec 1.1), and motion tokens.

use super::error::{Fault, FormatError};
use super::rate::{self, Clip};
use super::{file, npy};
use crate::motion::features::ROW;
use crate::motion::{FPS, Features};
use std::path::Path;

const HELP: &str = "use float32 or float64 features of shape [frames, 272]";

/// The features in a `.npy` file, as they are: float32 or float64, `[frames, 272]`, leading dimensions of one allowed.
///
/// # Errors
/// The file cannot be read or holds no such array.
pub fn read_features(path: &Path) -> Result<Features, FormatError> {
    parse(&file::load(path)?).map_err(|fault| fault.while_reading(path))
}

/// Writes features as they are: float32 `[frames, 272]`.
///
/// # Errors
/// The file cannot be written.
pub fn write_features(path: &Path, features: &Features) -> Result<(), FormatError> {
    file::save(path, &encode(features))
}

/// Writes the ids of motion tokens: int32 `[tokens]`.
///
/// # Errors
/// The file cannot be written.
pub fn write_tokens(path: &Path, tokens: &[u32]) -> Result<(), FormatError> {
    let ids: Vec<i32> = tokens.iter().map(|&token| token as i32).collect();
    file::save(path, &npy::integers(&[ids.len()], &ids))
}

/// Writes a row of numbers, such as the statistics of features: float64 `[len]`.
///
/// # Errors
/// The file cannot be written.
pub fn write_vector(path: &Path, values: &[f64]) -> Result<(), FormatError> {
    file::save(path, &npy::doubles(values))
}

pub(super) fn parse(bytes: &[u8]) -> Result<Features, Fault> {
    let array = npy::parse(bytes)?;
    let frames = match array.shape.as_slice() {
        [leading @ .., frames, ROW] if leading.iter().all(|&n| n == 1) => *frames,
        shape => return Err(Fault::new(format!("an array of shape {shape:?}"), HELP)),
    };
    rate::check(&Clip { frames, fps: FPS })?;
    // The message ends in advice of its own, for callers without a file.
    Features::new(array.values).map_err(|error| Fault::new(error.to_string().split(';').next().unwrap_or_default(), HELP))
}

pub(super) fn encode(features: &Features) -> Vec<u8> {
    npy::floats(&[features.frames(), ROW], features.values())
}
