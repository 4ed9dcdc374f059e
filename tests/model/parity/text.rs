//! Text encoders, and from a text to a motion.

use super::kit::{assert_close, flat, go_on, ids, json, kit, relative_error, tensors, weights};
use super::transformer::greedy;
use std::collections::HashMap;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use zoetrope::model::{
    MAX_FEATURES, MotionTokenizer, Quantization, Source, TextEncoder, TextEncoderConfig, TokenizerConfig, Transformer, TransformerConfig,
    open_t5, write_gguf,
};

fn t5() -> Option<TextEncoder> {
    let folder = kit("t5_small/config.json")?.parent().unwrap().to_path_buf();
    Some(TextEncoder::load(&Source::Folder(folder), "", TextEncoderConfig::T5).expect("loads"))
}

/// The kit's T5 in a folder of its own, with these files only.
fn t5_with(files: &[&str]) -> Option<(tempfile::TempDir, Source)> {
    let from = kit("t5_small/config.json")?.parent().unwrap().to_path_buf();
    let folder = tempfile::tempdir().unwrap();
    for name in files {
        let from = if from.join(name).exists() { from.join(name) } else { kit(&format!("t5_small/{name}"))? };
        std::fs::copy(from, folder.path().join(name)).unwrap();
    }
    let source = Source::Folder(folder.path().into());
    Some((folder, source))
}

#[derive(Deserialize)]
struct TextCase {
    text: String,
    input_ids: Vec<u32>,
}

/// Both files describe the same pieces: `tokenizer.json` is the fast form, `spiece.model` SentencePiece's own.
#[test]
fn t5_pieces_match_from_either_file() {
    for pieces in ["tokenizer.json", "spiece.model"] {
        let Some((_folder, source)) = t5_with(&["config.json", "model.safetensors", pieces]) else { continue };
        let encoder = TextEncoder::load(&source, "", TextEncoderConfig::T5).unwrap();
        let cases: Vec<TextCase> = json(&kit("t5_small/tokenizer_cases.json").unwrap());
        for case in &cases {
            assert_eq!(encoder.pieces(&case.text).unwrap(), case.input_ids, "{pieces}: {:?}", case.text);
        }
    }
}

/// Root mean square of the difference, over that of the second.
#[test]
fn a_t5_in_bfloat16_in_several_files_or_quantised_is_the_same_encoder() {
    let Some((folder, source)) = t5_with(&["config.json", "model.safetensors", "tokenizer.json"]) else { return };
    let text = "A person walks forward for a few steps.";
    let features = || TextEncoder::load(&source, "", TextEncoderConfig::T5).unwrap().encode(text).unwrap().values().to_vec();
    let exact = features();
    let weights = folder.path().join("model.safetensors");

    let convert = |change: &dyn Fn(&Tensor) -> Tensor| {
        let changed: HashMap<String, Tensor> = tensors(&weights).into_iter().map(|(name, tensor)| (name, change(&tensor))).collect();
        changed
    };
    let rounded = convert(&|tensor| tensor.to_dtype(DType::BF16).unwrap());
    let widened = convert(&|tensor| tensor.to_dtype(DType::BF16).unwrap().to_dtype(DType::F32).unwrap());
    let original = tensors(&weights);
    candle_core::safetensors::save(&rounded, &weights).unwrap();
    let from_bf16 = features();
    candle_core::safetensors::save(&widened, &weights).unwrap();
    assert_eq!(from_bf16, features(), "stored in bfloat16, computed in float32");
    // Eight bits of mantissa: 0.2 % a weight, a dozen products after each other.
    assert!(relative_error(&from_bf16, &exact) < 0.02, "{}", relative_error(&from_bf16, &exact));

    // In two files with an index, and with a decoder beside, as large checkpoints are published.
    std::fs::remove_file(&weights).unwrap();
    let (mut first, mut second) = (HashMap::new(), HashMap::new());
    let mut map = serde_json::Map::new();
    for (name, tensor) in original {
        let (shard, file) = if name.len() % 2 == 0 { (&mut first, "a.safetensors") } else { (&mut second, "b.safetensors") };
        map.insert(name.clone(), file.into());
        shard.insert(name, tensor);
    }
    second.insert("decoder.final_layer_norm.weight".to_string(), Tensor::zeros(32, DType::F32, &Device::Cpu).unwrap());
    candle_core::safetensors::save(&first, folder.path().join("a.safetensors")).unwrap();
    candle_core::safetensors::save(&second, folder.path().join("b.safetensors")).unwrap();
    let index = folder.path().join("model.safetensors.index.json");
    std::fs::write(&index, serde_json::json!({ "metadata": {}, "weight_map": map }).to_string()).unwrap();
    assert_eq!(features(), exact);

    let (mut checkpoint, names) = open_t5(&source).unwrap();
    assert!(names.iter().all(|name| !name.starts_with("decoder.")));
    write_gguf(&mut checkpoint, &names, Some(Quantization::Q8_0), &folder.path().join("model.gguf"), &mut go_on).unwrap();
    let quantised = features();
    assert!(quantised != exact, "the quantised file is read first");
    // As for the transformer's test below: 0.8 % a product, and about twelve follow each other.
    assert!(relative_error(&quantised, &exact) < 0.03, "{}", relative_error(&quantised, &exact));
}

#[test]
fn t5_features_match() {
    let Some(encoder) = t5() else { return };
    let cases: Vec<TextCase> = json(&kit("t5_small/tokenizer_cases.json").unwrap());
    let io = tensors(&kit("t5_small/io.safetensors").unwrap());
    for index in [0, 1, 2, 3, 11, 12] {
        let features = encoder.encode(&cases[index].text).unwrap();
        assert!(features.words() <= MAX_FEATURES);
        assert_close(&format!("case {index}"), features.values(), &flat(&io[&format!("case{index}.features150")]), 2e-5);
    }
}

#[test]
fn text_to_tokens_to_motion_matches_from_end_to_end() {
    #[derive(Deserialize)]
    struct Chain {
        texts: Vec<String>,
        tokenizer: TokenizerConfig,
        transformer: TransformerConfig,
    }
    let (Some(encoder), Some(path)) = (t5(), kit("pipeline_small/config.json")) else { return };
    let chain: Chain = json(&path);
    let file = |name: &str| kit(&format!("pipeline_small/{name}.safetensors")).unwrap();
    let tokenizer = MotionTokenizer::load(weights(&file("tokenizer"), ""), &chain.tokenizer).unwrap();
    let transformer = Arc::new(Transformer::load(weights(&file("transformer"), ""), &chain.transformer).unwrap());
    let io = tensors(&file("io"));
    for (index, text) in chain.texts.iter().enumerate() {
        let features = encoder.encode(text.trim()).unwrap();
        if let Some(expected) = io.get(&format!("t{index}.features")) {
            assert_close("features", features.values(), &flat(expected), 2e-5);
        }
        let (tokens, _) = greedy(&transformer, &features);
        assert_eq!(tokens, ids(&io[&format!("t{index}.tokens")])[0], "text {index}");
        if let Some(motion) = io.get(&format!("t{index}.motion_norm")) {
            assert_close("motion_norm", &tokenizer.decode(&tokens).unwrap(), &flat(motion), 5e-5);
        }
    }
}
