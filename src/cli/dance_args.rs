//! What `dance` accepts.

use super::export_args::ExportArgs;
use super::network_args::NetworkArgs;
use super::values::{seconds, seconds_or_zero};
use std::path::PathBuf;

/// `zoetrope dance`
#[derive(Debug, clap::Args)]
pub struct DanceArgs {
    /// The song to dance to: .wav, .mp3, .flac or .ogg
    #[arg(value_name = "SONG")]
    pub song: PathBuf,
    /// What the person does
    #[arg(value_name = "PROMPT", default_value = "a person dances")]
    pub prompt: String,
    /// The file to write
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// How it is written
    #[command(flatten)]
    pub export: ExportArgs,
    /// Which networks make it
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Only what follows this time of the song
    #[arg(long, value_name = "S", value_parser = seconds_or_zero)]
    pub from: Option<f32>,
    /// Only what comes before this time of the song
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub to: Option<f32>,
}
