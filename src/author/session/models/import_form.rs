//! What checkpoints are imported from, as the form has it.

use crate::library::{is_built_in, is_plain_name};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A file or folder that a model is imported from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportPart {
    /// The motion tokenizer.
    Tokenizer,
    /// The transformer.
    Transformer,
    /// The folder of the text encoder.
    TextEncoder,
    /// Mean of the features.
    Mean,
    /// Deviation of the features.
    Std,
    /// What shapes cannot tell, where it is not the published value.
    Config,
}

impl ImportPart {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 6] = [Self::Transformer, Self::Tokenizer, Self::TextEncoder, Self::Mean, Self::Std, Self::Config];

    /// Whether a model can be made without it.
    #[must_use]
    pub fn is_optional(self) -> bool {
        self == Self::Config
    }
}

/// How the transformer of an import is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Precision {
    /// As it is.
    AsItIs,
    /// 8 bits a weight.
    #[default]
    Q8_0,
    /// 4 bits a weight.
    Q4_0,
}

/// What a model is imported from; what is left out in a script is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportForm {
    /// The motion tokenizer's checkpoint.
    pub tokenizer: PathBuf,
    /// The transformer's checkpoint.
    pub transformer: PathBuf,
    /// The folder of the text encoder.
    pub text_encoder: PathBuf,
    /// Mean of the features.
    pub mean: PathBuf,
    /// Deviation of the features.
    pub std: PathBuf,
    /// A JSON file with what shapes cannot tell; empty where all is as published.
    pub config: PathBuf,
    /// How the transformer is stored.
    pub precision: Precision,
    /// Attention heads; those of the published size if absent.
    pub heads: Option<usize>,
    /// The model's new name.
    pub name: String,
}

impl ImportForm {
    /// The path of a part.
    #[must_use]
    pub fn part(&self, part: ImportPart) -> &PathBuf {
        match part {
            ImportPart::Tokenizer => &self.tokenizer,
            ImportPart::Transformer => &self.transformer,
            ImportPart::TextEncoder => &self.text_encoder,
            ImportPart::Mean => &self.mean,
            ImportPart::Std => &self.std,
            ImportPart::Config => &self.config,
        }
    }

    /// The form with another path.
    #[must_use]
    pub fn with(mut self, part: ImportPart, path: PathBuf) -> Self {
        *match part {
            ImportPart::Tokenizer => &mut self.tokenizer,
            ImportPart::Transformer => &mut self.transformer,
            ImportPart::TextEncoder => &mut self.text_encoder,
            ImportPart::Mean => &mut self.mean,
            ImportPart::Std => &mut self.std,
            ImportPart::Config => &mut self.config,
        } = path;
        self
    }

    /// What is still missing, in words.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        if ImportPart::ALL.iter().any(|part| !part.is_optional() && self.part(*part).as_os_str().is_empty()) {
            return Some("choose all five files and folders");
        }
        (!is_plain_name(&self.name) || is_built_in(&self.name)).then_some("give it a name of its own, without slashes")
    }
}
