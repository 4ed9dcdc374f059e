//! Lessons of the evaluator: clips and captions in pairs.

use std::collections::HashMap;

use rand::Rng;

use super::clips::{Clips, Texts};
use super::error::{Result, TrainError};
use super::order::{Order, rng_at};
use super::run::Lesson;
use crate::model::learn::{EvaluatorBatch, EvaluatorTask};

/// Most held-out clips that are measured.
const HELD_OUT: usize = 256;

/// Pairs of a data set.
pub struct EvaluatorLesson {
    task: EvaluatorTask,
    train: Pairs,
    held_out: Pairs,
    order: Order,
    texts: Texts,
    batch: usize,
    seed: u64,
}

struct Pairs {
    clips: Clips,
    /// Clips that have captions, and these.
    captions: Vec<(usize, Vec<String>)>,
}

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
        let [train, held_out] = clips.map(|clips| Pairs::new(clips, skipped));
        if train.captions.len() < 2 {
            let cause = "there are no two clips to tell apart".into();
            let help = "list clips with captions in the generator's train split";
            return Err(TrainError::Unfit { cause, path: path.to_owned(), help });
        }
        let lengths = train.captions.iter().map(|(clip, _)| train.clips.frames()[*clip]).collect();
        Ok(Self { task, order: Order::new(lengths, batch, seed), train, held_out, texts, batch, seed })
    }
}

impl Pairs {
    fn new(clips: Clips, skipped: &mut dyn FnMut(String)) -> Self {
        let mut captions = Vec::new();
        for clip in 0..clips.names().len() {
            match clips.captions(clip) {
                Ok(found) => captions.push((clip, found)),
                Err(error) => skipped(error.to_string()),
            }
        }
        Self { clips, captions }
    }

    /// The pairs of these places, each with one of its captions.
    fn batch(&self, places: &[usize], texts: &mut Texts, mut choose: impl FnMut(usize) -> usize) -> Result<EvaluatorBatch> {
        let mut batch = EvaluatorBatch { motions: Vec::new(), texts: Vec::new(), meanings: Vec::new(), dropout_seed: None };
        let mut known = HashMap::new();
        for &place in places {
            let (clip, captions) = &self.captions[place];
            let caption = captions[choose(captions.len())].as_str();
            batch.motions.push(self.clips.whole(*clip)?);
            batch.texts.push(texts.features(caption)?);
            let next = known.len();
            batch.meanings.push(*known.entry(caption).or_insert(next));
        }
        Ok(batch)
    }
}

impl Lesson for EvaluatorLesson {
    type Task = EvaluatorTask;

    fn task(&self) -> &EvaluatorTask {
        &self.task
    }

    fn batches(&mut self, step: u64) -> Result<Vec<EvaluatorBatch>> {
        let mut rng = rng_at(self.seed, 5, step);
        let mut places = self.order.batch(step);
        // Few clips come again within a batch; a clip is no wrong one for its own caption.
        places.sort_unstable();
        places.dedup();
        let mut batch = self.train.batch(&places, &mut self.texts, |count| rng.random_range(0..count))?;
        batch.dropout_seed = Some(rng.random());
        Ok(vec![batch])
    }

    fn held_out(&mut self) -> Result<Vec<EvaluatorBatch>> {
        let count = self.held_out.captions.len();
        let chosen: Vec<usize> = (0..count).step_by(count.div_ceil(HELD_OUT).max(1)).collect();
        // A pool of one clip has nothing to be mixed up with.
        let pools = chosen.chunks(self.batch).filter(|pool| pool.len() > 1);
        pools.map(|pool| self.held_out.batch(pool, &mut self.texts, |_| 0)).collect()
    }
}
