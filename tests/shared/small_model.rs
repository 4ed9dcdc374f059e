//! The small checkpoint of the reference kit, as it is imported.

use std::path::Path;
use zoetrope::library::Import;

/// What imports it under a name or into a folder.
pub(crate) fn small_import(kit: &Path, target: &str) -> Import {
    Import {
        tokenizer: kit.join("pipeline_small/tokenizer.safetensors"),
        transformer: kit.join("pipeline_small/transformer.safetensors"),
        text_encoder: kit.join("t5_small"),
        mean: kit.join("data/mean.npy"),
        std: kit.join("data/std.npy"),
        heads: Some(4),
        config: None,
        quantize: None,
        target: target.into(),
    }
}
