//! What `zoetrope generate` accepts.

use super::export_args::ExportArgs;
use super::network_args::NetworkArgs;
use super::values::{above_zero, seconds, seconds_or_zero, share, zero_or_more};
use crate::timeline::MOST_CANDIDATES;
use clap::{ArgGroup, ValueEnum};
use std::path::PathBuf;

/// `zoetrope generate`
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(false).args(["prompt", "prompts"]))]
pub struct GenerateArgs {
    /// What the person does; several prompts need --chain
    #[arg(value_name = "PROMPT")]
    pub prompt: Vec<String>,
    /// A file with a prompt a line; each becomes a file in the folder -o. What is there already is not made again
    #[arg(long, value_name = "FILE", conflicts_with_all = ["chain", "tokens"])]
    pub prompts: Option<PathBuf>,
    /// The file to write (.glb .fbx .usda .vrma .bvh .npz .npy), or a folder with --prompts
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Formats to write with --prompts [default: the one that does best in the program of --for, else glb]
    #[arg(long, value_name = "FORMATS", value_delimiter = ',', requires = "prompts")]
    pub format: Vec<Ending>,
    /// Which networks make it
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Exactly this long
    #[arg(long, value_name = "S", value_parser = seconds, conflicts_with_all = ["min_seconds", "max_seconds"])]
    pub seconds: Option<f32>,
    /// At least this long
    #[arg(long, value_name = "S", value_parser = seconds_or_zero, default_value = "0")]
    pub min_seconds: f32,
    /// At most this long
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "10")]
    pub max_seconds: f32,
    /// Always the most probable token
    #[arg(long, conflicts_with_all = ["temperature", "top_k", "top_p"])]
    pub greedy: bool,
    /// Above 1 more varied, below 1 more careful [default: the model's own]
    #[arg(long, value_name = "T", value_parser = above_zero)]
    pub temperature: Option<f32>,
    /// Only the K most probable tokens [default: the model's own]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pub top_k: Option<u32>,
    /// Only the most probable tokens that make up this share [default: the model's own]
    #[arg(long, value_name = "P", value_parser = share)]
    pub top_p: Option<f32>,
    /// How strictly the prompt is obeyed; 1 is no guidance [default: the model's own]
    #[arg(long, value_name = "G", value_parser = zero_or_more)]
    pub guidance: Option<f32>,
    /// Make N takes with the seeds SEED, SEED+1, …; FILE becomes NAME-1.ext … NAME-N.ext
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub variations: u32,
    /// What the motion has to meet: a path on the floor, key poses, an end, as JSON
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["chain", "split", "raw", "published"])]
    pub constraints: Option<PathBuf>,
    /// How many samples the best is chosen from [default: 16 with --constraints, else 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CANDIDATES)))]
    pub candidates: Option<u32>,
    /// Several prompts, one motion
    #[arg(long)]
    pub chain: bool,
    /// Cut prompts such as "walks, then sits down" into a chain of simple ones
    #[arg(long, conflicts_with_all = ["published", "tokens"])]
    pub split: bool,
    /// Read the prompt word by word, instead of what the model understands by it in plain words
    #[arg(long)]
    pub literal: bool,
    /// Make the prompts shorter and clearer with this language model first (a Llama in GGUF form)
    #[arg(long, value_name = "FILE.gguf")]
    pub rewrite: Option<PathBuf>,
    /// How long that may take for each prompt, before its own words are used
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "60", requires = "rewrite")]
    pub rewrite_seconds: f32,
    /// No clean-up: the decoder's own numbers
    #[arg(long)]
    pub raw: bool,
    /// As the published program: greedy, at most 50 tokens, its decode, no clean-up
    #[arg(long, conflicts_with_all = ["chain", "raw", "seconds", "min_seconds", "max_seconds", "temperature", "top_k", "top_p", "guidance"])]
    pub published: bool,
    /// Also write the token ids (int32)
    #[arg(long, value_name = "FILE.npy", conflicts_with_all = ["chain"])]
    pub tokens: Option<PathBuf>,
    /// Frames a second of the file
    #[command(flatten)]
    pub export: ExportArgs,
}

/// A motion file's ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the endings say it")]
pub enum Ending {
    Glb,
    Fbx,
    Usda,
    Vrma,
    Bvh,
    Npz,
    Npy,
}
