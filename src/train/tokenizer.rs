//! Lessons of the motion tokenizer: random windows of motion (`docs/representation.md`, Training).

use rand::Rng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;

use super::clips::Clips;
use super::error::{Result, TrainError};
use super::order::rng_at;
use super::run::Lesson;
use crate::model::learn::{FrameBatch, TokenizerTask};
use crate::motion::features::ROW;

/// Most held-out windows that are measured.
const HELD_OUT: usize = 256;

/// Windows of a data set's clips.
pub struct TokenizerLesson {
    task: TokenizerTask,
    train: Clips,
    held_out: Clips,
    /// Draws clips by the root of their length: long ones hold more to see, and short ones must not get lost.
    by_length: WeightedIndex<f64>,
    sizes: WindowSizes,
}

/// How large batches are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSizes {
    /// Frames in a window.
    pub frames: usize,
    /// Windows in a batch.
    pub batch: usize,
    /// Batches in an update.
    pub accumulate: usize,
    /// Seed of the windows.
    pub seed: u64,
}

impl TokenizerLesson {
    /// Clips must have at least `sizes.frames` frames.
    ///
    /// # Errors
    /// No clips; windows that are no whole number of tokens.
    pub fn new(task: TokenizerTask, train: Clips, held_out: Clips, sizes: WindowSizes, path: &std::path::Path) -> Result<Self> {
        let unfit = |cause: String, help| TrainError::Unfit { cause, path: path.to_owned(), help };
        let per_token = task.config.frames_per_token();
        if sizes.frames == 0 || !sizes.frames.is_multiple_of(per_token) {
            let cause = format!("{} frames are no whole number of tokens of {per_token} frames", sizes.frames);
            return Err(unfit(cause, "choose another --frames"));
        }
        let by_length = WeightedIndex::new(train.frames().iter().map(|&frames| (frames as f64).sqrt()));
        let help = "list at least one clip that is long enough in the tokenizer's train split";
        let by_length = by_length.map_err(|_| unfit("there are no clips to learn from".into(), help))?;
        Ok(Self { task, train, held_out, by_length, sizes })
    }
}

impl Lesson for TokenizerLesson {
    type Objective = TokenizerTask;

    fn task(&self) -> &TokenizerTask {
        &self.task
    }

    fn batches(&mut self, step: u64) -> Result<Vec<FrameBatch>> {
        let WindowSizes { frames, batch, accumulate, seed } = self.sizes;
        let mut rng = rng_at(seed, 3, step);
        let mut one = || {
            let mut values = Vec::with_capacity(batch * frames * ROW);
            for _ in 0..batch {
                let clip = self.by_length.sample(&mut rng);
                let first = rng.random_range(0..=self.train.frames()[clip] - frames);
                values.extend(self.train.window(clip, first, frames)?);
            }
            Ok(FrameBatch { values, rows: batch, frames })
        };
        (0..accumulate).map(|_| one()).collect()
    }

    fn held_out(&mut self) -> Result<Vec<FrameBatch>> {
        let WindowSizes { frames, batch, .. } = self.sizes;
        let clips = self.held_out.frames().len();
        let chosen: Vec<usize> = (0..clips).step_by(clips.div_ceil(HELD_OUT).max(1)).collect();
        let one = |rows: &[usize]| {
            // The middle of a clip: there most is going on.
            let windows = rows.iter().map(|&clip| self.held_out.window(clip, (self.held_out.frames()[clip] - frames) / 2, frames));
            Ok(FrameBatch { values: windows.collect::<Result<Vec<_>>>()?.concat(), rows: rows.len(), frames })
        };
        chosen.chunks(batch).map(one).collect()
    }
}
