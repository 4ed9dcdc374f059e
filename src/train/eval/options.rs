//! How an evaluation is done.

use crate::timeline::Sampling;
use crate::train::dataset::Split;
use std::path::PathBuf;

/// How an evaluation is done.
#[derive(Clone, Debug)]
pub struct Options {
    /// The part of the data set.
    pub split: Split,
    /// At most so many clips.
    pub limit: Option<usize>,
    /// Repeats of everything random.
    pub repeats: usize,
    /// Takes of each caption; repeats go round them.
    pub takes: usize,
    /// Seed of everything random.
    pub seed: u64,
    /// What differs from the model's own sampler settings.
    pub sampling: Sampling,
    /// Threads that work beside each other.
    pub threads: usize,
    /// Where generated clips are kept, so that a run that was stopped goes on.
    pub folder: PathBuf,
}
