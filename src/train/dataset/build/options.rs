//! What to build from what.

use super::performers::PerformerRule;
use crate::motion::FPS;
use std::ops::Range;
use std::path::PathBuf;

/// What to build from what.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// Folders of motion files, searched through.
    pub folders: Vec<PathBuf>,
    /// `.jsonl` lists of captions beside those in the folders.
    pub captions: Vec<PathBuf>,
    /// The data set's folder: new, or one of an earlier build.
    pub output: PathBuf,
    /// The shortest clip (published: 2 s).
    pub min_secs: f32,
    /// The longest clip that a generator learns from (published: 10 s).
    pub max_secs: f32,
    /// Whether each clip gets a mirror image.
    pub mirror: bool,
    /// Captions made from the original ones, for each clip at most.
    pub augment: usize,
    /// How many clips to compose of two; `None` for a tenth of what is trained on.
    pub compositions: Option<usize>,
    /// How performers are told apart.
    pub performers: PerformerRule,
    /// Share of the motion that is kept for validation.
    pub val_share: f32,
    /// Share of the motion that is kept for tests.
    pub test_share: f32,
    /// Same seed, same split and captions.
    pub seed: u64,
    /// Threads that work.
    pub threads: usize,
}

impl BuildOptions {
    /// The usual options for a data set in `output`.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>, output: PathBuf) -> Self {
        Self {
            folders,
            captions: Vec::new(),
            output,
            min_secs: 2.0,
            max_secs: 10.0,
            mirror: true,
            augment: 8,
            compositions: None,
            performers: PerformerRule::Auto,
            val_share: 0.05,
            test_share: 0.1,
            seed: 0,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Lengths of clips that a generator learns from, frames.
    pub(super) fn frames(&self) -> Range<usize> {
        let frames = |secs: f32| (secs * FPS).round() as usize;
        frames(self.min_secs).max(1)..frames(self.max_secs) + 1
    }
}
