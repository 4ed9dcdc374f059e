//! What `zoetrope between` and `zoetrope redo` accept.

use super::export_args::ExportArgs;
use super::values::{seconds, seconds_or_zero};
use crate::library::STARTER;
use crate::pipeline::Device;
use std::path::PathBuf;

/// `zoetrope between`
#[derive(Debug, clap::Args)]
pub struct BetweenArgs {
    /// The motion before
    #[arg(value_name = "A")]
    pub from: PathBuf,
    /// The motion behind
    #[arg(value_name = "B")]
    pub to: PathBuf,
    /// What the person does between [default: what comes of itself]
    #[arg(value_name = "PROMPT", default_value = "", hide_default_value = true)]
    pub prompt: String,
    /// How long the way from A to B takes
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub seconds: f32,
    /// What both commands have
    #[command(flatten)]
    pub bridge: BridgeArgs,
}

/// `zoetrope redo`
#[derive(Debug, clap::Args)]
pub struct RedoArgs {
    /// The motion
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What the person does in the new part [default: what comes of itself]
    #[arg(value_name = "PROMPT", default_value = "", hide_default_value = true)]
    pub prompt: String,
    /// Where the new part begins
    #[arg(long, value_name = "S", value_parser = seconds_or_zero)]
    pub from: f32,
    /// Where what was there goes on
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub to: f32,
    /// What both commands have
    #[command(flatten)]
    pub bridge: BridgeArgs,
}

/// What both commands have.
#[derive(Debug, clap::Args)]
pub struct BridgeArgs {
    /// The file to write (.glb .fbx .usda .vrma .bvh .npz .npy)
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
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
    /// How many samples the best is chosen from
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub candidates: u32,
    /// The take of a project, by its number in the list
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub take: Option<u32>,
    /// Frames a second of the file
    #[command(flatten)]
    pub export: ExportArgs,
}
