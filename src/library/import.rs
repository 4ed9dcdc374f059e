//! Turning published checkpoints into a model folder.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::error::{Error, Result};
use super::installed::target;
use crate::model::{
    Checkpoint, FileSource, ModelConfig, MotionTokenizer, Quantization, Source, Statistics, TextEncoderConfig, TokenizerConfig,
    TransformerConfig, Weights, inspect_text_encoder, write_gguf, write_safetensors,
};

/// What to import, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The motion tokenizer: `.pth` (key `net`) or `.safetensors`.
    pub tokenizer: PathBuf,
    /// The transformer: `.pth` (key `trans`), `.safetensors` or `.gguf`.
    pub transformer: PathBuf,
    /// A folder with the text encoder's `config.json`, `tokenizer.json` and `model.safetensors` or `model.gguf`.
    pub text_encoder: PathBuf,
    /// Mean of the features, `.npy`.
    pub mean: PathBuf,
    /// Deviation of the features, `.npy`.
    pub std: PathBuf,
    /// Attention heads of the transformer; the shapes do not tell them.
    pub heads: usize,
    /// JSON laid over the `model.json` that the shapes give: for what they cannot tell.
    pub config: Option<PathBuf>,
    /// How the transformer is quantised; otherwise it keeps its precision.
    pub quantize: Option<Quantization>,
    /// A name in the models' folder, or a path with a slash.
    pub target: String,
}

/// Checks the parts against each other, then writes the model folder beside its final place and renames it. Returns the
/// folder.
///
/// # Errors
/// Anything unreadable or unfitting, named; a target that exists.
pub fn import(import: &Import) -> Result<PathBuf> {
    let folder = target(&import.target)?;
    if folder.exists() {
        return Err(Error::Taken(folder));
    }
    let tokenizer_file = FileSource::from(import.tokenizer.as_path());
    let transformer_file = FileSource::from(import.transformer.as_path());
    let mut tokenizer = Checkpoint::open(&tokenizer_file, "net")?;
    let mut transformer = Checkpoint::open(&transformer_file, "trans")?;
    let encoder = Source::Folder(import.text_encoder.clone());

    let (config, codes) = configure(import, &tokenizer, &transformer, &encoder)?;
    config.transformer.check_tensors(&transformer, codes)?;
    // The motion tokenizer is small: loading it is the most thorough check.
    MotionTokenizer::load(Weights::new(Checkpoint::open(&tokenizer_file, "net")?), &config.tokenizer)?;
    let (mean, std) = (FileSource::from(import.mean.as_path()), FileSource::from(import.std.as_path()));
    Statistics::load(&mean, &std, config.tokenizer.input_dim)?;
    let encoder_weights = encoder.first_of(&["model.gguf", "model.safetensors"]);
    if !encoder_weights.exists() {
        let cause = "the text encoder has neither model.safetensors nor model.gguf".into();
        let help = "save it in one file, for instance with save_pretrained(folder, max_shard_size=\"100GB\")";
        return Err(Error::Unfit { cause, path: import.text_encoder.clone(), help });
    }

    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|cause| Error::File { what: "create the folder", cause, path: parent.into() })?;
    let unfinished = tempfile::Builder::new().prefix(".import-").tempdir_in(parent);
    let unfinished = unfinished.map_err(|cause| Error::File { what: "write into the folder", cause, path: parent.into() })?;
    let at = |name: &str| unfinished.path().join(name);
    write_gguf(&mut transformer, import.quantize, &at("transformer.gguf"))?;
    write_safetensors(&mut tokenizer, &at("tokenizer.safetensors"))?;
    let encoder_folder = at("text_encoder");
    fs::create_dir(&encoder_folder).map_err(|cause| Error::File { what: "create the folder", cause, path: encoder_folder.clone() })?;
    let weights_name = format!("model.{}", encoder_weights.ending());
    for name in ["config.json", "tokenizer.json", &weights_name] {
        copy(&import.text_encoder.join(name), &encoder_folder.join(name))?;
    }
    copy(&import.mean, &at("mean.npy"))?;
    copy(&import.std, &at("std.npy"))?;
    let json =
        serde_json::to_vec_pretty(&config).map_err(|cause| Error::File { what: "write", cause: cause.into(), path: at("model.json") })?;
    fs::write(at("model.json"), json).map_err(|cause| Error::File { what: "write", cause, path: at("model.json") })?;

    fs::rename(unfinished.path(), &folder).map_err(|cause| Error::File { what: "create the folder", cause, path: folder.clone() })?;
    Ok(folder)
}

/// `model.json` from the shapes, with the user's configuration laid over it; also the count of motion codes.
fn configure(import: &Import, tokenizer: &Checkpoint, transformer: &Checkpoint, encoder: &Source) -> Result<(ModelConfig, usize)> {
    let (transformer_config, codes) = TransformerConfig::infer(transformer, import.heads)?;
    let tokenizer_config = TokenizerConfig::infer(tokenizer, codes)?;
    let (kind, text_dim) = inspect_text_encoder(encoder, "")?;
    let name = Path::new(&import.target).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let token_rate = 30.0 / tokenizer_config.frames_per_token() as f32;
    let mut config = json!({
        "format": 1,
        "name": name,
        "licence": "imported",
        "licence_note": "Imported weights: the terms of their authors apply to them and to what they make.",
        "token_rate": token_rate,
        "text_encoder": { "kind": match kind { TextEncoderConfig::Bert => "bert", TextEncoderConfig::T5 => "t5" } },
        "tokenizer": tokenizer_config,
        "transformer": transformer_config,
    });
    let label = match &import.config {
        Some(path) => {
            let bytes = fs::read(path).map_err(|cause| Error::File { what: "read", cause, path: path.clone() })?;
            let over: Value = serde_json::from_slice(&bytes).map_err(|cause| Error::Unfit {
                cause: cause.to_string(),
                path: path.clone(),
                help: "write a JSON object such as {\"tokenizer\": {\"activation\": \"silu\"}}",
            })?;
            lay_over(&mut config, over);
            path
        }
        None => &import.transformer,
    };
    let config = ModelConfig::parse(config.to_string().as_bytes(), &label.display().to_string())?;

    let unfit = |cause: String, path: &Path, help| Err(Error::Unfit { cause, path: path.into(), help });
    if config.tokenizer.codes() != codes {
        let cause = format!("the transformer has {codes} motion codes and the tokenizer {}", config.tokenizer.codes());
        return unfit(cause, &import.tokenizer, "choose files of the same model, or give the tokenizer's \"levels\" with --config");
    }
    if config.transformer.clip_dim != text_dim {
        let cause =
            format!("the transformer reads text features of {} numbers and the encoder makes {text_dim}", config.transformer.clip_dim);
        return unfit(cause, &import.text_encoder, "choose the text encoder that the transformer was trained with");
    }
    Ok((config, codes))
}

/// Replaces the values of `base` by those of `over`, object by object.
fn lay_over(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            over.into_iter().for_each(|(key, value)| lay_over(base.entry(key).or_insert(Value::Null), value));
        }
        (base, over) => *base = over,
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(|_| ()).map_err(|cause| Error::File { what: "copy the file", cause, path: from.into() })
}
