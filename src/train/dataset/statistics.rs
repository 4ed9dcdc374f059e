//! Mean and deviation of the features that are trained on (`docs/representation.md`, Normalisation): the mean per element, the deviation
//! averaged over each block.

use super::build::pool;
use super::{Dataset, DatasetError, Purpose, Split, layout};
use crate::formats;
use crate::motion::Features;
use crate::motion::features::{HEADING_STEP, POSITIONS, ROOT_STEP, ROTATIONS, ROW, VELOCITIES};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// Clips summed by one thread before the sums are put together.
const CLIPS_AT_ONCE: usize = 256;
/// A block in which nothing moves still needs a deviation to divide by.
const LEAST_DEVIATION: f64 = 1e-6;

/// Sums over frames, in float64.
#[derive(Clone)]
struct Sums {
    frames: f64,
    sum: Vec<f64>,
    squares: Vec<f64>,
}

/// Counts the training clips of both purposes and writes `mean.npy` and `std.npy`, float64 `[272]`.
pub(super) fn write(
    dataset: &Dataset,
    threads: usize,
    progress: &(dyn Fn(usize, usize) + Sync),
    cancel: &AtomicBool,
) -> Result<(), DatasetError> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for purpose in [Purpose::Generator, Purpose::Tokenizer] {
        names.extend(dataset.names(purpose, Split::Train)?);
    }
    let names: Vec<String> = names.into_iter().collect();
    let batches: Vec<&[String]> = names.chunks(CLIPS_AT_ONCE).collect();
    let sums = pool::each(threads, &batches, cancel, &|done| progress((done * CLIPS_AT_ONCE).min(names.len()), names.len()), |batch| {
        let mut sums = Sums::none();
        for name in *batch {
            sums.add(&dataset.features(name)?);
        }
        Ok(sums)
    })?;
    let mut total = Sums::none();
    sums.iter().for_each(|sums| total.merge(sums));
    let (mean, std) = total.mean_and_deviation();
    for (which, values) in [("mean", mean), ("std", std)] {
        let path = dataset.layout().statistics(which);
        layout::make_folder_of(&path)?;
        formats::write_vector(&path, &values)?;
    }
    Ok(())
}

impl Sums {
    fn none() -> Self {
        Self { frames: 0.0, sum: vec![0.0; ROW], squares: vec![0.0; ROW] }
    }

    fn add(&mut self, features: &Features) {
        self.frames += features.frames() as f64;
        for row in features.values().chunks_exact(ROW) {
            for ((value, sum), square) in row.iter().zip(&mut self.sum).zip(&mut self.squares) {
                let value = f64::from(*value);
                *sum += value;
                *square += value * value;
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.frames += other.frames;
        self.sum.iter_mut().zip(&other.sum).for_each(|(sum, more)| *sum += more);
        self.squares.iter_mut().zip(&other.squares).for_each(|(square, more)| *square += more);
    }

    fn mean_and_deviation(&self) -> (Vec<f64>, Vec<f64>) {
        let frames = self.frames.max(1.0);
        let mean: Vec<f64> = self.sum.iter().map(|sum| sum / frames).collect();
        let each: Vec<f64> = self.squares.iter().zip(&mean).map(|(square, mean)| (square / frames - mean * mean).max(0.0).sqrt()).collect();
        let mut std = vec![0.0; ROW];
        for block in [ROOT_STEP, HEADING_STEP, POSITIONS, VELOCITIES, ROTATIONS] {
            let average = each[block.clone()].iter().sum::<f64>() / block.len() as f64;
            std[block].fill(average.max(LEAST_DEVIATION));
        }
        (mean, std)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_averaged_over_blocks() {
        let mut row_a = vec![0.0; ROW];
        let mut row_b = vec![0.0; ROW];
        (row_a[0], row_b[0]) = (1.0, 3.0);
        (row_a[9], row_b[9]) = (-6.6, 6.6);
        let mut sums = Sums::none();
        sums.add(&Features::new([row_a, row_b].concat()).expect("finite"));
        let (mean, std) = sums.mean_and_deviation();
        assert_eq!((mean[0], mean[9]), (2.0, 0.0));
        assert!((std[0] - 0.5).abs() < 1e-6 && std[0] == std[1], "one of two elements deviates by 1");
        assert!((std[8] - 0.1).abs() < 1e-6, "one of 66 elements deviates by 6.6");
        assert_eq!(std[140], LEAST_DEVIATION);
    }
}
