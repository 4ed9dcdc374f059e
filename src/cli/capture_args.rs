//! What `capture` accepts.

use super::export_args::ExportArgs;
use super::values::{frames_a_second, seconds, seconds_or_zero};
use std::path::PathBuf;

/// `zoetrope capture`
#[derive(Debug, clap::Args)]
pub struct CaptureArgs {
    /// The video to look at: a GIF, a folder of numbered pictures (.png), or what ffmpeg reads (.mp4, .mov, .webm, …)
    #[arg(value_name = "VIDEO")]
    pub video: PathBuf,
    /// The file to write
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// How it is written
    #[command(flatten)]
    pub export: ExportArgs,
    /// Only what follows this time of the video
    #[arg(long, value_name = "S", value_parser = seconds_or_zero)]
    pub from: Option<f32>,
    /// Only what comes before this time of the video
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub to: Option<f32>,
    /// How many pictures of a folder are a second
    #[arg(long, value_name = "F", value_parser = frames_a_second, default_value_t = 30.0)]
    pub source_fps: f32,
}
