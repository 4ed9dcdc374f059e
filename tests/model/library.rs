//! Finding, listing and importing models.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use zoetrope::library::{self, Import};
use zoetrope::model::{MotionModel, Quantization, Sampler, Source};

use crate::shared::{kit, whole_kit};
use crate::small_model::small_import;

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

fn import(wanted: &Import) -> library::Result<PathBuf> {
    library::import(wanted, &mut |_, _| ControlFlow::Continue(()))
}

/// The greedy tokens of a prompt, at most 50.
fn greedy(model: &MotionModel, prompt: &str) -> Vec<u32> {
    let text = model.encode_text(prompt).unwrap();
    let (mut state, mut logits) = model.network.start(&[&text], &[]).unwrap();
    let mut sampler = Sampler::greedy();
    let mut tokens = Vec::new();
    while tokens.len() < 50 {
        let token = sampler.choose(&logits[0], true);
        if token == model.network.end_token() {
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
    let Some(kit) = kit("") else { return };
    with_models_folder(|folder| {
        let installed = import(&small_import(&kit, "small")).unwrap();
        assert_eq!(installed, folder.join("small"));
        let names: Vec<_> = library::list().iter().map(|listing| (listing.name.clone(), listing.config.is_ok())).collect();
        assert_eq!(names, [("starter".into(), true), ("small".into(), true)]);
        assert_eq!(library::find("small").unwrap(), Source::Folder(installed.clone()));
        assert_eq!(library::find(installed.display().to_string()).unwrap(), Source::Folder(installed.clone()));
        let leftovers = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(leftovers, 1, "nothing unfinished stays");

        let model = MotionModel::load(&Source::Folder(installed)).unwrap();
        let io = candle_core::safetensors::load(kit.join("pipeline_small/io.safetensors"), &candle_core::Device::Cpu).unwrap();
        let expected: Vec<i64> = io["t2.tokens"].flatten_all().unwrap().to_vec1().unwrap();
        let tokens = greedy(&model, "The man waves the right hand");
        assert_eq!(tokens.iter().map(|&token| i64::from(token)).collect::<Vec<_>>(), expected);
        let theirs: Vec<f64> = io["t2.motion272"].flatten_all().unwrap().to_vec1().unwrap();
        let ours = model.decode_motion(&tokens).unwrap();
        let worst = ours.iter().zip(&theirs).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
        assert_eq!(ours.len(), theirs.len());
        assert!(worst < 5e-5, "off by {worst}");
    });
}

/// Import and generation through the program itself: what the published programs compute.
#[test]
fn the_command_line_gives_the_published_tokens_and_features() {
    let Some(kit) = kit("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&std::ffi::OsStr]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let (small, model) = (small_import(&kit, ""), folder.path().join("small"));
    let parts = ["models", "import", "--heads", "4", "--tokenizer", "--transformer", "--text-encoder", "--mean", "--std", "-o"];
    let paths = [&small.tokenizer, &small.transformer, &small.text_encoder, &small.mean, &small.std, &model];
    let mut arguments: Vec<&std::ffi::OsStr> = parts[..4].iter().map(|word| word.as_ref()).collect();
    for (option, path) in parts[4..].iter().zip(paths) {
        arguments.extend([option.as_ref(), path.as_os_str()]);
    }
    run(&arguments);

    let config: serde_json::Value = serde_json::from_slice(&std::fs::read(kit.join("pipeline_small/config.json")).unwrap()).unwrap();
    let io = candle_core::safetensors::load(kit.join("pipeline_small/io.safetensors"), &candle_core::Device::Cpu).unwrap();
    let (tokens, features) = (folder.path().join("tokens.npy"), folder.path().join("motion.npy"));
    for (index, text) in config["texts"].as_array().unwrap().iter().enumerate() {
        let words = ["generate", text.as_str().unwrap(), "--published", "--model", "--tokens", "-o"];
        let mut arguments: Vec<&std::ffi::OsStr> = words[..3].iter().map(|word| word.as_ref()).collect();
        for (option, path) in words[3..].iter().zip([&model, &tokens, &features]) {
            arguments.extend([option.as_ref(), path.as_os_str()]);
        }
        run(&arguments);
        let expected: Vec<i64> = io[&format!("t{index}.tokens")].flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(
            npy(&tokens, "<i4").into_iter().map(|token| i64::from(i32::from_le_bytes(token))).collect::<Vec<_>>(),
            expected,
            "text {index}"
        );
        let Some(motion) = io.get(&format!("t{index}.motion272")) else { continue };
        let theirs: Vec<f64> = motion.flatten_all().unwrap().to_vec1().unwrap();
        let ours: Vec<f32> = npy(&features, "<f4").into_iter().map(f32::from_le_bytes).collect();
        assert_eq!(ours.len(), theirs.len());
        let worst = ours.iter().zip(&theirs).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max);
        assert!(worst < 5e-5, "features of text {index} are {worst} apart");
    }
}

/// The raw numbers of a `.npy` file of this type.
fn npy(path: &Path, kind: &str) -> Vec<[u8; 4]> {
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.starts_with(b"\x93NUMPY\x01") && String::from_utf8_lossy(&bytes[..128]).contains(kind));
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    bytes[start..].as_chunks().0.to_vec()
}

#[test]
fn an_import_quantises_and_takes_a_configuration() {
    let Some(kit) = whole_kit() else { return };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("hs16").display().to_string();
    // 510 codes are no published quantiser: their levels have to be given.
    let config = folder.path().join("config.json");
    std::fs::write(&config, r#"{"tokenizer": {"levels": [8, 8, 8]}, "licence": "test"}"#).unwrap();
    let mut hashes = Vec::new();
    for (quantize, name) in [(Quantization::Q8_0, "q8"), (Quantization::Q4_0, "q4")] {
        let small = Import { quantize: Some(quantize), config: Some(config.clone()), ..small_import(&kit, &format!("{target}-{name}")) };
        let model = MotionModel::load(&Source::Folder(import(&small).unwrap())).unwrap();
        assert_eq!(model.config.licence, "test");
        assert!(!greedy(&model, "she raises both arms").is_empty());
        let hash = model.config.version_and_hash();
        assert!(hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()), "{hash}");
        hashes.push(hash);
    }
    assert_ne!(hashes[0], hashes[1], "other weights");
    let foreign = Import { transformer: kit.join("transformer_small/hs16/model.pth"), ..small_import(&kit, &target) };
    let message = import(&foreign).unwrap_err().to_string();
    assert!(message.contains("levels"), "{message}");
}

/// What is not told by shapes, as a model folder says it.
fn untold(folder: &Path) -> [String; 3] {
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("model.json")).unwrap()).unwrap();
    let tokenizer =
        ["activation", "norm", "dilation_growth_rate", "patch_size", "patch_method"].map(|key| json["tokenizer"][key].to_string());
    let transformer = ["n_head", "block_size", "norm_eps", "rope_base", "rope"].map(|key| json["transformer"][key].to_string());
    [tokenizer.join(" "), transformer.join(" "), format!("{} {}", json["token_rate"], json["licence"])]
}

#[test]
fn what_shapes_do_not_tell_takes_the_published_value_unless_a_configuration_says_otherwise() {
    let Some(kit) = kit("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let published = import(&small_import(&kit, &at("published"))).unwrap();
    let expected = [r#""relu" "LN" 3 1 "haar""#, r#"4 301 0.00001 10000.0 "exact""#, r#"15.0 "imported""#];
    assert_eq!(untold(&published), expected);
    let config = folder.path().join("config.json");
    let says = r#"{
        "tokenizer": {"activation": "silu", "dilation_growth_rate": 2, "patch_method": "rearrange"},
        "transformer": {"n_head": 2, "block_size": 200, "norm_eps": 0.001, "rope_base": 5000.0, "rope": "bf16"},
        "licence": "CC0"
    }"#;
    std::fs::write(&config, says).unwrap();
    // The heads stand in the configuration, too.
    let other = Import { config: Some(config.clone()), heads: None, ..small_import(&kit, &at("other")) };
    let expected = [r#""silu" "LN" 2 1 "rearrange""#, r#"2 200 0.001 5000.0 "bf16""#, r#"15.0 "CC0""#];
    assert_eq!(untold(&import(&other).unwrap()), expected);
    // And the rate of the tokens.
    std::fs::write(&config, r#"{"token_rate": 7.5}"#).unwrap();
    let slow = import(&Import { config: Some(config.clone()), ..small_import(&kit, &at("slow")) }).unwrap();
    assert_eq!(untold(&slow)[2], r#"7.5 "imported""#);
    for text in ["[1]", "3", "{"] {
        std::fs::write(&config, text).unwrap();
        let message = import(&Import { config: Some(config.clone()), ..small_import(&kit, &at("none")) }).unwrap_err().to_string();
        assert!(message.contains("config.json") && message.contains("JSON object"), "{message}");
    }
}

/// A safetensors file with a number of one tensor that is none.
fn spoilt(file: &Path, tensor: &str, to: &Path) -> PathBuf {
    let mut bytes = std::fs::read(file).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let table: serde_json::Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
    let at = 8 + header + table[tensor]["data_offsets"][0].as_u64().unwrap() as usize;
    bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(to, bytes).unwrap();
    to.to_owned()
}

#[test]
fn an_import_is_run_once_and_refused_where_it_computes_nothing() {
    let Some(kit) = kit("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("models/new");
    std::fs::create_dir(folder.path().join("models")).unwrap();
    let refused = |change: &dyn Fn(&mut Import)| {
        let mut changed = small_import(&kit, &target.display().to_string());
        change(&mut changed);
        let message = import(&changed).unwrap_err().to_string();
        assert_eq!(std::fs::read_dir(folder.path().join("models")).unwrap().count(), 0, "after: {message}");
        message
    };
    // A number that is none, which an activation may hide.
    let to = folder.path().join("spoilt.safetensors");
    let transformer = spoilt(&kit.join("pipeline_small/transformer.safetensors"), "transformer.ln_f.scale", &to);
    let message = refused(&|import| import.transformer = transformer.clone());
    assert!(["tensor transformer.ln_f.scale", "not finite", "spoilt.safetensors"].iter().all(|word| message.contains(word)), "{message}");
    let tokenizer = spoilt(&kit.join("pipeline_small/tokenizer.safetensors"), "vqvae.quantizer.project_out.bias", &to);
    let message = refused(&|import| import.tokenizer = tokenizer.clone());
    assert!(message.contains("vqvae.quantizer.project_out.bias") && message.contains("spoilt.safetensors"), "{message}");
    let encoder = folder.path().join("t5");
    std::fs::create_dir(&encoder).unwrap();
    for name in ["config.json", "spiece.model"] {
        std::fs::copy(kit.join("t5_small").join(name), encoder.join(name)).unwrap();
    }
    spoilt(&kit.join("t5_small/model.safetensors"), "encoder.final_layer_norm.weight", &encoder.join("model.safetensors"));
    let message = refused(&|import| import.text_encoder = encoder.clone());
    assert!(message.contains("encoder.final_layer_norm.weight") && message.contains("model.safetensors"), "{message}");
    // Words of another encoder: the tables fit, and the first prompt would ask for rows that are not there.
    std::fs::copy(kit.join("t5_small/model.safetensors"), encoder.join("model.safetensors")).unwrap();
    let words = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
        "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
        "model":{"type":"WordLevel","vocab":{"[UNK]":0,"person":900000},"unk_token":"[UNK]"}}"#;
    std::fs::write(encoder.join("tokenizer.json"), words).unwrap();
    let message = refused(&|import| import.text_encoder = encoder.clone());
    assert!(message.contains("the text encoder does not run") && message.contains(&encoder.display().to_string()), "{message}");
}

#[test]
fn what_does_not_fit_is_refused_in_words_and_leaves_nothing_behind() {
    let Some(kit) = whole_kit() else { return };
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
    assert!(refused(&|import| import.heads = Some(5)).contains("heads"));
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
fn a_stopped_import_leaves_nothing_and_a_killed_one_is_cleaned_up() {
    let Some(kit) = kit("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("new").display().to_string();
    let small = small_import(&kit, &target);
    let mut told = Vec::new();
    let stopped = library::import(&small, &mut |done, of| {
        told.push((done, of));
        if done * 2 > of { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(stopped.unwrap_err().to_string().contains("stopped"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(told.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 == two[1].1), "progress grows towards one end");
    // What an import that was killed left behind.
    std::fs::create_dir(folder.path().join(".import-new")).unwrap();
    std::fs::write(folder.path().join(".import-new/transformer.gguf"), "half").unwrap();
    import(&small).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn heads_are_known_for_published_sizes_only() {
    let Some(kit) = kit("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let small = Import { heads: None, ..small_import(&kit, &folder.path().join("new").display().to_string()) };
    assert!(import(&small).unwrap_err().to_string().contains("--heads"));
}

#[test]
fn an_import_quantises_the_text_encoder_too_and_its_size_is_told() {
    let Some(kit) = kit("") else { return };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let exact = import(&small_import(&kit, &at("exact"))).unwrap();
    let small = import(&Import { quantize: Some(Quantization::Q4_0), ..small_import(&kit, &at("small")) }).unwrap();
    let size = |folder: &Path| {
        let source = Source::Folder(folder.into());
        let model = MotionModel::load(&source).unwrap();
        library::footprint(&source, &model.config).unwrap()
    };
    let (exact, small) = (size(&exact), size(&small));
    assert_eq!((exact.precision, small.precision), ("f32", "q4_0"));
    assert!(small.disk_bytes < exact.disk_bytes && small.memory_bytes < exact.memory_bytes);
    let built_in = library::find("starter").unwrap();
    let config = MotionModel::load(&built_in).unwrap().config;
    let size = library::footprint(&built_in, &config).unwrap();
    assert!(size.memory_bytes > size.disk_bytes && size.disk_bytes > 1 << 20);
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
