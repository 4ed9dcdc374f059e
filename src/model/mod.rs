//! The networks: text encoder, transformer, motion tokenizer, and what surrounds them (sampling, checkpoints, model folders).
//! The door to candle and to the tokenizers crate. It knows nothing of threads, windows, or what becomes of a motion.
//!
//! Features go in and out as flat rows of `input_dim` (272) float32 numbers at 30 frames a second.

pub mod bench;
pub mod blazepose;
#[cfg(target_arch = "x86_64")]
mod block_product;
mod bundle;
mod checkpoint;
mod config;
mod dropout;
mod entry;
mod error;
pub mod evaluator;
mod few_rows;
mod foreign;
pub mod fsq;
mod gguf;
mod harmless;
mod infer;
pub mod learn;
mod memory;
mod network;
mod ops;
mod plain;
mod progress;
mod prompt_normaliser;
mod pth;
mod refine;
mod rewriter;
mod safetensors;
mod sampler;
mod sentencepiece;
mod source;
mod statistics;
mod t5;
mod text_encoder;
pub mod tokenizer;
pub mod transformer;
mod weights;

pub use bundle::{BundlePart, MotionModel, is_small, transformer_on_cpu, transformer_weights};
pub use checkpoint::{Checkpoint, Stored, write_safetensors};
pub use config::{
    Activation, ModelConfig, Norm, PUBLISHED_SIZES, PatchMethod, RopePrecision, Sampling, TextEncoderConfig, TokenizerConfig,
    TransformerConfig,
};
pub use dropout::Dropout;
pub use error::{Error, Result};
pub use evaluator::Evaluator;
pub use gguf::{WriteProgress, write_gguf};
pub use memory::{Memory, free_memory};
pub use network::{Decode, Network, use_cores};
pub use plain::PlainFormat;
pub use progress::LoadProgress;
pub use prompt_normaliser::PromptNormaliser;
pub use refine::{Refinement, WishedFeature};
pub use rewriter::Rewriter;
pub use sampler::{Sampler, guide};
pub use source::{FileSource, Source};
pub use statistics::Statistics;
pub use text_encoder::{MAX_FEATURES, TextEncoder, TextFeatures, inspect_text_encoder, open_t5, text_weights, try_pieces};
pub use tokenizer::{MotionTokenizer, Reconstruction, StreamDecoder};
pub use transformer::{DecodeState, Logits, Transformer};
pub use weights::{Quantization, Weights};
