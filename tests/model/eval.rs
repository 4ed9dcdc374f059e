//! Evaluation against what the published code computes (reference kit), and the evaluator against itself. Tolerances are those of
//! the kit's README files.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use candle_core::{DType, Device, Tensor, Var};
use glam::Vec3;
use zoetrope::library;
use zoetrope::model::evaluator::{EncoderSize, EvaluatorConfig, EvaluatorNetworks, EvaluatorSize, contrastive_loss, positions};
use zoetrope::model::{Checkpoint, Evaluator, MotionModel};
use zoetrope::motion::JOINT_COUNT;
use zoetrope::timeline::Sampling;
use zoetrope::train::dataset::{Purpose, Split};
use zoetrope::train::eval::metrics::{
    self, Embeddings, Gaussian, Joints, accelerations_m, code_use, distance, frechet_distance, hits, joint_error_m, mean_distance, ranks,
};
use zoetrope::train::eval::{Candidate, EvalError, Options, evaluate, fingerprint, load_evaluator, words};
use zoetrope::train::folder::put_evaluator;

use crate::shared::{assert_close, assert_relative, flat, json, kit, tensors};
use crate::spoilt::{BAD, spoilt};
use crate::walks::walks;

// ---------------------------------------------------------------------------------------------------------- the evaluator

const ROW: usize = 272;

fn no_words() -> zoetrope::model::Result<zoetrope::model::TextEncoder> {
    panic!("the published evaluator has a text encoder of its own")
}

#[test]
fn the_published_evaluator_embeds_motions_and_captions_as_published() {
    let Some(folder) = kit("evaluator_small") else { return };
    let evaluator = Evaluator::load(&folder, ROW, no_words).expect("loads");
    let io = tensors(&folder.join("io.safetensors"));
    let lengths: Vec<i64> = io["lengths"].to_vec1().unwrap();
    let texts: Vec<String> = serde_json::from_value(json::<serde_json::Value>(&folder.join("config.json"))["texts"].clone()).unwrap();
    for (at, text) in texts.iter().enumerate() {
        let frames = flat(&io["motion_normalised"].get(at).unwrap());
        let motion = evaluator.embed_motion(&frames[..lengths[at] as usize * ROW]).unwrap();
        assert_close(&format!("motion {at}"), &motion, &flat(&io["motion_mu"].get(at).unwrap()), 1e-5);
        let text = evaluator.embed_text(text).unwrap();
        assert_close(&format!("text {at}"), &text, &flat(&io["text_mu"].get(at).unwrap()), 1e-5);
    }
}

#[test]
fn padding_changes_no_embedding() {
    let Some(folder) = kit("evaluator_small") else { return };
    let mut checkpoint = Checkpoint::open(&(&*folder.join("evaluator.safetensors")).into(), "").unwrap();
    let mut own = HashMap::new();
    for name in checkpoint.names().into_iter().filter(|name| !name.contains("text_model")) {
        let tensor = checkpoint.read(&name).unwrap().dense().unwrap();
        own.insert(name, tensor);
    }
    let networks = EvaluatorNetworks::load(Checkpoint::from_tensors(own, "kit"), 4).unwrap();
    let io = tensors(&folder.join("io.safetensors"));
    let lengths: Vec<usize> = io["lengths"].to_vec1::<i64>().unwrap().into_iter().map(|length| length as usize).collect();
    let (mean, logvar) = networks.motion.forward(&io["motion_normalised"], &lengths, None).unwrap();
    assert_close("means", &flat(&mean), &flat(&io["motion_mu"]), 1e-5);
    let deviation = (logvar * 0.5).unwrap().exp().unwrap();
    assert_close("deviations", &flat(&deviation), &flat(&io["motion_std"]), 1e-5);
    assert_close("positions", &flat(&positions(20, 64, &Device::Cpu).unwrap()), &flat(&io["pe_first20"]), 1e-6);
}

/// `tests/golden/evaluator_lightning` is a Lightning checkpoint of a tiny evaluator, with the epochs, optimizer states and foreign
/// objects that such files hold beside the weights, and the same weights as safetensors.
#[test]
fn a_lightning_checkpoint_is_read_as_data() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/evaluator_lightning");
    let lightning = Evaluator::load(&folder, ROW, no_words).expect("loads");
    let plain = Evaluator::load(&folder.join("distilbert/same.safetensors"), ROW, no_words);
    let plain = plain.expect("loads");
    let frames: Vec<f32> = (0..7 * ROW).map(|at| (at as f32 * 0.37).sin()).collect();
    assert_eq!(lightning.embed_motion(&frames).unwrap(), plain.embed_motion(&frames).unwrap());
    let caption = "a man walks";
    assert_eq!(lightning.embed_text(caption).unwrap(), plain.embed_text(caption).unwrap());
}

#[test]
fn evaluators_that_cannot_be_read_are_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let load = |path: &Path| Evaluator::load(path, ROW, no_words).map(|_| ()).expect_err("refused").to_string();
    assert!(load(folder.path()).contains("evaluator.safetensors"));
    let damaged = folder.path().join("epoch=1.ckpt");
    std::fs::write(&damaged, b"PK\x03\x04 no more of it").unwrap();
    assert!(load(folder.path()).contains("epoch=1.ckpt"));
    let other = folder.path().join("evaluator.safetensors");
    candle_core::safetensors::save(&HashMap::from([("weight", Tensor::zeros(2, DType::F32, &Device::Cpu).unwrap())]), &other).unwrap();
    std::fs::write(folder.path().join("evaluator.json"), "{\"heads\": -1}").unwrap();
    assert!(load(folder.path()).contains("evaluator.json"));
}

/// A tiny evaluator on variables, two clips of other lengths and two captions.
struct Tiny {
    vars: HashMap<String, Var>,
    motions: Tensor,
    words: Tensor,
}

impl Tiny {
    fn new() -> Self {
        let of = |input: usize| EncoderSize { input, latent: 8, heads: 2, feed_forward: 12, layers: 2 };
        let initial = EvaluatorSize { motion: of(6), text: of(5) }.initial(7).unwrap();
        let vars = initial.into_iter().map(|(name, tensor)| (name, Var::from_tensor(&tensor).unwrap())).collect();
        let wave = |count: usize, step: f32| (0..count).map(|at| (at as f32 * step).sin()).collect::<Vec<_>>();
        let motions = Tensor::from_vec(wave(2 * 4 * 6, 0.7), (2, 4, 6), &Device::Cpu).unwrap();
        let words = Tensor::from_vec(wave(2 * 3 * 5, 1.3), (2, 3, 5), &Device::Cpu).unwrap();
        Self { vars, motions, words }
    }

    fn loss(&self) -> Tensor {
        let tensors = self.vars.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect();
        let networks = EvaluatorNetworks::load(Checkpoint::from_tensors(tensors, "tiny"), 2).unwrap();
        let motion = networks.motion.forward(&self.motions, &[4, 3], None).unwrap().0;
        let text = networks.text.forward(&self.words, &[2, 3], None).unwrap().0;
        contrastive_loss(&text, &motion, |_, _| false).unwrap()
    }
}

#[test]
fn gradients_of_the_evaluator_agree_with_finite_differences_at_batch_two() {
    let tiny = Tiny::new();
    let gradients = tiny.loss().backward().unwrap();
    let loss = || f64::from(tiny.loss().to_scalar::<f32>().unwrap());
    let mut names: Vec<_> = tiny.vars.keys().collect();
    names.sort();
    for name in names {
        let var = &tiny.vars[name];
        if name.contains("in_proj_bias") || name.ends_with("logvar_token") {
            // Keys' biases change no softmax, and the log-variance token acts only through what others see of it: both may be 0.
            assert!(gradients.get(var).is_some(), "{name} has no gradient");
            continue;
        }
        let gradient = flat(gradients.get(var).unwrap_or_else(|| panic!("{name} has no gradient")));
        let steepest = (0..gradient.len()).max_by(|&a, &b| gradient[a].abs().total_cmp(&gradient[b].abs())).unwrap();
        let values = flat(var.as_tensor());
        let at = |by: f32| {
            let mut moved = values.clone();
            moved[steepest] += by;
            var.set(&Tensor::from_vec(moved, var.shape(), &Device::Cpu).unwrap()).unwrap();
            let loss = loss();
            var.set(&Tensor::from_vec(values.clone(), var.shape(), &Device::Cpu).unwrap()).unwrap();
            loss
        };
        let step = 4e-3;
        let difference = (at(step) - at(-step)) / f64::from(2.0 * step);
        let gradient = f64::from(gradient[steepest]);
        assert!((difference - gradient).abs() <= 0.03 * gradient.abs() + 2e-4, "{name}: {gradient} against {difference}");
    }
}

#[test]
fn a_caption_that_is_also_true_of_another_clip_is_no_wrong_answer() {
    let rows = |values: &[f32]| Tensor::from_slice(values, (2, 2), &Device::Cpu).unwrap();
    let (text, motion) = (rows(&[1.0, 0.0, 1.0, 0.0]), rows(&[1.0, 0.0, 1.0, 0.0]));
    let loss = |same: bool| contrastive_loss(&text, &motion, |_, _| same).unwrap().to_scalar::<f32>().unwrap();
    assert!((loss(false) - 2_f32.ln()).abs() < 1e-5, "two clips that cannot be told apart cost ln 2");
    assert!(loss(true).abs() < 1e-5, "and nothing where they need not be");
}

// ---------------------------------------------------------------------------------------------------------------- metrics

struct Kit {
    io: HashMap<String, Tensor>,
    expected: serde_json::Value,
}

impl Kit {
    fn open() -> Option<Self> {
        let folder = kit("metrics")?;
        Some(Self { io: tensors(&folder.join("io.safetensors")), expected: json(&folder.join("expected.json")) })
    }

    fn number(&self, name: &str) -> f64 {
        self.expected[name].as_f64().expect("a number")
    }

    fn embeddings(&self, name: &str) -> Embeddings {
        rows(&self.io[name])
    }

    fn indices(&self, name: &str) -> Vec<usize> {
        self.io[name].to_vec1::<i64>().unwrap().into_iter().map(|index| index as usize).collect()
    }

    fn joints(&self, name: &str) -> Vec<Joints> {
        flat(&self.io[name]).chunks(JOINT_COUNT * 3).map(|row| std::array::from_fn(|j| Vec3::from_slice(&row[3 * j..]))).collect()
    }
}

fn rows(tensor: &Tensor) -> Embeddings {
    let mut embeddings = Embeddings::new(tensor.dim(1).unwrap());
    flat(tensor).chunks(tensor.dim(1).unwrap()).for_each(|row| embeddings.push(row));
    embeddings
}

#[test]
fn the_frechet_distance_is_the_published_one() {
    let Some(kit) = Kit::open() else { return };
    for (name, tolerance) in [("fid.d32", 1e-6), ("fid.d64", 1e-6), ("fid.d64_rankdef", 1e-4)] {
        let [a, b] = ["a", "b"].map(|which| Gaussian::of(&kit.embeddings(&format!("{name}.{which}"))).unwrap());
        for (which, of) in [("a", &a), ("b", &b)] {
            let mean: Vec<f32> = of.mean.iter().map(|&value| value as f32).collect();
            assert_close(&format!("{name}.mu_{which}"), &mean, &flat(&kit.io[&format!("{name}.mu_{which}")]), 1e-6);
            let theirs: Vec<f64> = kit.io[&format!("{name}.cov_{which}")].flatten_all().unwrap().to_vec1().unwrap();
            let apart = of.covariance.iter().zip(&theirs).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f64::max);
            assert!(apart < 1e-5, "{name}.cov_{which} is off by {apart}");
        }
        assert_relative(name, frechet_distance(&a, &b), kit.number(name), tolerance);
        assert!(frechet_distance(&a, &a).abs() < 1e-4, "{name} to itself");
    }
    // The published variant for features of any scale: both sides normalised by the first one's mean and deviation.
    let (a, b) = (flat(&kit.io["ffd.a"]), flat(&kit.io["ffd.b"]));
    let normal = |x: &[f32]| {
        let mut embeddings = Embeddings::new(16);
        for row in x.chunks(16) {
            let of = |j: usize| {
                let column: Vec<f64> = a.iter().skip(j).step_by(16).copied().map(f64::from).collect();
                let mean = column.iter().sum::<f64>() / column.len() as f64;
                let deviation = (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / column.len() as f64).sqrt();
                ((f64::from(row[j]) - mean) / deviation) as f32
            };
            embeddings.push(&std::array::from_fn::<f32, 16, _>(of));
        }
        Gaussian::of(&embeddings).unwrap()
    };
    assert_relative("ffd", frechet_distance(&normal(&a), &normal(&b)), kit.number("ffd.value"), 1e-5);
}

#[test]
fn retrieval_is_the_published_one() {
    let Some(kit) = Kit::open() else { return };
    let (text, motion) = (kit.embeddings("rp.text"), kit.embeddings("rp.motion"));
    let pools: Vec<Vec<usize>> = (0..3).map(|pool| (32 * pool..32 * (pool + 1)).collect()).collect();
    let distances: Vec<f32> =
        (0..32).flat_map(|t| (0..32).map(move |m| (t, m))).map(|(t, m)| distance(text.row(t), motion.row(m)) as f32).collect();
    let theirs = flat(&kit.io["rp.dist_batch0"]);
    let farthest = distances.iter().zip(&theirs).map(|(a, b)| (a - b).abs() / b).fold(0.0, f32::max);
    assert!(farthest < 1e-4, "a distance is off by {farthest} of itself");

    let ranked: Vec<Vec<(usize, f64)>> = pools.iter().map(|pool| ranks(&text, &motion, pool)).collect();
    let first: Vec<u8> = ranked[0].iter().flat_map(|(rank, _)| (0..3).map(|top| u8::from(*rank <= top))).collect();
    assert_eq!(first, kit.io["rp.topk_mat_batch0"].flatten_all().unwrap().to_vec1::<u8>().unwrap());
    let all: Vec<(usize, f64)> = ranked.concat();
    let hit: Vec<usize> = serde_json::from_value(kit.expected["rp.hits"].clone()).unwrap();
    assert_eq!(hits(&all).to_vec(), hit);
    let sum: f64 = all.iter().map(|(_, distance)| distance).sum();
    assert_relative("matching sum", sum, kit.number("rp.matching_sum"), 1e-4);
    assert_relative("matching score", sum / 96.0, kit.number("rp.matching_score"), 1e-4);
}

#[test]
fn diversity_and_multimodality_are_the_published_ones() {
    let Some(kit) = Kit::open() else { return };
    let diversity = mean_distance(&kit.embeddings("div.activations"), &kit.indices("div.first"), &kit.indices("div.second"));
    assert_relative("diversity", diversity, kit.number("div.value"), 1e-5);
    let (first, second) = (kit.indices("mm.first"), kit.indices("mm.second"));
    let of = |text: usize| mean_distance(&rows(&kit.io["mm.activations"].get(text).unwrap()), &first, &second);
    assert_relative("multimodality", (0..20).map(of).sum::<f64>() / 20.0, kit.number("mm.value"), 1e-5);
}

#[test]
fn joint_errors_accelerations_and_code_use_are_the_published_ones() {
    let Some(kit) = Kit::open() else { return };
    let (ours, truth) = (kit.joints("mpjpe.pred"), kit.joints("mpjpe.gt"));
    let errors: Vec<f32> = ours.iter().zip(&truth).map(|(ours, truth)| joint_error_m(ours, truth)).collect();
    assert_close("mpjpe", &errors, &flat(&kit.io["mpjpe.per_frame"]), 1e-5);
    let mean = errors.iter().copied().map(f64::from).sum::<f64>() / errors.len() as f64;
    assert_relative("mean mpjpe", mean, kit.number("mpjpe.mean"), 1e-5);
    for (which, joints) in [("pred", &ours), ("gt", &truth)] {
        let (means, greatest): (Vec<f32>, Vec<f32>) = accelerations_m(joints).into_iter().unzip();
        assert_close("mean acceleration", &means, &flat(&kit.io[&format!("acc.{which}_mean")]), 1e-5);
        assert_close("greatest acceleration", &greatest, &flat(&kit.io[&format!("acc.{which}_max")]), 1e-5);
    }
    let codes = kit.io["ppl.indices"].to_dtype(DType::I64).unwrap().to_vec1::<i64>().unwrap();
    let (perplexity, used) = code_use(codes.iter().map(|&code| code as u32), kit.number("ppl.codebook") as usize);
    assert_relative("perplexity", perplexity, kit.number("ppl.perplexity"), 1e-5);
    assert_relative("codes in use", used, kit.number("ppl.activate"), 1e-5);
}

#[test]
fn jerk_is_nought_for_what_accelerates_evenly_and_known_for_a_cubic_path() {
    let moving = |power: i32| -> Vec<Joints> {
        (0..8).map(|frame| std::array::from_fn(|joint| Vec3::X * joint as f32 * 1e-3 * (frame as f32).powi(power))).collect()
    };
    assert!(metrics::jerk_m(&moving(2)) < 1e-6);
    // The third difference of t³ is 6, and the mean of 0 … 21 is 10.5.
    assert!((metrics::jerk_m(&moving(3)) - 6.0 * 10.5e-3).abs() < 1e-4);
    assert_eq!(metrics::jerk_m(&moving(3)[..3]), 0.0);
}

// ------------------------------------------------------------------------------------------------- the whole way

/// Greedy takes of all test clips, kept below a folder.
fn options(root: &Path, repeats: usize) -> Options {
    Options {
        split: Split::Test,
        limit: None,
        repeats,
        takes: 1,
        seed: 0,
        sampling: Sampling { greedy: true, ..Sampling::default() },
        threads: 2,
        folder: root.join("kept"),
    }
}

#[test]
fn a_folder_of_clips_becomes_tables_and_what_was_made_is_kept() {
    let root = tempfile::TempDir::new().unwrap();
    let dataset = walks(root.path(), [64, 0, 4]);
    std::fs::write(dataset.layout().motion("walk67"), b"no features").unwrap();
    let (silent, go_on) = (|_: &str, _: usize, _: usize| (), AtomicBool::new(false));
    let folder = root.path().join("evaluator");
    std::fs::create_dir(&folder).unwrap();
    let size = EvaluatorSize::small(ROW, words().unwrap().dim());
    let statistics = ["mean", "std"].map(|which| dataset.layout().statistics(which).as_path().into());
    put_evaluator(&folder, &EvaluatorConfig::default(), size.initial(1).unwrap(), statistics).unwrap();

    let evaluator = load_evaluator(&folder).expect("loads");
    let source = library::find(library::STARTER).unwrap();
    let model = MotionModel::load(&source).unwrap();
    let candidate = Candidate { model: &model, fingerprint: fingerprint(&source) };
    let options = options(root.path(), 2);
    let report = evaluate(&candidate, &dataset, Some((&evaluator, &folder)), &options, &silent, &go_on).expect("measures");
    assert_eq!((report.clips, report.left_out.len()), (3, 1));
    assert!(report.left_out[0].contains("walk67"), "{:?}", report.left_out);
    assert_eq!(report.quality[0].what, "real");
    let generation = report.generation.as_ref().unwrap();
    assert_eq!(generation.rows[0].what, "real");
    assert!(generation.rows[0].r_precision.is_none(), "three captions fill no pool");
    assert!(generation.rows.iter().all(|row| row.mm_distance.mean.is_finite() && row.fid.mean.is_finite()));
    assert_eq!((report.actions.len(), report.actions[0].action, report.actions[0].clips), (1, "walk", 3));
    assert!(report.tokenizer.mpjpe_mm > 0.0 && report.tokenizer.mpjpe_mm < 500.0, "{:?}", report.tokenizer);

    let made = || {
        let entries = std::fs::read_dir(options.folder.join("clips")).unwrap().map(|entry| entry.unwrap());
        entries.map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap())).collect::<HashMap<_, _>>()
    };
    let first = made();
    let again = evaluate(&candidate, &dataset, Some((&evaluator, &folder)), &options, &silent, &go_on).expect("measures again");
    assert_eq!(first, made(), "nothing is made twice");
    assert_eq!(serde_json::to_string(&report).unwrap(), serde_json::to_string(&again).unwrap(), "the same seed gives the same figures");

    let stop = AtomicBool::new(true);
    assert!(matches!(evaluate(&candidate, &dataset, None, &options, &silent, &stop), Err(EvalError::Cancelled)));
}

#[test]
fn an_evaluation_leaves_out_and_names_what_is_spoilt() {
    let root = tempfile::TempDir::new().unwrap();
    let dataset = spoilt(root.path(), Split::Test);
    let source = library::find(library::STARTER).unwrap();
    let model = MotionModel::load(&source).unwrap();
    let candidate = Candidate { model: &model, fingerprint: 0 };
    let options = options(root.path(), 1);
    let report = evaluate(&candidate, &dataset, None, &options, &|_, _, _| (), &AtomicBool::new(false)).expect("two clips are left");
    assert_eq!((report.clips, report.left_out.len()), (2, BAD.len()), "{:?}", report.left_out);
    for name in BAD {
        assert!(report.left_out.iter().any(|cause| cause.contains(name)), "{name} in {:?}", report.left_out);
    }
}

#[test]
fn a_part_without_clips_is_named() {
    let root = tempfile::TempDir::new().unwrap();
    let dataset = walks(root.path(), [64, 0, 4]);
    std::fs::write(dataset.layout().split(Purpose::Generator, Split::Test), "nobody\n").unwrap();
    let source = library::find(library::STARTER).unwrap();
    let model = MotionModel::load(&source).unwrap();
    let options = options(root.path(), 1);
    let candidate = Candidate { model: &model, fingerprint: 0 };
    let error = evaluate(&candidate, &dataset, None, &options, &|_, _, _| (), &AtomicBool::new(false)).expect_err("nothing to measure");
    assert!(error.to_string().contains(&root.path().display().to_string()), "{error}");
}
