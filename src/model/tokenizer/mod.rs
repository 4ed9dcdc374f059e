//! The motion tokenizer: normalised features ↔ motion tokens, a convolutional encoder and decoder around a finite scalar
//! quantiser.
//!
//! Source: MotionMillion (arXiv 2507.07095); layers and tensor names are those of its published checkpoints (`docs/representation.md`,
//! Motion tokens). Here all activations are channel-last, `[batch, time, channels]`, where the published code is channel-first.

mod layers;
pub mod patcher;
mod shapes;
mod stream;

use candle_core::{Device, Tensor};

pub use self::layers::Layer;
use self::layers::{Attention, Conv, Geometry, Normalise, Residual, Step};
pub use self::stream::{Reach, StreamDecoder};
use super::config::TokenizerConfig;
use super::error::{Error, Result};
use super::fsq::Fsq;
use super::weights::Weights;

/// A loaded motion tokenizer; runs on the CPU.
pub struct MotionTokenizer {
    config: TokenizerConfig,
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
    fsq: Fsq,
    /// code_dim → digits.
    project_in: Conv,
    /// Digits → code_dim.
    project_out: Conv,
}

/// What a motion tokenizer makes of features while it learns.
pub struct Reconstruction {
    /// Normalised features `[n, t, input_dim]`; `t` is a whole number of tokens.
    pub decoded: Tensor,
    /// Vectors before the bound and the rounding, `[n, t', digits]`.
    pub z: Tensor,
}

impl MotionTokenizer {
    /// Loads the tensors `vqvae.*`.
    ///
    /// # Errors
    /// Tensors that are missing, misshapen or unknown, by name.
    pub fn load(mut weights: Weights, config: &TokenizerConfig) -> Result<Self> {
        config.check(weights.label())?;
        let fsq = Fsq::new(&config.levels);
        let encoder = load_encoder(&mut weights, config)?;
        let decoder = load_decoder(&mut weights, config)?;
        let mut project = |name: &str, inner: usize, out: usize| {
            let name = format!("vqvae.quantizer.{name}");
            let weight = weights.tensor(&format!("{name}.weight"), &[out, inner])?;
            Conv::pointwise(&weight, weights.tensor(&format!("{name}.bias"), &[out])?)
        };
        let project_in = project("project_in", config.code_dim, fsq.dims())?;
        let project_out = project("project_out", fsq.dims(), config.code_dim)?;
        weights.finish()?;
        Ok(Self { config: config.clone(), encoder, decoder, fsq, project_in, project_out })
    }

    /// The sizes it was loaded with.
    pub fn config(&self) -> &TokenizerConfig {
        &self.config
    }

    /// The quantiser.
    pub fn fsq(&self) -> &Fsq {
        &self.fsq
    }

    /// The encoder's layers, numbered as published.
    pub fn encoder(&self) -> &[Layer] {
        &self.encoder
    }

    /// The decoder's layers, numbered as published.
    pub fn decoder(&self) -> &[Layer] {
        &self.decoder
    }

    /// Normalised features `[n, t, input_dim]` → vectors before rounding `[n, t', digits]`.
    pub fn project(&self, features: &Tensor) -> Result<Tensor> {
        Ok(self.project_in.forward(&run(&self.encoder, features)?)?)
    }

    /// Normalised features `[n, t, input_dim]` → tokens, `n` rows of `t / frames_per_token`. Frames that do not fill a token
    /// are lost.
    pub fn encode(&self, features: &Tensor) -> Result<Vec<Vec<u32>>> {
        let z = self.project(features)?;
        let digits = self.fsq.dims();
        let index = |row: Vec<f32>| row.chunks_exact(digits).map(|z| self.fsq.index(z)).collect();
        Ok(z.flatten_from(1)?.to_vec2::<f32>()?.into_iter().map(index).collect())
    }

    /// Normalised features of one motion, flat → its tokens. Frames that do not fill a token are lost.
    ///
    /// # Errors
    /// Too few frames for one token, or no whole ones.
    pub fn encode_frames(&self, normalised: &[f32]) -> Result<Vec<u32>> {
        let (dim, per_token) = (self.config.input_dim, self.config.frames_per_token());
        let frames = normalised.len() / dim;
        if !normalised.len().is_multiple_of(dim) || frames < per_token {
            return Err(Error::Input(format!("{} numbers are no motion of at least {per_token} frames", normalised.len())));
        }
        Ok(self.encode(&Tensor::from_slice(normalised, (1, frames, dim), &Device::Cpu)?)?.swap_remove(0))
    }

    /// Normalised features `[n, t, input_dim]` → what encoding and decoding make of them, with gradients: rounding passes them
    /// straight through (`docs/representation.md`, Motion tokens).
    pub fn forward(&self, features: &Tensor) -> Result<Reconstruction> {
        let z = self.project(features)?;
        let codes = self.fsq.pass_through(&z)?;
        let decoded = run(&self.decoder, &self.project_out.forward(&codes)?)?;
        Ok(Reconstruction { decoded, z })
    }

    /// Tokens → the decoder's input `[1, t', code_dim]`.
    ///
    /// # Errors
    /// A token that is no motion code.
    pub fn embed(&self, tokens: &[u32]) -> Result<Tensor> {
        let codes = Tensor::from_vec(self.codes_of(tokens)?, (1, tokens.len(), self.fsq.dims()), &Device::Cpu)?;
        Ok(self.project_out.forward(&codes)?)
    }

    /// Tokens → their quantised values, flat `[t' · digits]`, each in −1..=1.
    ///
    /// # Errors
    /// A token that is no motion code.
    pub(super) fn codes_of(&self, tokens: &[u32]) -> Result<Vec<f32>> {
        if let Some(token) = tokens.iter().find(|&&token| token as usize >= self.fsq.codes()) {
            return Err(Error::Input(format!("the token {token} is no motion code: there are {}", self.fsq.codes())));
        }
        Ok(tokens.iter().flat_map(|&token| self.fsq.code(token)).collect())
    }

    /// Quantised values `[n, t', digits]` → normalised features `[n, t, input_dim]`, with gradients.
    pub(super) fn decode_codes(&self, codes: &Tensor) -> Result<Tensor> {
        run(&self.decoder, &self.project_out.forward(codes)?)
    }

    /// Tokens → normalised features, `tokens · frames_per_token` rows of `input_dim`, flat.
    pub fn decode(&self, tokens: &[u32]) -> Result<Vec<f32>> {
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        Ok(run(&self.decoder, &self.embed(tokens)?)?.flatten_all()?.to_vec1()?)
    }
}

impl Conv {
    /// A linear layer with bias, as a convolution with one tap.
    fn pointwise(weight: &Tensor, bias: Tensor) -> Result<Self> {
        Ok(Self::from_parts(weight.t()?.contiguous()?, bias, Geometry::pointwise()))
    }
}

/// Runs layers one after the other, `[n, t, c]` → `[n, t', c']`.
pub fn run(layers: &[Layer], x: &Tensor) -> Result<Tensor> {
    Ok(layers.iter().try_fold(x.clone(), |x, layer| layer.forward(&x))?)
}

/// Channels at the outer ends: a patch of frames, side by side.
fn outer_width(config: &TokenizerConfig) -> usize {
    config.input_dim * config.patch()
}

/// The attention of a stage or between stages, in networks that have it.
fn attention(weights: &mut Weights, name: &str, config: &TokenizerConfig) -> Result<Option<Attention>> {
    config.use_attn.then(|| Attention::load(weights, name, config)).transpose()
}

/// Residual blocks, attention, residual blocks: what stands in the middle of networks with attention. `names` are theirs.
fn middle(weights: &mut Weights, names: [String; 3], config: &TokenizerConfig) -> Result<[Step; 3]> {
    Ok([
        Step::Blocks(Residual::load_stage(weights, &names[0], config)?),
        Step::Attention(Attention::load(weights, &names[1], config)?),
        Step::Blocks(Residual::load_stage(weights, &names[2], config)?),
    ])
}

fn load_encoder(weights: &mut Weights, config: &TokenizerConfig) -> Result<Vec<Layer>> {
    let mut names = Names::new("vqvae.encoder.model", config);
    let (width, causal) = (config.width, config.causal);
    let same = Geometry::same(1, causal);
    let mut layers = Vec::new();
    if config.use_patcher {
        names.skip_patcher(weights);
        layers.push(Step::Fold { patch: config.patch_size, method: config.patch_method });
    }
    layers.push(Step::Conv(Conv::load(weights, &names.conv(), outer_width(config), width, same)?));
    names.skip();
    layers.push(Step::Relu);
    for _ in 0..config.down_t {
        let (stage, wrapped) = (names.skip(), names.wrapped);
        let conv = Conv::load(weights, &format!("{stage}.0{wrapped}"), width, width, Geometry::down(config.stride_t, causal))?;
        let blocks = Residual::load_stage(weights, &format!("{stage}.1"), config)?;
        layers.push(Step::Down { conv, blocks, attention: attention(weights, &format!("{stage}.2"), config)? });
    }
    if config.use_attn {
        let name = |part: &str| format!("vqvae.encoder.{part}");
        layers.extend(middle(weights, [0, 1, 2].map(|index| name(&format!("middle_blocks.{index}"))), config)?);
        layers.push(Step::Norm(Normalise::load(weights, &name("end_norm"), config)?));
        layers.push(Step::Relu);
        layers.push(Step::Conv(Conv::load(weights, &name("end_blocks.1.conv"), width, config.code_dim, same)?));
    } else {
        layers.push(Step::Conv(Conv::load(weights, &names.conv(), width, config.code_dim, same)?));
    }
    Ok(layers.into_iter().map(Layer).collect())
}

fn load_decoder(weights: &mut Weights, config: &TokenizerConfig) -> Result<Vec<Layer>> {
    let mut names = Names::new("vqvae.decoder.model", config);
    let (width, causal) = (config.width, config.causal);
    let same = Geometry::same(1, causal);
    let mut layers = vec![Step::Conv(Conv::load(weights, &names.conv(), config.code_dim, width, same)?)];
    if config.use_attn {
        let between = [names.skip(), names.skip(), names.skip()];
        layers.extend(middle(weights, between, config)?);
    } else {
        names.skip();
        layers.push(Step::Relu);
    }
    for _ in 0..config.down_t {
        let (stage, wrapped) = (names.skip(), names.wrapped);
        let blocks = Residual::load_stage(weights, &format!("{stage}.0"), config)?;
        let conv = Conv::load(weights, &format!("{stage}.2{wrapped}"), width, width, same)?;
        layers.push(Step::Up { blocks, times: config.stride_t, conv, attention: attention(weights, &format!("{stage}.3"), config)? });
    }
    layers.push(Step::Conv(Conv::load(weights, &names.conv(), width, width, same)?));
    names.skip();
    layers.push(Step::Relu);
    layers.push(Step::Conv(Conv::load(weights, &names.conv(), width, outer_width(config), same)?));
    if config.use_patcher {
        names.skip_patcher(weights);
        layers.push(Step::Unfold { patch: config.patch_size, method: config.patch_method });
    }
    Ok(layers.into_iter().map(Layer).collect())
}

/// Counts through the published names of one network.
struct Names {
    prefix: &'static str,
    next: usize,
    /// Causal convolutions are wrapped in a module of their own; those of the residual blocks are not.
    wrapped: &'static str,
}

impl Names {
    fn new(prefix: &'static str, config: &TokenizerConfig) -> Self {
        Self { prefix, next: 0, wrapped: if config.causal { ".conv" } else { "" } }
    }

    fn skip(&mut self) -> String {
        let name = format!("{}.{}", self.prefix, self.next);
        self.next += 1;
        name
    }

    fn conv(&mut self) -> String {
        self.skip() + self.wrapped
    }

    /// The patcher's two buffers are constants.
    fn skip_patcher(&mut self, weights: &mut Weights) {
        let name = self.skip();
        weights.ignore(&format!("{name}.wavelets"));
        weights.ignore(&format!("{name}._arange"));
    }
}
