//! The networks against what the published code computes (reference kit), and against themselves: cached against whole,
//! streamed against at once, one format against another. Tolerances are those of the kit's README files.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, IndexOp, Tensor};
use serde::Deserialize;
use zoetrope::model::fsq::Fsq;
use zoetrope::model::tokenizer::{Reach, patcher, run};
use zoetrope::model::transformer::Rope;
use zoetrope::model::{
    Checkpoint, Error, FileSource, Logits, MAX_FEATURES, MotionTokenizer, PatchMethod, Quantization, Rewriter, RopePrecision, Sampler,
    Source, StreamDecoder, TextEncoder, TextEncoderConfig, TextFeatures, TokenizerConfig, Transformer, TransformerConfig, Weights, open_t5,
    write_gguf,
};

/// A file of the reference kit: the whole kit where `ZOETROPE_FIXTURES` points, else the small choice in the repository.
fn kit(path: &str) -> Option<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(path);
    let whole = std::env::var_os("ZOETROPE_FIXTURES").map(|kit| PathBuf::from(kit).join(path));
    let found = [whole, Some(golden)].into_iter().flatten().find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no reference kit ({path})");
    }
    found
}

fn tensors(path: &Path) -> HashMap<String, Tensor> {
    candle_core::safetensors::load(path, &Device::Cpu).expect("fixture")
}

fn json<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    serde_json::from_slice(&std::fs::read(path).expect("fixture")).expect("fixture")
}

fn weights(path: &Path, key: &str) -> Weights {
    Weights::new(Checkpoint::open(&FileSource::from(path), key).expect("checkpoint"))
}

fn ids(tensor: &Tensor) -> Vec<Vec<u32>> {
    let rows: Vec<Vec<i64>> = tensor.to_dtype(DType::I64).unwrap().to_vec2().unwrap();
    rows.iter().map(|row| row.iter().map(|&id| id as u32).collect()).collect()
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// |a − b| ≤ tolerance · max(1, max |b|), the kit's measure.
#[track_caller]
fn assert_close(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}: lengths");
    let scale = theirs.iter().fold(1.0_f32, |scale, value| scale.max(value.abs()));
    let worst = ours
        .iter()
        .zip(theirs)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |worst: f32, d| if d.is_nan() { f32::INFINITY } else { worst.max(d) });
    assert!(worst <= tolerance * scale, "{what}: off by {worst} at scale {scale}, allowed {}", tolerance * scale);
}

// ---------------------------------------------------------------------------------------------------------- motion tokenizer

const TOKENIZER_TOLERANCE: f32 = 2e-5;

fn tokenizer(variant: &str, file: &str) -> Option<MotionTokenizer> {
    let config: TokenizerConfig = json(&kit(&format!("tokenizer_small/{variant}/config.json"))?);
    let path = kit(&format!("tokenizer_small/{variant}/{file}"))?;
    Some(MotionTokenizer::load(weights(&path, "net"), &config).expect("loads"))
}

fn check_tokenizer(variant: &str, file: &str) {
    let Some(tokenizer) = tokenizer(variant, file) else { return };
    let io = tensors(&kit(&format!("tokenizer_small/{variant}/io.safetensors")).expect("beside the model"));
    for case in ["a", "b", "c"] {
        let Some(x) = io.get(&format!("{case}.x")) else { continue };
        let of = |name: &str| &io[&format!("{case}.{name}")];
        let what = |name: &str| format!("{variant} {case}.{name}");

        let z = tokenizer.project(x).unwrap();
        assert_close(
            &what("enc"),
            &flat(&run(tokenizer.encoder(), x).unwrap().transpose(1, 2).unwrap()),
            &flat(of("enc")),
            TOKENIZER_TOLERANCE,
        );
        assert_close(&what("z"), &flat(&z), &flat(of("z")), TOKENIZER_TOLERANCE);
        let dims = tokenizer.fsq().dims();
        let bounded: Vec<f32> = flat(&z).chunks(dims).flat_map(|z| tokenizer.fsq().bound(z)).collect();
        assert_close(&what("z_bounded"), &bounded, &flat(of("z_bounded")), TOKENIZER_TOLERANCE);

        let indices = ids(of("indices"));
        assert_eq!(tokenizer.encode(x).unwrap(), indices, "{}", what("indices"));
        let codes: Vec<f32> = indices.concat().iter().flat_map(|&index| tokenizer.fsq().code(index)).collect();
        assert_close(&what("codes6"), &codes, &flat(of("codes6")), 1e-6);
        for (row, tokens) in indices.iter().enumerate() {
            let quantized = tokenizer.embed(tokens).unwrap().transpose(1, 2).unwrap();
            assert_close(&what("quantized"), &flat(&quantized), &flat(&of("quantized").i(row).unwrap()), TOKENIZER_TOLERANCE);
            let recon = tokenizer.decode(tokens).unwrap();
            assert_close(&what("recon"), &recon, &flat(&of("recon").i(row).unwrap()), TOKENIZER_TOLERANCE);
        }
    }
}

#[test]
fn the_published_tokenizer_structure_encodes_and_decodes_as_published() {
    check_tokenizer("base", "model.safetensors");
    check_tokenizer("base", "model.pth");
}

#[test]
fn every_tokenizer_option_encodes_and_decodes_as_published() {
    for variant in ["nopatcher", "down2", "gn_silu", "nonorm_gelu_dgr2", "causal", "causal_attn", "patch2"] {
        check_tokenizer(variant, "model.safetensors");
    }
}

#[test]
fn sizes_are_read_off_the_shapes() {
    for variant in ["base", "nopatcher", "down2", "causal", "causal_attn"] {
        let Some(config) = kit(&format!("tokenizer_small/{variant}/config.json")) else { continue };
        let file = FileSource::from(config.with_file_name("model.safetensors").as_path());
        let inferred = TokenizerConfig::infer(&Checkpoint::open(&file, "net").unwrap(), 64_000).unwrap();
        assert_eq!(inferred, json::<TokenizerConfig>(&config), "{variant}");
    }
    for variant in VARIANTS {
        let Some(config) = kit(&format!("transformer_small/{variant}/config.json")) else { continue };
        let expected: TransformerConfig = json(&config);
        let file = FileSource::from(config.with_file_name("model.safetensors").as_path());
        let (inferred, codes) = TransformerConfig::infer(&Checkpoint::open(&file, "trans").unwrap(), expected.n_head).unwrap();
        assert_eq!((inferred, codes), (expected, if variant == "hs16" { 510 } else { 254 }), "{variant}");
    }
}

#[test]
fn every_layer_of_the_tokenizer_matches() {
    let Some(tokenizer) = tokenizer("base", "model.safetensors") else { return };
    let io = tensors(&kit("tokenizer_small/base/io.safetensors").expect("beside the model"));
    let channel_first = |x: &Tensor| flat(&x.transpose(1, 2).unwrap());
    let mut x = io["a.x"].clone();
    for (index, layer) in tokenizer.encoder().iter().enumerate() {
        x = layer.forward(&x).unwrap();
        assert_close(&format!("enc_layer{index}"), &channel_first(&x), &flat(&io[&format!("a.enc_layer{index}")]), TOKENIZER_TOLERANCE);
    }
    let mut x = tokenizer.embed(&ids(&io["a.indices"])[0]).unwrap();
    for (index, layer) in tokenizer.decoder().iter().enumerate() {
        x = layer.forward(&x).unwrap();
        assert_close(&format!("dec_layer{index}"), &channel_first(&x), &flat(&io[&format!("a.dec_layer{index}")]), TOKENIZER_TOLERANCE);
    }
}

#[test]
fn a_checkpoint_of_several_gpus_loads_and_matches() {
    let (Some(path), Some(io)) = (kit("tokenizer_small/train_ckpt/net_6000000.pth"), kit("tokenizer_small/train_ckpt/io.safetensors"))
    else {
        return;
    };
    let config = TokenizerConfig { width: 16, code_dim: 16, output_emb_width: 16, ..TokenizerConfig::default() };
    let tokenizer = MotionTokenizer::load(weights(&path, "net"), &config).unwrap();
    let io = tensors(&io);
    let indices = ids(&io["indices"]);
    assert_eq!(tokenizer.encode(&io["x"]).unwrap(), indices);
    for (row, tokens) in indices.iter().enumerate() {
        assert_close("recon", &tokenizer.decode(tokens).unwrap(), &flat(&io["recon"].i(row).unwrap()), TOKENIZER_TOLERANCE);
    }
}

#[test]
fn the_quantiser_matches_at_every_published_size() {
    let Some(path) = kit("tokenizer_small/pieces/fsq.safetensors") else { return };
    let io = tensors(&path);
    for size in ["256", "512", "1024", "2048", "4096", "16384", "65536"] {
        let of = |name: &str| &io[&format!("{size}.{name}")];
        let levels: Vec<usize> = of("levels").to_vec1::<i64>().unwrap().iter().map(|&level| level as usize).collect();
        let fsq = Fsq::new(&levels);
        let z = flat(of("z"));
        let bounded: Vec<f32> = z.chunks(levels.len()).flat_map(|z| fsq.bound(z)).collect();
        assert_close(size, &bounded, &flat(of("bounded")), 1e-6);
        let indices: Vec<u32> = z.chunks(levels.len()).map(|z| fsq.index(z)).collect();
        assert_eq!(indices, ids(of("indices"))[0], "{size}");
        let probes = of("probe_idx").to_vec1::<i64>().unwrap();
        let codes: Vec<f32> = probes.iter().flat_map(|&index| fsq.code(index as u32)).collect();
        assert_close(size, &codes, &flat(of("probe_codes")), 1e-6);
    }
}

#[test]
fn every_code_survives_the_quantiser() {
    let fsq = Fsq::new(&[8, 8, 8, 5, 5, 5]);
    assert_eq!(fsq.codes(), 64000);
    for index in 0..64000 {
        // A code's value is its digit over the middle digit; feed the quantiser what its bound maps to that digit.
        let z: Vec<f32> = fsq.code(index).iter().zip([8, 8, 8, 5, 5, 5]).map(|(&code, levels)| unbound(code, levels)).collect();
        assert_eq!(fsq.index(&z), index);
    }
}

fn unbound(code: f32, levels: usize) -> f32 {
    let half = (levels as f32 - 1.0) * 1.001 / 2.0;
    let offset = if levels.is_multiple_of(2) { 0.5 } else { 0.0 };
    let digit = code * (levels / 2) as f32;
    ((digit + offset) / half).atanh() - (offset / half).atanh()
}

#[test]
fn numbers_that_are_none_still_become_a_code() {
    let fsq = Fsq::new(&[8, 8, 8, 5, 5, 5]);
    for z in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
        assert!(fsq.index(&[z; 6]) < 64000);
    }
}

#[test]
fn patches_fold_and_unfold_as_published() {
    let Some(path) = kit("tokenizer_small/pieces/patcher.safetensors") else { return };
    let io = tensors(&path);
    for (name, x) in io.iter().filter_map(|(name, x)| Some((name.strip_suffix(".x")?, x))) {
        let method = if name.starts_with("haar") { PatchMethod::Haar } else { PatchMethod::Rearrange };
        let patch: usize = name.split('.').nth(1).unwrap()[1..].parse().unwrap();
        let folded = patcher::fold(&x.transpose(1, 2).unwrap().contiguous().unwrap(), patch, method).unwrap();
        assert_close(name, &flat(&folded.transpose(1, 2).unwrap()), &flat(&io[&format!("{name}.patched")]), 1e-6);
        let unfolded = patcher::unfold(&folded, patch, method).unwrap();
        assert_close(name, &flat(&unfolded.transpose(1, 2).unwrap()), &flat(&io[&format!("{name}.unpatched")]), 1e-6);
    }
}

// ----------------------------------------------------------------------------------------------------------------- streaming

fn made_up_tokens(count: usize, codes: usize) -> Vec<u32> {
    (0..count).map(|index| (index * 7919 % codes) as u32).collect()
}

#[test]
fn the_published_decoder_sees_sixteen_tokens_either_side() {
    assert_eq!(Reach::of_decoder(&TokenizerConfig::default()), Some(Reach { behind: 16, ahead: 16 }));
    let causal = TokenizerConfig { causal: true, ..TokenizerConfig::default() };
    assert_eq!(Reach::of_decoder(&causal), Some(Reach { behind: 31, ahead: 0 }));
}

#[test]
fn a_token_changes_no_frame_beyond_the_reach() {
    for variant in ["nopatcher", "base", "down2", "causal", "nonorm_gelu_dgr2", "patch2"] {
        let Some(tokenizer) = tokenizer(variant, "model.safetensors") else { continue };
        let Reach { behind, ahead } = Reach::of_decoder(tokenizer.config()).unwrap();
        let token_len = tokenizer.config().frames_per_token() * 272;
        let mut tokens = made_up_tokens(150, 64000);
        let before = tokenizer.decode(&tokens).unwrap();
        tokens[75] = 63_999 - tokens[75];
        let after = tokenizer.decode(&tokens).unwrap();
        let changed: Vec<usize> =
            (0..150).filter(|t| before[t * token_len..][..token_len] != after[t * token_len..][..token_len]).collect();
        assert_eq!((changed[0], changed[changed.len() - 1]), (75 - ahead, 75 + behind), "{variant}");
    }
}

#[test]
fn streaming_equals_decoding_at_once() {
    for variant in ["nopatcher", "base", "down2", "causal", "causal_attn", "gn_silu", "nonorm_gelu_dgr2", "patch2"] {
        let Some(tokenizer) = tokenizer(variant, "model.safetensors").map(Arc::new) else { continue };
        for (count, portion) in [(70, 1), (70, 7), (33, 33), (5, 2), (1, 1)] {
            let tokens = made_up_tokens(count, 64000);
            let mut stream = StreamDecoder::new(Arc::clone(&tokenizer));
            let mut frames = Vec::new();
            for part in tokens.chunks(portion) {
                frames.extend(stream.push(part).unwrap());
            }
            if let Some(reach) = Reach::of_decoder(tokenizer.config()) {
                let token_len = tokenizer.config().frames_per_token() * 272;
                assert_eq!(frames.len(), count.saturating_sub(reach.ahead) * token_len, "{variant}: frames come as early as they can");
            }
            let whole = tokenizer.decode(&tokens).unwrap();
            let provisional = [frames.clone(), stream.provisional().unwrap()].concat();
            assert_close(&format!("{variant} {count}/{portion} so far"), &provisional, &whole, 1e-6);
            frames.extend(stream.finish().unwrap());
            assert_close(&format!("{variant} {count}/{portion}"), &frames, &whole, 1e-6);
        }
    }
}

// --------------------------------------------------------------------------------------------------------------- transformer

const LOGIT_TOLERANCE: f32 = 1e-5;

fn transformer_from(variant: &str, file: &str, quantize: Option<Quantization>) -> Option<Arc<Transformer>> {
    let config: TransformerConfig = json(&kit(&format!("transformer_small/{variant}/config.json"))?);
    let path = kit(&format!("transformer_small/{variant}/{file}"))?;
    Some(Arc::new(Transformer::load(weights(&path, "trans").quantized(quantize), &config).expect("loads")))
}

fn transformer(variant: &str) -> Option<(Arc<Transformer>, HashMap<String, Tensor>)> {
    let transformer = transformer_from(variant, "model.safetensors", None)?;
    Some((transformer, tensors(&kit(&format!("transformer_small/{variant}/io.safetensors"))?)))
}

/// The features of a case's first row, without the padded ones.
fn text_of(io: &HashMap<String, Tensor>, case: &str) -> TextFeatures {
    let valid = flat(&io[&format!("{case}.y_mask")]).iter().filter(|&&valid| valid > 0.0).count();
    let features = io[&format!("{case}.text_features")].i((0, ..valid)).unwrap();
    TextFeatures::new(flat(&features), features.dim(1).unwrap()).unwrap()
}

fn text_and_tokens(transformer: &Transformer, text: &TextFeatures, tokens: &[u32]) -> Tensor {
    let features = Tensor::from_slice(text.values(), (1, text.words(), text.dim()), &Device::Cpu).unwrap();
    let text = transformer.embed_text(&features).unwrap();
    if tokens.is_empty() {
        return text;
    }
    Tensor::cat(&[text, transformer.embed_tokens(&[tokens.to_vec()]).unwrap()], 1).unwrap()
}

const VARIANTS: [&str; 2] = ["hs16", "hs100_bf16"];

#[test]
fn logits_match_at_every_step_and_at_every_position() {
    for variant in VARIANTS {
        let Some((transformer, io)) = transformer(variant) else { continue };
        for case in ["a", "pad"] {
            let text = text_of(&io, case);
            let tokens = &ids(&io[&format!("{case}.tokens")])[0];
            let steps = &io[&format!("{case}.logits_steps")];
            let (mut state, mut logits) = transformer.start(&[&text], &[]).unwrap();
            assert_close("step 0", &logits[0], &flat(&steps.i((0, 0)).unwrap()), LOGIT_TOLERANCE);
            for (index, &token) in tokens.iter().enumerate() {
                logits = state.step(&[token]).unwrap();
                let expected = flat(&steps.i((0, index + 1)).unwrap());
                assert_close(&format!("{variant} {case} step {}", index + 1), &logits[0], &expected, LOGIT_TOLERANCE);
            }
            let prefill = transformer.forward(&text_and_tokens(&transformer, &text, &[]), &[text.words()]).unwrap();
            assert_close("prefill", &flat(&prefill), &flat(&io[&format!("{case}.logits_prefill")]), LOGIT_TOLERANCE);
            let full = transformer.forward(&text_and_tokens(&transformer, &text, tokens), &[text.words()]).unwrap();
            assert_close("full", &flat(&full), &flat(&io[&format!("{case}.logits_full")]), LOGIT_TOLERANCE);
        }
    }
}

#[test]
fn every_activation_of_the_transformer_matches() {
    for variant in VARIANTS {
        let Some((transformer, io)) = transformer(variant) else { continue };
        let text = text_of(&io, "a");
        let proj = text_and_tokens(&transformer, &text, &[]);
        assert_close("proj", &flat(&proj), &flat(&io["a.act.proj"]), LOGIT_TOLERANCE);
        let x = text_and_tokens(&transformer, &text, &ids(&io["a.tokens"])[0][..5]);
        let mut seen = 0;
        let observe = |name: &str, activation: &Tensor| {
            seen += 1;
            assert_close(name, &flat(activation), &flat(&io[&format!("a.act.{name}")]), LOGIT_TOLERANCE);
        };
        transformer.forward_observed(&x, &[text.words()], observe).unwrap();
        assert_eq!(seen, 3 * transformer.config().n_layer + 1);
    }
}

/// The published sampling loop's choice at every forward, until the end token or the fiftieth token.
fn greedy(transformer: &Arc<Transformer>, text: &TextFeatures) -> (Vec<u32>, Vec<Logits>) {
    let mut sampler = Sampler::greedy();
    let (mut state, logits) = transformer.start(&[text], &[]).unwrap();
    let (mut tokens, mut steps) = (Vec::new(), vec![logits]);
    loop {
        let token = sampler.choose(&steps[steps.len() - 1][0], true);
        if token == transformer.end_token() || tokens.len() == 50 {
            return (tokens, steps);
        }
        tokens.push(token);
        steps.push(state.step(&[token]).unwrap());
    }
}

#[test]
fn greedy_tokens_are_exactly_the_published_ones() {
    for variant in VARIANTS {
        let Some((transformer, io)) = transformer(variant) else { continue };
        for case in ["greedy_cap", "greedy_end", "greedy_first_end"] {
            let (tokens, steps) = greedy(&transformer, &text_of(&io, case));
            // An end at once is answered by the published loop with the arbitrary token 1; a caller's matter.
            let expected = if case == "greedy_first_end" { Vec::new() } else { ids(&io[&format!("{case}.tokens")])[0].clone() };
            assert_eq!(tokens, expected, "{variant} {case}");
            let logits: Vec<f32> = steps.iter().flat_map(|step| step[0].clone()).collect();
            assert_close(case, &logits, &flat(&io[&format!("{case}.step_logits")]), LOGIT_TOLERANCE);
        }
    }
}

#[test]
fn training_rows_with_texts_of_different_lengths_match() {
    for variant in VARIANTS {
        let Some((transformer, io)) = transformer(variant) else { continue };
        let (idx, mask) = (ids(&io["train.idx"]), &io["train.y_mask"]);
        let text_lens: Vec<usize> = ids(mask).iter().map(|row| row.iter().sum::<u32>() as usize).collect();
        let tokens = transformer.embed_tokens(&idx).unwrap();
        let text = transformer.embed_text(&io["train.text_features"]).unwrap();
        let words = text.dim(1).unwrap();
        let is_text = mask.to_dtype(DType::U8).unwrap().unsqueeze(2).unwrap().broadcast_as(text.shape()).unwrap();
        let head = is_text.where_cond(&text, &tokens.narrow(1, 0, words).unwrap()).unwrap();
        let x = Tensor::cat(&[head, tokens.narrow(1, words, idx[0].len() - words).unwrap()], 1).unwrap();
        let logits = transformer.forward(&x, &text_lens).unwrap();
        assert_close("train.logits", &flat(&logits), &flat(&io["train.logits"]), LOGIT_TOLERANCE);
    }
}

#[test]
fn rotary_positions_match_at_every_head_size() {
    let Some(path) = kit("transformer_small/rope.safetensors") else { return };
    let io = tensors(&path);
    let positions = io["positions"].to_vec1::<i64>().unwrap();
    for head in [16, 64, 100, 128] {
        let rope = Rope::new(301, head, 10000.0, RopePrecision::Exact, &Device::Cpu).unwrap();
        let turned = rope.range(0, 9).unwrap().turn(&io[&format!("hs{head}.x")]).unwrap();
        assert_close("y", &flat(&turned), &flat(&io[&format!("hs{head}.y")]), LOGIT_TOLERANCE);
        // Turning (1, 0) shows the cosine and the sine.
        let unit: Vec<f32> = (0..head).map(|channel| if channel % 2 == 0 { 1.0 } else { 0.0 }).collect();
        for (index, &position) in positions.iter().enumerate() {
            let x = Tensor::from_slice(&unit, (1, 1, 1, head), &Device::Cpu).unwrap();
            let turned = rope.range(position as usize, 1).unwrap().turn(&x).unwrap();
            let expected = flat(&io[&format!("hs{head}.cos_sin")].i(index).unwrap());
            // The published power function rounds one frequency of head size 100, 1/1.44543976, to the farther neighbour
            // (its exact value lies 0.475 of a last place away): an angle of 200 is off by its own last place, 1.5e-5.
            let tolerance = if head == 100 { 2e-5 } else { 1e-6 };
            assert_close(&format!("position {position}"), &flat(&turned), &expected, tolerance);
        }
    }
}

#[test]
fn rotary_positions_in_bfloat16_match_at_every_head_size() {
    let Some(path) = kit("transformer_small/rope.safetensors") else { return };
    let io = tensors(&path);
    let positions = io["positions"].to_vec1::<i64>().unwrap();
    for head in [16, 64, 100, 128] {
        let rope = Rope::new(301, head, 10000.0, RopePrecision::Bf16, &Device::Cpu).unwrap();
        let unit: Vec<f32> = (0..head).map(|channel| if channel % 2 == 0 { 1.0 } else { 0.0 }).collect();
        for (index, &position) in positions.iter().enumerate() {
            let x = Tensor::from_slice(&unit, (1, 1, 1, head), &Device::Cpu).unwrap();
            let turned = rope.range(position as usize, 1).unwrap().turn(&x).unwrap();
            let expected = flat(&io[&format!("hs{head}.cos_sin_bf16_mode")].i(index).unwrap());
            // A place of float16 below 1: the cosines of two libraries may round to different sides.
            assert_close(&format!("{head} at {position}"), &flat(&turned), &expected, 5e-4);
        }
    }
}

#[test]
fn rows_that_no_block_divides_stay_in_float16() {
    // 200 channels are no multiple of 32.
    let Some((exact, io)) = transformer("hs100_bf16") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transformer.gguf");
    let mut checkpoint =
        Checkpoint::open(&FileSource::from(kit("transformer_small/hs100_bf16/model.pth").unwrap().as_path()), "trans").unwrap();
    let names = checkpoint.names();
    write_gguf(&mut checkpoint, &names, Some(Quantization::Q4_0), &path, &mut go_on).unwrap();
    let written = Checkpoint::open(&FileSource::from(path.as_path()), "").unwrap();
    assert_eq!(written.main_precision(), "f16");
    let reread = Arc::new(Transformer::load(Weights::new(written), exact.config()).unwrap());
    let text = text_of(&io, "a");
    let (ours, theirs) = (reread.start(&[&text], &[1, 2]).unwrap().1, exact.start(&[&text], &[1, 2]).unwrap().1);
    // Only the feed-forward part's way back has rows of 32s, in four bits; everything else is exact in float16.
    assert!(relative_error(&ours[0], &theirs[0]) < 0.1, "{}", relative_error(&ours[0], &theirs[0]));
}

#[test]
fn pytorch_and_safetensors_files_hold_the_same_transformer() {
    for variant in VARIANTS {
        let (Some(pth), Some((safetensors, io))) = (transformer_from(variant, "model.pth", None), transformer(variant)) else { continue };
        let text = text_of(&io, "a");
        assert_eq!(pth.start(&[&text], &[5, 6]).unwrap().1, safetensors.start(&[&text], &[5, 6]).unwrap().1);
    }
}

#[test]
fn continuing_from_tokens_equals_having_generated_them() {
    let Some((transformer, io)) = transformer("hs16") else { return };
    let text = text_of(&io, "a");
    let tokens = &ids(&io["a.tokens"])[0];
    for given in [1, 9, tokens.len()] {
        let (mut state, logits) = transformer.start(&[&text], &tokens[..given]).unwrap();
        assert_close("first", &logits[0], &flat(&io["a.logits_steps"].i((0, given)).unwrap()), LOGIT_TOLERANCE);
        assert_eq!(state.room(), 301 - text.words() - given);
        if let Some(&token) = tokens.get(given) {
            let logits = state.step(&[token]).unwrap();
            assert_close("next", &logits[0], &flat(&io["a.logits_steps"].i((0, given + 1)).unwrap()), LOGIT_TOLERANCE);
        }
    }
}

#[test]
#[allow(clippy::needless_range_loop, reason = "the step is looked up in several rows")]
fn a_row_of_a_batch_equals_the_row_alone() {
    let Some((transformer, io)) = transformer("hs16") else { return };
    let texts = [text_of(&io, "pad"), text_of(&io, "a"), text_of(&io, "greedy_first_end"), text_of(&io, "a")];
    let texts: Vec<&TextFeatures> = texts.iter().collect();
    let tokens = [[3, 400, 77, 12, 509], [8, 2, 300, 1, 0], [44, 44, 44, 9, 10], [100, 200, 300, 400, 500]];
    let prefix = [17, 18];
    let (mut batch, mut together) = transformer.start(&texts, &prefix).unwrap();
    let mut alone: Vec<_> = texts.iter().map(|text| transformer.start(&[text], &prefix).unwrap()).collect();
    let mut rows = vec![0, 1, 2, 3];
    for step in 0..5 {
        for (logits, &row) in together.iter().zip(&rows) {
            assert_close(&format!("row {row} step {step}"), logits, &alone[row].1[0], LOGIT_TOLERANCE);
        }
        if step == 3 {
            // Sequences may leave the batch.
            rows = vec![3, 0];
            batch.keep_rows(&rows).unwrap();
        }
        together = batch.step(&rows.iter().map(|&row| tokens[row][step]).collect::<Vec<_>>()).unwrap();
        for (row, (state, logits)) in alone.iter_mut().enumerate() {
            *logits = state.step(&[tokens[row][step]]).unwrap();
        }
    }
}

#[test]
fn a_full_position_table_is_refused_in_words() {
    let Some((transformer, io)) = transformer("hs16") else { return };
    let text = text_of(&io, "a");
    let (mut state, _) = transformer.start(&[&text], &vec![1; 301 - text.words()]).unwrap();
    assert_eq!(state.room(), 0);
    let message = state.step(&[1]).unwrap_err().to_string();
    assert!(message.contains("302 positions") && message.contains("shorter"), "{message}");
    assert!(transformer.start(&[&text], &vec![1; 301]).is_err());
    assert!(transformer.start(&[], &[]).is_err());
    assert!(transformer.start(&[&text], &[512]).is_err());
}

#[test]
fn quantised_weights_stay_close_and_a_gguf_file_holds_the_same_ones() {
    let Some((exact, io)) = transformer("hs16") else { return };
    let quantised = transformer_from("hs16", "model.safetensors", Some(Quantization::Q8_0)).unwrap();
    let text = text_of(&io, "a");
    let tokens = &ids(&io["a.tokens"])[0];
    let expected = exact.start(&[&text], tokens).unwrap().1;
    let logits = quantised.start(&[&text], tokens).unwrap().1;
    assert_eq!(logits[0].len(), expected[0].len(), "padded rows do not show");
    // A block of 32 normal numbers in eight bits is off by 0.6 % of its deviation, weights and activations alike: 0.8 % a
    // product, and about ten products follow each other here.
    let error: f32 = logits[0].iter().zip(&expected[0]).map(|(a, b)| (a - b).powi(2)).sum();
    let size: f32 = expected[0].iter().map(|b| b.powi(2)).sum();
    assert!((error / size).sqrt() < 0.03, "relative error {}", (error / size).sqrt());

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transformer.gguf");
    let source = kit("transformer_small/hs16/model.safetensors").unwrap();
    let mut checkpoint = Checkpoint::open(&FileSource::from(source.as_path()), "").unwrap();
    let names = checkpoint.names();
    write_gguf(&mut checkpoint, &names, Some(Quantization::Q8_0), &path, &mut go_on).unwrap();
    let config: TransformerConfig = json(&kit("transformer_small/hs16/config.json").unwrap());
    let reread = Arc::new(Transformer::load(weights(&path, ""), &config).unwrap());
    assert_eq!(reread.start(&[&text], tokens).unwrap().1, logits);
}

// --------------------------------------------------------------------------------------------------------------------- text

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
fn relative_error(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let error: f32 = ours.iter().zip(theirs).map(|(a, b)| (a - b).powi(2)).sum();
    (error / theirs.iter().map(|b| b.powi(2)).sum::<f32>()).sqrt()
}

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

fn go_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
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

// ----------------------------------------------------------------------------------------------------------- prompt rewriting

/// A language model without a thought: each letter has one that follows it. `follow` names pairs; others are followed by a dot.
fn parrot(path: &Path, follow: &[(&str, &str)]) {
    use candle_core::quantized::gguf_file::{Value, write};
    use candle_core::quantized::{GgmlDType, QTensor};
    const WIDTH: usize = 128;
    let mut words: Vec<String> = (33..127_u8).map(|byte| char::from(byte).to_string()).collect();
    words.extend(["Ġ", "Ċ", "ab", "</s>"].map(str::to_owned));
    let id = |word: &str| words.iter().position(|known| known == word).unwrap();
    let mut embedding = vec![0_f32; words.len() * WIDTH];
    (0..words.len()).for_each(|word| embedding[word * WIDTH + word] = 1.0);
    let mut output = vec![0_f32; words.len() * WIDTH];
    for (word, name) in words.iter().enumerate() {
        let next = follow.iter().find(|pair| pair.0 == name).map_or(".", |pair| pair.1);
        output[id(next) * WIDTH + word] = 1.0;
    }
    let quantised = |values: Vec<f32>, shape: &[usize]| {
        QTensor::quantize(&Tensor::from_vec(values, shape, &Device::Cpu).unwrap(), GgmlDType::F32).unwrap()
    };
    let square = || quantised(vec![0.0; WIDTH * WIDTH], &[WIDTH, WIDTH]);
    let ones = || quantised(vec![1.0; WIDTH], &[WIDTH]);
    let mut tensors = vec![
        ("token_embd.weight".to_owned(), quantised(embedding, &[words.len(), WIDTH])),
        ("output.weight".to_owned(), quantised(output, &[words.len(), WIDTH])),
        ("output_norm.weight".to_owned(), ones()),
    ];
    for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_down", "ffn_up"] {
        tensors.push((format!("blk.0.{part}.weight"), square()));
    }
    tensors.extend(["attn_norm", "ffn_norm"].map(|part| (format!("blk.0.{part}.weight"), ones())));
    let texts = |texts: &[&str]| Value::Array(texts.iter().map(|&text| Value::String(text.into())).collect());
    let metadata = [
        ("general.architecture", Value::String("llama".into())),
        ("llama.attention.head_count", Value::U32(8)),
        ("llama.attention.head_count_kv", Value::U32(8)),
        ("llama.block_count", Value::U32(1)),
        ("llama.embedding_length", Value::U32(WIDTH as u32)),
        ("llama.rope.dimension_count", Value::U32(16)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
        ("tokenizer.ggml.model", Value::String("gpt2".into())),
        ("tokenizer.ggml.tokens", texts(&words.iter().map(String::as_str).collect::<Vec<_>>())),
        ("tokenizer.ggml.merges", texts(&["a b"])),
        ("tokenizer.ggml.eos_token_id", Value::U32(id("</s>") as u32)),
    ];
    let metadata: Vec<_> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    write(&mut std::fs::File::create(path).unwrap(), &metadata, &tensors).unwrap();
}

#[test]
fn a_language_model_rewrites_a_prompt_or_leaves_it_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parrot.gguf");
    let patience = std::time::Duration::from_secs(60);
    // The request ends with a bracket that closes; the answer begins with one that opens.
    parrot(&path, &[("]", "["), ("[", "r"), ("r", "u"), ("u", "n"), ("n", "]")]);
    let mut rewriter = Rewriter::load(&path).unwrap();
    for _ in 0..2 {
        assert_eq!(rewriter.rewrite("a person runs", patience).unwrap().as_deref(), Some("run"));
    }
    assert_eq!(rewriter.rewrite("a person runs", std::time::Duration::ZERO).unwrap(), None, "no time");
    parrot(&path, &[]);
    assert_eq!(Rewriter::load(&path).unwrap().rewrite("a person runs", patience).unwrap(), None, "dots only");
    parrot(&path, &[("]", "</s>")]);
    assert_eq!(Rewriter::load(&path).unwrap().rewrite("a person runs", patience).unwrap(), None, "it says nothing");

    std::fs::write(&path, "no model").unwrap();
    let message = Rewriter::load(&path).err().expect("refused").to_string();
    assert!(message.contains("parrot.gguf") && !message.contains('\n'), "{message}");
}

// ---------------------------------------------------------------------------------------------------------- hostile checkpoints

fn open_error(bytes: &[u8], name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let opened = Checkpoint::open(&FileSource::from(path.as_path()), "net");
    let error = opened.err().expect("refused").to_string();
    assert!(error.contains(name), "the message names the file: {error}");
    assert!(!error.contains('\n'), "one line: {error}");
    error
}

#[test]
fn damaged_files_are_refused_in_words() {
    let huge_header = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    let outside = br#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#;
    let outside = [&(outside.len() as u64).to_le_bytes()[..], outside, &[0; 8]].concat();
    let overflow = br#"{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#;
    let overflow = [&(overflow.len() as u64).to_le_bytes()[..], overflow].concat();
    for bytes in [&b""[..], b"123", &huge_header, &outside, &overflow, &[9; 64]] {
        open_error(bytes, "a.safetensors");
    }
    for bytes in [&b""[..], b"GGUF", b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f\0\0\0\0\0\0\0\0", &[9; 64]] {
        open_error(bytes, "a.gguf");
    }
    for bytes in [&b""[..], b"PK\x03\x04", &[0x80; 64]] {
        open_error(bytes, "a.pth");
    }
    assert!(open_error(b"", "a.onnx").contains(".safetensors"));
    let nowhere = Checkpoint::open(&FileSource::from(Path::new("/nowhere/a.safetensors")), "net");
    assert!(matches!(nowhere, Err(Error::Read { .. })));
}

/// A PyTorch archive around a pickle.
fn archive(pickle: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [("archive/data.pkl", pickle), ("archive/data/0", &[0; 64])] {
        zip.start_file(name, stored).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_pickle_that_would_run_something_is_refused() {
    // What `pickle.dumps` makes of an object whose reduction calls os.system("true"), in two spellings.
    let old = b"\x80\x02cos\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03.";
    let new = b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85\x94R\x94.";
    for (pickle, name) in [(&old[..], "os.system"), (&new[..], "posix.system")] {
        let message = open_error(&archive(pickle), "evil.pth");
        assert!(message.contains(name) && message.contains("nothing was run"), "{message}");
    }
    let eval = b"\x80\x02cbuiltins\neval\nq\x00.";
    assert!(open_error(&archive(eval), "evil.pth").contains("builtins.eval"));
    let load = b"\x80\x02ctorch\nload\nq\x00.";
    assert!(open_error(&archive(load), "evil.pth").contains("torch.load"));
}

#[test]
fn a_pickle_that_would_fill_the_memory_is_refused_at_once() {
    // Forty lists, each of twice the one before; then a million nested tuples; then a text of four gigabytes.
    let mut doubling = b"\x80\x02]q\x00".to_vec();
    for level in 0..40_u8 {
        doubling.extend([b']', b'q', level + 1, b'(', b'h', level, b'h', level, b'e']);
    }
    doubling.push(b'.');
    let nested = [b"\x80\x02N".to_vec(), vec![0x85; 1_000_000], b".".to_vec()].concat();
    let long = b"\x80\x02X\xff\xff\xff\xff.".to_vec();
    let itself = b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.".to_vec();
    for pickle in [doubling, nested, long, itself, b"\x80\x02.".to_vec(), b"\x80\x02(((e".to_vec(), b"\x80\x02h\x07.".to_vec()] {
        open_error(&archive(&pickle), "bomb.pth");
    }
}

#[test]
fn a_tensor_that_lies_about_its_place_is_refused() {
    let tensor = |offset: u8, rows: u8, stride: u8| {
        let storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x10tQ";
        let head = b"\x80\x02}X\x03\x00\x00\x00net}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n(";
        let shape = [b'K', offset, b'K', rows, 0x85, b'K', stride, 0x85, 0x89, b'N', b't', b'R', b's', b's', b'.'];
        archive(&[&head[..], storage, &shape].concat())
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("good.pth");
    std::fs::write(&path, tensor(2, 14, 1)).unwrap();
    assert_eq!(Checkpoint::open(&FileSource::from(path.as_path()), "net").unwrap().shape("w"), Some(vec![14]));
    assert!(open_error(&tensor(3, 14, 1), "a.pth").contains("more than the file holds"));
    assert!(open_error(&tensor(0, 8, 2), "a.pth").contains("row by row"));
}

#[test]
fn an_old_or_nested_pytorch_file_is_refused_with_advice() {
    // The first bytes of PyTorch's form before 1.6: a pickled magic number.
    let old = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.";
    let message = open_error(old, "old.pth");
    assert!(message.contains("old form") && message.contains("torch.save"), "{message}");
    let page = open_error(b"<!DOCTYPE html><html>not found</html>", "page.pth");
    assert!(page.contains("no zip archive"), "{page}");
    let nested = b"\x80\x02}X\x03\x00\x00\x00net}X\x05\x00\x00\x00model}ss.";
    assert!(open_error(&archive(nested), "nested.pth").contains("no tensors under the key net; it has net"));
}

#[test]
fn a_cut_or_foreign_pytorch_file_is_refused() {
    let Some(path) = kit("tokenizer_small/train_ckpt/net_6000000.pth") else { return };
    let bytes = std::fs::read(&path).unwrap();
    open_error(&bytes[..bytes.len() / 2], "half.pth");
    let error = Checkpoint::open(&FileSource::from(path.as_path()), "trans").err().expect("refused").to_string();
    assert!(error.contains("the key trans; it has net, optimizer"), "{error}");
}

#[test]
fn missing_extra_and_misshapen_tensors_are_named() {
    let (Some(path), Some(config)) = (kit("tokenizer_small/nopatcher/model.safetensors"), kit("tokenizer_small/nopatcher/config.json"))
    else {
        return;
    };
    let config: TokenizerConfig = json(&config);
    let load = |change: &dyn Fn(&mut HashMap<String, Tensor>)| {
        let mut tensors = tensors(&path);
        change(&mut tensors);
        MotionTokenizer::load(Weights::new(Checkpoint::from_tensors(tensors, "model.safetensors")), &config)
            .err()
            .map(|error| error.to_string())
    };
    assert_eq!(load(&|_| ()), None);
    let name = "vqvae.decoder.model.2.0.model.1.conv1.weight";
    let missing = load(&|tensors| drop(tensors.remove(name))).expect("refused");
    assert!(missing.contains(name) && missing.contains("missing"), "{missing}");
    let shape =
        load(&|tensors| drop(tensors.insert(name.into(), Tensor::zeros((32, 32, 5), DType::F32, &Device::Cpu).unwrap()))).expect("refused");
    assert!(shape.contains(name) && shape.contains("[32, 32, 5]") && shape.contains("[32, 32, 3]"), "{shape}");
    let extra =
        load(&|tensors| drop(tensors.insert("vqvae.other".into(), Tensor::zeros(1, DType::F32, &Device::Cpu).unwrap()))).expect("refused");
    assert!(extra.contains("vqvae.other"), "{extra}");
}
