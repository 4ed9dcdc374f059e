//! What is in a folder of a training: a model folder in the making. `training/NAME/` holds the state of each run; the files beside it
//! are what `library` reads, put there when a network is ready.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::error::{Result, TrainError};
use crate::model;
use crate::model::evaluator::{EVALUATOR_CONFIG_FILE, EVALUATOR_FILE, EvaluatorConfig};
use crate::model::learn::{Tensors, write_whole};
use crate::model::{
    Checkpoint, FileSource, ModelConfig, MotionTokenizer, Source, Statistics, TextEncoder, TextEncoderConfig, TokenizerConfig,
    TransformerConfig, Weights, inspect_text_encoder, write_safetensors,
};
use crate::motion::features::ROW;

/// The motion tokenizer's sizes, while there is no `model.json`.
const TOKENIZER_CONFIG: &str = "tokenizer.json";
const TOKENIZER: &str = "tokenizer.safetensors";
const TRANSFORMER: &str = "transformer.safetensors";
const STATISTICS: [&str; 2] = ["mean.npy", "std.npy"];

/// The state of a run below a folder.
#[must_use]
pub fn run_folder(folder: &Path, what: &str) -> PathBuf {
    folder.join("training").join(what)
}

/// A motion tokenizer with the statistics that its features are normalised with: of a model, or of a folder that
/// `zoetrope train tokenizer` wrote.
pub struct Tokenizer {
    /// Its sizes.
    pub config: TokenizerConfig,
    /// What normalises features.
    pub statistics: Statistics,
    /// The network.
    pub network: MotionTokenizer,
    source: Source,
}

impl Tokenizer {
    /// Whether a folder holds one.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(TOKENIZER).is_file()
    }

    /// Loads it.
    ///
    /// # Errors
    /// Missing, damaged and unfitting files.
    pub fn load(source: &Source) -> Result<Self> {
        let own = source.file(TOKENIZER_CONFIG);
        let config: TokenizerConfig = if own.exists() {
            let malformed = |cause: serde_json::Error| TrainError::Unfit {
                cause: cause.to_string(),
                path: own.label().into(),
                help: "train the tokenizer again",
            };
            serde_json::from_slice(&own.bytes()?).map_err(malformed)?
        } else {
            model_config(source)?.tokenizer
        };
        let network = MotionTokenizer::load(Weights::new(Checkpoint::open(&source.file(TOKENIZER), "net")?), &config)?;
        let [mean, std] = STATISTICS.map(|name| source.file(name));
        Ok(Self { statistics: Statistics::load(&mean, &std, ROW)?, config, network, source: source.clone() })
    }

    /// A number that tells it from others: of its sizes and weights.
    ///
    /// # Errors
    /// A damaged file.
    pub fn fingerprint(&self) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        format!("{:?}", self.config).hash(&mut hasher);
        for (name, tensor) in self.tensors()?.into_iter().collect::<BTreeMap<_, _>>() {
            name.hash(&mut hasher);
            let values = tensor.flatten_all().and_then(|tensor| tensor.to_vec1::<f32>()).map_err(model::Error::from)?;
            values.into_iter().for_each(|value| value.to_bits().hash(&mut hasher));
        }
        Ok(hasher.finish())
    }

    /// The published tensors.
    ///
    /// # Errors
    /// A damaged file.
    pub fn tensors(&self) -> Result<Tensors> {
        let mut tensors = Checkpoint::open(&self.source.file(TOKENIZER), "net")?.read_all()?;
        let learned = self.config.tensors();
        tensors.retain(|name, _| learned.contains_key(name));
        Ok(tensors)
    }
}

/// The transformer of a model, expanded to float32.
///
/// # Errors
/// Missing and damaged files.
pub fn transformer_tensors(source: &Source) -> Result<Tensors> {
    let file = source.first_of(&["transformer.gguf", TRANSFORMER]);
    Ok(Checkpoint::open(&file, "trans")?.read_all()?)
}

/// `model.json` of a model.
///
/// # Errors
/// A missing or damaged file.
pub fn model_config(source: &Source) -> Result<ModelConfig> {
    let file = source.file("model.json");
    Ok(ModelConfig::parse(&file.bytes()?, &file.label())?)
}

/// The text encoder of a model.
///
/// # Errors
/// Missing and damaged files.
pub fn text_encoder(source: &Source) -> Result<TextEncoder> {
    let (kind, _) = inspect_text_encoder(source, "text_encoder/")?;
    Ok(TextEncoder::load(source, "text_encoder/", kind)?)
}

/// Puts a trained motion tokenizer and the statistics of its data into a folder.
///
/// # Errors
/// Files that cannot be written.
pub fn put_tokenizer(folder: &Path, config: &TokenizerConfig, tensors: Tensors, statistics: [FileSource; 2]) -> Result<()> {
    put_tensors(&folder.join(TOKENIZER), with_buffers(tensors, config)?)?;
    put_statistics(folder, statistics)?;
    put_json(&folder.join(TOKENIZER_CONFIG), config)
}

/// Puts a trained generator into a folder: with the tokenizer it was trained with and the text encoder that it listens to, the
/// folder is then a model.
///
/// # Errors
/// Files that cannot be read or written.
pub fn put_generator(folder: &Path, generator: Generator<'_>) -> Result<()> {
    let Generator { name, licence, tokenizer, text_source, config, tensors, like, card } = generator;
    put_tensors(&folder.join(TRANSFORMER), tensors)?;
    if !Tokenizer::is_in(folder) {
        put_tensors(&folder.join(TOKENIZER), with_buffers(tokenizer.tensors()?, &tokenizer.config)?)?;
        put_statistics(folder, STATISTICS.map(|name| tokenizer.source.file(name)))?;
    }
    let (kind, _) = inspect_text_encoder(text_source, "text_encoder/")?;
    put_text_encoder(folder, text_source)?;
    let kind = match kind {
        TextEncoderConfig::Bert => "bert",
        TextEncoderConfig::T5 => "t5",
    };
    let (licence, licence_note) = licence;
    // The sampling that a model likes is its own; a new one begins with what ours liked.
    let sampling = like.map(|like| json!(like.sampling));
    let sampling = sampling.unwrap_or_else(|| json!({ "temperature": 0.9, "top_k": 0, "top_p": 0.95, "guidance": 2.5 }));
    let model = json!({
        "format": 1,
        "name": name,
        "licence": licence,
        "licence_note": licence_note,
        "token_rate": 30.0 / tokenizer.config.frames_per_token() as f32,
        "text_encoder": { "kind": kind },
        "tokenizer": tokenizer.config,
        "transformer": config,
        "sampling": sampling,
        "card": card,
    });
    // Last: a folder with a model.json is a whole model.
    put_json(&folder.join("model.json"), &model)
}

/// What becomes a model.
pub struct Generator<'a> {
    /// The model's name.
    pub name: &'a str,
    /// Its licence, and the note to it.
    pub licence: (&'a str, &'a str),
    /// The tokenizer it was trained with.
    pub tokenizer: &'a Tokenizer,
    /// The model whose text encoder it listens to.
    pub text_source: &'a Source,
    /// The transformer's sizes.
    pub config: &'a TransformerConfig,
    /// The transformer's published tensors.
    pub tensors: Tensors,
    /// The model it was trained from, if any.
    pub like: Option<&'a ModelConfig>,
    /// Facts for people.
    pub card: serde_json::Map<String, serde_json::Value>,
}

/// Puts a trained evaluator into a folder, with the statistics of its data.
///
/// # Errors
/// Files that cannot be written.
pub fn put_evaluator(folder: &Path, config: &EvaluatorConfig, tensors: Tensors, statistics: [FileSource; 2]) -> Result<()> {
    put_statistics(folder, statistics)?;
    put_json(&folder.join(EVALUATOR_CONFIG_FILE), config)?;
    // Last: where it is, there is an evaluator.
    put_tensors(&folder.join(EVALUATOR_FILE), tensors)
}

/// Whether a folder holds an evaluator.
#[must_use]
pub fn has_evaluator(folder: &Path) -> bool {
    folder.join(EVALUATOR_FILE).is_file()
}

/// The published code loads strictly: its patcher's constants have to be there (`docs/representation.md`, Motion tokens).
fn with_buffers(mut tensors: Tensors, config: &TokenizerConfig) -> Result<Tensors> {
    if config.use_patcher {
        tensors.extend(model::tokenizer::patcher::buffers(config).map_err(model::Error::from)?);
    }
    Ok(tensors)
}

fn put_tensors(path: &Path, tensors: Tensors) -> Result<()> {
    let mut checkpoint = Checkpoint::from_tensors(tensors, "trained weights");
    Ok(write_whole(path, |part| write_safetensors(&mut checkpoint, part).map_err(std::io::Error::other))?)
}

fn put_statistics(folder: &Path, files: [FileSource; 2]) -> Result<()> {
    for (name, file) in STATISTICS.iter().zip(files) {
        put_bytes(&folder.join(name), &file.bytes()?)?;
    }
    Ok(())
}

fn put_text_encoder(folder: &Path, source: &Source) -> Result<()> {
    let target = folder.join("text_encoder");
    fs::create_dir_all(&target).map_err(TrainError::write(&target))?;
    let optional = ["LICENSE", "NOTICE", "model.gguf", "model.safetensors"];
    for name in ["config.json", "tokenizer.json"].iter().chain(&optional) {
        let file = source.file(&format!("text_encoder/{name}"));
        let path = target.join(name);
        // A folder that goes on with its own text encoder has it already.
        if path.is_file() || (optional.contains(name) && !file.exists()) {
            continue;
        }
        match &file {
            FileSource::Path(from) => fs::copy(from, &path).map(|_| ()).map_err(TrainError::write(&path))?,
            FileSource::Embedded(_, bytes) => put_bytes(&path, bytes)?,
        }
    }
    Ok(())
}

fn put_json(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    let json = serde_json::to_vec_pretty(value).map_err(|cause| TrainError::write(path)(cause.into()))?;
    put_bytes(path, &json)
}

fn put_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    Ok(write_whole(path, |part| fs::write(part, bytes))?)
}
