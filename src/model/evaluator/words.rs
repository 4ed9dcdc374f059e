//! DistilBERT (Sanh et al., arXiv 1910.01108) as what it is: a BERT without token types, whose tensors have other names.
//!
//! candle-transformers has a DistilBERT of its own, with the tanh form of GELU where the published network has the exact one.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert;

use crate::model::checkpoint::Checkpoint;
use crate::model::error::{Error, Result};
use crate::model::source::Source;
use crate::model::text_encoder::TextEncoder;

/// DistilBERT's names, and BERT's.
const NAMES: [(&str, &str); 9] = [
    ("transformer.layer.", "encoder.layer."),
    (".attention.q_lin.", ".attention.self.query."),
    (".attention.k_lin.", ".attention.self.key."),
    (".attention.v_lin.", ".attention.self.value."),
    (".attention.out_lin.", ".attention.output.dense."),
    (".sa_layer_norm.", ".attention.output.LayerNorm."),
    (".ffn.lin1.", ".intermediate.dense."),
    (".ffn.lin2.", ".output.dense."),
    (".output_layer_norm.", ".output.LayerNorm."),
];

#[derive(serde::Deserialize)]
struct Config {
    vocab_size: usize,
    dim: usize,
    hidden_dim: usize,
    n_layers: usize,
    n_heads: usize,
    max_position_embeddings: usize,
}

/// The DistilBERT whose tensors are `prefix…`, with `config.json` and `tokenizer.json` of a folder.
///
/// # Errors
/// Missing, damaged and unfitting files.
pub(super) fn distilbert(checkpoint: &mut Checkpoint, prefix: &str, folder: &Source) -> Result<TextEncoder> {
    let file = folder.file("config.json");
    let malformed =
        |cause: serde_json::Error| Error::Malformed { kind: "text encoder configuration", cause: cause.to_string(), path: file.label() };
    let config: Config = serde_json::from_slice(&file.bytes()?).map_err(malformed)?;
    let mut tensors = HashMap::new();
    for name in checkpoint.names() {
        if let Some(plain) = name.strip_prefix(prefix) {
            tensors.insert(bert_name(plain), checkpoint.read(&name)?.dense()?);
        }
    }
    // One type of token that adds nothing.
    let types = Tensor::zeros((1, config.dim), DType::F32, &Device::Cpu)?;
    tensors.insert("embeddings.token_type_embeddings.weight".to_owned(), types);
    let config = bert::Config {
        vocab_size: config.vocab_size,
        hidden_size: config.dim,
        num_hidden_layers: config.n_layers,
        num_attention_heads: config.n_heads,
        intermediate_size: config.hidden_dim,
        max_position_embeddings: config.max_position_embeddings,
        type_vocab_size: 1,
        ..bert::Config::default()
    };
    let builder = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let unfit =
        |cause: candle_core::Error| Error::unfit(cause.to_string().lines().next().unwrap_or_default().to_owned(), checkpoint.label());
    let network = bert::BertModel::load(builder, &config).map_err(unfit)?;
    TextEncoder::from_bert(network, config.hidden_size, folder, "")
}

fn bert_name(name: &str) -> String {
    NAMES.iter().fold(name.to_owned(), |name, (theirs, ours)| name.replace(theirs, ours))
}
