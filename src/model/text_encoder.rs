//! From a prompt to features: one vector for each word piece, the special pieces included.
//!
//! The T5 is ours, the BERT candle-transformers'. Both run without padding and are cut as published: the first 150 features
//! are kept **after** encoding, so that later words still influence them (`docs/representation.md`, Text).

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert;
use tokenizers::{Tokenizer, TruncationParams};

use super::checkpoint::Checkpoint;
use super::config::TextEncoderConfig;
use super::entry::malformed;
use super::error::{Error, Result};
use super::foreign::guarded;
use super::sentencepiece;
use super::source::{FileSource, Source};
use super::t5::{self, T5Config, T5Encoder};
use super::weights::Weights;

/// The most features that a transformer was trained to read.
pub const MAX_FEATURES: usize = 150;

/// The most pieces that an encoder was trained to read; later ones are cut before encoding.
const MAX_PIECES: usize = 512;

/// Where the weights of a text encoder are looked for in its folder, best first.
const WEIGHTS: [&str; 4] = ["model.gguf", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"];

/// What a text encoder makes of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct TextFeatures {
    dim: usize,
    values: Vec<f32>,
}

/// A loaded text encoder with its word-piece tokenizer; runs on the CPU.
pub struct TextEncoder {
    tokenizer: Tokenizer,
    network: Network,
}

enum Network {
    Bert(Box<bert::BertModel>, usize),
    T5(Box<T5Encoder>),
}

impl TextFeatures {
    /// Features from their numbers, word by word.
    ///
    /// # Errors
    /// If they are not whole words of `dim` numbers.
    pub fn new(values: Vec<f32>, dim: usize) -> Result<Self> {
        if dim == 0 || !values.len().is_multiple_of(dim) {
            return Err(Error::Input(format!("{} numbers are no features of {dim} each", values.len())));
        }
        Ok(Self { dim, values })
    }

    /// How many features there are.
    pub fn words(&self) -> usize {
        self.values.len() / self.dim
    }

    /// Numbers in a feature.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// All numbers, word by word.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

impl TextEncoder {
    /// Loads a folder in a model: `config.json`, the pieces (`tokenizer.json`, or a T5's `spiece.model`) and the weights
    /// (`.gguf`, `.safetensors` in one file or several, or `pytorch_model.bin`). A T5 runs on quantised weights as they are; a
    /// BERT's are expanded. `folder` is relative to the source and ends with `/`, or is empty.
    ///
    /// # Errors
    /// Missing, damaged and unfitting files.
    pub fn load(source: &Source, folder: &str, kind: TextEncoderConfig) -> Result<Self> {
        Self::load_from(Checkpoint::open(&text_weights(source, folder), "")?, source, folder, kind)
    }

    /// [`load`](Self::load) with weights that are open already.
    pub(super) fn load_from(mut checkpoint: Checkpoint, source: &Source, folder: &str, kind: TextEncoderConfig) -> Result<Self> {
        let tokenizer = load_tokenizer(source, folder)?;
        let config = source.file(&format!("{folder}config.json"));
        let json = config.bytes()?;
        let bad_config = |cause: serde_json::Error| Error::Malformed {
            kind: "text encoder configuration",
            cause: cause.to_string(),
            path: config.label(),
        };
        let network = match kind {
            TextEncoderConfig::Bert => {
                let config: bert::Config = serde_json::from_slice(&json).map_err(bad_config)?;
                let unfit =
                    |cause: candle_core::Error, path: &str| Error::unfit(cause.to_string().lines().next().unwrap_or_default().into(), path);
                let builder = builder(&mut checkpoint, "bert.", &["embeddings.", "encoder."])?;
                let network = bert::BertModel::load(builder, &config).map_err(|cause| unfit(cause, checkpoint.label()))?;
                Network::Bert(Box::new(network), config.hidden_size)
            }
            TextEncoderConfig::T5 => {
                let config: T5Config = serde_json::from_slice(&json).map_err(bad_config)?;
                let mut weights = Weights::new(checkpoint);
                Network::T5(Box::new(T5Encoder::load(&mut weights, config)?))
            }
        };
        Ok(Self { tokenizer, network })
    }

    /// A text encoder from a network, with the `tokenizer.json` of a folder; `folder` as for [`load`](Self::load).
    ///
    /// # Errors
    /// A missing or damaged file.
    pub(super) fn from_bert(network: bert::BertModel, dim: usize, source: &Source, folder: &str) -> Result<Self> {
        let tokenizer = load_tokenizer(source, folder)?;
        Ok(Self { tokenizer, network: Network::Bert(Box::new(network), dim) })
    }

    /// Numbers in a feature.
    pub fn dim(&self) -> usize {
        match &self.network {
            Network::Bert(_, dim) => *dim,
            Network::T5(network) => network.dim(),
        }
    }

    /// The ids of a text's pieces, special ones included.
    pub fn pieces(&self, text: &str) -> Result<Vec<u32>> {
        pieces(&self.tokenizer, text)
    }

    /// Reads a text: at most [`MAX_FEATURES`] features, and never none.
    pub fn encode(&self, text: &str) -> Result<TextFeatures> {
        let states = self.states(text)?;
        let kept = states.narrow(1, 0, states.dim(1)?.min(MAX_FEATURES))?;
        TextFeatures::new(kept.flatten_all()?.to_vec1()?, self.dim())
    }

    /// The network's last states `[1, pieces, dim]`, all of them and never none.
    pub(super) fn states(&self, text: &str) -> Result<Tensor> {
        let pieces = self.pieces(text)?;
        if pieces.is_empty() {
            return Err(Error::Text { cause: "it has no words".into() });
        }
        Ok(match &self.network {
            Network::Bert(network, _) => {
                let ids = Tensor::from_slice(&pieces, (1, pieces.len()), &Device::Cpu)?;
                network.forward(&ids, &ids.zeros_like()?, None)?
            }
            Network::T5(network) => network.forward(&pieces)?.unsqueeze(0)?,
        })
    }
}

/// The ids of a text's pieces, special ones included.
fn pieces(tokenizer: &Tokenizer, text: &str) -> Result<Vec<u32>> {
    let encoding = guarded(|| tokenizer.encode(text, true)).map_err(|cause| Error::Text { cause })?;
    Ok(encoding.get_ids().to_vec())
}

/// Cuts a sentence into pieces with the tokenizer of a text encoder's folder: some faults of its file show at its first use alone.
/// `folder` as for [`TextEncoder::load`].
///
/// # Errors
/// A missing or damaged file, and one that finds no pieces in a plain sentence.
pub fn try_pieces(source: &Source, folder: &str) -> Result<()> {
    let tokenizer = load_tokenizer(source, folder)?;
    let bad = |cause: String| malformed("tokenizer.json", &cause, &source.file(&format!("{folder}tokenizer.json")).label());
    match pieces(&tokenizer, "A person walks forward, then sits down.") {
        Ok(pieces) if pieces.is_empty() => Err(bad("it finds nothing in a plain sentence".to_owned())),
        Ok(_) => Ok(()),
        Err(Error::Text { cause }) => Err(bad(cause)),
        Err(other) => Err(other),
    }
}

/// The tokenizer of a text encoder: `tokenizer.json`, or `spiece.model` where that is missing.
fn load_tokenizer(source: &Source, folder: &str) -> Result<Tokenizer> {
    let json = source.file(&format!("{folder}tokenizer.json"));
    let pieces = source.file(&format!("{folder}spiece.model"));
    let mut tokenizer = if json.exists() || !pieces.exists() {
        let bytes = json.bytes()?;
        guarded(|| Tokenizer::from_bytes(&bytes)).map_err(|cause| malformed("tokenizer.json", &cause, &json.label()))?
    } else {
        let bytes = pieces.bytes()?;
        guarded(|| sentencepiece::tokenizer(&bytes)).map_err(|cause| malformed("SentencePiece", &cause, &pieces.label()))?
    };
    tokenizer.with_padding(None);
    let truncation = TruncationParams { max_length: MAX_PIECES, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(|cause| Error::Text { cause: cause.to_string() })?;
    Ok(tokenizer)
}

/// The file in a text encoder's folder from which its weights are read; it may be an index of several.
pub fn text_weights(source: &Source, folder: &str) -> FileSource {
    let names = WEIGHTS.map(|name| format!("{folder}{name}"));
    source.first_of(&names.each_ref().map(String::as_str))
}

/// Opens a T5's weights and checks everything about it that can be checked without reading them: its configuration, its pieces,
/// and the names and shapes of its tensors. Also returns the tensors of its encoder.
///
/// # Errors
/// Missing, damaged and unfitting files.
pub fn open_t5(source: &Source) -> Result<(Checkpoint, Vec<String>)> {
    load_tokenizer(source, "")?;
    let file = source.file("config.json");
    let malformed =
        |cause: serde_json::Error| Error::Malformed { kind: "text encoder configuration", cause: cause.to_string(), path: file.label() };
    let config: T5Config = serde_json::from_slice(&file.bytes()?).map_err(malformed)?;
    let checkpoint = Checkpoint::open(&text_weights(source, ""), "")?;
    t5::check_tensors(&checkpoint, &config)?;
    let names = t5::encoder_tensors(&checkpoint);
    Ok((checkpoint, names))
}

/// What a text encoder's folder holds, from its `config.json` alone: the kind of network and the numbers in a feature.
///
/// # Errors
/// An unreadable configuration, and networks that are neither BERT nor T5.
pub fn inspect_text_encoder(source: &Source, folder: &str) -> Result<(TextEncoderConfig, usize)> {
    #[derive(serde::Deserialize)]
    struct Config {
        model_type: Option<String>,
        hidden_size: Option<usize>,
        d_model: Option<usize>,
    }
    let file = source.file(&format!("{folder}config.json"));
    let malformed = |cause: &dyn std::fmt::Display| Error::Malformed {
        kind: "text encoder configuration",
        cause: cause.to_string(),
        path: file.label(),
    };
    let config: Config = serde_json::from_slice(&file.bytes()?).map_err(|cause| malformed(&cause))?;
    match (config.model_type.as_deref(), config.hidden_size, config.d_model) {
        (Some("bert"), Some(dim), _) => Ok((TextEncoderConfig::Bert, dim)),
        (Some("t5"), _, Some(dim)) => Ok((TextEncoderConfig::T5, dim)),
        (kind, ..) => Err(malformed(&format!("the model type {} is neither bert nor t5", kind.unwrap_or("is not given and")))),
    }
}

/// The tensors whose names, without `prefix`, begin with one of `wanted`: checkpoints also hold heads and decoders.
fn builder(checkpoint: &mut Checkpoint, prefix: &str, wanted: &[&str]) -> Result<VarBuilder<'static>> {
    let mut tensors = HashMap::new();
    for name in checkpoint.names() {
        let plain = name.strip_prefix(prefix).unwrap_or(&name).to_string();
        if wanted.iter().any(|start| plain.starts_with(start)) {
            tensors.insert(plain, checkpoint.read(&name)?.dense()?);
        }
    }
    Ok(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
}
