//! The motion tokenizer, its quantiser and its patches against the reference kit.

use super::kit::{assert_close, flat, ids, json, kit, tensors, weights};
use super::transformer::VARIANTS;

use candle_core::{IndexOp, Tensor};
use zoetrope::model::fsq::Fsq;
use zoetrope::model::tokenizer::{patcher, run};
use zoetrope::model::{Checkpoint, FileSource, MotionTokenizer, PatchMethod, TokenizerConfig, TransformerConfig};

const TOKENIZER_TOLERANCE: f32 = 2e-5;

pub(crate) fn tokenizer(variant: &str, file: &str) -> Option<MotionTokenizer> {
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
