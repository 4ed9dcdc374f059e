//! How large a model is, on disk and in memory.

use std::path::Path;

use super::error::Result;
use crate::model::{Memory, ModelConfig, Source, transformer_weights};

/// The size of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footprint {
    /// All its files.
    pub disk_bytes: u64,
    /// About what a process that uses it needs: the weights as they are loaded, the cache of one motion, and the program.
    pub memory_bytes: u64,
    /// How most of the transformer's weights are stored: `f32`, `bf16`, `f16`, `q8_0`, `q4_0`.
    pub precision: &'static str,
}

/// Reads the sizes from the tables of the model's files; no weights are read.
///
/// # Errors
/// Missing and damaged files.
pub fn footprint(source: &Source, config: &ModelConfig) -> Result<Footprint> {
    let transformer = transformer_weights(source)?;
    let disk_bytes = match source {
        Source::Folder(folder) => folder_bytes(folder),
        Source::Embedded(files) => files.iter().map(|(_, bytes)| bytes.len() as u64).sum(),
    };
    Ok(Footprint { disk_bytes, memory_bytes: Memory::of(source, config)?.as_it_is, precision: transformer.main_precision() })
}

fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| if entry.path().is_dir() { folder_bytes(&entry.path()) } else { entry.metadata().map_or(0, |data| data.len()) })
        .sum()
}
