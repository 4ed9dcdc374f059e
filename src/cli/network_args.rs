//! Which model runs, where, and from which seed: what `generate`, `between` and `redo` have in common.

use super::threads::threads_for;
use crate::library::STARTER;
use crate::pipeline::Device;
use std::path::PathBuf;

/// The networks of a command.
#[derive(Clone, Debug, clap::Args)]
pub struct NetworkArgs {
    /// Same seed, same file
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// A model's name or folder
    #[arg(long, value_name = "NAME|DIR", default_value = STARTER)]
    pub model: PathBuf,
    /// Where the network runs: auto, cpu, gpu, or gpu:NAME with a part of a graphics device's name
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: Device,
    /// Threads of the networks [default: one for a small model, else all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

impl NetworkArgs {
    /// Threads that they get on a machine with so many cores.
    #[must_use]
    pub fn threads(&self, cores: usize) -> usize {
        self.threads.map_or_else(|| threads_for(&self.model, cores), usize::from)
    }
}
