//! Losses, gradients, optimiser steps, rates and batches of the published code (kit `training`); tolerances are its README's.

use candle_core::{DType, Device, Tensor};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use zoetrope::model::learn::{
    AdamW, Form, FrameBatch, IGNORED, Learner, Penalty, TokenBatch, TokenizerLoss, TokenizerTask, TransformerTask,
};
use zoetrope::model::{
    Checkpoint, FileSource, MotionTokenizer, Source, TextEncoder, TextEncoderConfig, TextFeatures, TokenizerConfig, TransformerConfig,
    Weights,
};
use zoetrope::train::schedule::{published_constant, published_cosine, published_tokenizer_warmup};
use zoetrope::train::sequence::{PUBLISHED_POSITIONS, drop_token, sequence, targets};

use super::kit::{assert_near, assert_relative, flat, kit, tensors};

/// The numbers and the arrays of the kit.
fn training() -> Option<(Value, HashMap<String, Tensor>)> {
    let json = std::fs::read(kit("training/expected.json")?).expect("fixture");
    Some((serde_json::from_slice(&json).expect("fixture"), tensors(&kit("training/io.safetensors")?)))
}

fn tokenizer_file() -> Option<PathBuf> {
    kit("tokenizer_small/train_ckpt/net_6000000.pth")
}

fn tokenizer_task() -> TokenizerTask {
    let config = TokenizerConfig { width: 16, code_dim: 16, output_emb_width: 16, ..TokenizerConfig::default() };
    TokenizerTask { config, loss: TokenizerLoss::PUBLISHED }
}

/// The published tokenizer's tensors, without the patcher's constants.
fn tokenizer_tensors(path: &std::path::Path) -> HashMap<String, Tensor> {
    let mut tensors = Checkpoint::open(&FileSource::from(path), "net").unwrap().read_all().unwrap();
    tensors.retain(|name, _| !name.contains("wavelets") && !name.contains("_arange"));
    tensors
}

#[test]
fn the_learned_tensors_are_those_of_the_published_tokenizer() {
    let Some(file) = tokenizer_file() else { return };
    let shapes: std::collections::BTreeMap<String, Vec<usize>> =
        tokenizer_tensors(&file).into_iter().map(|(name, tensor)| (name, tensor.dims().to_vec())).collect();
    assert_eq!(tokenizer_task().config.tensors(), shapes);
}

#[test]
fn the_tokenizers_losses_are_the_published_ones() {
    let (Some((expected, _)), Some(file), Some(io)) = (training(), tokenizer_file(), kit("tokenizer_small/train_ckpt/io.safetensors"))
    else {
        return;
    };
    let x = &tensors(&io)["x"];
    let task = tokenizer_task();
    let weights = Weights::new(Checkpoint::open(&FileSource::from(file.as_path()), "net").unwrap());
    let ours = MotionTokenizer::load(weights, &task.config).unwrap().forward(x).unwrap().decoded;
    for (name, penalty) in [("l1", Penalty::L1), ("l2", Penalty::L2), ("l1_smooth", Penalty::SmoothL1)] {
        let terms = [
            ("recon", penalty.all(&ours, x)),
            ("vel", penalty.positions(&ours, x)),
            ("acc", penalty.differences(&ours, x, 1)),
            ("acc_vel", penalty.differences(&ours, x, 2)),
            ("root", penalty.root(&ours, x)),
        ];
        for (term, value) in terms {
            let key = format!("tok.{name}.{term}");
            let value = value.unwrap().to_scalar::<f32>().unwrap();
            assert_relative(&key, f64::from(value), expected[&key].as_f64().expect("fixture"), 1e-5);
        }
    }
}

#[test]
fn the_tokenizers_gradients_and_first_update_are_the_published_ones() {
    let (Some((expected, arrays)), Some(file), Some(io)) = (training(), tokenizer_file(), kit("tokenizer_small/train_ckpt/io.safetensors"))
    else {
        return;
    };
    let x = &tensors(&io)["x"];
    let batch = FrameBatch { values: flat(x), rows: x.dim(0).unwrap(), frames: x.dim(1).unwrap() };
    let task = tokenizer_task();
    let mut learner = Learner::new(Form::Plain, tokenizer_tensors(&file), 0).unwrap();
    let batches = [batch];
    let (gradients, loss) = learner.gradients(&task, &batches).unwrap();
    assert_relative("tok.total", loss, expected["tok.total"].as_f64().expect("fixture"), 1e-5);
    let theirs: Vec<_> = arrays.iter().filter_map(|(key, tensor)| Some((key.strip_prefix("tok.grad.")?, tensor))).collect();
    assert_eq!(theirs.len(), gradients.0.len(), "every weight has a gradient");
    for (name, tensor) in theirs {
        assert_near(&format!("gradient of {name}"), &gradients.0[name], &flat(tensor), 1e-4);
    }

    let options = AdamW { betas: (0.9, 0.99), eps: 1e-8, weight_decay: 0.0, decay_all: true, clip: None, average: 0.999 };
    learner.update(&task, &batches, 5e-5, &options).unwrap();
    let after = learner.tensors().unwrap();
    for (key, tensor) in &arrays {
        if let Some(name) = key.strip_prefix("tok.after_adamw.") {
            let worst = flat(&after[name]).iter().zip(flat(tensor)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= 1e-6, "{name} after one update: off by {worst}");
        }
    }
}

#[test]
fn the_transformers_loss_over_three_updates_is_the_published_one() {
    let (Some((expected, arrays)), Some(model), Some(io), Some(config)) = (
        training(),
        kit("transformer_small/hs16/model.safetensors"),
        kit("transformer_small/hs16/io.safetensors"),
        kit("transformer_small/hs16/config.json"),
    ) else {
        return;
    };
    let config: Value = serde_json::from_slice(&std::fs::read(config).unwrap()).unwrap();
    let codes = config["nb_code"].as_u64().expect("fixture") as usize;
    let mut checkpoint = Checkpoint::open(&FileSource::from(model.as_path()), "").unwrap();
    let heads = config["n_head"].as_u64().expect("fixture") as usize;
    let (config, _) = TransformerConfig::infer(&checkpoint, heads).unwrap();
    let io = tensors(&io);
    let rows: Vec<Vec<u32>> = io["train.idx"].to_dtype(DType::U32).unwrap().to_vec2().unwrap();
    let mask: Vec<Vec<u32>> = io["train.y_mask"].to_dtype(DType::U32).unwrap().to_vec2().unwrap();
    let features: Vec<Vec<Vec<f32>>> = io["train.text_features"].to_vec3().unwrap();
    let text = |(row, mask): (&Vec<Vec<f32>>, &Vec<u32>)| {
        let words = mask.iter().sum::<u32>() as usize;
        Arc::new(TextFeatures::new(row[..words].concat(), row[0].len()).unwrap())
    };
    let batch = TokenBatch {
        texts: features.iter().zip(&mask).map(text).collect(),
        targets: rows.iter().map(|row| targets(row, codes)).collect(),
        inputs: rows,
        dropout_seed: None,
    };
    let task = TransformerTask { config, dropout: 0.0 };
    let mut learner = Learner::new(Form::Plain, checkpoint.read_all().unwrap(), 0).unwrap();
    let batches = [batch];

    let (gradients, _) = learner.gradients(&task, &batches).unwrap();
    for (key, tensor) in &io {
        if let Some(name) = key.strip_prefix("train.grad.") {
            assert_near(&format!("gradient of {name}"), &gradients.0[name], &flat(tensor), 1e-4);
        } else if let Some(name) = key.strip_prefix("train.gradnorm.") {
            let norm = gradients.0[name].iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
            assert_relative(&format!("gradient of {name}"), norm, f64::from(flat(tensor)[0]), 1e-4);
        }
    }

    let options = AdamW { betas: (0.9, 0.999), eps: 1e-8, weight_decay: 1e-6, decay_all: true, clip: None, average: 0.999 };
    for step in 0..3 {
        let loss = learner.update(&task, &batches, 4e-4, &options).unwrap().loss;
        assert_relative(&format!("loss {step}"), loss, expected[format!("llm.loss_step{step}")].as_f64().expect("fixture"), 1e-5);
    }
    let after = learner.tensors().unwrap();
    for (key, tensor) in &arrays {
        if let Some(name) = key.strip_prefix("llm.after3.") {
            let worst = flat(&after[name]).iter().zip(flat(tensor)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= 1e-6, "{name} after three updates: off by {worst}");
        }
    }
}

#[test]
fn the_rates_are_the_published_ones() {
    let Some((expected, arrays)) = training() else { return };
    let probes = |name: &str| {
        let at: Vec<i64> = arrays[&format!("lr.{name}_probe_iter")].to_vec1().unwrap();
        let rates: Vec<f64> = arrays[&format!("lr.{name}_probe_lr")].to_vec1().unwrap();
        at.into_iter().map(|at| at as u64).zip(rates).collect::<Vec<_>>()
    };
    for (at, theirs) in probes("cosine") {
        assert!((published_cosine(4e-4, 12_000, 240_000, at) - theirs).abs() < 1e-12, "cosine at {at}");
    }
    for (at, theirs) in probes("constant") {
        assert!((published_constant(4e-4, 12_000, at) - theirs).abs() < 1e-12, "constant at {at}");
    }
    for (at, theirs) in expected["tok.warmup_lr"].as_object().expect("fixture") {
        let ours = published_tokenizer_warmup(5e-5, 48_000, at.parse().expect("fixture"));
        assert!((ours - theirs.as_f64().expect("fixture")).abs() < 1e-12, "tokenizer's warm-up at {at}");
    }
}

#[test]
fn a_batch_is_the_published_one() {
    let Some((expected, arrays)) = training() else { return };
    let codes = expected["batch.nb_code"].as_u64().expect("fixture") as usize;
    let rows: Vec<Vec<i32>> = arrays["batch.m_tokens"].to_dtype(DType::I64).unwrap().to_vec2::<i64>().map_or_else(
        |error| panic!("{error}"),
        |rows| rows.into_iter().map(|row| row.into_iter().map(|token| token as i32).collect()).collect(),
    );
    let words: Vec<i64> = arrays["batch.text_len"].flatten_all().unwrap().to_vec1().unwrap();
    let lengths: Vec<i64> = arrays["batch.m_tokens_len"].to_vec1().unwrap();
    for (row, theirs) in rows.iter().enumerate() {
        let stored: Vec<i64> = arrays[&format!("batch.codes{row}")].flatten_all().unwrap().to_dtype(DType::I64).unwrap().to_vec1().unwrap();
        let stored: Vec<u32> = stored.into_iter().map(|code| code as u32).collect();
        // Its own draw decided which token was dropped: one of ours must be the same.
        let mut rng = StdRng::seed_from_u64(0);
        let kept = (0..64).map(|_| drop_token(&stored, &mut rng).to_vec());
        let made = kept.filter(|kept| kept.len() as i64 == lengths[row]);
        let same = |kept: Vec<u32>| {
            let ours = sequence(words[row] as usize, &kept, true, codes, PUBLISHED_POSITIONS);
            ours.iter().map(|&token| token as i32).eq(theirs.iter().copied())
        };
        assert!(made.into_iter().any(same), "row {row}");
    }
}

#[test]
fn the_batchs_text_features_are_the_published_ones() {
    let (Some((expected, arrays)), Some(encoder)) = (training(), kit("t5_small/config.json")) else { return };
    let folder = Source::Folder(encoder.parent().expect("a folder").to_path_buf());
    if !folder.file("model.safetensors").exists() || !folder.file("tokenizer.json").exists() {
        eprintln!("skipped: no text encoder in the kit");
        return;
    }
    let encoder = TextEncoder::load(&folder, "", TextEncoderConfig::T5).unwrap();
    let theirs = arrays["batch.features_bf16"].to_dtype(DType::F32).unwrap();
    for (row, caption) in expected["batch.captions"].as_array().expect("fixture").iter().enumerate() {
        let features = encoder.encode(caption.as_str().expect("fixture")).unwrap();
        let ours = Tensor::from_slice(features.values(), features.values().len(), &Device::Cpu).unwrap();
        let ours = flat(&ours.to_dtype(DType::BF16).unwrap());
        let theirs = flat(&theirs.get(row).unwrap().narrow(0, 0, features.words()).unwrap());
        // Where a number lies between two of bfloat16, rounding differs by one of its steps: 2⁻⁸.
        let differs = |(ours, theirs): (&f32, &f32)| (ours - theirs).abs() > theirs.abs() / 127.0 + 1e-6;
        assert!(!ours.iter().zip(&theirs).any(differs), "features of row {row}");
    }
}

#[test]
fn targets_are_the_next_tokens_and_no_filling() {
    let row = sequence(2, &[5, 6], true, 10, 7);
    assert_eq!(row, [11, 11, 5, 6, 10, 11, 11]);
    assert_eq!(targets(&row, 10), [IGNORED, 5, 6, 10, IGNORED, IGNORED, IGNORED]);
}
