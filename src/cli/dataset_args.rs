//! What `zoetrope dataset` accepts.

use super::values::{number, seconds};
use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

/// `zoetrope dataset`
#[derive(Debug, Subcommand)]
pub enum DatasetCommand {
    /// Make a data set from folders of .bvh .glb .npz .npy files with captions; the same command goes on after a stop
    Build(DatasetBuildArgs),
    /// Sum up a data set: counts, histograms, a sheet of thumbnails
    Stats(DatasetStatsArgs),
}

/// `zoetrope dataset build`
#[derive(Debug, clap::Args)]
pub struct DatasetBuildArgs {
    /// Folders with motion files, searched through, with .jsonl lists of captions or a .txt beside each file
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,
    /// The data set's folder: new, or that of an earlier build
    #[arg(short, long, value_name = "DATASET")]
    pub output: PathBuf,
    /// A list of captions that lies elsewhere (.jsonl); may be given several times
    #[arg(long, value_name = "FILE")]
    pub captions: Vec<PathBuf>,
    /// The shortest clip
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "2")]
    pub min_seconds: f32,
    /// The longest clip that a generator learns from
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "10")]
    pub max_seconds: f32,
    /// Without mirror images
    #[arg(long)]
    pub no_mirror: bool,
    /// Captions made from each clip's own in other words, at most
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub augment: u16,
    /// Have captions reworded by a language model of your own (a Llama in GGUF form)
    #[arg(long, value_name = "FILE.gguf")]
    pub rewriter: Option<PathBuf>,
    /// How long the language model may take for a caption; what takes longer stays as it is
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "60", requires = "rewriter")]
    pub rewriter_seconds: f32,
    /// Clips composed of the arms of one and the legs of another [default: a tenth of the training clips]
    #[arg(long, value_name = "N")]
    pub compositions: Option<usize>,
    /// How performers are told apart, so that none is both trained on and tested on
    #[arg(long, value_enum, default_value_t = PerformerChoice::Auto)]
    pub performers: PerformerChoice,
    /// Share of the motion kept for validation
    #[arg(long, value_name = "SHARE", value_parser = share_or_none, default_value = "0.05")]
    pub val: f32,
    /// Share of the motion kept for tests
    #[arg(long, value_name = "SHARE", value_parser = share_or_none, default_value = "0.1")]
    pub test: f32,
    /// Same seed, same split and captions
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Threads that work [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// `zoetrope dataset stats`
#[derive(Debug, clap::Args)]
pub struct DatasetStatsArgs {
    /// The data set's folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where the sheet of thumbnails goes (.png) [default: thumbnails.png in the data set]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Clips that are read for means and histograms
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: u32,
    /// Clips on the sheet
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub thumbnails: u16,
}

/// How performers are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PerformerChoice {
    /// By the names of CMU and HDM05, else by folder; takes of one thing stay together
    Auto,
    /// By the folder
    Folder,
    /// Each file for itself
    File,
}

fn share_or_none(text: &str) -> Result<f32, String> {
    number(text, "a number from 0, below 0.5", |value| (0.0..0.5).contains(&value))
}
