//! One transformer block: attention and a gated feed-forward part, each behind an RMS norm and added to its input.

use candle_core::{D, Result as Computed, Tensor};
use candle_nn::kv_cache::KvCache;

use super::rope::Angles;
use crate::model::config::TransformerConfig;
use crate::model::error::Result;
use crate::model::ops;
use crate::model::weights::{Linear, Weights};

/// The weights of a block, with q/k/v in one matrix (as published) and gate/up in another.
#[derive(Debug)]
pub(super) struct Block {
    heads: usize,
    norm_eps: f32,
    /// `[n]`.
    rms_1: Tensor,
    /// n → 3n.
    qkv: Linear,
    /// n → n.
    out: Linear,
    /// `[n]`.
    rms_2: Tensor,
    /// n → 2m: gate, then up.
    gate_up: Linear,
    /// m → n.
    down: Linear,
}

impl Block {
    /// Loads `transformer.h.{index}.*`.
    pub(super) fn load(weights: &mut Weights, index: usize, config: &TransformerConfig) -> Result<Self> {
        let (n, m) = (config.n_embd, config.mlp_hidden);
        let name = |part: &str| format!("transformer.h.{index}.{part}");
        let device = weights.device().clone();
        let gate = weights.matrix(&name("mlp.c_fc1.weight"), m, n)?;
        let up = weights.matrix(&name("mlp.c_fc2.weight"), m, n)?;
        Ok(Self {
            heads: config.n_head,
            norm_eps: config.norm_eps as f32,
            rms_1: weights.tensor(&name("rms_1.scale"), &[n])?,
            qkv: weights.matrix(&name("attn.c_attn.weight"), 3 * n, n)?.into_linear(&device)?,
            out: weights.matrix(&name("attn.c_proj.weight"), n, n)?.into_linear(&device)?,
            rms_2: weights.tensor(&name("rms_2.scale"), &[n])?,
            gate_up: gate.stack(up)?.into_linear(&device)?,
            down: weights.matrix(&name("mlp.c_proj.weight"), n, m)?.into_linear(&device)?,
        })
    }

    /// The attention part of `x` `[rows, t, n]`, without the addition. With a cache, keys and values of earlier positions
    /// come from it and the new ones join it. `mask` is added to the scores: `[t, seen]` or `[rows, 1, t, seen]`.
    pub(super) fn attend(&self, x: &Tensor, angles: &Angles, mask: Option<&Tensor>, cache: Option<&mut KvCache>) -> Computed<Tensor> {
        let (rows, t, n) = x.dims3()?;
        let head = n / self.heads;
        let qkv = self.qkv.forward(&ops::rms_norm(x, &self.rms_1, self.norm_eps)?)?.reshape((rows, t, 3, self.heads, head))?;
        let part = |index: usize| qkv.narrow(2, index, 1)?.squeeze(2)?.transpose(1, 2)?.contiguous();
        let q = angles.turn(&part(0)?)?;
        let (k, v) = (angles.turn(&part(1)?)?, part(2)?);
        let (k, v) = match cache {
            Some(cache) => cache.append(&k, &v)?,
            None => (k, v),
        };
        let scores = ((q * (1.0 / (head as f64).sqrt()))?.matmul(&k.t()?))?;
        let scores = match mask {
            Some(mask) => scores.broadcast_add(mask)?,
            None => scores,
        };
        let mixed = ops::softmax(&scores)?.matmul(&v)?;
        self.out.forward(&mixed.transpose(1, 2)?.reshape((rows, t, n))?)
    }

    /// The feed-forward part of `x` `[rows, t, n]`, without the addition.
    pub(super) fn feed(&self, x: &Tensor) -> Computed<Tensor> {
        let both = self.gate_up.forward(&ops::rms_norm(x, &self.rms_2, self.norm_eps)?)?;
        let half = both.dim(D::Minus1)? / 2;
        let (gate, up) = (both.narrow(D::Minus1, 0, half)?, both.narrow(D::Minus1, half, half)?);
        self.down.forward(&(gate.silu()? * up)?)
    }
}
