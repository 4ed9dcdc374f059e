//! The mean and deviation with which features are normalised.

use super::error::{Error, Result};
use super::source::FileSource;

/// Per-element statistics of the training data.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Mean of each element.
    pub mean: Vec<f32>,
    /// Deviation of each element; positive.
    pub std: Vec<f32>,
}

impl Statistics {
    /// Reads `mean.npy` and `std.npy`, each float32 or float64 `[len]`.
    ///
    /// # Errors
    /// Other shapes and types, values that are not finite, deviations that are not positive.
    pub fn load(mean: &FileSource, std: &FileSource, len: usize) -> Result<Self> {
        let statistics = Self { mean: read_npy(mean, len)?, std: read_npy(std, len)? };
        if statistics.std.iter().any(|&value| value <= 0.0) {
            return Err(Error::unfit("a deviation is not positive".into(), &std.label()));
        }
        Ok(statistics)
    }

    /// Frames, flat: (x − mean) / std.
    pub fn normalise(&self, frames: &mut [f32]) {
        self.each(frames, |value, mean, std| (value - mean) / std);
    }

    /// Frames, flat: x · std + mean.
    pub fn denormalise(&self, frames: &mut [f32]) {
        self.each(frames, |value, mean, std| value * std + mean);
    }

    fn each(&self, frames: &mut [f32], of: impl Fn(f32, f32, f32) -> f32) {
        for frame in frames.chunks_exact_mut(self.mean.len()) {
            for (value, (mean, std)) in frame.iter_mut().zip(self.mean.iter().zip(&self.std)) {
                *value = of(*value, *mean, *std);
            }
        }
    }
}

/// A one-dimensional array of a `.npy` file (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
/// Two fixed kinds of arrays need no library, and the one for motion files lives a floor above.
fn read_npy(file: &FileSource, len: usize) -> Result<Vec<f32>> {
    let bad = |cause: &str| Error::Malformed { kind: "npy", cause: cause.into(), path: file.label() };
    let bytes = file.bytes()?;
    let magic = bytes.get(..8).filter(|magic| magic.starts_with(b"\x93NUMPY")).ok_or_else(|| bad("it has no npy header"))?;
    let size_bytes = if magic[6] == 1 { 2 } else { 4 };
    let size = bytes.get(8..8 + size_bytes).ok_or_else(|| bad("its header is cut off"))?;
    let size = size.iter().rev().fold(0_usize, |size, &byte| size << 8 | usize::from(byte));
    let data_start = 8 + size_bytes + size;
    let header = bytes.get(8 + size_bytes..data_start).ok_or_else(|| bad("its header is cut off"))?;
    let header: String = String::from_utf8_lossy(header).split_whitespace().collect();
    if !header.contains(&format!("'shape':({len},)")) {
        return Err(bad(&format!("its shape is not ({len},)")));
    }
    let data = &bytes[data_start..];
    let values: Vec<f32> = if header.contains("'descr':'<f8'") {
        data.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value) as f32).collect()
    } else if header.contains("'descr':'<f4'") {
        data.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).collect()
    } else {
        return Err(bad("its numbers are neither float32 nor float64"));
    };
    if values.len() != len || values.iter().any(|value| !value.is_finite()) {
        return Err(bad("its numbers are cut off or not finite"));
    }
    Ok(values)
}
