//! Every layer's gradients against finite differences, at batch 2: candle drops some silently and gets others wrong.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use candle_core::{Device, Tensor, Var};
use zoetrope::model::evaluator::{EncoderSize, EvaluatorSize};
use zoetrope::model::learn::{
    EvaluatorBatch, EvaluatorTask, Form, FrameBatch, IGNORED, Initial, Learner, Objective, Penalty, TokenBatch, TokenizerLoss,
    TokenizerTask, TransformerTask, initial_tokenizer, initial_transformer, losses,
};
use zoetrope::model::{Activation, Norm, TextFeatures, TokenizerConfig, TransformerConfig};

use super::kit::{numbers, tensor, tiny_transformer};

/// Compares gradients with central differences in a few random directions of each tensor. `loss` must be smooth there.
#[track_caller]
fn check(what: &str, start: &HashMap<String, Tensor>, loss: impl Fn(HashMap<String, Tensor>) -> Tensor) {
    // In order, so that each tensor has the same directions in every run.
    let variables: BTreeMap<String, Var> = start.iter().map(|(name, tensor)| (name.clone(), Var::from_tensor(tensor).unwrap())).collect();
    let value = loss(variables.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect());
    let gradients = value.backward().unwrap();
    let value = f64::from(value.to_scalar::<f32>().unwrap());
    let mut missed = Vec::new();
    for (at, (name, var)) in variables.iter().enumerate() {
        let gradient = gradients.get(var).unwrap_or_else(|| panic!("{what}: no gradient reaches {name}"));
        for direction in 0..2 {
            let count = var.elem_count();
            let mut towards = numbers(count, 100 * at as u64 + direction);
            let length = towards.iter().map(|value| value * value).sum::<f32>().sqrt();
            towards.iter_mut().for_each(|value| *value /= length);
            let towards = Tensor::from_vec(towards, var.shape(), &Device::Cpu).unwrap();
            let along = |tensor: &Tensor| tensor.mul(&towards).unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
            let moved = |by: f64| {
                let mut moved = start.clone();
                moved.insert(name.clone(), (&start[name] + (&towards * by).unwrap()).unwrap());
                f64::from(loss(moved).to_scalar::<f32>().unwrap())
            };
            // Large enough for float32, small enough for the fourth order.
            let step = 0.02;
            let numeric = (8.0 * (moved(step) - moved(-step)) - (moved(2.0 * step) - moved(-2.0 * step))) / (12.0 * step);
            // The four losses are float32 sums of thousands of numbers: a few of their last digits, each of 18 shares.
            let noise = 4.0 * value.abs() * f64::from(f32::EPSILON) * 18.0 / (12.0 * step);
            let ours = f64::from(along(gradient));
            if (ours - numeric).abs() > 1e-2 * numeric.abs() + noise {
                missed.push(format!("{name}: {ours} instead of {numeric}"));
            }
        }
    }
    assert!(missed.is_empty(), "{what}: {}", missed.join("; "));
}

/// A smooth loss through a whole tokenizer but for the rounding: the vectors before it, and what the decoder makes of fixed ones.
fn check_tokenizer(what: &str, config: TokenizerConfig) {
    use zoetrope::model::{Checkpoint, MotionTokenizer, Weights};
    let mut start = initial_tokenizer(&config, 1).unwrap();
    // Norms that are not ones and zeros.
    let mut norms: Vec<_> = start.iter_mut().filter(|(name, _)| name.contains("norm")).collect();
    norms.sort_by(|a, b| a.0.cmp(b.0));
    for (at, (_, tensor)) in norms.into_iter().enumerate() {
        *tensor = (&*tensor + (super::kit::tensor(tensor.dims(), at as u64) * 0.3).unwrap()).unwrap();
    }
    // The ReLUs at both ends have a corner, where differences say nothing: their inputs are lifted above it.
    let (first, last) = (usize::from(config.use_patcher), 2 + config.down_t);
    for lifted in [format!("encoder.model.{first}"), "decoder.model.0".into(), format!("decoder.model.{last}")] {
        let name = format!("vqvae.{lifted}{}.bias", if config.causal { ".conv" } else { "" });
        let bias = (&start[&name] + 3.0).unwrap();
        start.insert(name, bias);
    }
    let (x, weight_z) = (tensor(&[2, 12, config.input_dim], 2), tensor(&[2, 12 / config.frames_per_token(), config.levels.len()], 3));
    let weight_y = tensor(&[2, 12, config.input_dim], 4);
    let codes = tensor(&[2, 12 / config.frames_per_token(), config.code_dim], 5);
    check(what, &start, |tensors| {
        // project_out is linear and is reached by the straight-through path, which has a test of its own.
        let project_out = tensors["vqvae.quantizer.project_out.weight"].clone();
        let bias = tensors["vqvae.quantizer.project_out.bias"].clone();
        let network = MotionTokenizer::load(Weights::new(Checkpoint::from_tensors(tensors, "test")), &config).unwrap();
        let z = network.project(&x).unwrap();
        let decoded = zoetrope::model::tokenizer::run(network.decoder(), &codes).unwrap();
        let sum = |x: &Tensor, weight: &Tensor| x.mul(weight).unwrap().sum_all().unwrap();
        let linear = (project_out.sqr().unwrap().sum_all().unwrap() + bias.sqr().unwrap().sum_all().unwrap()).unwrap();
        ((sum(&z, &weight_z) + sum(&decoded, &weight_y)).unwrap() * 0.1 + linear).unwrap()
    });
}

fn small_tokenizer() -> TokenizerConfig {
    TokenizerConfig {
        levels: vec![5, 4],
        input_dim: 6,
        width: 8,
        code_dim: 8,
        output_emb_width: 8,
        depth: 2,
        activation: Activation::Silu,
        ..TokenizerConfig::default()
    }
}

#[test]
fn convolutions_with_stride_and_dilation_and_layer_norm_have_right_gradients() {
    check_tokenizer("layer norm, silu", small_tokenizer());
}

#[test]
fn causal_convolutions_have_right_gradients() {
    check_tokenizer("causal, gelu", TokenizerConfig { causal: true, activation: Activation::Gelu, ..small_tokenizer() });
}

#[test]
fn group_norm_has_right_gradients() {
    let config = TokenizerConfig { norm: Some(Norm::Group), width: 64, code_dim: 8, output_emb_width: 8, depth: 1, ..small_tokenizer() };
    check_tokenizer("group norm", config);
}

#[test]
fn patches_and_no_norm_have_right_gradients() {
    let config = TokenizerConfig { norm: None, patch_size: 2, depth: 1, ..small_tokenizer() };
    check_tokenizer("haar patches", config);
}

#[test]
fn relu_passes_gradients_where_it_is_open() {
    let x = Var::new(&[-1.0_f32, 0.5, 2.0, -0.1], &Device::Cpu).unwrap();
    let gradient = x.relu().unwrap().sum_all().unwrap().backward().unwrap();
    assert_eq!(gradient.get(&x).unwrap().to_vec1::<f32>().unwrap(), [0.0, 1.0, 1.0, 0.0]);
}

#[test]
fn rounding_passes_gradients_straight_through() {
    // The gradient with rounding is that of the same network without it: the bound's slope, through both projections.
    let config = small_tokenizer();
    let start = initial_tokenizer(&config, 3).unwrap();
    let task = TokenizerTask { config: config.clone(), loss: TokenizerLoss { positions: 0.0, ..TokenizerLoss::PUBLISHED } };
    let batch = FrameBatch { values: numbers(2 * 12 * 6, 1), rows: 2, frames: 12 };
    let learner = Learner::new(Form::Plain, start, 0).unwrap();
    let (gradients, _) = learner.gradients(&task, &[batch]).unwrap();
    for (name, gradient) in &gradients.0 {
        assert!(gradient.iter().any(|&value| value != 0.0), "no gradient reaches {name}");
    }
    assert_eq!(gradients.0.len(), config.tensors().len());
}

#[test]
fn losses_have_right_gradients() {
    let theirs = tensor(&[2, 5, 272], 8);
    let start = HashMap::from([("x".to_owned(), tensor(&[2, 5, 272], 9))]);
    for penalty in [Penalty::L2, Penalty::SmoothL1] {
        check("penalties", &start, |tensors| {
            let x = &tensors["x"];
            let terms = [penalty.all(x, &theirs), penalty.root(x, &theirs), penalty.differences(x, &theirs, 2)];
            terms.into_iter().map(Result::unwrap).reduce(|a, b| (a + b).unwrap()).unwrap()
        });
    }
    check("overflow", &HashMap::from([("x".to_owned(), (tensor(&[2, 5, 4], 3) * 3.0).unwrap())]), |tensors| {
        losses::overflow(&tensors["x"]).unwrap()
    });
    check("cross-entropy", &HashMap::from([("x".to_owned(), tensor(&[4, 7], 5))]), |tensors| {
        losses::cross_entropy(&tensors["x"], &[0, 6, 3, 3]).unwrap()
    });
}

fn token_batch(config: &TransformerConfig) -> TokenBatch {
    let text = |words: usize, seed| Arc::new(TextFeatures::new(numbers(words * config.clip_dim, seed), config.clip_dim).unwrap());
    let inputs = vec![vec![11, 11, 11, 3, 4, 9, 10, 11], vec![11, 11, 1, 2, 2, 0, 7, 10]];
    let targets = inputs.iter().map(|row| zoetrope::train::sequence::targets(row, 10)).collect::<Vec<_>>();
    assert!(targets[0].contains(&IGNORED), "one row is padded");
    TokenBatch { texts: vec![text(3, 1), text(2, 2)], inputs, targets, dropout_seed: None }
}

/// Small weights make gradients that finite differences cannot see.
fn lively(tensors: HashMap<String, Tensor>) -> HashMap<String, Tensor> {
    tensors.into_iter().map(|(name, tensor)| (name, (tensor * 2.0).unwrap())).collect()
}

#[test]
fn attention_rope_norms_gates_and_tables_have_right_gradients_with_ignored_pads() {
    let config = tiny_transformer(2);
    let task = TransformerTask { config: config.clone(), dropout: 0.0 };
    let batch = token_batch(&config);
    let start = lively(initial_transformer(&config, 10, Initial::Published, 4).unwrap());
    check("transformer", &start, |tensors| task.loss(tensors, &batch).unwrap().value);
}

#[test]
fn shared_digits_and_low_ranks_have_right_gradients() {
    let config = tiny_transformer(1);
    let task = TransformerTask { config: config.clone(), dropout: 0.0 };
    let batch = token_batch(&config);
    let published = lively(initial_transformer(&config, 10, Initial::Published, 4).unwrap());
    for form in [Form::Digits { levels: vec![5, 2] }, Form::LowRank { rank: 2, frozen: published.clone() }] {
        let trained = form.split(published.clone(), 1).unwrap();
        let start = trained.into_iter().map(|(name, tensor)| {
            let noise = (super::kit::tensor(tensor.dims(), name.len() as u64) * 0.3).unwrap();
            (name, (tensor + noise).unwrap())
        });
        check("forms", &start.collect(), |tensors| task.loss(form.join(tensors).unwrap(), &batch).unwrap().value);
    }
}

#[test]
fn the_evaluators_loss_has_right_gradients() {
    let of = |input| EncoderSize { input, latent: 8, heads: 2, feed_forward: 12, layers: 1 };
    let start = EvaluatorSize { motion: of(6), text: of(4) }.initial(3).unwrap();
    let text = |words: usize, seed| Arc::new(TextFeatures::new(numbers(words * 4, seed), 4).unwrap());
    let batch = EvaluatorBatch {
        motions: vec![numbers(18, 1), numbers(30, 2)],
        texts: vec![text(3, 3), text(2, 4)],
        meanings: vec![vec![0], vec![1, 2]],
        dropout_seed: None,
    };
    let task = EvaluatorTask { heads: 2, dropout: 0.0 };
    check("evaluator", &start, |tensors| task.loss(tensors, &batch).unwrap().value);
}
