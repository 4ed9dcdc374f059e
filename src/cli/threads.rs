//! How many threads the networks get.

use crate::library;
use crate::model::ModelConfig;
use std::path::Path;

/// A transformer below this many weights makes a token in about a millisecond on one core. A second thread brings it little on a
/// quiet machine, and on a busy one the networks' thread pool spins and waits for cores that others have: 4 s of motion took
/// 35 s on two threads and 2.4 s on one.
const SMALL_WEIGHTS: usize = 20_000_000;

/// Threads for a model (a name or a folder) when nothing else is asked for: one for a small model, else `most`.
#[must_use]
pub(super) fn threads_for(model: impl AsRef<Path>, most: usize) -> usize {
    let config = library::find(model).ok().and_then(|source| {
        let file = source.file("model.json");
        ModelConfig::parse(&file.bytes().ok()?, &file.label()).ok()
    });
    match config {
        Some(config) if block_weights(&config) < SMALL_WEIGHTS => 1,
        _ => most,
    }
}

fn block_weights(config: &ModelConfig) -> usize {
    let sizes = &config.transformer;
    sizes.n_layer * sizes.n_embd * (4 * sizes.n_embd + 3 * sizes.mlp_hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_runs_on_one_thread_and_unknown_models_on_all() {
        assert_eq!(threads_for("starter", 16), 1);
        assert_eq!(threads_for("no such model", 16), 16);
    }
}
