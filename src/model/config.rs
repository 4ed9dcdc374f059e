//! `model.json`: what a model folder says about itself. Plain data; unknown keys are ignored.

use serde::{Deserialize, Serialize};

use super::error::{Error, Result};

/// The whole of `model.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// Version of this file's layout; 1.
    pub format: u32,
    /// The name under which the model is known.
    pub name: String,
    /// Which version of that model it is, in its authors' words; empty where they say nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// What tells its weights from others of the same name: the beginning of their SHA-256; empty where nobody took it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
    /// The licence of the weights, in short ("CC BY 4.0").
    #[serde(default)]
    pub licence: String,
    /// What a user of the weights has to know about that licence.
    #[serde(default)]
    pub licence_note: String,
    /// Motion tokens per second; 15 as published.
    #[serde(default = "published_token_rate")]
    pub token_rate: f32,
    /// What reads the prompt.
    pub text_encoder: TextEncoderConfig,
    /// The motion tokenizer's sizes.
    #[serde(default)]
    pub tokenizer: TokenizerConfig,
    /// The transformer's sizes.
    pub transformer: TransformerConfig,
    /// How the model likes to be sampled.
    #[serde(default)]
    pub sampling: Sampling,
    /// Free-form facts for people: data, training, measures.
    #[serde(default)]
    pub card: serde_json::Map<String, serde_json::Value>,
}

/// Which network turns a prompt into features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum TextEncoderConfig {
    /// A sentence BERT such as all-MiniLM-L6-v2: one feature for each word piece.
    Bert,
    /// The encoder of a (flan-)T5, as published.
    T5,
}

/// Sizes of the motion tokenizer. The default is the published network (`docs/representation.md`, Motion tokens).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenizerConfig {
    /// Levels of each quantised dimension; their product is the number of codes.
    pub levels: Vec<usize>,
    /// Numbers in a frame.
    pub input_dim: usize,
    /// Channels inside.
    pub width: usize,
    /// Channels between the encoder and the quantiser.
    pub code_dim: usize,
    /// Channels between the quantiser and the decoder; equals `code_dim`.
    pub output_emb_width: usize,
    /// How often time is halved.
    pub down_t: usize,
    /// Stride of each of these stages.
    pub stride_t: usize,
    /// Residual blocks in a stage.
    pub depth: usize,
    /// Each residual block's dilation is this many times the next one's.
    pub dilation_growth_rate: usize,
    /// The activation inside the residual blocks.
    pub activation: Activation,
    /// The norm inside the residual blocks; none if absent.
    #[serde(deserialize_with = "norm_by_name")]
    pub norm: Option<Norm>,
    /// Whether a patcher stands before the encoder and after the decoder.
    pub use_patcher: bool,
    /// Frames in a patch, a power of two; 1 makes the patcher an identity.
    pub patch_size: usize,
    /// How frames are folded into a patch.
    pub patch_method: PatchMethod,
    /// Whether convolutions see the past only.
    pub causal: bool,
    /// Whether attention blocks stand between the stages; only in causal networks with layer norm.
    pub use_attn: bool,
}

/// Activation of the residual blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// x · sigmoid(x).
    Silu,
    /// The exact form, with the error function.
    Gelu,
}

/// Norm of the residual blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Norm {
    /// Over the channels of a time step.
    #[serde(rename = "LN")]
    Layer,
    /// Over 32 groups of channels and all time steps.
    #[serde(rename = "GN")]
    Group,
}

/// How the patcher folds time into channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchMethod {
    /// Haar wavelet levels.
    Haar,
    /// Plain reordering.
    Rearrange,
}

/// Sizes of the transformer (`docs/representation.md`, The transformer). The vocabulary follows from the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransformerConfig {
    /// Blocks.
    pub n_layer: usize,
    /// Attention heads in a block.
    pub n_head: usize,
    /// Channels; a multiple of twice the heads.
    pub n_embd: usize,
    /// Channels inside the feed-forward part.
    pub mlp_hidden: usize,
    /// Numbers in a text feature.
    pub clip_dim: usize,
    /// Most positions, text and tokens together.
    #[serde(default = "published_block_size")]
    pub block_size: usize,
    /// Added to the mean square in the RMS norms.
    #[serde(default = "published_norm_eps")]
    pub norm_eps: f64,
    /// Base of the rotary frequencies.
    #[serde(default = "published_rope_base")]
    pub rope_base: f32,
    /// How exactly the rotary angles are computed.
    #[serde(default)]
    pub rope: RopePrecision,
}

/// How exactly the rotary angles are computed (`docs/representation.md`, The transformer).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RopePrecision {
    /// In float32, as published programs run every model.
    #[default]
    Exact,
    /// In bfloat16, as a model trains that is itself in bfloat16: worth a trial for the published 7B weights.
    Bf16,
}

/// How a model likes to be sampled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// Above 1 flattens the distribution, below 1 sharpens it; 0 is greedy.
    pub temperature: f32,
    /// Only the likeliest `top_k` tokens; 0 means all.
    pub top_k: usize,
    /// Only the likeliest tokens that together reach this probability; 1 means all.
    pub top_p: f32,
    /// Classifier-free guidance; 1 means none.
    pub guidance: f32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 1.0, top_k: 0, top_p: 1.0, guidance: 1.0 }
    }
}

impl Default for TransformerConfig {
    /// The published 44M.
    fn default() -> Self {
        Self {
            n_layer: 8,
            n_head: 8,
            n_embd: 512,
            mlp_hidden: 1536,
            clip_dim: 2048,
            block_size: published_block_size(),
            norm_eps: published_norm_eps(),
            rope_base: published_rope_base(),
            rope: RopePrecision::Exact,
        }
    }
}

impl Default for TokenizerConfig {
    fn default() -> Self {
        Self {
            levels: vec![8, 8, 8, 5, 5, 5],
            input_dim: 272,
            width: 512,
            code_dim: 512,
            output_emb_width: 512,
            down_t: 1,
            stride_t: 2,
            depth: 3,
            dilation_growth_rate: 3,
            activation: Activation::Relu,
            norm: Some(Norm::Layer),
            use_patcher: true,
            patch_size: 1,
            patch_method: PatchMethod::Haar,
            causal: false,
            use_attn: false,
        }
    }
}

impl ModelConfig {
    /// Version and hash, as far as they are known: what tells two models of one name apart.
    #[must_use]
    pub fn version_and_hash(&self) -> String {
        format!("{} {}", self.version, self.hash).trim().to_owned()
    }

    /// Reads `model.json`. `path` only names the file in errors.
    pub fn parse(json: &[u8], path: &str) -> Result<Self> {
        let malformed = |cause: serde_json::Error| Error::Malformed { kind: "model.json", cause: cause.to_string(), path: path.into() };
        let config: Self = serde_json::from_slice(json).map_err(malformed)?;
        if config.format != 1 {
            let cause = format!("the model folder has the format {}, this program reads 1", config.format);
            return Err(Error::Config { cause, path: path.into(), advice: "install a newer Zoetrope" });
        }
        config.tokenizer.check(path)?;
        config.transformer.check(path)?;
        if !(config.token_rate.is_finite() && config.token_rate > 0.0) {
            return Err(Error::unfit(format!("the token rate is {}", config.token_rate), path));
        }
        Ok(config)
    }
}

impl TokenizerConfig {
    /// Frames that one token stands for.
    pub fn frames_per_token(&self) -> usize {
        self.stride_t.pow(self.down_t as u32) * self.patch()
    }

    /// Number of codes: the product of the levels.
    pub fn codes(&self) -> usize {
        self.levels.iter().product()
    }

    /// Frames in a patch; 1 without a patcher.
    pub(crate) fn patch(&self) -> usize {
        if self.use_patcher { self.patch_size } else { 1 }
    }

    /// Refuses sizes that no network has, before anything is computed from them.
    pub fn check(&self, path: &str) -> Result<()> {
        let sizes = [self.input_dim, self.width, self.code_dim, self.stride_t, self.depth, self.dilation_growth_rate];
        let levels_fit = (1..=16).contains(&self.levels.len()) && self.levels.iter().all(|level| (2..=1024).contains(level));
        let codes = self.levels.iter().try_fold(1_usize, |product, &level| product.checked_mul(level));
        let cause = if sizes.iter().any(|&size| size == 0 || size > 1 << 16) {
            "a size of the motion tokenizer is zero or absurdly large".into()
        } else if !levels_fit || codes.is_none_or(|codes| codes > 1 << 24) {
            format!("the quantiser cannot have the levels {:?}", self.levels)
        } else if self.down_t > 6 || self.stride_t > 8 || self.depth > 16 || self.dilation_growth_rate > 8 {
            "the motion tokenizer's stages are absurdly deep".into()
        } else if self.output_emb_width != self.code_dim {
            format!("output_emb_width is {} and code_dim {}", self.output_emb_width, self.code_dim)
        } else if !self.patch_size.is_power_of_two() || self.patch_size > 64 {
            format!("the patch size {} is no power of two up to 64", self.patch_size)
        } else if self.norm == Some(Norm::Group) && !self.width.is_multiple_of(32) {
            format!("group norm needs a width that is a multiple of 32, not {}", self.width)
        } else if self.use_attn && !(self.causal && self.norm == Some(Norm::Layer)) {
            "attention blocks exist only in causal motion tokenizers with layer norm".into()
        } else {
            return Ok(());
        };
        Err(Error::unfit(cause, path))
    }
}

/// The sizes that the published programs know by name: name, layers, heads, channels, feed-forward channels.
pub const PUBLISHED_SIZES: [(&str, usize, usize, usize, usize); 9] = [
    ("44M", 8, 8, 512, 1536),
    ("111M", 12, 12, 768, 2048),
    ("343M", 24, 16, 1024, 2816),
    ("775M", 36, 20, 1280, 3584),
    ("1B", 48, 24, 1536, 4096),
    ("3B", 24, 32, 3200, 8704),
    ("5B", 24, 32, 4096, 11008),
    ("6B", 28, 32, 4096, 11008),
    ("7B", 36, 32, 4096, 11008),
];

impl TransformerConfig {
    /// One of [`PUBLISHED_SIZES`] by name, with the published text features of 2048 numbers.
    pub fn published(name: &str) -> Option<Self> {
        let &(_, n_layer, n_head, n_embd, mlp_hidden) = PUBLISHED_SIZES.iter().find(|size| size.0 == name)?;
        Some(Self { n_layer, n_head, n_embd, mlp_hidden, ..Self::default() })
    }

    /// Channels of one attention head.
    pub fn head_size(&self) -> usize {
        self.n_embd / self.n_head
    }

    /// Refuses sizes that no network has, before anything is computed from them.
    pub fn check(&self, path: &str) -> Result<()> {
        let sizes = [self.n_layer, self.n_head, self.n_embd, self.mlp_hidden, self.clip_dim, self.block_size];
        let cause = if sizes.iter().any(|&size| size == 0 || size > 1 << 17) {
            "a size of the transformer is zero or absurdly large".into()
        } else if !self.n_embd.is_multiple_of(2 * self.n_head) {
            format!("{} channels cannot be shared by {} heads in pairs", self.n_embd, self.n_head)
        } else if !(self.norm_eps > 0.0 && self.norm_eps < 1.0 && self.rope_base > 1.0 && self.rope_base.is_finite()) {
            "norm_eps or rope_base is out of range".into()
        } else {
            return Ok(());
        };
        Err(Error::unfit(cause, path))
    }
}

impl Error {
    /// A configuration that contradicts itself or its files.
    pub(crate) fn unfit(cause: String, path: &str) -> Self {
        Self::Config { cause, path: path.into(), advice: "correct the configuration or import the model again" }
    }
}

fn published_token_rate() -> f32 {
    15.0
}
fn published_block_size() -> usize {
    301
}
fn published_norm_eps() -> f64 {
    1e-5
}
fn published_rope_base() -> f32 {
    10000.0
}

/// The published configurations write "no norm" as null or as "None".
fn norm_by_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Norm>, D::Error> {
    match Option::<String>::deserialize(deserializer)?.as_deref() {
        None | Some("None" | "none") => Ok(None),
        Some("LN") => Ok(Some(Norm::Layer)),
        Some("GN") => Ok(Some(Norm::Group)),
        Some(other) => Err(serde::de::Error::unknown_variant(other, &["LN", "GN", "null"])),
    }
}
