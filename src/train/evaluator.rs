//! Lessons of the evaluator: clips and captions in pairs.
//!
//! Against TMR (arXiv 2305.00976) there is no decoder: what reconstructs a motion must remember what no caption says, and this
//! network is to compare. Captions are read by the frozen text encoder of the built-in model.

use std::collections::HashMap;

use rand::Rng;
use rand::seq::SliceRandom;

use super::captions::plain;
use super::clips::{Clips, Texts};
use super::error::{Result, TrainError};
use super::order::{Order, rng_at};
use super::run::Lesson;
use crate::model::learn::{EvaluatorBatch, EvaluatorTask};

/// Most held-out clips that are measured.
const HELD_OUT: usize = 256;
/// Clips are begun up to so many frames late, so that none is known by its first pose; so many frames are left at least.
const LATE_FRAMES: usize = 15;
const LEFT_FRAMES: usize = 30;

/// Pairs of a data set.
pub struct EvaluatorLesson {
    task: EvaluatorTask,
    train: Pairs,
    held_out: Pairs,
    /// Of held-out clips, those that are measured, in an order that puts strangers beside each other.
    measured: Vec<usize>,
    order: Order,
    texts: Texts,
    batch: usize,
    seed: u64,
}

struct Pairs {
    clips: Clips,
    pairs: Vec<Pair>,
}

/// A clip that has captions.
struct Pair {
    clip: usize,
    captions: Vec<String>,
    /// Numbers of what the captions say.
    said: Vec<usize>,
}

/// The numbers of captions that say different things.
type Meanings = HashMap<String, usize>;

impl EvaluatorLesson {
    /// Reads all captions. What cannot be used is handed to `skipped` in words.
    ///
    /// # Errors
    /// Fewer than two clips to learn from.
    pub fn new(
        task: EvaluatorTask,
        texts: Texts,
        clips: [Clips; 2],
        batch: usize,
        seed: u64,
        path: &std::path::Path,
        skipped: &mut dyn FnMut(String),
    ) -> Result<Self> {
        let mut meanings = Meanings::new();
        let [train, held_out] = clips.map(|clips| Pairs::new(clips, &mut meanings, skipped));
        if train.pairs.len() < 2 {
            let cause = "there are no two clips to tell apart".into();
            let help = "list clips with captions in the generator's train split";
            return Err(TrainError::Unfit { cause, path: path.to_owned(), help });
        }
        let lengths = train.pairs.iter().map(|pair| train.clips.frames()[pair.clip]).collect();
        let count = held_out.pairs.len();
        let mut measured: Vec<usize> = (0..count).step_by(count.div_ceil(HELD_OUT).max(1)).collect();
        measured.shuffle(&mut rng_at(seed, 6, 0));
        Ok(Self { task, order: Order::new(lengths, batch, seed), train, held_out, measured, texts, batch, seed })
    }
}

impl Pairs {
    fn new(clips: Clips, meanings: &mut Meanings, skipped: &mut dyn FnMut(String)) -> Self {
        let mut pairs = Vec::new();
        for clip in 0..clips.names().len() {
            match clips.captions(clip) {
                Ok(captions) => {
                    let mut number = |caption: &String| {
                        let next = meanings.len();
                        *meanings.entry(plain(caption)).or_insert(next)
                    };
                    let said = captions.iter().map(&mut number).collect();
                    pairs.push(Pair { clip, captions, said });
                }
                Err(error) => skipped(error.to_string()),
            }
        }
        Self { clips, pairs }
    }

    /// The pairs of these places, each with one of its captions; `choose` draws one of so many.
    fn batch(&self, places: &[usize], texts: &mut Texts, late: usize, mut choose: impl FnMut(usize) -> usize) -> Result<EvaluatorBatch> {
        let mut batch = EvaluatorBatch { motions: Vec::new(), texts: Vec::new(), meanings: Vec::new(), dropout_seed: None };
        for &place in places {
            let Pair { clip, captions, said } = &self.pairs[place];
            let frames = self.clips.frames()[*clip];
            let first = choose(late.min(frames.saturating_sub(LEFT_FRAMES)) + 1);
            batch.motions.push(self.clips.window(*clip, first, frames - first)?);
            batch.texts.push(texts.features(&captions[choose(captions.len())])?);
            batch.meanings.push(said.clone());
        }
        Ok(batch)
    }
}

impl Lesson for EvaluatorLesson {
    type Objective = EvaluatorTask;

    fn task(&self) -> &EvaluatorTask {
        &self.task
    }

    fn batches(&mut self, step: u64) -> Result<Vec<EvaluatorBatch>> {
        let mut rng = rng_at(self.seed, 5, step);
        let mut places = self.order.batch(step);
        // Few clips come again within a batch; a clip is no wrong one for its own caption.
        places.sort_unstable();
        places.dedup();
        let mut batch = self.train.batch(&places, &mut self.texts, LATE_FRAMES, |count| rng.random_range(0..count))?;
        batch.dropout_seed = Some(rng.random());
        Ok(vec![batch])
    }

    fn held_out(&mut self) -> Result<Vec<EvaluatorBatch>> {
        // A pool of one clip has nothing to be mixed up with.
        let pools = self.measured.chunks(self.batch).filter(|pool| pool.len() > 1);
        pools.map(|pool| self.held_out.batch(pool, &mut self.texts, 0, |_| 0)).collect()
    }
}
