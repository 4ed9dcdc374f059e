//! Turning published checkpoints into a model folder.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::error::{Error, Result};
use super::installed::target;
use super::sha256::sha256;
use crate::model::{
    BundlePart, Checkpoint, FileSource, Memory, ModelConfig, MotionModel, MotionTokenizer, PUBLISHED_SIZES, Quantization, Source,
    Statistics, TextEncoderConfig, TokenizerConfig, TransformerConfig, Weights, free_memory, inspect_text_encoder, open_t5, text_weights,
    try_pieces, write_gguf, write_safetensors,
};

/// What to import, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The motion tokenizer: `.pth` (key `net`) or `.safetensors`.
    pub tokenizer: PathBuf,
    /// The transformer: `.pth` (key `trans`), `.safetensors` or `.gguf`.
    pub transformer: PathBuf,
    /// A folder with the text encoder's `config.json`, `tokenizer.json` or `spiece.model`, and its weights (`model.gguf`,
    /// `model.safetensors` in one file or several, `pytorch_model.bin`).
    pub text_encoder: PathBuf,
    /// Mean of the features, `.npy`.
    pub mean: PathBuf,
    /// Deviation of the features, `.npy`.
    pub std: PathBuf,
    /// Attention heads of the transformer, which shapes do not tell; those of the configuration or of the published size if absent.
    pub heads: Option<usize>,
    /// JSON laid over the `model.json` that the shapes give: for what they cannot tell.
    pub config: Option<PathBuf>,
    /// How the transformer is quantised; otherwise it keeps its precision. A T5 is then stored in q8_0.
    pub quantize: Option<Quantization>,
    /// A name in the models' folder, or a path with a slash.
    pub target: String,
}

/// Told how many weights are written of how many; a break stops the import and leaves nothing behind.
pub type ImportProgress<'a> = &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>;

/// Checks the parts against each other, writes the model folder beside its final place, runs the model once where there is memory for it,
/// and renames the folder, which it returns. What an import that was killed left behind is removed by the next one.
///
/// # Errors
/// Anything unreadable or unfitting, named; a target that exists.
pub fn import(import: &Import, watch: ImportProgress<'_>) -> Result<PathBuf> {
    let folder = target(&import.target)?;
    if folder.exists() {
        return Err(Error::Taken(folder));
    }
    let mut parts = Parts::open(import)?;
    let unfinished = Unfinished::beside(&folder)?;
    parts.write(import, unfinished.path(), watch)?;
    try_once(import, &parts.config, unfinished.path())?;
    unfinished.finish(&folder)?;
    Ok(folder)
}

/// Digits of the hash of a model's weights: enough to tell one from another.
const HASH_DIGITS: usize = 16;
/// The most memory that trying a model may take.
const MOST_TRIED_BYTES: u64 = 1 << 28;

/// Makes a little of a motion with the model in a folder: some faults show in what it computes alone, which must not be at the first
/// prompt. A large model is left untried: an import needs little memory, whatever it imports.
fn try_once(import: &Import, config: &ModelConfig, folder: &Path) -> Result<()> {
    let source = Source::Folder(folder.into());
    let memory = Memory::of(&source, config)?;
    if memory.as_it_is > free_memory().map_or(MOST_TRIED_BYTES, |free| free.min(MOST_TRIED_BYTES)) {
        return Ok(());
    }
    MotionModel::load(&source)?.try_once().map_err(|(part, how)| {
        let (part, path) = match part {
            BundlePart::TextEncoder => ("text encoder", &import.text_encoder),
            BundlePart::Transformer => ("transformer", &import.transformer),
            BundlePart::MotionTokenizer => ("motion tokenizer", &import.tokenizer),
        };
        Error::Unfit {
            cause: format!("the {part} {how}"),
            path: path.clone(),
            help: "choose files that belong together, and get them again",
        }
    })
}

/// The checkpoints of an import, open and checked against each other.
struct Parts {
    config: ModelConfig,
    tokenizer: Checkpoint,
    transformer: Checkpoint,
    text_encoder: TextPart,
}

/// How the text encoder gets into the model folder.
enum TextPart {
    /// Its weights are written anew: a T5 without its decoder.
    Rewrite(Checkpoint, Vec<String>),
    /// Its file is copied.
    Copy(PathBuf),
}

impl Parts {
    fn open(import: &Import) -> Result<Self> {
        let tokenizer_file = FileSource::from(import.tokenizer.as_path());
        let tokenizer = Checkpoint::open(&tokenizer_file, "net")?;
        let transformer = Checkpoint::open(&FileSource::from(import.transformer.as_path()), "trans")?;
        let encoder = Source::Folder(import.text_encoder.clone());

        let (config, codes) = configure(import, &tokenizer, &transformer, &encoder)?;
        config.transformer.check_tensors(&transformer, codes)?;
        // The motion tokenizer is small: loading it is the most thorough check.
        MotionTokenizer::load(Weights::new(Checkpoint::open(&tokenizer_file, "net")?), &config.tokenizer)?;
        let (mean, std) = (FileSource::from(import.mean.as_path()), FileSource::from(import.std.as_path()));
        Statistics::load(&mean, &std, config.tokenizer.input_dim)?;
        let FileSource::Path(weights_path) = text_weights(&encoder, "") else { return Err(Error::BadName(import.target.clone())) };
        if !weights_path.exists() {
            let cause = "the text encoder has no weights (model.safetensors, model.gguf, pytorch_model.bin)".into();
            let help = "choose the folder that holds its config.json and its weights";
            return Err(Error::Unfit { cause, path: import.text_encoder.clone(), help });
        }
        let text_encoder = match config.text_encoder {
            TextEncoderConfig::Bert => TextPart::Copy(weights_path),
            TextEncoderConfig::T5 => {
                let (checkpoint, names) = open_t5(&encoder)?;
                TextPart::Rewrite(checkpoint, names)
            }
        };
        Ok(Self { config, tokenizer, transformer, text_encoder })
    }

    fn write(&mut self, import: &Import, folder: &Path, watch: ImportProgress<'_>) -> Result<()> {
        let at = |name: &str| folder.join(name);
        let encoder_folder = at("text_encoder");
        fs::create_dir(&encoder_folder).map_err(|cause| Error::File { what: "create the folder", cause, path: encoder_folder.clone() })?;
        for name in ["config.json", "tokenizer.json", "spiece.model"] {
            let from = import.text_encoder.join(name);
            if from.exists() {
                copy(&from, &encoder_folder.join(name))?;
            }
        }
        copy(&import.mean, &at("mean.npy"))?;
        copy(&import.std, &at("std.npy"))?;
        write_safetensors(&mut self.tokenizer, &at("tokenizer.safetensors"))?;

        let names = self.transformer.names();
        let mut total = weights_in(&self.transformer, &names);
        if let TextPart::Rewrite(checkpoint, names) = &self.text_encoder {
            total += weights_in(checkpoint, names);
        }
        let mut done = 0;
        let mut count = |more: u64| {
            done += more;
            watch(done, total)
        };
        write_gguf(&mut self.transformer, &names, import.quantize, &at("transformer.gguf"), &mut count)?;
        match &mut self.text_encoder {
            TextPart::Rewrite(checkpoint, names) => {
                // Never below 8 bits: every word of the prompt passes through here, and it is the smaller part.
                let quantize = import.quantize.map(|_| Quantization::Q8_0);
                write_gguf(checkpoint, names, quantize, &encoder_folder.join("model.gguf"), &mut count)?;
            }
            TextPart::Copy(from) => {
                let name = from.file_name().unwrap_or_default();
                copy(from, &encoder_folder.join(name))?;
            }
        }
        let unread = |cause| Error::File { what: "read the weights", cause, path: folder.into() };
        let mut hash = sha256(&[&at("tokenizer.safetensors"), &at("transformer.gguf")]).map_err(unread)?;
        hash.truncate(HASH_DIGITS);
        self.config.hash = hash;
        let failed = |cause: std::io::Error| Error::File { what: "write", cause, path: at("model.json") };
        let json = serde_json::to_vec_pretty(&self.config).map_err(|cause| failed(cause.into()))?;
        fs::write(at("model.json"), json).map_err(failed)
    }
}

fn weights_in(checkpoint: &Checkpoint, names: &[String]) -> u64 {
    let weights = |name: &String| checkpoint.shape(name).map_or(0, |shape| shape.iter().product::<usize>() as u64);
    names.iter().map(weights).sum()
}

/// A hidden folder beside the final one, removed when it is dropped before [`finish`](Self::finish).
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(folder: &Path) -> Result<Self> {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let path = parent.join(format!(".import-{}", folder.file_name().unwrap_or_default().to_string_lossy()));
        let failed = |cause| Error::File { what: "write into the folder", cause, path: parent.into() };
        // Left by an import that was killed.
        if path.exists() {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
        fs::create_dir_all(&path).map_err(failed)?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn finish(self, folder: &Path) -> Result<()> {
        fs::rename(&self.0, folder).map_err(|cause| Error::File { what: "create the folder", cause, path: folder.into() })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a success there is nothing left under this name.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The heads of the published transformer of these sizes.
fn published_heads(transformer: &Checkpoint, path: &Path) -> Result<usize> {
    let (sizes, _) = TransformerConfig::infer(transformer, 1)?;
    let same = |size: &&(&str, usize, usize, usize, usize)| (size.1, size.3, size.4) == (sizes.n_layer, sizes.n_embd, sizes.mlp_hidden);
    PUBLISHED_SIZES.iter().find(same).map(|size| size.2).ok_or_else(|| Error::Unfit {
        cause: format!("{} layers of {} channels are no published size, and shapes do not tell the heads", sizes.n_layer, sizes.n_embd),
        path: path.into(),
        help: "give the number of attention heads with --heads",
    })
}

/// `model.json` from the shapes, with the user's configuration laid over it; also the count of motion codes.
fn configure(import: &Import, tokenizer: &Checkpoint, transformer: &Checkpoint, encoder: &Source) -> Result<(ModelConfig, usize)> {
    let over = import.config.as_deref().map(configuration).transpose()?;
    let configured = over.as_ref().and_then(|over| over["transformer"]["n_head"].as_u64()).and_then(|heads| usize::try_from(heads).ok());
    let heads = configured.or(import.heads).map_or_else(|| published_heads(transformer, &import.transformer), Ok)?;
    let (transformer_config, codes) = TransformerConfig::infer(transformer, heads)?;
    let tokenizer_config = TokenizerConfig::infer(tokenizer, codes)?;
    let (kind, text_dim) = inspect_text_encoder(encoder, "")?;
    // Some faults of a text's tokenizer show at its first use alone, which must not be that of every prompt.
    try_pieces(encoder, "")?;
    let name = Path::new(&import.target).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut config = json!({
        "format": 1,
        "name": name,
        "licence": "imported",
        "licence_note": "Imported weights: the terms of their authors apply to them and to what they make.",
        "text_encoder": { "kind": match kind { TextEncoderConfig::Bert => "bert", TextEncoderConfig::T5 => "t5" } },
        "tokenizer": tokenizer_config,
        "transformer": transformer_config,
    });
    let says_rate = over.as_ref().is_some_and(|over| over.get("token_rate").is_some());
    if let Some(over) = over {
        lay_over(&mut config, over);
    }
    let label = import.config.as_ref().unwrap_or(&import.transformer);
    let mut config = ModelConfig::parse(config.to_string().as_bytes(), &label.display().to_string())?;
    if !says_rate {
        config.token_rate = 30.0 / config.tokenizer.frames_per_token() as f32;
    }

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

/// What the user says of a model.
fn configuration(path: &Path) -> Result<Value> {
    let bytes = fs::read(path).map_err(|cause| Error::File { what: "read", cause, path: path.into() })?;
    let help = "write a JSON object such as {\"tokenizer\": {\"activation\": \"silu\"}}";
    let unfit = |cause: String| Error::Unfit { cause, path: path.into(), help };
    let over: Value = serde_json::from_slice(&bytes).map_err(|cause| unfit(cause.to_string()))?;
    if over.is_object() { Ok(over) } else { Err(unfit("no JSON object".to_owned())) }
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
