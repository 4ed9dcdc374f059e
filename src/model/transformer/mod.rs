//! The autoregressive transformer: text features and the motion tokens so far → the next token's logits.
//!
//! Source: MotionMillion (arXiv 2507.07095); a LLaMA-style network with the names of its published checkpoints (`docs/representation.md`,
//! The transformer). The text is a prefix in which every position sees every other; motion tokens see the text and the tokens before them.
//! One implementation serves dense and quantised weights, and one row or many.

mod block;
mod decode;
mod rope;
mod shapes;

use candle_core::{D, DType, Device, Tensor};

use self::block::Block;
pub use self::decode::{DecodeState, Logits};
pub use self::rope::{Angles, Rope};
use super::config::TransformerConfig;
use super::error::{Error, Result};
use super::ops;
use super::weights::{Embedding, Linear, Weights};

/// A loaded transformer.
pub struct Transformer {
    config: TransformerConfig,
    device: Device,
    /// Codes, end, pad.
    vocabulary: usize,
    /// n → vocabulary − 1 (pad cannot be predicted); quantised ones may have more rows, which mean nothing.
    lm_head: Linear,
    wte: Embedding,
    blocks: Vec<Block>,
    /// `[n]`.
    ln_f: Tensor,
    /// clip_dim → n.
    text: Linear,
    /// `[n]`.
    text_bias: Tensor,
    rope: Rope,
}

/// Rows that candle's fast quantised kernels take at a time.
const KERNEL_ROWS: usize = 16;

impl Transformer {
    /// Loads all tensors of the published transformer; the vocabulary follows from the embedding's rows.
    ///
    /// # Errors
    /// Tensors that are missing, misshapen or unknown, by name.
    pub fn load(mut weights: Weights, config: &TransformerConfig) -> Result<Self> {
        let path = weights.label().to_string();
        config.check(&path)?;
        let (n, device) = (config.n_embd, weights.device().clone());
        let wte_name = "transformer.wte.weight";
        let wte_shape = weights.shape(wte_name).ok_or_else(|| Error::Missing { name: wte_name.into(), path: path.clone() })?;
        let vocabulary = wte_shape.first().copied().unwrap_or(0);
        if vocabulary < 3 {
            return Err(Error::unfit(format!("the embedding {wte_name} has the shape {wte_shape:?}"), &path));
        }
        let transformer = Self {
            config: config.clone(),
            vocabulary,
            wte: weights.matrix(wte_name, vocabulary, n)?.into_embedding(&device)?,
            blocks: (0..config.n_layer).map(|index| Block::load(&mut weights, index, config)).collect::<Result<_>>()?,
            ln_f: weights.tensor("transformer.ln_f.scale", &[n])?,
            lm_head: weights.matrix("lm_head.weight", vocabulary - 1, n)?.pad_rows(KERNEL_ROWS)?.into_linear(&device)?,
            text: weights.matrix("llama_proj.weight", n, config.clip_dim)?.into_linear(&device)?,
            text_bias: weights.tensor("llama_proj.bias", &[n])?,
            rope: Rope::new(config.block_size, config.head_size(), config.rope_base, config.rope, &device)?,
            device,
        };
        weights.finish()?;
        Ok(transformer)
    }

    /// The sizes it was loaded with.
    pub fn config(&self) -> &TransformerConfig {
        &self.config
    }

    /// The token that ends a motion; all smaller ones are motion codes.
    pub fn end_token(&self) -> u32 {
        self.vocabulary as u32 - 2
    }

    /// The token that fills batches; it is never predicted.
    pub fn pad_token(&self) -> u32 {
        self.vocabulary as u32 - 1
    }

    /// Text features `[…, words, clip_dim]` → the transformer's input `[…, words, n]`.
    pub fn embed_text(&self, features: &Tensor) -> Result<Tensor> {
        Ok(self.text.forward(&features.to_device(&self.device)?)?.broadcast_add(&self.text_bias)?)
    }

    /// Tokens, rows of equal length → the transformer's input `[rows, t, n]`.
    pub fn embed_tokens(&self, tokens: &[Vec<u32>]) -> Result<Tensor> {
        let t = tokens.first().map_or(0, Vec::len);
        if let Some(token) = tokens.iter().flatten().find(|&&token| token as usize >= self.vocabulary) {
            return Err(Error::Input(format!("the token {token} is not in the vocabulary of {}", self.vocabulary)));
        }
        let ids = Tensor::from_vec(tokens.concat(), (tokens.len(), t), &self.device)?;
        Ok(self.wte.forward(&ids)?)
    }

    /// The whole network over `x` `[rows, t, n]`, without a cache: logits `[rows, t, vocabulary − 1]` of every position.
    /// The first `text_lens[row]` positions of a row see each other; all others see what is before them.
    pub fn forward(&self, x: &Tensor, text_lens: &[usize]) -> Result<Tensor> {
        self.forward_observed(x, text_lens, |_, _| ())
    }

    /// [`forward`](Self::forward), showing the activations on the way: `block{i}.attn`, `block{i}.mlp`, `block{i}`, `ln_f`.
    pub fn forward_observed(&self, x: &Tensor, text_lens: &[usize], mut observe: impl FnMut(&str, &Tensor)) -> Result<Tensor> {
        let states = self.states(x, text_lens, |name, y| {
            observe(name, &y);
            Ok(y)
        })?;
        observe("ln_f", &states);
        self.logits(&states)
    }

    /// The states behind the last norm, `[rows, t, n]`. What comes out of `block{i}.attn`, `block{i}.mlp` and `block{i}` goes
    /// `through` the caller's hands on the way: to be looked at, or for dropout.
    pub fn states(
        &self,
        x: &Tensor,
        text_lens: &[usize],
        mut through: impl FnMut(&str, Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<Tensor> {
        let (rows, t, _) = x.dims3()?;
        if text_lens.len() != rows || t > self.config.block_size {
            return Err(Error::Input(format!("{rows} rows of {t} positions do not fit {} text lengths", text_lens.len())));
        }
        let visible = |row: usize, i: usize, j: usize| j <= i || (i < text_lens[row] && j < text_lens[row]);
        let mask = self.mask(rows, t, visible)?;
        let angles = self.rope.range(0, t)?;
        let mut x = x.clone();
        for (index, block) in self.blocks.iter().enumerate() {
            let attended = through(&format!("block{index}.attn"), block.attend(&x, &angles, Some(&mask), None)?)?;
            x = (x + attended)?;
            let fed = through(&format!("block{index}.mlp"), block.feed(&x)?)?;
            x = through(&format!("block{index}"), (x + fed)?)?;
        }
        Ok(ops::rms_norm(&x, &self.ln_f, self.config.norm_eps as f32)?)
    }

    /// States `[…, n]` → logits `[…, vocabulary − 1]`.
    pub fn logits(&self, states: &Tensor) -> Result<Tensor> {
        Ok(self.lm_head.forward(states)?.narrow(D::Minus1, 0, self.vocabulary - 1)?)
    }

    /// What is added to the attention scores, `[rows, 1, t, t]`: 0 where position i may see position j, −∞ elsewhere.
    fn mask(&self, rows: usize, t: usize, visible: impl Fn(usize, usize, usize) -> bool) -> Result<Tensor> {
        let value = |index: usize| {
            let (row, i, j) = (index / (t * t), index / t % t, index % t);
            if visible(row, i, j) { 0.0 } else { f32::NEG_INFINITY }
        };
        let values: Vec<f32> = (0..rows * t * t).map(value).collect();
        Ok(Tensor::from_vec(values, (rows, 1, t, t), &self.device)?.to_dtype(DType::F32)?)
    }
}
