//! Whole runs of tiny networks: they learn, they go on after a kill as if nothing had happened, and what they write can be used.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use zoetrope::model::learn::{
    AdamW, Form, FrameBatch, Initial, Learner, TokenBatch, TokenizerLoss, TokenizerTask, TransformerTask, initial_tokenizer,
    initial_transformer,
};
use zoetrope::model::{Activation, TextFeatures, TokenizerConfig};
use zoetrope::train::curve::Point;
use zoetrope::train::schedule::{Rate, Schedule};
use zoetrope::train::sequence::{corrupt, sequence, targets};
use zoetrope::train::{Lesson, Plan, Result, Run, order::rng_at};

use super::kit::{numbers, tiny_transformer};

pub(crate) const ADAM: AdamW =
    AdamW { betas: (0.9, 0.98), eps: 1e-8, weight_decay: 0.01, decay_all: false, clip: Some(1.0), average: 0.99 };

fn plan(steps: u64, peak: f64) -> Plan {
    let rate = Rate { peak, warmup: 3, schedule: Schedule::Cosine };
    Plan { steps, rate, optimiser: ADAM, report_every: 5, measure_every: 10 }
}

/// Four captions with a motion each, noise and dropout included.
struct Toy {
    task: TransformerTask,
}

const CODES: usize = 10;

impl Toy {
    fn new() -> Self {
        Self { task: TransformerTask { config: tiny_transformer(1), dropout: 0.1 } }
    }

    fn learner() -> Learner {
        let start = initial_transformer(&tiny_transformer(1), CODES, Initial::Small, 1).unwrap();
        Learner::new(Form::Digits { levels: vec![5, 2] }, start, 1).unwrap()
    }

    fn batch(step: Option<u64>) -> TokenBatch {
        let mut batch = TokenBatch { texts: Vec::new(), inputs: Vec::new(), targets: Vec::new(), dropout_seed: step };
        let mut rng = rng_at(0, 9, step.unwrap_or(0));
        for row in 0..4_u64 {
            let words = 1 + row as usize % 2;
            batch.texts.push(Arc::new(TextFeatures::new(numbers(words * 6, row), 6).unwrap()));
            let motion: Vec<u32> = (0..4).map(|at| (row as u32 * 3 + at * 2) % CODES as u32).collect();
            let mut tokens = sequence(words, &motion, true, CODES, 8);
            batch.targets.push(targets(&tokens, CODES));
            if step.is_some() {
                corrupt(&mut tokens, words, CODES, 0.95, &mut rng);
            }
            batch.inputs.push(tokens);
        }
        batch
    }
}

impl Lesson for Toy {
    type Objective = TransformerTask;

    fn task(&self) -> &TransformerTask {
        &self.task
    }

    fn batches(&mut self, step: u64) -> Result<Vec<TokenBatch>> {
        Ok(vec![Self::batch(Some(step))])
    }

    fn held_out(&mut self) -> Result<Vec<TokenBatch>> {
        Ok(vec![Self::batch(None)])
    }
}

fn run_to_the_end(folder: &Path, plan: Plan) -> Run {
    let mut run = Run::open(folder, plan, "toy", Toy::learner()).unwrap();
    while !run.is_done() {
        run.advance(&mut Toy::new()).unwrap();
    }
    run
}

fn bits(run: &Run) -> Vec<(String, Vec<u32>)> {
    let mut tensors: Vec<_> = run.best().unwrap().into_iter().collect();
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    let bits = |tensor: &candle_core::Tensor| super::kit::flat(tensor).into_iter().map(f32::to_bits).collect();
    tensors.iter().map(|(name, tensor)| (name.clone(), bits(tensor))).collect()
}

#[test]
fn a_tiny_generator_learns_its_captions_by_heart() {
    let folder = TempDir::new().unwrap();
    let run = run_to_the_end(folder.path(), plan(250, 0.02));
    let (first, last) = (run.points().first().unwrap(), run.points().last().unwrap());
    assert!(first.loss > 2.0 && last.held_out.unwrap() < 0.2, "from {} to {:?}", first.loss, last.held_out);
    assert!(folder.path().join("curve.csv").is_file());
}

#[test]
fn a_killed_run_goes_on_as_if_it_had_not_been_killed() {
    let [whole, broken] = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let expected = run_to_the_end(whole.path(), plan(30, 0.01));
    let mut run = Run::open(broken.path(), plan(30, 0.01), "toy", Toy::learner()).unwrap();
    for _ in 0..12 {
        run.advance(&mut Toy::new()).unwrap();
    }
    run.save().unwrap();
    // What is done after the last save is lost, and done again.
    for _ in 0..7 {
        run.advance(&mut Toy::new()).unwrap();
    }
    drop(run);
    let resumed = run_to_the_end(broken.path(), plan(30, 0.01));
    assert_eq!(bits(&resumed), bits(&expected));
    // The curve is saved as text, whose last digit of a float64 may differ; the weights above may not.
    let single = |value: f64| value as f32;
    let point = |point: &Point| (point.step, single(point.loss), point.held_out.map(single));
    let losses = |run: &Run| run.points().iter().map(point).collect::<Vec<_>>();
    assert_eq!(losses(&resumed), losses(&expected));
}

#[test]
fn a_run_is_not_taken_up_with_other_options_but_may_be_made_longer() {
    let folder = TempDir::new().unwrap();
    run_to_the_end(folder.path(), plan(6, 0.01));
    let error = Run::open(folder.path(), plan(6, 0.02), "toy", Toy::learner()).err().unwrap().to_string();
    assert!(error.contains("other options") && error.contains("state.safetensors"), "{error}");
    let error = Run::open(folder.path(), plan(6, 0.01), "another toy", Toy::learner()).err().unwrap().to_string();
    assert!(error.contains("other options"), "{error}");
    let longer = Run::open(folder.path(), plan(9, 0.01), "toy", Toy::learner()).unwrap();
    assert_eq!((longer.steps(), longer.is_done()), ((6, 9), false));
}

#[test]
fn a_damaged_state_is_named() {
    let folder = TempDir::new().unwrap();
    run_to_the_end(folder.path(), plan(3, 0.01));
    std::fs::write(folder.path().join("state.safetensors"), b"cut").unwrap();
    let error = Run::open(folder.path(), plan(3, 0.01), "toy", Toy::learner()).err().unwrap().to_string();
    assert!(error.contains("state.safetensors"), "{error}");
}

fn windows(rows: usize, seed: u64) -> FrameBatch {
    FrameBatch { values: numbers(rows * 16 * 272, seed), rows, frames: 16 }
}

fn tiny_tokenizer() -> TokenizerTask {
    let config = TokenizerConfig {
        levels: vec![8, 5, 5],
        width: 32,
        code_dim: 32,
        output_emb_width: 32,
        depth: 2,
        activation: Activation::Silu,
        ..TokenizerConfig::default()
    };
    TokenizerTask { config, loss: TokenizerLoss::OWN }
}

#[test]
fn a_tiny_tokenizer_learns_a_window_by_heart() {
    let task = tiny_tokenizer();
    // Slow waves, as of limbs.
    let values = (0..32 * 272).map(|at| ((at / 272) as f32 * 0.3 + (at % 272) as f32).sin()).collect();
    let batch = [FrameBatch { values, rows: 2, frames: 16 }];
    let mut learner = Learner::new(Form::Plain, initial_tokenizer(&task.config, 1).unwrap(), 0).unwrap();
    let first = learner.update(&task, &batch, 3e-3, &ADAM).unwrap().loss;
    let last = (0..150).map(|_| learner.update(&task, &batch, 3e-3, &ADAM).unwrap().loss).last().unwrap();
    assert!(last < 0.3 * first, "from {first} to {last}");
}

#[test]
fn accumulated_gradients_are_those_of_one_large_batch() {
    let task = tiny_tokenizer();
    let parts = [windows(1, 1), windows(3, 2)];
    let whole = [FrameBatch { values: [parts[0].values.clone(), parts[1].values.clone()].concat(), rows: 4, frames: 16 }];
    let learner = Learner::new(Form::Plain, initial_tokenizer(&task.config, 1).unwrap(), 0).unwrap();
    let (ours, loss) = learner.gradients(&task, &parts).unwrap();
    let (theirs, one_loss) = learner.gradients(&task, &whole).unwrap();
    super::kit::assert_relative("loss", loss, one_loss, 1e-6);
    for (name, gradient) in &theirs.0 {
        super::kit::assert_near(name, &ours.0[name], gradient, 1e-5);
    }
}

#[test]
fn accumulation_counts_tokens_not_rows() {
    let task = TransformerTask { config: tiny_transformer(1), dropout: 0.0 };
    let all = Toy::batch(None);
    let some = |rows: std::ops::Range<usize>| TokenBatch {
        texts: all.texts[rows.clone()].to_vec(),
        inputs: all.inputs[rows.clone()].to_vec(),
        targets: all.targets[rows].to_vec(),
        dropout_seed: None,
    };
    let learner = Toy::learner();
    let (ours, _) = learner.gradients(&task, &[some(0..1), some(1..4)]).unwrap();
    let (theirs, _) = learner.gradients(&task, std::slice::from_ref(&all)).unwrap();
    for (name, gradient) in &theirs.0 {
        super::kit::assert_near(name, &ours.0[name], gradient, 1e-4);
    }
}

#[test]
fn a_long_gradient_is_shortened_and_a_short_one_is_not() {
    let task = tiny_tokenizer();
    let batch = [windows(2, 1)];
    let after = |clip| {
        let mut learner = Learner::new(Form::Plain, initial_tokenizer(&task.config, 1).unwrap(), 0).unwrap();
        // A large eps makes an update follow the gradient's length.
        let options = AdamW { clip, eps: 1e3, weight_decay: 0.0, ..ADAM };
        let length = learner.update(&task, &batch, 1.0, &options).unwrap().gradient;
        let start = initial_tokenizer(&task.config, 1).unwrap();
        let tensors = learner.tensors().unwrap();
        let moved = tensors.iter().map(|(name, tensor)| {
            let change = (tensor - &start[name]).unwrap().sqr().unwrap().sum_all().unwrap();
            f64::from(change.to_scalar::<f32>().unwrap())
        });
        (length, moved.sum::<f64>().sqrt())
    };
    let (length, free) = after(None);
    assert_eq!(after(Some(length * 2.0)), (length, free));
    let (_, short) = after(Some(length / 4.0));
    assert!((short / free - 0.25).abs() < 0.02, "{short} against {free}");
}

#[test]
fn low_ranks_begin_where_the_model_was_and_leave_the_rest_alone() {
    let start = initial_transformer(&tiny_transformer(2), CODES, Initial::Published, 1).unwrap();
    let mut learner = Learner::new(Form::LowRank { rank: 2, frozen: start.clone() }, Default::default(), 1).unwrap();
    let task = TransformerTask { config: tiny_transformer(2), dropout: 0.0 };
    for (name, tensor) in learner.tensors().unwrap() {
        assert_eq!(super::kit::flat(&tensor), super::kit::flat(&start[&name]), "{name}");
    }
    let batch = [Toy::batch(None)];
    let first = learner.update(&task, &batch, 0.02, &ADAM).unwrap().loss;
    let last = (0..60).map(|_| learner.update(&task, &batch, 0.02, &ADAM).unwrap().loss).last().unwrap();
    assert!(last < 0.9 * first, "from {first} to {last}");
    let merged = learner.averaged().unwrap();
    assert_eq!(merged.len(), start.len());
    for (name, tensor) in merged {
        let same = super::kit::flat(&tensor) == super::kit::flat(&start[&name]);
        let adapted = name.starts_with("transformer.h.") && name.ends_with(".weight");
        assert_eq!(same, !adapted, "{name}");
    }
}
