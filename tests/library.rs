//! Finding, listing and importing models.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use zoetrope::library::{self, Import, import};
use zoetrope::model::{MotionModel, Quantization, Sampler, Source};

/// The models' folder is named by the environment, which all tests of a process share.
static ENVIRONMENT: Mutex<()> = Mutex::new(());

fn with_models_folder(test: impl FnOnce(&Path)) {
    let _alone = ENVIRONMENT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let folder = tempfile::tempdir().unwrap();
    // SAFETY: every test of this file that touches the environment holds the lock.
    #[expect(unsafe_code, reason = "the environment is how the folder is chosen")]
    unsafe {
        std::env::set_var("ZOETROPE_MODELS", folder.path());
    }
    test(folder.path());
}

fn kit() -> Option<PathBuf> {
    let kit = std::env::var_os("ZOETROPE_FIXTURES").map(PathBuf::from);
    if kit.is_none() {
        eprintln!("skipped: no reference kit");
    }
    kit
}

fn small_import(kit: &Path, target: &str) -> Import {
    Import {
        tokenizer: kit.join("pipeline_small/tokenizer.safetensors"),
        transformer: kit.join("pipeline_small/transformer.safetensors"),
        text_encoder: kit.join("t5_small"),
        mean: kit.join("data/mean.npy"),
        std: kit.join("data/std.npy"),
        heads: 4,
        config: None,
        quantize: None,
        target: target.into(),
    }
}

/// The greedy tokens of a prompt, at most 50.
fn greedy(model: &MotionModel, prompt: &str) -> Vec<u32> {
    let text = model.encode_text(prompt).unwrap();
    let (mut state, mut logits) = model.transformer.start(&[&text], &[]).unwrap();
    let mut sampler = Sampler::greedy();
    let mut tokens = Vec::new();
    while tokens.len() < 50 {
        let token = sampler.choose(&logits[0], true);
        if token == model.transformer.end_token() {
            break;
        }
        tokens.push(token);
        logits = state.step(&[token]).unwrap();
    }
    tokens
}

#[test]
fn the_built_in_model_loads_and_moves() {
    let model = MotionModel::load(&library::find("starter").unwrap()).unwrap();
    assert_eq!(model.config.name, "starter");
    assert!(!model.config.licence.is_empty(), "its licence is known");
    assert!(model.encode_text("").unwrap().words() > 0, "guidance needs an empty prompt");
    let tokens = greedy(&model, "a person walks forward");
    assert!(!tokens.is_empty());
    let features = model.decode_motion(&tokens).unwrap();
    assert_eq!(features.len(), tokens.len() * model.config.tokenizer.frames_per_token() * 272);
    assert!(features.iter().all(|value| value.is_finite()));
    // The way back gives as many tokens.
    assert_eq!(model.encode_motion(&features).unwrap().len(), tokens.len());
}

#[test]
fn an_imported_model_is_listed_found_and_gives_the_published_tokens() {
    let Some(kit) = kit() else { return };
    with_models_folder(|folder| {
        let installed = import(&small_import(&kit, "small")).unwrap();
        assert_eq!(installed, folder.join("small"));
        let names: Vec<_> = library::list().iter().map(|listing| (listing.name.clone(), listing.config.is_ok())).collect();
        assert_eq!(names, [("starter".into(), true), ("small".into(), true)]);
        assert_eq!(library::find("small").unwrap(), Source::Folder(installed.clone()));
        assert_eq!(library::find(&installed.display().to_string()).unwrap(), Source::Folder(installed.clone()));
        let leftovers = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(leftovers, 1, "nothing unfinished stays");

        let model = MotionModel::load(&Source::Folder(installed)).unwrap();
        let io = candle_core::safetensors::load(kit.join("pipeline_small/io.safetensors"), &candle_core::Device::Cpu).unwrap();
        let expected: Vec<i64> = io["t0.tokens"].flatten_all().unwrap().to_vec1().unwrap();
        let tokens = greedy(&model, "A person walks forward for a few steps.");
        assert_eq!(tokens.iter().map(|&token| i64::from(token)).collect::<Vec<_>>(), expected);
        let theirs: Vec<f64> = io["t0.motion272"].flatten_all().unwrap().to_vec1().unwrap();
        let ours = model.decode_motion(&tokens).unwrap();
        let worst = ours.iter().zip(&theirs).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
        assert_eq!(ours.len(), theirs.len());
        assert!(worst < 5e-5, "off by {worst}");
    });
}

#[test]
fn an_import_quantises_and_takes_a_configuration() {
    let Some(kit) = kit() else { return };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("hs16").display().to_string();
    // 510 codes are no published quantiser: their levels have to be given.
    let config = folder.path().join("config.json");
    std::fs::write(&config, r#"{"tokenizer": {"levels": [8, 8, 8]}, "licence": "test"}"#).unwrap();
    for (quantize, name) in [(Quantization::Q8_0, "q8"), (Quantization::Q4_0, "q4")] {
        let small = Import { quantize: Some(quantize), config: Some(config.clone()), ..small_import(&kit, &format!("{target}-{name}")) };
        let model = MotionModel::load(&Source::Folder(import(&small).unwrap())).unwrap();
        assert_eq!(model.config.licence, "test");
        assert!(!greedy(&model, "she raises both arms").is_empty());
    }
    let foreign = Import { transformer: kit.join("transformer_small/hs16/model.pth"), ..small_import(&kit, &target) };
    let message = import(&foreign).unwrap_err().to_string();
    assert!(message.contains("levels"), "{message}");
}

#[test]
fn what_does_not_fit_is_refused_in_words_and_leaves_nothing_behind() {
    let Some(kit) = kit() else { return };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("new").display().to_string();
    let small = small_import(&kit, &target);
    let refused = |change: &dyn Fn(&mut Import)| {
        let mut changed = small.clone();
        change(&mut changed);
        let message = import(&changed).unwrap_err().to_string();
        assert!(!message.contains('\n'), "{message}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "after: {message}");
        message
    };
    assert!(refused(&|import| import.heads = 5).contains("heads"));
    assert!(refused(&|import| import.text_encoder = kit.join("evaluator_small/distilbert")).contains("neither bert nor t5"));
    assert!(refused(&|import| import.text_encoder = kit.join("data")).contains("config.json"));
    assert!(refused(&|import| import.mean = kit.join("representation/npy/walk_turn_272.npy")).contains("shape"));
    assert!(refused(&|import| import.tokenizer = kit.join("pipeline_small/transformer.safetensors")).contains("missing"));
    assert!(refused(&|import| import.tokenizer = kit.join("tokenizer_small/base/model.pth")).contains("levels"));
    assert!(refused(&|import| import.transformer = kit.join("nowhere.pth")).contains("nowhere.pth"));
    for name in ["starter", "..", ".hidden", "/"] {
        assert!(refused(&|import| import.target = name.into()).contains("no name"), "{name}");
    }
    import(&small).unwrap();
    assert!(import(&small).unwrap_err().to_string().contains("already"));
}

#[test]
fn an_unknown_model_is_answered_with_the_known_ones() {
    with_models_folder(|folder| {
        std::fs::create_dir(folder.join("broken")).unwrap();
        std::fs::write(folder.join("broken/model.json"), "{").unwrap();
        let message = library::find("walker").unwrap_err().to_string();
        assert!(message.contains("walker") && message.contains("starter") && message.contains("broken"), "{message}");
        let broken = library::list().into_iter().find(|listing| listing.name == "broken").unwrap();
        assert!(broken.config.is_err(), "a damaged model is listed with its error");
        assert!(library::find("../broken").is_err());
    });
}
