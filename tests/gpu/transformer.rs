//! The engine's transformer against the published logits, against candle's transformer, and in the product.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use candle_core::IndexOp;
use zoetrope::engine;
use zoetrope::engine::variants::{self, Spread, WeightFormat};
use zoetrope::engine::{MatrixShape, Sizes};
use zoetrope::library;
use zoetrope::model::{
    Checkpoint, FileSource, LoadProgress, MotionModel, Quantization, Sampler, Source, TextFeatures, Transformer, TransformerConfig,
    Weights, write_gguf,
};
use zoetrope::pipeline::{self, Batch, BatchStep, Device, Generation, Made, Step, transformer_on_gpu};
use zoetrope::timeline::{Length, Request};

use super::kit::gpu;
use super::shared::{assert_close, flat, json, kit, tensors};

/// Sums in another order than the published program's, through all blocks.
const CLOSE: f32 = 5e-5;

fn open(path: &Path) -> Checkpoint {
    Checkpoint::open(&FileSource::from(path), "trans").unwrap()
}

fn on_gpu(checkpoint: Checkpoint, config: &TransformerConfig) -> Option<Arc<engine::Transformer>> {
    Some(transformer_on_gpu(gpu()?, checkpoint, config, None).unwrap().unwrap())
}

/// A variant of the reference kit on the device, and its recorded activations.
fn variant(name: &str) -> Option<(Arc<engine::Transformer>, std::collections::HashMap<String, candle_core::Tensor>)> {
    let config: TransformerConfig = json(&kit(&format!("transformer_small/{name}/config.json"))?);
    let transformer = on_gpu(open(&kit(&format!("transformer_small/{name}/model.safetensors"))?), &config)?;
    Some((transformer, tensors(&kit(&format!("transformer_small/{name}/io.safetensors"))?)))
}

type Recorded = std::collections::HashMap<String, candle_core::Tensor>;

/// The features of a case's first row, without the padded ones.
fn text_of(io: &Recorded, case: &str) -> TextFeatures {
    let valid = flat(&io[&format!("{case}.y_mask")]).iter().filter(|&&valid| valid > 0.0).count();
    let features = io[&format!("{case}.text_features")].i((0, ..valid)).unwrap();
    TextFeatures::new(flat(&features), features.dim(1).unwrap()).unwrap()
}

fn ids(io: &Recorded, name: &str) -> Vec<u32> {
    flat(&io[name]).iter().map(|&id| id as u32).collect()
}

/// The published sampling loop: tokens until the end or the fiftieth, and all logits on the way.
fn greedy(transformer: &Arc<engine::Transformer>, text: &TextFeatures) -> (Vec<u32>, Vec<f32>) {
    let mut sampler = Sampler::greedy();
    let end = transformer.sizes().vocabulary as u32 - 2;
    let (mut state, mut logits) = transformer.start(&[text.values()], &[]).unwrap();
    let (mut tokens, mut all) = (Vec::new(), Vec::new());
    loop {
        all.extend(&logits[0]);
        let token = sampler.choose(&logits[0], true);
        if token == end || tokens.len() == 50 {
            return (tokens, all);
        }
        tokens.push(token);
        logits = state.step(&[token]).unwrap();
    }
}

#[test]
fn greedy_tokens_and_all_logits_are_the_published_ones() {
    for name in ["hs16", "hs100_bf16"] {
        let Some((transformer, io)) = variant(name) else { continue };
        for case in ["greedy_cap", "greedy_end", "greedy_first_end"] {
            let (tokens, logits) = greedy(&transformer, &text_of(&io, case));
            let expected = if case == "greedy_first_end" { Vec::new() } else { ids(&io, &format!("{case}.tokens")) };
            assert_eq!(tokens, expected, "{name} {case}");
            assert_close(case, &logits, &flat(&io[&format!("{case}.step_logits")]), CLOSE);
        }
    }
}

#[test]
fn quantised_weights_give_the_tokens_that_candle_gives() {
    let Some(path) = kit("transformer_small/hs16/model.safetensors") else { return };
    let config: TransformerConfig = json(&kit("transformer_small/hs16/config.json").unwrap());
    let io = tensors(&kit("transformer_small/hs16/io.safetensors").unwrap());
    let folder = tempfile::tempdir().unwrap();
    for quantization in [Quantization::Q8_0, Quantization::Q4_0] {
        let file = folder.path().join(format!("{quantization:?}.gguf"));
        let mut checkpoint = open(&path);
        let names = checkpoint.names();
        write_gguf(&mut checkpoint, &names, Some(quantization), &file, &mut |_| ControlFlow::Continue(())).unwrap();
        let Some(ours) = on_gpu(open(&file), &config) else { return };
        // The same weights; candle would also put the activations in eight bits.
        let theirs = Arc::new(Transformer::load(Weights::new(open(&file)).expanded_up_to(usize::MAX), &config).unwrap());
        let text = text_of(&io, "greedy_cap");
        let (tokens, _) = greedy(&ours, &text);
        let prefix = &ids(&io, "greedy_cap.tokens")[..9];
        let (mut ours, first) = ours.start(&[text.values()], prefix).unwrap();
        let (mut theirs, expected) = theirs.start(&[&text], prefix).unwrap();
        assert_close("first", &first[0], &expected[0], CLOSE);
        let mut sampler = Sampler::greedy();
        for token in tokens {
            let (logits, expected) = (ours.step(&[token]).unwrap(), theirs.step(&[token]).unwrap());
            assert_close("step", &logits[0], &expected[0], CLOSE);
            assert_eq!(sampler.choose(&logits[0], true), sampler.choose(&expected[0], true));
        }
    }
}

#[test]
#[allow(clippy::needless_range_loop, reason = "the step is looked up in several rows")]
fn a_row_of_a_batch_equals_the_row_alone() {
    let Some((transformer, io)) = variant("hs16") else { return };
    let texts = [text_of(&io, "pad"), text_of(&io, "a"), text_of(&io, "greedy_first_end"), text_of(&io, "a")];
    let texts: Vec<&[f32]> = texts.iter().map(|text| text.values()).collect();
    let tokens = [[3, 400, 77, 12, 509], [8, 2, 300, 1, 0], [44, 44, 44, 9, 10], [100, 200, 300, 400, 500]];
    let prefix = [17, 18];
    let (mut batch, mut together) = transformer.start(&texts, &prefix).unwrap();
    let mut alone: Vec<_> = texts.iter().map(|text| transformer.start(&[text], &prefix).unwrap()).collect();
    let mut rows = vec![0, 1, 2, 3];
    for step in 0..5 {
        for (logits, &row) in together.iter().zip(&rows) {
            assert_close(&format!("row {row} step {step}"), logits, &alone[row].1[0], CLOSE);
        }
        match step {
            // Sequences leave the batch, are copied where there is room, and where there is none.
            1 => rows = vec![3, 0],
            2 => rows = vec![0, 3, 0],
            3 => rows = vec![3, 3, 0, 0, 0, 3],
            _ => {}
        }
        match step {
            1 => batch.keep_rows(&[3, 0]).unwrap(),
            2 => batch.keep_rows(&[1, 0, 1]).unwrap(),
            3 => batch.keep_rows(&[1, 1, 0, 2, 0, 1]).unwrap(),
            _ => {}
        }
        together = batch.step(&rows.iter().map(|&row| tokens[row][step]).collect::<Vec<_>>()).unwrap();
        for (row, (state, logits)) in alone.iter_mut().enumerate() {
            *logits = state.step(&[tokens[row][step]]).unwrap();
        }
    }
}

#[test]
fn many_sequences_at_once_equal_one() {
    // More than one product of few lines takes.
    let Some((transformer, io)) = variant("hs16") else { return };
    let text = text_of(&io, "a");
    let (mut many, _) = transformer.start(&[text.values()], &[]).unwrap();
    many.keep_rows(&[0; 11]).unwrap();
    let (mut one, _) = transformer.start(&[text.values()], &[]).unwrap();
    for token in [5, 7] {
        let expected = one.step(&[token]).unwrap();
        for logits in many.step(&[token; 11]).unwrap() {
            assert_close("one of many", &logits, &expected[0], CLOSE);
        }
    }
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    let Some((transformer, io)) = variant("hs16") else { return };
    let text = text_of(&io, "a");
    let words = text.words();
    let (mut state, _) = transformer.start(&[text.values()], &vec![1; 301 - words]).unwrap();
    assert_eq!(state.room(), 0);
    let message = state.step(&[1]).unwrap_err().to_string();
    assert!(message.contains("302 positions") && message.contains("shorter"), "{message}");
    assert!(transformer.start(&[text.values()], &[1; 301]).is_err());
    assert!(transformer.start(&[], &[]).is_err());
    assert!(transformer.start(&[&[]], &[]).is_err());
    assert!(transformer.start(&[text.values()], &[512]).is_err());
    assert!(state.keep_rows(&[1]).is_err());
}

/// The kit's transformer in eight bits, with a file that remembers how devices like their work.
fn tuned(file: &Path, folder: &Path) -> Option<(Arc<engine::Transformer>, TextFeatures)> {
    let config: TransformerConfig = json(&kit("transformer_small/hs16/config.json")?);
    let io = tensors(&kit("transformer_small/hs16/io.safetensors")?);
    let weights = folder.join("q8_0.gguf");
    let mut checkpoint = open(&kit("transformer_small/hs16/model.safetensors")?);
    let names = checkpoint.names();
    write_gguf(&mut checkpoint, &names, Some(Quantization::Q8_0), &weights, &mut |_| ControlFlow::Continue(())).unwrap();
    let transformer = transformer_on_gpu(gpu()?, open(&weights), &config, Some(file)).unwrap().unwrap();
    Some((transformer, text_of(&io, "a")))
}

#[test]
fn what_a_device_likes_is_tried_once_and_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache/tuning.json");
    let Some((first, text)) = tuned(&file, folder.path()) else { return };
    let known: BTreeMap<String, Spread> = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let [(key, spread)] = &known.iter().collect::<Vec<_>>()[..] else { panic!("{known:?}") };
    assert!(key.contains(first.gpu().name()) && key.contains("q8_0"), "{key}");
    assert_eq!(first.spread(), **spread);
    // Whatever is remembered is taken, and computes the same; with activations in eight bits nearly.
    let (mut plain, mut packed) = (None, None);
    for other in variants::spreads(false) {
        std::fs::write(&file, serde_json::to_vec(&BTreeMap::from([(key, other)])).unwrap()).unwrap();
        let (transformer, _) = tuned(&file, folder.path()).unwrap();
        assert_eq!(transformer.spread(), other);
        let logits = transformer.start(&[text.values()], &[]).unwrap().0.step(&[7]).unwrap().remove(0);
        let seen = if other.packed { &mut packed } else { &mut plain };
        assert_close("another spread", &logits, seen.get_or_insert_with(|| logits.clone()), if other.packed { 2e-2 } else { CLOSE });
    }
    let (plain, packed) = (plain.unwrap(), packed.unwrap());
    let size = |numbers: &mut dyn Iterator<Item = f32>| numbers.map(|number| number * number).sum::<f32>().sqrt();
    let error = size(&mut plain.iter().zip(&packed).map(|(a, b)| a - b)) / size(&mut plain.iter().copied());
    // As in candle's own kernels: see the parity test of quantised weights.
    assert!(error > 0.0 && error < 0.03, "relative error {error}");
    // A file that means nothing is made anew.
    std::fs::write(&file, "no JSON").unwrap();
    tuned(&file, folder.path()).unwrap();
    assert!(serde_json::from_slice::<BTreeMap<String, Spread>>(&std::fs::read(&file).unwrap()).is_ok());
}

#[test]
fn a_profile_counts_every_weight_that_a_token_reads() {
    let Some((transformer, _)) = variant("hs16") else { return };
    let profile = engine::Profile::of(&transformer).unwrap();
    let products = profile.iter().filter(|part| part.kernel == "matvec");
    // Where there are no scales, an empty buffer stands for them.
    assert_eq!(products.map(|part| part.bytes - part.count as u64 * 16).sum::<u64>(), transformer.bytes_per_token());
    let counts: Vec<(&str, usize)> = profile.iter().map(|part| (part.what, part.count)).collect();
    let expected = [
        ("table", 1),
        ("norms", 7),
        ("queries, keys, values", 3),
        ("positions", 3),
        ("attention", 3),
        ("attention's way out", 3),
        ("gate and up", 3),
        ("down", 3),
        ("logits", 1),
    ];
    assert_eq!(counts, expected);
    assert!(engine::copy_bandwidth(transformer.gpu()).unwrap() > 1e8);
}

fn starter() -> Source {
    library::find(library::STARTER).unwrap()
}

fn request(greedy: bool, secs: f32) -> Request {
    let mut request = Request { length: Length::Exact { secs }, seed: 3, ..Request::new("a person walks forward") };
    request.sampling.greedy = greedy;
    request
}

fn finish(mut generation: Generation<'_>) -> Made {
    loop {
        if let Step::Done(made) = generation.step().unwrap() {
            return *made;
        }
    }
}

#[test]
fn the_starter_makes_the_same_tokens_as_on_the_processor() {
    let Some(gpu) = gpu() else { return };
    let name = gpu.name().to_owned();
    let theirs = MotionModel::load(&starter()).unwrap();
    let progress = LoadProgress::default();
    let loaded = pipeline::load_on(&starter(), gpu, None, &progress).unwrap();
    assert_eq!(progress.share(), 1.0);
    assert_eq!(loaded.remark, None);
    let ours = loaded.model;
    assert_eq!((ours.network.device(), theirs.network.device()), (name, "cpu".to_owned()));
    for greedy in [true, false] {
        let request = request(greedy, 1.0);
        let expected = finish(Generation::start(&theirs, &request, None).unwrap());
        let made = finish(Generation::start(&ours, &request, None).unwrap());
        assert_eq!(made.tokens, expected.tokens, "greedy: {greedy}");
        // Going on from a motion.
        let after = &expected.take.motion;
        let expected = finish(Generation::start(&theirs, &request, Some(after)).unwrap());
        assert_eq!(finish(Generation::start(&ours, &request, Some(after)).unwrap()).tokens, expected.tokens);
    }
    // Variations with guidance share what was read, and leave when they end.
    let request = Request { variations: 3, length: Length::Between { min_secs: 0.1, max_secs: 0.8 }, ..request(false, 0.0) };
    let all = |model: &MotionModel| {
        let mut batch = Batch::start(model, &request, None).unwrap();
        let mut all = Vec::new();
        loop {
            match batch.step().unwrap() {
                BatchStep::Tokens { .. } => {}
                BatchStep::Made { made, .. } => all.push(made.tokens),
                BatchStep::Done => return all,
            }
        }
    };
    assert_eq!(all(&ours), all(&theirs));
}

#[test]
fn a_device_lost_in_the_middle_of_a_motion_changes_nothing_but_the_speed() {
    let Some(gpu) = gpu() else { return };
    let hook = gpu.loss_hook();
    let model = pipeline::load_on(&starter(), gpu, None, &LoadProgress::default()).unwrap().model;
    let request = request(false, 1.0);
    let expected = finish(Generation::start(&MotionModel::load(&starter()).unwrap(), &request, None).unwrap());
    let mut generation = Generation::start(&model, &request, None).unwrap();
    for _ in 0..5 {
        generation.step().unwrap();
    }
    hook.lose();
    let made = finish(generation);
    assert_eq!(made.tokens, expected.tokens);
    let [warning] = &made.warnings[..] else { panic!("{:?}", made.warnings) };
    assert!(warning.text.contains("lost") && warning.text.contains("processor"), "{warning}");
    assert_eq!(model.network.device(), "cpu");
    // The next one knows of nothing.
    let next = finish(Generation::start(&model, &request, None).unwrap());
    assert_eq!((next.tokens, next.warnings), (expected.tokens, Vec::new()));
}

#[test]
fn a_device_that_hangs_is_waited_for_once() {
    let Some(gpu) = gpu() else { return };
    let hook = gpu.loss_hook();
    let model = pipeline::load_on(&starter(), gpu, None, &LoadProgress::default()).unwrap().model;
    let request = request(false, 0.5);
    let expected = finish(Generation::start(&MotionModel::load(&starter()).unwrap(), &request, None).unwrap());
    let mut generation = Generation::start(&model, &request, None).unwrap();
    generation.step().unwrap();
    hook.hang();
    let made = finish(generation);
    assert_eq!(made.tokens, expected.tokens);
    let [warning] = &made.warnings[..] else { panic!("{:?}", made.warnings) };
    assert!(warning.text.contains("does not answer"), "{warning}");
    // The next motion does not wait for it again.
    assert_eq!(model.network.device(), "cpu");
    let next = finish(Generation::start(&model, &request, None).unwrap());
    assert_eq!((next.tokens, next.warnings), (expected.tokens, Vec::new()));
}

#[test]
fn a_device_lost_between_two_motions_is_told_once() {
    let Some(gpu) = gpu() else { return };
    let hook = gpu.loss_hook();
    let model = pipeline::load_on(&starter(), gpu, None, &LoadProgress::default()).unwrap().model;
    hook.lose();
    let made = finish(Generation::start(&model, &request(true, 0.5), None).unwrap());
    assert_eq!(made.warnings.len(), 1, "{:?}", made.warnings);
    assert!(finish(Generation::start(&model, &request(true, 0.5), None).unwrap()).warnings.is_empty());
}

#[test]
fn a_device_that_is_too_small_is_told_before_anything_is_read() {
    let Some(gpu) = gpu() else { return };
    let loaded = pipeline::load_on(&starter(), gpu.with_memory_limit(Some(100 << 20)), None, &LoadProgress::default()).unwrap();
    assert_eq!(loaded.model.network.device(), "cpu");
    let remark = loaded.remark.unwrap();
    assert!(remark.contains("0.1 GB") && remark.contains("--device cpu"), "{remark}");
}

/// A 3B in float16 that must not be read.
struct Closed;

impl engine::WeightSource for Closed {
    fn shape(&self, name: &str) -> Option<MatrixShape> {
        let known = three_billion().matrices().into_iter().find(|(known, ..)| known == name);
        known.map(|(_, rows, inner)| MatrixShape { format: WeightFormat::F16, rows, inner })
    }

    fn matrix(&mut self, name: &str) -> Result<Vec<u8>, String> {
        panic!("{name} was read")
    }

    fn vector(&mut self, name: &str) -> Result<Vec<f32>, String> {
        panic!("{name} was read")
    }
}

fn three_billion() -> Sizes {
    let (positions, heads, width) = (301, 32, 3200);
    let angles = vec![[1.0, 0.0]; positions * width / heads / 2];
    let norm_eps = 1e-5;
    Sizes { layers: 24, heads, width, hidden: 8704, text_width: 2048, positions, norm_eps, vocabulary: 64_002, angles }
}

#[test]
fn a_model_that_does_not_fit_says_which_form_of_it_would() {
    for (gigabytes, expected) in
        [(5, "--quantize q8_0, which needs 3.9 GB"), (3, "--quantize q4_0, which needs 2.2 GB"), (2, "a smaller model")]
    {
        let Some(gpu) = gpu() else { return };
        let gpu = gpu.with_memory_limit(Some(gigabytes * 1_000_000_000));
        let error = engine::Transformer::load(gpu, three_billion(), &mut Closed, None).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("needs 7.1 GB") && message.contains(expected), "{message}");
    }
}

#[test]
fn software_adapters_are_taken_by_name_only() {
    let software: Vec<_> = engine::adapters().into_iter().filter(|adapter| adapter.is_software).collect();
    let Some(adapter) = software.first() else { return };
    let part = adapter.name.split_whitespace().next().unwrap().to_uppercase();
    let named = engine::Gpu::open(&engine::AdapterChoice::Named(part)).unwrap();
    assert!(named.is_software());
    if engine::adapters().len() == software.len() {
        let message = engine::Gpu::open(&engine::AdapterChoice::Fastest).unwrap_err().to_string();
        assert!(message.contains(&adapter.name) && message.contains("--device cpu"), "{message}");
        assert_eq!(pipeline::load(&starter(), &Device::Auto, None, &LoadProgress::default()).unwrap().model.network.device(), "cpu");
        assert!(pipeline::load(&starter(), &Device::Gpu(None), None, &LoadProgress::default()).is_err());
    }
}

#[test]
fn devices_are_written_as_they_are_read() {
    for text in ["auto", "cpu", "gpu", "gpu:llvmpipe", "gpu:GeForce RTX 3090"] {
        assert_eq!(text.parse::<Device>().unwrap().to_string(), text);
    }
    for text in ["", "tpu", "gpu:", "cpu:1", "GPU"] {
        assert!(text.parse::<Device>().is_err(), "{text}");
    }
}
