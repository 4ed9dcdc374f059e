//! Prompt to motion: against the published program where the reference kit is there, and against what a caller relies on.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

use candle_core::{DType, Device, Tensor};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zoetrope::model::{MotionModel, Source};
use zoetrope::motion::Motion;
use zoetrope::pipeline::{Finish, Generation, Length, Made, PipelineError, Request, Sampling, Step};

/// A folder of the reference kit.
fn kit(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ZOETROPE_FIXTURES").map(|kit| PathBuf::from(kit).join(name)).filter(|folder| folder.exists());
    if folder.is_none() {
        println!("skipped: no reference kit");
    }
    folder
}

/// The kit's small pipeline as a model folder. Its weights are random: it says nothing, but it says it exactly.
fn small_model() -> Option<(MotionModel, TempDir)> {
    let (pipeline, t5, data) = (kit("pipeline_small")?, kit("t5_small")?, kit("data")?);
    let folder = TempDir::new().expect("a folder");
    let copy = |from: &Path, to: &str| {
        let to = folder.path().join(to);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    };
    for name in ["tokenizer.safetensors", "transformer.safetensors"] {
        copy(&pipeline.join(name), name);
    }
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        copy(&t5.join(name), &format!("text_encoder/{name}"));
    }
    for name in ["mean.npy", "std.npy"] {
        copy(&data.join(name), name);
    }
    let config: serde_json::Value = serde_json::from_slice(&std::fs::read(pipeline.join("config.json")).expect("config")).expect("JSON");
    let model = serde_json::json!({
        "format": 1, "name": "small", "licence": "none: random weights", "text_encoder": { "kind": "t5" },
        "tokenizer": config["tokenizer"], "transformer": config["transformer"],
    });
    std::fs::write(folder.path().join("model.json"), model.to_string()).expect("written");
    let model = MotionModel::load(&Source::Folder(folder.path().to_owned())).expect("a model");
    Some((model, folder))
}

fn tensors(file: &Path) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(file, &Device::Cpu).expect("fixture")
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn worst(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter()
        .zip(theirs)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |worst, apart| if apart.is_nan() { f32::INFINITY } else { worst.max(apart) })
}

fn make(model: &MotionModel, request: &Request, after: Option<&Motion>) -> Made {
    let mut generation = Generation::start(model, request, after).expect("a start");
    loop {
        if let Step::Done(made) = generation.step().expect("a step") {
            return *made;
        }
    }
}

fn sampled(seed: u64, secs: f32) -> Request {
    Request {
        seed,
        length: Length::Exact { secs },
        sampling: Sampling { temperature: Some(1.0), ..Sampling::default() },
        ..Request::new("a person walks")
    }
}

#[test]
fn published_generation_has_the_published_tokens_and_numbers() {
    let Some((model, _folder)) = small_model() else { return };
    let folder = kit("pipeline_small").expect("the kit");
    let config: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("config.json")).expect("config")).expect("JSON");
    let io = tensors(&folder.join("io.safetensors"));
    for (index, text) in config["texts"].as_array().expect("texts").iter().enumerate() {
        let request = Request { finish: Finish::Published, ..Request::new(text.as_str().expect("a text")) };
        let made = make(&model, &request, None);
        let expected: Vec<u32> = numbers(&io[&format!("t{index}.tokens")]).iter().map(|&token| token as u32).collect();
        assert_eq!(made.tokens, expected, "text {index}");
        let Some(motion272) = io.get(&format!("t{index}.motion272")) else { continue };
        let apart = worst(made.features.values(), &numbers(motion272));
        assert!(apart < 5e-5, "features of text {index} are {apart} apart");
    }
}

#[test]
fn an_exact_length_is_exact_and_the_same_seed_gives_the_same_motion() {
    let Some((model, _folder)) = small_model() else { return };
    for secs in [0.1, 1.0, 4.0] {
        let made = make(&model, &sampled(3, secs), None);
        assert_eq!(made.tokens.len(), (secs * 15.0).round() as usize);
        assert_eq!(made.take.motion.len(), 2 * made.tokens.len());
    }
    let (one, same, other) = (sampled(3, 2.0), sampled(3, 2.0), sampled(4, 2.0));
    assert_eq!(make(&model, &one, None).take, make(&model, &same, None).take);
    assert_ne!(make(&model, &one, None).tokens, make(&model, &other, None).tokens);
}

#[test]
fn the_model_ends_where_it_wants_within_the_bounds() {
    let Some((model, _folder)) = small_model() else { return };
    for seed in 0..8 {
        let request = Request { length: Length::Between { min_secs: 1.0, max_secs: 3.0 }, ..sampled(seed, 1.0) };
        let made = make(&model, &request, None);
        assert!((15..=45).contains(&made.tokens.len()), "{} tokens", made.tokens.len());
    }
}

#[test]
fn previews_grow_and_end_as_the_raw_motion() {
    let Some((model, _folder)) = small_model() else { return };
    let request = Request { finish: Finish::Raw, ..sampled(1, 3.0) };
    let mut generation = Generation::start(&model, &request, None).expect("a start");
    assert_eq!(generation.preview().expect("a preview"), None);
    let mut last = Motion { frames: Vec::new() };
    let made = loop {
        match generation.step().expect("a step") {
            Step::Token { tokens, at_most } => {
                assert_eq!(at_most, 45);
                if tokens.is_multiple_of(5) {
                    last = generation.preview().expect("a preview").expect("some frames");
                    assert_eq!(last.len(), 2 * tokens);
                }
            }
            Step::Done(made) => break made,
        }
    };
    assert_eq!(last.len(), made.take.motion.len());
    for (ours, streamed) in made.take.motion.frames.iter().zip(&last.frames) {
        assert!(ours.root_m.distance(streamed.root_m) < 1e-3, "{} against {}", ours.root_m, streamed.root_m);
    }
}

#[test]
fn a_continuation_has_no_seam() {
    let Some((model, _folder)) = small_model() else { return };
    let first = make(&model, &Request { finish: Finish::Raw, ..sampled(1, 3.0) }, None);
    let before = first.take.motion.placed(2.0, glam::Vec3::new(5.0, 0.0, -3.0));
    let next = make(&model, &Request { finish: Finish::Raw, ..sampled(2, 2.0) }, Some(&before));
    assert_eq!(next.take.motion.len(), 60, "only the new part");
    let step = |a: &Motion, i: usize, b: &Motion, j: usize| {
        let (a, b) = (a.frames[i].world().positions_m, b.frames[j].world().positions_m);
        a.iter().zip(&b).map(|(a, b)| a.distance(*b)).fold(0.0_f32, f32::max)
    };
    let seam = step(&before, before.len() - 1, &next.take.motion, 0);
    let usual = (1..60).map(|frame| step(&next.take.motion, frame - 1, &next.take.motion, frame)).fold(0.0_f32, f32::max);
    assert!(seam <= 1.2 * usual, "the seam steps {seam} m, the motion itself at most {usual} m");
}

#[test]
fn a_continuation_of_a_single_frame_works() {
    let Some((model, _folder)) = small_model() else { return };
    let before = Motion { frames: vec![zoetrope::motion::Pose::REST] };
    assert_eq!(make(&model, &sampled(2, 1.0), Some(&before)).take.motion.len(), 30);
}

#[test]
fn what_cannot_be_made_is_said_in_words() {
    let Some((model, _folder)) = small_model() else { return };
    let start = |request: &Request| Generation::start(&model, request, None).err();
    assert!(matches!(start(&Request::new("  \n")), Some(PipelineError::EmptyPrompt)));
    assert!(matches!(start(&sampled(0, 100.0)), Some(PipelineError::TooLong { .. })));
    let long = Request { length: Length::Between { min_secs: 0.0, max_secs: 60.0 }, ..Request::new("walk") };
    let made = make(&model, &Request { sampling: Sampling { greedy: true, ..Sampling::default() }, ..long }, None);
    assert!(made.warnings.iter().any(|warning| warning.contains("at most")), "{:?}", made.warnings);
}
