//! What `zoetrope between` and `zoetrope redo` accept.

use super::export_args::ExportArgs;
use super::network_args::NetworkArgs;
use super::values::{seconds, seconds_or_zero};
use crate::timeline::{DIRECTED_CANDIDATES, MOST_CANDIDATES};
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
    /// Which networks make it
    #[command(flatten)]
    pub network: NetworkArgs,
    /// How many samples the best is chosen from
    #[arg(long, value_name = "N", default_value_t = DIRECTED_CANDIDATES, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CANDIDATES)))]
    pub candidates: u32,
    /// The take of a project, by its number in the list
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub take: Option<u32>,
    /// Frames a second of the file
    #[command(flatten)]
    pub export: ExportArgs,
}
