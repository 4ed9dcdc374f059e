//! Lessons of the generator: captions and the codes of their clips (`docs/representation.md`, Training).

use rand::Rng;
use rand::rngs::StdRng;

use super::captions::action;
use super::clips::{Clips, Texts};
use super::error::{Result, TrainError};
use super::order::{Order, rng_at};
use super::run::Lesson;
use super::sequence::{corrupt, drop_token, sequence, targets};
use super::tokens::Tokens;
use crate::model::TextFeatures;
use crate::model::learn::{TokenBatch, TransformerTask};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Most held-out clips that are measured.
const HELD_OUT: usize = 256;

/// A clip as codes, with what is said of it.
struct Example {
    tokens: Vec<u32>,
    captions: Vec<String>,
}

/// How rows are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowOptions {
    /// Rows in a batch.
    pub batch: usize,
    /// Batches in an update.
    pub accumulate: usize,
    /// Share of rows without a caption, so that the model can be guided by comparing with none; 0 as published.
    pub empty_share: f64,
    /// The probability with which each input token is kept (published `pkeep`: 1, off).
    pub kept: f32,
    /// Whether a third of the rows loses its first or last token, as published.
    pub drop_token: bool,
    /// Whether actions are drawn by the root of how much there is of them, so that walking does not drown the rest; otherwise every
    /// clip is as likely as another, as published.
    pub balanced: bool,
    /// Seed of all that is random.
    pub seed: u64,
}

/// Captions and codes of a data set's clips.
pub struct GeneratorLesson {
    task: TransformerTask,
    codes: usize,
    train: Vec<Example>,
    held_out: Vec<Example>,
    order: Order,
    texts: Texts,
    options: RowOptions,
}

impl GeneratorLesson {
    /// Encodes all clips that `tokens` does not know; `progress` hears how far it got and may break off. What cannot be used is
    /// handed to `skipped` in words.
    ///
    /// # Errors
    /// No clips to learn from, a text encoder that does not fit, breaking off (what was encoded is kept).
    #[expect(clippy::too_many_arguments, reason = "each is another thing, and there is one caller")]
    pub fn new(
        task: TransformerTask,
        tokens: &mut Tokens<'_>,
        texts: Texts,
        clips: [Clips; 2],
        options: RowOptions,
        path: &std::path::Path,
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
        skipped: &mut dyn FnMut(String),
    ) -> Result<Self> {
        let total = clips.iter().map(|clips| clips.names().len()).sum();
        let mut done = 0;
        let mut encoded = Vec::new();
        for clips in &clips {
            let mut examples = Vec::new();
            for clip in 0..clips.names().len() {
                match example(clips, clip, tokens) {
                    Ok(example) => examples.push(example),
                    Err(error) => skipped(error.to_string()),
                }
                done += 1;
                if progress(done, total).is_break() {
                    tokens.save()?;
                    return Err(TrainError::Cancelled);
                }
            }
            encoded.push(examples);
        }
        tokens.save()?;
        let held_out = encoded.pop().unwrap_or_default();
        let train = encoded.pop().unwrap_or_default();
        let unfit = |cause: String, help| TrainError::Unfit { cause, path: path.to_owned(), help };
        if train.is_empty() {
            let help = "list clips of 60 to 300 frames with captions in the generator's train split";
            return Err(unfit("there are no clips to learn from".into(), help));
        }
        if texts.dim() != task.config.clip_dim {
            let cause = format!("the text encoder gives {} numbers a word and the model reads {}", texts.dim(), task.config.clip_dim);
            return Err(unfit(cause, "choose the text encoder that belongs to the model"));
        }
        let mut order = Order::new(train.iter().map(|example| example.tokens.len()).collect(), options.batch, options.seed);
        if options.balanced {
            order = order.weighted(balance(&train).into_iter());
        }
        Ok(Self { task, codes: tokens.codes(), train, held_out, order, texts, options })
    }

    /// Tokens that are learned from in an epoch.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.train.iter().map(|example| example.tokens.len()).sum()
    }

    /// Rows for clips, each with a text and codes; `noise` makes the inputs differ from what is to be predicted.
    fn collate(&self, rows: Vec<(Arc<TextFeatures>, &[u32])>, mut noise: Option<&mut StdRng>) -> TokenBatch {
        let block = self.task.config.block_size;
        // A motion that has no room for its end goes on beyond the row.
        let cut = |(text, tokens): (Arc<TextFeatures>, &[u32])| {
            let room = block - text.words();
            let ends = tokens.len() < room;
            (text, tokens[..tokens.len().min(room)].to_vec(), ends)
        };
        let rows: Vec<_> = rows.into_iter().map(cut).collect();
        let positions = rows.iter().map(|(text, tokens, ends)| text.words() + tokens.len() + usize::from(*ends)).max().unwrap_or(0);
        let mut batch = TokenBatch { texts: Vec::new(), inputs: Vec::new(), targets: Vec::new(), dropout_seed: None };
        for (text, tokens, ends) in rows {
            let mut row = sequence(text.words(), &tokens, ends, self.codes, positions);
            batch.targets.push(targets(&row, self.codes));
            if let Some(rng) = noise.as_deref_mut() {
                corrupt(&mut row, text.words(), self.codes, self.options.kept, rng);
            }
            batch.inputs.push(row);
            batch.texts.push(text);
        }
        batch.dropout_seed = noise.map(|rng| rng.random());
        batch
    }
}

impl Lesson for GeneratorLesson {
    type Objective = TransformerTask;

    fn task(&self) -> &TransformerTask {
        &self.task
    }

    fn batches(&mut self, step: u64) -> Result<Vec<TokenBatch>> {
        let mut rng = rng_at(self.options.seed, 4, step);
        let accumulate = self.options.accumulate as u64;
        let mut batches = Vec::new();
        for number in step * accumulate..(step + 1) * accumulate {
            let mut rows = Vec::new();
            for clip in self.order.batch(number) {
                let Example { tokens, captions } = &self.train[clip];
                let caption = &captions[rng.random_range(0..captions.len())];
                let text = if rng.random_bool(self.options.empty_share) { "" } else { caption };
                let tokens = if self.options.drop_token { drop_token(tokens, &mut rng) } else { tokens };
                rows.push((self.texts.features(text)?, tokens));
            }
            batches.push(self.collate(rows, Some(&mut rng)));
        }
        Ok(batches)
    }

    fn held_out(&mut self) -> Result<Vec<TokenBatch>> {
        let mut chosen: Vec<usize> = (0..self.held_out.len()).step_by(self.held_out.len().div_ceil(HELD_OUT).max(1)).collect();
        chosen.sort_by_key(|&clip| self.held_out[clip].tokens.len());
        let mut batches = Vec::new();
        for some in chosen.chunks(self.options.batch) {
            let mut rows = Vec::new();
            for &clip in some {
                let Example { tokens, captions } = &self.held_out[clip];
                rows.push((self.texts.features(&captions[0])?, tokens.as_slice()));
            }
            batches.push(self.collate(rows, None));
        }
        Ok(batches)
    }
}

fn example(clips: &Clips, clip: usize, tokens: &mut Tokens<'_>) -> Result<Example> {
    let captions = clips.all_captions(clip)?;
    let tokens = tokens.of(&clips.whole(clip)?)?;
    Ok(Example { tokens, captions })
}

/// How likely each example is: together, those of an action by the root of their length, and among them each by its length.
fn balance(examples: &[Example]) -> Vec<f64> {
    let action_of = |example: &Example| action(&example.captions[0]);
    let mut lengths: HashMap<&str, f64> = HashMap::new();
    for example in examples {
        *lengths.entry(action_of(example)).or_default() += example.tokens.len() as f64;
    }
    examples.iter().map(|example| example.tokens.len() as f64 / lengths[action_of(example)].sqrt()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_drawn_by_the_root_of_their_length() {
        let example = |caption: &str, tokens: usize| Example { tokens: vec![0; tokens], captions: vec![caption.to_owned()] };
        let weights = balance(&[example("a man walks", 60), example("walking", 40), example("someone bows", 25)]);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(weights[0] + weights[1], 10.0) && close(weights[2], 5.0), "{weights:?}");
        assert!(close(weights[0] / weights[1], 1.5));
    }
}
