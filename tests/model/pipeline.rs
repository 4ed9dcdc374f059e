//! Prompt to motion: against the published program where the reference kit is there, and against what a caller relies on.

use candle_core::{DType, Device, Tensor};
use glam::Vec3;
use std::collections::HashMap;
use std::path::Path;
use tempfile::TempDir;
use zoetrope::library;
use zoetrope::model::{MotionModel, Source};
use zoetrope::motion::{Motion, Pose, join};
use zoetrope::pipeline::{Batch, BatchStep, Generation, Made, PipelineError, Step, parts};
use zoetrope::timeline::{Context, Finish, Length, Request, Sampling};

use crate::shared::kit;

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
    for name in ["config.json", "spiece.model", "model.safetensors"] {
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

fn bundled() -> MotionModel {
    MotionModel::load(&library::find(library::STARTER).expect("it is built in")).expect("a model")
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
fn when_the_end_comes_first_the_published_way_makes_the_single_token_one() {
    let Some((_, folder)) = small_model() else { return };
    let file = folder.path().join("transformer.safetensors");
    let original = tensors(&file);
    // With all other rows zero the end token wins where its row points along the network's state: for one of the two signs.
    let mut outcomes = Vec::new();
    for sign in [1.0, -1.0] {
        let mut weights = original.clone();
        let (name, head) = original.iter().find(|(name, _)| name.ends_with("lm_head.weight")).expect("a head");
        let (rows, columns) = head.dims2().unwrap();
        let end = head.narrow(0, rows - 1, 1).unwrap().to_dtype(DType::F32).unwrap();
        let zeros = Tensor::zeros((rows - 1, columns), DType::F32, &Device::Cpu).unwrap();
        weights.insert(name.clone(), Tensor::cat(&[&zeros, &(end * sign).unwrap()], 0).unwrap());
        candle_core::safetensors::save(&weights, &file).expect("written");
        let model = MotionModel::load(&Source::Folder(folder.path().to_owned())).expect("a model");
        let published = make(&model, &Request { finish: Finish::Published, ..Request::new("a person walks") }, None);
        if published.tokens == [1] {
            assert_eq!((published.take.motion.len(), published.features.frames()), (2, 2));
            let ours = make(&model, &Request { sampling: Sampling { greedy: true, ..Sampling::default() }, ..Request::new("walk") }, None);
            assert_ne!(ours.tokens, [1], "our own way masks the end token before the first one");
        }
        outcomes.push(published.tokens[0]);
    }
    outcomes.sort_unstable();
    assert_eq!(outcomes, [0, 1], "one sign ends at once, the other begins with the first of the tokens that are alike");
}

#[test]
fn an_exact_length_is_exact_and_the_same_seed_gives_the_same_motion() {
    let Some((model, _folder)) = small_model() else { return };
    for (secs, frames) in [(0.1, 3_usize), (0.7, 21), (1.0, 30), (1.5, 45), (4.0, 120)] {
        let before = make(&model, &sampled(3, 1.5), None).take.motion;
        for (after, finish) in [(None, Finish::Clean), (None, Finish::Raw), (Some(&*before), Finish::Clean)] {
            let made = make(&model, &Request { finish, ..sampled(3, secs) }, after);
            assert_eq!(made.tokens.len(), frames.div_ceil(2), "{secs} s");
            assert_eq!((made.take.motion.len(), made.features.frames()), (frames, frames), "{secs} s, {finish}");
            assert!(made.take.raw.is_none_or(|raw| raw.len() == frames));
        }
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
    let request = Request { finish: Finish::Raw, ..sampled(1, 89.0 / 30.0) };
    let mut generation = Generation::start(&model, &request, None).expect("a start");
    assert_eq!(generation.preview().expect("a preview"), None);
    let mut last = Motion { frames: Vec::new() };
    let made = loop {
        match generation.step().expect("a step") {
            Step::Token { tokens, at_most } => {
                assert_eq!(at_most, 45);
                if tokens.is_multiple_of(5) || tokens == at_most {
                    last = generation.preview().expect("a preview").expect("some frames");
                    assert_eq!(last.len(), (2 * tokens).min(89), "no more than is asked for");
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
    let before = first.take.motion.placed(2.0, Vec3::new(5.0, 0.0, -3.0));
    let next = make(&model, &Request { finish: Finish::Raw, ..sampled(2, 2.0) }, Some(&before));
    assert_eq!(next.take.motion.len(), 60, "only the new part");
    let step = |a: &Motion, i: usize, b: &Motion, j: usize| {
        let (a, b) = (a.frames[i].world().positions_m, b.frames[j].world().positions_m);
        a.iter().zip(&b).map(|(a, b)| a.distance(*b)).fold(0.0_f32, f32::max)
    };
    let seam = step(&before, before.len() - 1, &next.take.motion, 0);
    let own = |motion: &Motion| (1..motion.len()).map(|frame| step(motion, frame - 1, motion, frame)).fold(0.0_f32, f32::max);
    let usual = own(&before).max(own(&next.take.motion));
    assert!(seam <= 1.2 * usual, "the seam steps {seam} m, the motion itself at most {usual} m");
}

/// How much the fastest-changing of some tracks changes its speed from a frame to the next.
fn bends<const N: usize>(motion: &Motion, step: impl Fn(&Pose, &Pose) -> [Vec3; N]) -> Vec<f32> {
    let steps: Vec<[Vec3; N]> = motion.frames.windows(2).map(|pair| step(&pair[0], &pair[1])).collect();
    let bend = |pair: &[[Vec3; N]]| pair[0].iter().zip(&pair[1]).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max);
    steps.windows(2).map(bend).collect()
}

/// The largest change of speed across the seam after `before` frames, as a share of the largest elsewhere: of the joints' places, of
/// the pelvis' place, of the joints' turns.
fn seam(first: &Motion, next: &Motion) -> [f32; 3] {
    let whole = Motion { frames: first.frames.iter().chain(&next.frames).copied().collect() };
    let places = bends(&whole, |a, b| {
        let (a, b) = (a.world().positions_m, b.world().positions_m);
        std::array::from_fn::<_, 22, _>(|joint| b[joint] - a[joint])
    });
    let pelvis = bends(&whole, |a, b| [b.root_m - a.root_m]);
    let turns = bends(&whole, |a, b| {
        std::array::from_fn::<_, 22, _>(|joint| {
            let turn = a.local[joint].inverse() * b.local[joint];
            if turn.w < 0.0 { (-turn).to_scaled_axis() } else { turn.to_scaled_axis() }
        })
    });
    [places, pelvis, turns].map(|bends| {
        let across = first.len() - 2..first.len();
        let elsewhere = (0..bends.len()).filter(|frame| !across.contains(frame)).map(|frame| bends[frame]).fold(0.0, f32::max);
        bends[across].iter().copied().fold(0.0, f32::max) / elsewhere
    })
}

#[test]
fn the_bundled_model_continues_without_a_seam() {
    let model = bundled();
    let pairs = [
        ("a person walks forward", "a person runs"),
        ("someone kicks", "a person walks in a circle"),
        ("a person runs", "a person turns left"),
    ];
    let mut of_cuts = [0.0_f32; 3];
    for (seed, (before, after)) in pairs.into_iter().enumerate() {
        let request = |prompt: &str| Request { seed: 2 * seed as u64, length: Length::Exact { secs: 3.0 }, ..Request::new(prompt) };
        let first = make(&model, &request(before), None).take.motion;
        let next = make(&model, &request(after), Some(&first)).take.motion;
        let found = seam(&first, &next);
        println!("{after} after {before}: {found:.2?} of the largest changes of speed elsewhere");
        // A knee that straightens turns as fast at a seam as in any stride; a plain cut is several times worse.
        let allowed = [1.0, 1.0, 1.25];
        assert!(found.iter().zip(allowed).all(|(share, allowed)| *share <= allowed), "{after} after {before}: {found:?}");

        let alone = make(&model, &request(after), None).take.motion;
        let cut = seam(&first, &join::placed_at(&alone, &alone.frames[0], first.frames.last().expect("frames")));
        of_cuts = std::array::from_fn(|of| of_cuts[of].max(cut[of]));
    }
    println!("a plain cut: {of_cuts:.2?}");
    assert!(of_cuts.iter().all(|share| *share > 2.0), "the measure sees a plain cut: {of_cuts:?}");
}

#[test]
fn a_continuation_of_a_single_frame_works() {
    let Some((model, _folder)) = small_model() else { return };
    let before = Motion { frames: vec![Pose::REST] };
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
    assert!(made.warnings.iter().any(|warning| warning.text.contains("at most")), "{:?}", made.warnings);
}

/// Makes all variations of a request.
fn make_variations(model: &MotionModel, request: &Request, after: Option<&Motion>) -> Vec<Made> {
    let mut batch = Batch::start(model, request, after).expect("a start");
    let mut all = Vec::new();
    loop {
        match batch.step().expect("a step") {
            BatchStep::Tokens { tokens, at_most } => assert!(tokens <= at_most),
            BatchStep::Made { variation, made } => {
                assert_eq!(variation as usize, all.len(), "they come in order");
                all.push(*made);
            }
            BatchStep::Done => return all,
        }
    }
}

#[test]
fn variations_side_by_side_are_what_each_seed_gives_alone() {
    let Some((model, _folder)) = small_model() else { return };
    let before = make(&model, &sampled(9, 2.0), None).take.motion;
    for guidance in [1.0, 2.0] {
        // They end at different times, so rows leave the batch one by one.
        let request = Request {
            variations: 4,
            length: Length::Between { min_secs: 0.2, max_secs: 4.0 },
            sampling: Sampling { temperature: Some(1.5), guidance: Some(guidance), ..Sampling::default() },
            ..Request::new("a person walks")
        };
        for after in [None, Some(before.as_ref())] {
            let together = make_variations(&model, &request, after);
            let alone: Vec<Vec<u32>> = (0..4).map(|variation| make(&model, &request.variation(variation), after).tokens).collect();
            assert_eq!(together.iter().map(|made| made.tokens.clone()).collect::<Vec<_>>(), alone, "guidance {guidance}");
            assert_eq!(together.iter().map(|made| made.take.provenance.origin.seed()).collect::<Vec<_>>(), [0, 1, 2, 3].map(Some));
        }
    }
}

#[test]
fn a_prompt_is_understood_in_plain_words_unless_it_is_to_be_taken_literally() {
    let model = bundled();
    let expected = [
        ("the boxer gives his rival a taste of his fist", Some("a person throws a punch")),
        ("zombie", Some("a person walks like a zombie")),
        ("an enraged customer walks to the counter", Some("a person walks angrily")),
        ("a man walks forward, then waves his right hand", None),
    ];
    for (prompt, plain) in expected {
        assert_eq!(model.canonical_prompt(prompt).expect("an answer").as_deref(), plain, "{prompt}");
    }
    let asked = |literal| Request { literal, length: Length::Exact { secs: 1.0 }, ..Request::new(expected[0].0) };
    let [normalised, literal] = [false, true].map(|literal| make(&model, &asked(literal), None));
    assert_eq!(normalised.take.provenance.origin.canonical_prompt(), expected[0].1);
    assert_eq!(literal.take.provenance.origin.canonical_prompt(), None);
    assert_ne!(normalised.tokens, literal.tokens);
    let plain = Request { literal: true, ..Request { prompt: "a person throws a punch".to_owned(), ..asked(false) } };
    assert_eq!(normalised.tokens, make(&model, &plain, None).tokens);
    let next = Request { prompt: "And then the person walks backwards".to_owned(), ..asked(false) };
    let next = make(&model, &next, None).take.provenance;
    assert_eq!(
        (next.prompt().as_ref(), next.origin.canonical_prompt()),
        ("And then the person walks backwards", Some("a person walks backward"))
    );
}

#[test]
fn two_actions_in_one_prompt_are_made_one_after_the_other() {
    let model = bundled();
    let request = Request { length: Length::Exact { secs: 4.0 }, ..Request::new("someone runs, then waves") };
    let prompts: Vec<String> = parts(&model, &request).expect("parts").into_iter().map(|part| part.prompt).collect();
    assert_eq!(prompts, ["someone runs", "someone waves"]);
    let made = make(&model, &request, None);
    assert_eq!((made.take.motion.len(), made.tokens.len(), made.features.frames()), (120, 60, 120));
    assert_eq!(made.take.raw.as_ref().map(|raw| raw.len()), Some(120));
    let origin = &made.take.provenance.origin;
    assert_eq!(origin.asked(), Some((&request, &Context::default())));
    assert_eq!(origin.canonical_prompt(), Some("a person runs → a person waves goodbye"));
    let short = Request { length: Length::Exact { secs: 1.5 }, ..request.clone() };
    assert_eq!(make(&model, &short, None).take.motion.len(), 45, "the parts add up");
    // Each variation of several actions goes on from a motion of its own.
    let short = Request { length: Length::Exact { secs: 1.0 }, variations: 2, ..request.clone() };
    let together = make_variations(&model, &short, None);
    for (variation, made) in (0..).zip(&together) {
        assert_eq!(made.tokens, make(&model, &short.variation(variation), None).tokens, "variation {variation}");
    }
    assert_ne!(together[0].tokens, together[1].tokens);
    assert_eq!(parts(&model, &Request { literal: true, ..request }).expect("parts").len(), 1);
}

#[test]
fn a_motion_can_be_ten_seconds_long() {
    let Some((model, _folder)) = small_model() else { return };
    let made = make(&model, &sampled(1, 10.0), None);
    assert_eq!((made.tokens.len(), made.take.motion.len()), (150, 300));
    assert!(made.warnings.is_empty(), "{:?}", made.warnings);
}
