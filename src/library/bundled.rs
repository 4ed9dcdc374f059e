//! The small model that is compiled in, so that the program works from any folder and with no network.

/// The name of the built-in model.
pub const STARTER: &str = "starter";

macro_rules! bundle {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../models/bundled/", $name)))),+]
    };
}

/// The files of the built-in model, by their names in a model folder.
pub static BUNDLED: &[(&str, &[u8])] = bundle![
    "model.json",
    "transformer.gguf",
    "tokenizer.safetensors",
    "intent.safetensors",
    "intent.json",
    "text_encoder/config.json",
    "text_encoder/model.gguf",
    "text_encoder/tokenizer.json",
    "mean.npy",
    "std.npy",
];
