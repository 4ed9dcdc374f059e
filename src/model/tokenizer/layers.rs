//! The layers of the motion tokenizer's encoder and decoder. Everything is channel-last: `[batch, time, channels]`.

use candle_core::{Result as Computed, Tensor};

use super::patcher;
use crate::model::config::{Activation, Norm, PatchMethod, TokenizerConfig};
use crate::model::error::Result;
use crate::model::ops;
use crate::model::weights::Weights;

/// One entry of the published `encoder.model` or `decoder.model`, in the same order and numbering.
#[derive(Debug)]
pub struct Layer(pub(super) Step);

/// What a layer does.
#[derive(Debug)]
pub(super) enum Step {
    /// Folds frames into patches.
    Fold { patch: usize, method: PatchMethod },
    /// Undoes the fold.
    Unfold { patch: usize, method: PatchMethod },
    /// A convolution.
    Conv(Conv),
    /// max(x, 0): the ends of both networks use it whatever the configured activation.
    Relu,
    /// Encoder stage: a strided convolution, residual blocks, and in some networks attention.
    Down { conv: Conv, blocks: Vec<Residual>, attention: Option<Attention> },
    /// Decoder stage: residual blocks, every time step repeated, a convolution, and in some networks attention.
    Up { blocks: Vec<Residual>, times: usize, conv: Conv, attention: Option<Attention> },
    /// Residual blocks alone, between attentions.
    Blocks(Vec<Residual>),
    /// Attention alone.
    Attention(Attention),
    /// A norm alone.
    Norm(Normalise),
}

/// A one-dimensional convolution, computed as one matrix product over the unfolded input.
#[derive(Debug)]
pub(super) struct Conv {
    /// `[kernel · in, out]`.
    weight: Tensor,
    /// `[out]`.
    bias: Tensor,
    geometry: Geometry,
}

/// The shape of a convolution in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    /// Zeros before the first time step.
    pub pad_left: usize,
    /// Zeros after the last one.
    pub pad_right: usize,
}

/// norm, activation, dilated convolution, norm, activation, pointwise convolution; added to the input.
#[derive(Debug)]
pub(super) struct Residual {
    norm1: Normalise,
    conv1: Conv,
    norm2: Normalise,
    conv2: Conv,
    activation: Activation,
}

/// Attention with one head over the past: norm, projections, softmax, projection; added to the input.
#[derive(Debug)]
pub(super) struct Attention {
    norm: Normalise,
    q: Conv,
    k: Conv,
    v: Conv,
    out: Conv,
}

#[derive(Debug)]
pub(super) enum Normalise {
    Layer { weight: Tensor, bias: Tensor },
    Group { weight: Tensor, bias: Tensor },
    Nothing,
}

const NORM_GROUPS: usize = 32;

impl Layer {
    /// Runs the layer, `[n, t, c]` → `[n, t', c']`.
    pub fn forward(&self, x: &Tensor) -> Computed<Tensor> {
        match &self.0 {
            Step::Fold { patch, method } => patcher::fold(x, *patch, *method),
            Step::Unfold { patch, method } => patcher::unfold(x, *patch, *method),
            Step::Conv(conv) => conv.forward(x),
            Step::Relu => x.relu(),
            Step::Down { conv, blocks, attention } => attend(attention.as_ref(), through(blocks, conv.forward(x)?)?),
            Step::Up { blocks, times, conv, attention } => {
                let x = through(blocks, x.clone())?;
                let (n, t, c) = x.dims3()?;
                let repeated = x.unsqueeze(2)?.broadcast_as((n, t, *times, c))?.reshape((n, t * times, c))?;
                attend(attention.as_ref(), conv.forward(&repeated)?)
            }
            Step::Blocks(blocks) => through(blocks, x.clone()),
            Step::Attention(attention) => attention.forward(x),
            Step::Norm(norm) => norm.forward(x),
        }
    }
}

/// Through residual blocks, one after the other.
fn through(blocks: &[Residual], x: Tensor) -> Computed<Tensor> {
    blocks.iter().try_fold(x, |x, block| block.forward(&x))
}

fn attend(attention: Option<&Attention>, x: Tensor) -> Computed<Tensor> {
    attention.map_or(Ok(x.clone()), |attention| attention.forward(&x))
}

impl Geometry {
    /// Kernel 3 that keeps the length.
    pub(super) fn same(dilation: usize, causal: bool) -> Self {
        let (pad_left, pad_right) = if causal { (2 * dilation, 0) } else { (dilation, dilation) };
        Self { kernel: 3, stride: 1, dilation, pad_left, pad_right }
    }

    /// Kernel of twice the stride that divides the length by the stride.
    pub(super) fn down(stride: usize, causal: bool) -> Self {
        let kernel = 2 * stride;
        let (pad_left, pad_right) = if causal { (kernel - stride, 0) } else { (stride / 2, stride / 2) };
        Self { kernel, stride, dilation: 1, pad_left, pad_right }
    }

    /// One tap.
    pub(super) fn pointwise() -> Self {
        Self { kernel: 1, stride: 1, dilation: 1, pad_left: 0, pad_right: 0 }
    }
}

impl Conv {
    /// Loads `{name}.weight` `[out, in, kernel]` and `{name}.bias`.
    pub(super) fn load(weights: &mut Weights, name: &str, inner: usize, out: usize, geometry: Geometry) -> Result<Self> {
        let weight = weights.tensor(&format!("{name}.weight"), &[out, inner, geometry.kernel])?;
        let weight = weight.permute((2, 1, 0))?.reshape((geometry.kernel * inner, out))?;
        Ok(Self { weight, bias: weights.tensor(&format!("{name}.bias"), &[out])?, geometry })
    }

    /// A convolution from a weight `[kernel · in, out]` and a bias `[out]`.
    pub(super) fn from_parts(weight: Tensor, bias: Tensor, geometry: Geometry) -> Self {
        Self { weight, bias, geometry }
    }

    /// `[n, t, in]` → `[n, t', out]`; an input too short for one output gives an empty time axis.
    pub(super) fn forward(&self, x: &Tensor) -> Computed<Tensor> {
        let Geometry { kernel, stride, dilation, pad_left, pad_right } = self.geometry;
        let (inner, out) = self.weight.dims2()?;
        let n = x.dim(0)?;
        if kernel == 1 {
            let t = x.dim(1)?;
            return x.reshape(((), inner))?.matmul(&self.weight)?.broadcast_add(&self.bias)?.reshape((n, t, out));
        }
        let reach = dilation * (kernel - 1);
        let padded_len = x.dim(1)? + pad_left + pad_right;
        let t = padded_len.saturating_sub(reach).div_ceil(stride);
        // The taps of a strided convolution are cut from whole strides, so the end is filled up; those zeros are never used.
        let needed = reach + t * stride;
        let x = x.pad_with_zeros(1, pad_left, pad_right + needed.saturating_sub(padded_len))?;
        let tap = |k: usize| {
            let tap = x.narrow(1, k * dilation, t * stride)?;
            if stride == 1 { Ok(tap) } else { tap.reshape((n, t, stride, inner / kernel))?.narrow(2, 0, 1)?.squeeze(2) }
        };
        let taps = (0..kernel).map(tap).collect::<Computed<Vec<_>>>()?;
        let unfolded = Tensor::cat(&taps, 2)?.reshape((n * t, inner))?;
        unfolded.matmul(&self.weight)?.broadcast_add(&self.bias)?.reshape((n, t, out))
    }
}

impl Residual {
    /// Loads one stage's blocks, `{name}.model.{i}`; the first has the largest dilation.
    pub(super) fn load_stage(weights: &mut Weights, name: &str, config: &TokenizerConfig) -> Result<Vec<Self>> {
        let load = |index: usize| {
            let dilation = config.dilation_growth_rate.pow((config.depth - 1 - index) as u32);
            let name = format!("{name}.model.{index}");
            let width = config.width;
            Ok(Self {
                norm1: Normalise::load(weights, &format!("{name}.norm1"), config)?,
                conv1: Conv::load(weights, &format!("{name}.conv1"), width, width, Geometry::same(dilation, config.causal))?,
                norm2: Normalise::load(weights, &format!("{name}.norm2"), config)?,
                conv2: Conv::load(weights, &format!("{name}.conv2"), width, width, Geometry::pointwise())?,
                activation: config.activation,
            })
        };
        (0..config.depth).map(load).collect()
    }

    fn forward(&self, x: &Tensor) -> Computed<Tensor> {
        let y = self.conv1.forward(&self.activate(&self.norm1.forward(x)?)?)?;
        let y = self.conv2.forward(&self.activate(&self.norm2.forward(&y)?)?)?;
        x + y
    }

    fn activate(&self, x: &Tensor) -> Computed<Tensor> {
        match self.activation {
            Activation::Relu => x.relu(),
            Activation::Silu => x.silu(),
            Activation::Gelu => x.gelu_erf(),
        }
    }
}

impl Attention {
    /// Loads `{name}.norm1`, `.q`, `.k`, `.v`, `.proj_out`; the projections are wrapped as causal convolutions are.
    pub(super) fn load(weights: &mut Weights, name: &str, config: &TokenizerConfig) -> Result<Self> {
        let width = config.width;
        let norm = Normalise::load(weights, &format!("{name}.norm1"), config)?;
        let mut project = |part: &str| Conv::load(weights, &format!("{name}.{part}.conv"), width, width, Geometry::pointwise());
        Ok(Self { norm, q: project("q")?, k: project("k")?, v: project("v")?, out: project("proj_out")? })
    }

    fn forward(&self, x: &Tensor) -> Computed<Tensor> {
        let normal = self.norm.forward(x)?;
        let (_, t, c) = x.dims3()?;
        let scores = (self.q.forward(&normal)?.matmul(&self.k.forward(&normal)?.t()?)? * (1.0 / (c as f64).sqrt()))?;
        let later = |index: usize| if index % t > index / t { f32::NEG_INFINITY } else { 0.0 };
        let mask = Tensor::from_vec((0..t * t).map(later).collect::<Vec<f32>>(), (t, t), x.device())?;
        let shares = candle_nn::ops::softmax_last_dim(&scores.broadcast_add(&mask)?)?;
        x + self.out.forward(&shares.matmul(&self.v.forward(&normal)?)?)?
    }
}

impl Normalise {
    pub(super) fn load(weights: &mut Weights, name: &str, config: &TokenizerConfig) -> Result<Self> {
        let Some(norm) = config.norm else { return Ok(Self::Nothing) };
        let weight = weights.tensor(&format!("{name}.weight"), &[config.width])?;
        let bias = weights.tensor(&format!("{name}.bias"), &[config.width])?;
        Ok(match norm {
            Norm::Layer => Self::Layer { weight, bias },
            Norm::Group => Self::Group { weight, bias },
        })
    }

    fn forward(&self, x: &Tensor) -> Computed<Tensor> {
        match self {
            Self::Layer { weight, bias } => ops::layer_norm(x, weight, bias, 1e-5),
            Self::Group { weight, bias } => {
                let (n, t, c) = x.dims3()?;
                let groups = x.reshape((n, t, NORM_GROUPS, c / NORM_GROUPS))?;
                let over = (1, 3);
                let centred = groups.broadcast_sub(&groups.mean_keepdim(over)?)?;
                let deviation = (centred.sqr()?.mean_keepdim(over)? + 1e-6)?.sqrt()?;
                let normal = centred.broadcast_div(&deviation)?.reshape((n, t, c))?;
                normal.broadcast_mul(weight)?.broadcast_add(bias)
            }
            Self::Nothing => Ok(x.clone()),
        }
    }
}
