//! The encoder of T5 v1.1 and flan-T5: gated GELU, RMS norms, and a table of relative positions that the first block owns and
//! all blocks share. One implementation for dense and quantised weights.
//!
//! Source: Raffel et al., *Exploring the Limits of Transfer Learning*, arXiv 1910.10683; tensor names are those of
//! Hugging Face's checkpoints (`docs/representation.md`, Text). Scores are not scaled, linear layers have no bias.

use candle_core::{Device, Result as Computed, Tensor};
use serde::Deserialize;

use super::checkpoint::Checkpoint;
use super::error::{Error, Result};
use super::weights::{Embedding, Linear, Weights};

pub(super) const SHARED: &str = "shared.weight";
const EMBEDDING: &str = "encoder.embed_tokens.weight";
const RELATIVE_BIAS: &str = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
const FINAL_NORM: &str = "encoder.final_layer_norm.weight";

/// What the encoder needs of a T5's `config.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct T5Config {
    vocab_size: usize,
    pub(super) d_model: usize,
    d_kv: usize,
    d_ff: usize,
    num_layers: usize,
    num_heads: usize,
    #[serde(default = "usual_buckets")]
    relative_attention_num_buckets: usize,
    #[serde(default = "usual_distance")]
    relative_attention_max_distance: usize,
    #[serde(default = "usual_eps")]
    layer_norm_epsilon: f64,
    #[serde(default)]
    feed_forward_proj: String,
}

/// A loaded encoder; runs on the CPU.
pub(super) struct T5Encoder {
    config: T5Config,
    embedding: Embedding,
    blocks: Vec<Block>,
    /// `[buckets, heads]`.
    relative_bias: Tensor,
    /// `[d_model]`.
    final_norm: Tensor,
}

struct Block {
    /// `[d_model]`.
    norm_1: Tensor,
    /// d_model → 3 · heads · d_kv.
    qkv: Linear,
    /// heads · d_kv → d_model.
    out: Linear,
    /// `[d_model]`.
    norm_2: Tensor,
    /// d_model → 2 · d_ff: gate, then up.
    gate_up: Linear,
    /// d_ff → d_model.
    down: Linear,
}

impl T5Config {
    /// The sizes of flan-t5-xl, the published text encoder.
    pub(super) fn flan_xl() -> Self {
        Self {
            vocab_size: 32_128,
            d_model: 2048,
            d_kv: 64,
            d_ff: 5120,
            num_layers: 24,
            num_heads: 32,
            relative_attention_num_buckets: usual_buckets(),
            relative_attention_max_distance: usual_distance(),
            layer_norm_epsilon: usual_eps(),
            feed_forward_proj: "gated-gelu".into(),
        }
    }

    /// Refuses what this encoder is not, before anything is computed.
    pub(super) fn check(&self, path: &str) -> Result<()> {
        let sizes = [self.vocab_size, self.d_model, self.d_kv, self.d_ff, self.num_layers, self.num_heads];
        if sizes.iter().any(|&size| size == 0 || size > 1 << 20) {
            return Err(Error::unfit("a size of the text encoder is zero or absurdly large".into(), path));
        }
        let (buckets, distance) = (self.relative_attention_num_buckets, self.relative_attention_max_distance);
        if buckets < 4 || !buckets.is_multiple_of(4) || distance <= buckets / 4 {
            return Err(Error::unfit(format!("{buckets} relative positions up to {distance} are no table"), path));
        }
        if self.feed_forward_proj != "gated-gelu" {
            let cause = format!("the text encoder's feed-forward part is {:?} and not \"gated-gelu\"", self.feed_forward_proj);
            return Err(Error::Config { cause, path: path.into(), advice: "use a T5 of version 1.1, or a flan-T5" });
        }
        Ok(())
    }
}

/// The tensors of the encoder in a T5's checkpoint, which also holds a decoder.
pub(super) fn encoder_tensors(checkpoint: &Checkpoint) -> Vec<String> {
    let names = checkpoint.names();
    // Some exporters store the shared table under the encoder's name only.
    let unused = if names.iter().any(|name| name == SHARED) { EMBEDDING } else { SHARED };
    names.into_iter().filter(|name| (name == SHARED || name.starts_with("encoder.")) && name != unused).collect()
}

/// Compares a checkpoint's names and shapes with what a configuration needs, without reading any weights.
///
/// # Errors
/// The first tensor that is missing or misshapen.
pub(super) fn check_tensors(checkpoint: &Checkpoint, config: &T5Config) -> Result<()> {
    let path = checkpoint.label();
    config.check(path)?;
    let table = if checkpoint.shape(SHARED).is_some() { SHARED } else { EMBEDDING };
    for (name, expected) in tensors(config, table) {
        let found = checkpoint.shape(&name).ok_or_else(|| Error::Missing { name: name.clone(), path: path.into() })?;
        if found != expected {
            return Err(Error::Shape { name, found, expected, path: path.into() });
        }
    }
    Ok(())
}

/// Names and shapes of all tensors of an encoder whose word table is called `table`.
pub(super) fn tensors(config: &T5Config, table: &str) -> Vec<(String, Vec<usize>)> {
    let (d, inner, m) = (config.d_model, config.num_heads * config.d_kv, config.d_ff);
    let ends = [
        (table.to_string(), vec![config.vocab_size, d]),
        (RELATIVE_BIAS.to_string(), vec![config.relative_attention_num_buckets, config.num_heads]),
        (FINAL_NORM.to_string(), vec![d]),
    ];
    let block = |index: usize| {
        [
            ("0.layer_norm", vec![d]),
            ("0.SelfAttention.q", vec![inner, d]),
            ("0.SelfAttention.k", vec![inner, d]),
            ("0.SelfAttention.v", vec![inner, d]),
            ("0.SelfAttention.o", vec![d, inner]),
            ("1.layer_norm", vec![d]),
            ("1.DenseReluDense.wi_0", vec![m, d]),
            ("1.DenseReluDense.wi_1", vec![m, d]),
            ("1.DenseReluDense.wo", vec![d, m]),
        ]
        .map(|(part, shape)| (block_tensor(index, part), shape))
    };
    (0..config.num_layers).flat_map(block).chain(ends).collect()
}

fn block_tensor(index: usize, part: &str) -> String {
    format!("encoder.block.{index}.layer.{part}.weight")
}

impl T5Encoder {
    /// Loads the tensors `shared.weight` and `encoder.*`.
    ///
    /// # Errors
    /// Tensors that are missing or misshapen, by name.
    pub(super) fn load(weights: &mut Weights, config: T5Config) -> Result<Self> {
        config.check(weights.label())?;
        let (d, device) = (config.d_model, Device::Cpu);
        let table = if weights.shape(SHARED).is_some() { SHARED } else { EMBEDDING };
        Ok(Self {
            embedding: weights.matrix(table, config.vocab_size, d)?.into_embedding(&device)?,
            blocks: (0..config.num_layers).map(|index| Block::load(weights, index, &config)).collect::<Result<_>>()?,
            relative_bias: weights.tensor(RELATIVE_BIAS, &[config.relative_attention_num_buckets, config.num_heads])?,
            final_norm: weights.tensor(FINAL_NORM, &[d])?,
            config,
        })
    }

    /// Numbers in a feature.
    pub(super) fn dim(&self) -> usize {
        self.config.d_model
    }

    /// Ids of one text, each in the vocabulary → features `[words, d_model]`.
    pub(super) fn forward(&self, ids: &[u32]) -> Computed<Tensor> {
        let bias = self.bias(ids.len())?;
        let mut x = self.embedding.forward(&Tensor::new(ids, &Device::Cpu)?)?;
        for block in &self.blocks {
            x = (&x + block.attend(&x, &bias, &self.config)?)?;
            x = (&x + block.feed(&x, &self.config)?)?;
        }
        candle_nn::ops::rms_norm(&x, &self.final_norm, self.config.layer_norm_epsilon as f32)
    }

    /// What is added to the scores, `[heads, words (query), words (key)]`.
    fn bias(&self, words: usize) -> Computed<Tensor> {
        let buckets = |query: usize| (0..words).map(move |key| self.bucket(key as i64 - query as i64));
        let buckets: Vec<u32> = (0..words).flat_map(buckets).collect();
        let rows = self.relative_bias.index_select(&Tensor::new(buckets, &Device::Cpu)?, 0)?;
        rows.reshape((words, words, self.config.num_heads))?.permute((2, 0, 1))?.contiguous()
    }

    /// The row of the table for a key that is so many words behind its query (`docs/representation.md`, Text).
    fn bucket(&self, offset: i64) -> u32 {
        relative_bucket(offset, self.config.relative_attention_num_buckets, self.config.relative_attention_max_distance)
    }
}

/// Half of the buckets are for keys behind the query, half for the others; of each half the first half are exact distances and
/// the rest grow logarithmically up to `max_distance`. Rounded in float32, as PyTorch does.
fn relative_bucket(offset: i64, buckets: usize, max_distance: usize) -> u32 {
    let half = buckets / 2;
    let exact = half / 2;
    let distance = offset.unsigned_abs() as usize;
    let within = if distance < exact {
        distance
    } else {
        let share = (distance as f32 / exact as f32).ln() / (max_distance as f32 / exact as f32).ln();
        (exact + (share * (half - exact) as f32) as usize).min(half - 1)
    };
    (if offset > 0 { half + within } else { within }) as u32
}

impl Block {
    fn load(weights: &mut Weights, index: usize, config: &T5Config) -> Result<Self> {
        let name = |part: &str| block_tensor(index, part);
        let (d, inner, m, device) = (config.d_model, config.num_heads * config.d_kv, config.d_ff, Device::Cpu);
        let q = weights.matrix(&name("0.SelfAttention.q"), inner, d)?;
        let k = weights.matrix(&name("0.SelfAttention.k"), inner, d)?;
        let v = weights.matrix(&name("0.SelfAttention.v"), inner, d)?;
        let gate = weights.matrix(&name("1.DenseReluDense.wi_0"), m, d)?;
        let up = weights.matrix(&name("1.DenseReluDense.wi_1"), m, d)?;
        Ok(Self {
            norm_1: weights.tensor(&name("0.layer_norm"), &[d])?,
            qkv: q.stack(k)?.stack(v)?.into_linear(&device)?,
            out: weights.matrix(&name("0.SelfAttention.o"), d, inner)?.into_linear(&device)?,
            norm_2: weights.tensor(&name("1.layer_norm"), &[d])?,
            gate_up: gate.stack(up)?.into_linear(&device)?,
            down: weights.matrix(&name("1.DenseReluDense.wo"), d, m)?.into_linear(&device)?,
        })
    }

    /// The attention part of `x` `[words, d_model]`, without the addition.
    fn attend(&self, x: &Tensor, bias: &Tensor, config: &T5Config) -> Computed<Tensor> {
        let words = x.dim(0)?;
        let normal = candle_nn::ops::rms_norm(x, &self.norm_1, config.layer_norm_epsilon as f32)?;
        let qkv = self.qkv.forward(&normal)?.reshape((words, 3, config.num_heads, config.d_kv))?;
        let part = |index: usize| qkv.narrow(1, index, 1)?.squeeze(1)?.transpose(0, 1)?.contiguous();
        let scores = (part(0)?.matmul(&part(1)?.t()?)? + bias)?;
        let mixed = candle_nn::ops::softmax_last_dim(&scores)?.matmul(&part(2)?)?;
        self.out.forward(&mixed.transpose(0, 1)?.reshape((words, config.num_heads * config.d_kv))?)
    }

    /// The feed-forward part of `x` `[words, d_model]`, without the addition.
    fn feed(&self, x: &Tensor, config: &T5Config) -> Computed<Tensor> {
        let both = self.gate_up.forward(&candle_nn::ops::rms_norm(x, &self.norm_2, config.layer_norm_epsilon as f32)?)?;
        let (gate, up) = (both.narrow(1, 0, config.d_ff)?, both.narrow(1, config.d_ff, config.d_ff)?);
        self.down.forward(&(gate.gelu()? * up)?)
    }
}

fn usual_buckets() -> usize {
    32
}
fn usual_distance() -> usize {
    128
}
fn usual_eps() -> f64 {
    1e-6
}

#[cfg(test)]
mod tests {
    use super::relative_bucket;

    #[test]
    fn near_words_have_buckets_of_their_own_and_far_ones_share_them() {
        let buckets = |offset| relative_bucket(offset, 32, 128);
        assert_eq!([0, -1, -7, -8, -128, -300].map(buckets), [0, 1, 7, 8, 15, 15]);
        assert_eq!([1, 7, 8, 128, 300].map(buckets), [17, 23, 24, 31, 31]);
        assert!((-300..0).all(|offset| buckets(offset) >= buckets(offset + 1) || offset == 0));
    }
}
