//! One encoder of the evaluator: a sequence becomes the mean (and the log-variance) of a distribution, read off two learned tokens
//! that stand before it.
//!
//! Source: the evaluator of MotionMillion (arXiv 2507.07095; `docs/representation.md`, Evaluation), an ACTOR-style encoder as in TMR (arXiv
//! 2305.00976): a linear layer, sinusoidal positions, transformer layers with the norm behind each branch. Every operation has a gradient,
//! so the network that measures is the one that is trained: loaded from variables, its tensors are those variables.

use candle_core::{D, Device, Result as Computed, Tensor};
use candle_nn::ops;

use crate::model::dropout::Dropout;
use crate::model::error::{Error, Result};
use crate::model::weights::Weights;

/// `torch.nn.LayerNorm`'s default, which the published networks keep.
const NORM_EPS: f32 = 1e-5;
/// The two learned tokens: mean and log-variance.
const TOKENS: usize = 2;

/// Sizes of an encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderSize {
    /// Numbers in an element of the sequence.
    pub input: usize,
    /// Numbers in an embedding, and inside the network.
    pub latent: usize,
    /// Attention heads; they divide `latent`.
    pub heads: usize,
    /// Width between the two linear layers of a transformer layer.
    pub feed_forward: usize,
    /// Transformer layers.
    pub layers: usize,
}

/// What an encoder reads: the published networks differ in the first layer only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// Frames: a linear layer `skel_embedding`.
    Motion,
    /// Features of words: max(x, 0), then a linear layer `projection.1`.
    Words,
}

/// One encoder.
pub struct Encoder {
    size: EncoderSize,
    reads: Reads,
    mu_token: Tensor,
    logvar_token: Tensor,
    first: Affine,
    layers: Vec<Layer>,
}

struct Layer {
    in_proj: Affine,
    out_proj: Affine,
    linear1: Affine,
    linear2: Affine,
    norm1: Norm,
    norm2: Norm,
}

/// `[out, in]` and `[out]`, kept as they are so that a variable's new values are seen.
struct Affine {
    weight: Tensor,
    bias: Tensor,
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
}

impl EncoderSize {
    /// Reads the sizes off the shapes of the tensors `prefix…`; heads cannot be seen in them.
    ///
    /// # Errors
    /// Tensors that every encoder has and this checkpoint has not, and heads that do not divide the width.
    pub(super) fn infer(weights: &Weights, prefix: &str, reads: Reads, heads: usize) -> Result<Self> {
        let matrix = |name: &str| match weights.shape(&format!("{prefix}{name}")).as_deref() {
            Some(&[out, inner]) => Ok((out, inner)),
            _ => Err(Error::Missing { name: format!("{prefix}{name}"), path: weights.label().into() }),
        };
        let (latent, input) = matrix(&format!("{}.weight", reads.first_layer()))?;
        let (feed_forward, _) = matrix("seqTransEncoder.layers.0.linear1.weight")?;
        let has = |index: &usize| weights.shape(&format!("{prefix}seqTransEncoder.layers.{index}.norm1.weight")).is_some();
        let layers = (0..).take_while(has).count();
        if heads == 0 || latent == 0 || !latent.is_multiple_of(2 * heads) {
            return Err(Error::unfit(format!("{heads} attention heads do not divide a width of {latent}"), weights.label()));
        }
        Ok(Self { input, latent, heads, feed_forward, layers })
    }

    /// The names and shapes of an encoder's tensors.
    pub(super) fn shapes(&self, prefix: &str, reads: Reads) -> Vec<(String, Vec<usize>)> {
        let (latent, wide) = (self.latent, self.feed_forward);
        let mut shapes = vec![("mu_token".to_owned(), vec![latent]), ("logvar_token".to_owned(), vec![latent])];
        let mut affine = |name: String, out: usize, inner: usize| {
            shapes.push((format!("{name}weight"), vec![out, inner]));
            shapes.push((format!("{name}bias"), vec![out]));
        };
        affine(format!("{}.", reads.first_layer()), latent, self.input);
        for index in 0..self.layers {
            let layer = format!("seqTransEncoder.layers.{index}");
            affine(format!("{layer}.self_attn.in_proj_"), 3 * latent, latent);
            affine(format!("{layer}.self_attn.out_proj."), latent, latent);
            affine(format!("{layer}.linear1."), wide, latent);
            affine(format!("{layer}.linear2."), latent, wide);
        }
        for index in 0..self.layers {
            for norm in ["norm1", "norm2"] {
                for part in ["weight", "bias"] {
                    shapes.push((format!("seqTransEncoder.layers.{index}.{norm}.{part}"), vec![latent]));
                }
            }
        }
        shapes.into_iter().map(|(name, shape)| (format!("{prefix}{name}"), shape)).collect()
    }
}

impl Reads {
    fn first_layer(self) -> &'static str {
        match self {
            Self::Motion => "skel_embedding",
            Self::Words => "projection.1",
        }
    }
}

impl Encoder {
    /// Loads the tensors `prefix…`.
    pub(super) fn load(weights: &mut Weights, prefix: &str, reads: Reads, size: EncoderSize) -> Result<Self> {
        // The positions are computed; some checkpoints hold them as a buffer.
        weights.ignore(&format!("{prefix}sequence_pos_encoding.pe"));
        let mut tensors = std::collections::HashMap::new();
        for (name, shape) in size.shapes(prefix, reads) {
            tensors.insert(name.trim_start_matches(prefix).to_owned(), weights.tensor(&name, &shape)?);
        }
        let mut take = |name: &str| {
            let missing = || Error::Missing { name: format!("{prefix}{name}"), path: weights.label().into() };
            tensors.remove(name).ok_or_else(missing)
        };
        let mut pair = |name: &str| Ok::<_, Error>((take(&format!("{name}weight"))?, take(&format!("{name}bias"))?));
        let affine = |(weight, bias): (Tensor, Tensor)| Affine { weight, bias };
        let norm = |(weight, bias): (Tensor, Tensor)| Norm { weight, bias };
        let mut layer = |index: usize| {
            let layer = format!("seqTransEncoder.layers.{index}");
            Ok(Layer {
                in_proj: affine(pair(&format!("{layer}.self_attn.in_proj_"))?),
                out_proj: affine(pair(&format!("{layer}.self_attn.out_proj."))?),
                linear1: affine(pair(&format!("{layer}.linear1."))?),
                linear2: affine(pair(&format!("{layer}.linear2."))?),
                norm1: norm(pair(&format!("{layer}.norm1."))?),
                norm2: norm(pair(&format!("{layer}.norm2."))?),
            })
        };
        let layers = (0..size.layers).map(&mut layer).collect::<Result<Vec<_>>>()?;
        let first = affine(pair(&format!("{}.", reads.first_layer()))?);
        Ok(Self { size, reads, mu_token: take("mu_token")?, logvar_token: take("logvar_token")?, first, layers })
    }

    /// The sizes it was loaded with.
    pub fn size(&self) -> &EncoderSize {
        &self.size
    }

    /// Sequences `[n, t, input]` → means and log-variances, `[n, latent]` each. Of sequence `i` the first `lengths[i]` elements
    /// count; `dropout` is for learning.
    pub fn forward(&self, x: &Tensor, lengths: &[usize], mut dropout: Option<&mut Dropout>) -> Computed<(Tensor, Tensor)> {
        let (rows, time, _) = x.dims3()?;
        let latent = self.size.latent;
        let x = if self.reads == Reads::Words { x.relu()? } else { x.clone() };
        let token = |token: &Tensor| token.reshape((1, 1, latent))?.broadcast_as((rows, 1, latent));
        let x = Tensor::cat(&[token(&self.mu_token)?, token(&self.logvar_token)?, self.first.forward(&x)?], 1)?;
        let mut x = x.broadcast_add(&positions(time + TOKENS, latent, x.device())?)?;
        if let Some(dropout) = dropout.as_deref_mut() {
            x = dropout.apply(&x)?;
        }
        let mask = padding_mask(lengths, time, x.device())?;
        for layer in &self.layers {
            x = layer.forward(&x, mask.as_ref(), self.size.heads, dropout.as_deref_mut())?;
        }
        let of = |token: usize| x.narrow(1, token, 1)?.squeeze(1);
        Ok((of(0)?, of(1)?))
    }
}

impl Layer {
    fn forward(&self, x: &Tensor, mask: Option<&Tensor>, heads: usize, mut dropout: Option<&mut Dropout>) -> Computed<Tensor> {
        let mut dropped = |x: Tensor| dropout.as_deref_mut().map_or(Ok(x.clone()), |dropout| dropout.apply(&x));
        let attended = dropped(self.attend(x, mask, heads)?)?;
        let x = self.norm1.forward(&(x + attended)?)?;
        let wide = dropped(self.linear1.forward(&x)?.gelu_erf()?)?;
        let narrow = dropped(self.linear2.forward(&wide)?)?;
        self.norm2.forward(&(x + narrow)?)
    }

    fn attend(&self, x: &Tensor, mask: Option<&Tensor>, heads: usize) -> Computed<Tensor> {
        let (rows, time, latent) = x.dims3()?;
        let per_head = latent / heads;
        let qkv = self.in_proj.forward(x)?.reshape((rows, time, 3, heads, per_head))?;
        let part = |index: usize| qkv.narrow(2, index, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
        let (q, k, v) = (part(0)?, part(1)?, part(2)?);
        let mut scores = (q.matmul(&k.transpose(2, 3)?.contiguous()?)? / (per_head as f64).sqrt())?;
        if let Some(mask) = mask {
            scores = scores.broadcast_add(mask)?;
        }
        // Not `softmax_last_dim`, which drops gradients.
        let mixed = ops::softmax(&scores, D::Minus1)?.matmul(&v)?;
        self.out_proj.forward(&mixed.transpose(1, 2)?.reshape((rows, time, latent))?)
    }
}

impl Affine {
    fn forward(&self, x: &Tensor) -> Computed<Tensor> {
        let (rows, time, inner) = x.dims3()?;
        let product = x.reshape((rows * time, inner))?.matmul(&self.weight.t()?)?;
        product.broadcast_add(&self.bias)?.reshape((rows, time, ()))
    }
}

impl Norm {
    fn forward(&self, x: &Tensor) -> Computed<Tensor> {
        // Not `layer_norm`, which drops gradients.
        ops::layer_norm_slow(x, &self.weight, &self.bias, NORM_EPS)
    }
}

/// Sinusoidal positions `[time, width]`: sines at even, cosines at odd numbers, base 10,000, the learned tokens counted.
pub fn positions(time: usize, width: usize, device: &Device) -> Computed<Tensor> {
    let of = |at: usize, number: usize| {
        let angle = at as f64 * 10_000_f64.powf(-((number / 2 * 2) as f64) / width as f64);
        (if number.is_multiple_of(2) { angle.sin() } else { angle.cos() }) as f32
    };
    let values: Vec<f32> = (0..time).flat_map(|at| (0..width).map(move |number| of(at, number))).collect();
    Tensor::from_vec(values, (time, width), device)
}

/// 0 where an element may be looked at and a large negative number where it is padding, `[n, 1, 1, tokens + time]`; none where
/// nothing is padding.
fn padding_mask(lengths: &[usize], time: usize, device: &Device) -> Computed<Option<Tensor>> {
    if lengths.iter().all(|&length| length >= time) {
        return Ok(None);
    }
    let row = |&length: &usize| (0..TOKENS + time).map(move |at| if at < TOKENS + length { 0.0 } else { -1e9_f32 });
    let values: Vec<f32> = lengths.iter().flat_map(row).collect();
    Ok(Some(Tensor::from_vec(values, (lengths.len(), 1, 1, TOKENS + time), device)?))
}
