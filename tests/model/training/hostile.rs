//! Clips and captions that nobody should learn from: each is named and left out, and the rest is learned.

use std::ops::ControlFlow;
use std::path::Path;

use tempfile::TempDir;
use zoetrope::model::evaluator::EvaluatorSize;
use zoetrope::model::learn::{EvaluatorTask, Form, Initial, Learner, TransformerTask, initial_tokenizer, initial_transformer};
use zoetrope::model::{Checkpoint, MotionTokenizer, TokenizerConfig, TransformerConfig, Weights};
use zoetrope::train::dataset::{Purpose, Split};
use zoetrope::train::{Clips, EvaluatorLesson, GeneratorLesson, Lesson, RowOptions, Texts, Tokens, eval};

use super::kit::{numbers, tiny_transformer};
use super::runs::ADAM;
use crate::spoilt::{BAD, spoilt};

/// The clips of a spoilt training split, none held out, and what was said of those that were left out.
fn clips(root: &Path, said: &mut Vec<String>) -> [Clips; 2] {
    let dataset = spoilt(root, Split::Train);
    let statistics = dataset.statistics().unwrap();
    let mut open = |split| Clips::open(&dataset, &statistics, Purpose::Generator, split, 8, &mut |cause| said.push(cause)).unwrap();
    [open(Split::Train), open(Split::Val)]
}

fn tiny_tokenizer() -> MotionTokenizer {
    let config = TokenizerConfig { levels: vec![5, 5], width: 16, code_dim: 16, output_emb_width: 16, depth: 1, ..Default::default() };
    let weights = Weights::new(Checkpoint::from_tensors(initial_tokenizer(&config, 1).unwrap(), "test"));
    MotionTokenizer::load(weights, &config).unwrap()
}

#[track_caller]
fn are_named(said: &[String]) {
    for name in BAD {
        assert!(said.iter().any(|cause| cause.contains(name) && cause.lines().count() == 1), "{name} in {said:?}");
    }
    assert_eq!(said.len(), BAD.len(), "{said:?}");
}

#[test]
fn a_generator_learns_from_what_is_left_of_a_spoilt_data_set() {
    let root = TempDir::new().unwrap();
    let mut said = Vec::new();
    let clips = clips(root.path(), &mut said);
    let tokenizer = tiny_tokenizer();
    let mut tokens = Tokens::open(&tokenizer, 1, &root.path().join("tokens.json"));
    let texts = Texts::new(eval::words().unwrap());
    let config = TransformerConfig { clip_dim: texts.dim(), block_size: 301, ..tiny_transformer(1) };
    let task = TransformerTask { config: config.clone(), dropout: 0.1 };
    let rows = RowOptions { batch: 2, accumulate: 1, empty_share: 0.1, kept: 0.9, drop_token: true, balanced: true, seed: 0 };
    let mut lesson = GeneratorLesson::new(
        task.clone(),
        &mut tokens,
        texts,
        clips,
        rows,
        root.path(),
        &mut |_, _| ControlFlow::Continue(()),
        &mut |cause| said.push(cause),
    )
    .unwrap();
    are_named(&said);
    let mut learner = Learner::new(Form::Plain, initial_transformer(&config, 25, Initial::Small, 1).unwrap(), 0).unwrap();
    for step in 0..3 {
        let batches = lesson.batches(step).unwrap();
        assert!(learner.update(&task, &batches, 1e-3, &ADAM).unwrap().loss.is_finite());
    }
}

#[test]
fn clips_are_encoded_once_and_again_for_another_tokenizer() {
    let root = TempDir::new().unwrap();
    let tokenizer = tiny_tokenizer();
    let path = root.path().join("tokens.json");
    let clips: Vec<Vec<f32>> = (0..3).map(|clip| numbers(272 * 8, clip)).collect();
    let encode = |fingerprint| {
        let mut tokens = Tokens::open(&tokenizer, fingerprint, &path);
        let made: Vec<Vec<u32>> = clips.iter().map(|clip| tokens.of(clip).unwrap()).collect();
        tokens.save().unwrap();
        (made, tokens.encoded())
    };
    let (first, encoded) = encode(1);
    assert_eq!(encoded, 3);
    assert_eq!(encode(1), (first.clone(), 0), "all are known");
    assert_eq!(encode(2), (first.clone(), 3), "another tokenizer's are not");
    std::fs::write(&path, b"{ cut").unwrap();
    assert_eq!(encode(2), (first, 3), "a damaged file is made anew");
}

#[test]
fn an_evaluator_learns_from_what_is_left_of_a_spoilt_data_set() {
    let root = TempDir::new().unwrap();
    let mut said = Vec::new();
    let clips = clips(root.path(), &mut said);
    let texts = Texts::new(eval::words().unwrap());
    let size = EvaluatorSize::small(272, texts.dim());
    let task = EvaluatorTask { heads: size.motion.heads, dropout: 0.1 };
    let mut lesson = EvaluatorLesson::new(task, texts, clips, 2, 0, root.path(), &mut |cause| said.push(cause)).unwrap();
    are_named(&said);
    let mut learner = Learner::new(Form::Plain, size.initial(1).unwrap(), 0).unwrap();
    for step in 0..2 {
        let batches = lesson.batches(step).unwrap();
        assert!(learner.update(&task, &batches, 1e-3, &ADAM).unwrap().loss.is_finite());
    }
    assert!(lesson.held_out().unwrap().is_empty());
}

#[test]
fn a_data_set_without_a_list_is_named() {
    let root = TempDir::new().unwrap();
    let dataset = spoilt(root.path(), Split::Train);
    std::fs::remove_file(dataset.layout().split(Purpose::Generator, Split::Val)).unwrap();
    let statistics = dataset.statistics().unwrap();
    let error = Clips::open(&dataset, &statistics, Purpose::Generator, Split::Val, 8, &mut |_| ()).err().unwrap().to_string();
    assert!(error.contains("val.txt") && error.lines().count() == 1, "{error}");
}
