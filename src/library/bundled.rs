//! The small models that are compiled in, so that the program works from any folder and with no network.

use crate::model::Source;

/// The name of the built-in model that is used where none is named.
pub const STARTER: &str = "starter";

/// The files of a model, by their names in a model folder.
type Files = &'static [(&'static str, &'static [u8])];

macro_rules! file {
    ($name:expr) => {
        include_bytes!(concat!("../../models/bundled/", $name))
    };
}

// One copy for all of them.
static TEXT_ENCODER: &[u8] = file!("text_encoder/model.gguf");
static WORD_PIECES: &[u8] = file!("text_encoder/tokenizer.json");

macro_rules! model {
    ($folder:literal) => {
        &[
            ("model.json", file!(concat!($folder, "/model.json"))),
            ("transformer.gguf", file!(concat!($folder, "/transformer.gguf"))),
            ("tokenizer.safetensors", file!(concat!($folder, "/tokenizer.safetensors"))),
            ("intent.safetensors", file!(concat!($folder, "/intent.safetensors"))),
            ("intent.json", file!(concat!($folder, "/intent.json"))),
            ("text_encoder/config.json", file!("text_encoder/config.json")),
            ("text_encoder/model.gguf", TEXT_ENCODER),
            ("text_encoder/tokenizer.json", WORD_PIECES),
            ("mean.npy", file!(concat!($folder, "/mean.npy"))),
            ("std.npy", file!(concat!($folder, "/std.npy"))),
        ]
    };
}

static STARTER_FILES: Files = model!("starter");

/// The built-in models by name, the one that is used where none is named first.
static BUILT_IN: [(&str, Files); 1] = [(STARTER, STARTER_FILES)];

/// The built-in models, by name.
pub(super) fn built_in() -> impl Iterator<Item = (&'static str, Source)> {
    BUILT_IN.iter().map(|(name, files)| (*name, Source::Embedded(files)))
}

/// Whether a model of this name is a part of the program.
#[must_use]
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(built_in, _)| *built_in == name)
}

/// The model that is used where none is named.
#[must_use]
pub fn starter() -> Source {
    Source::Embedded(STARTER_FILES)
}
