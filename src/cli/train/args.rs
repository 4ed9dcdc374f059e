//! `zoetrope train`: what it accepts.

use crate::library::STARTER;
use crate::model::Activation;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `zoetrope train`
#[derive(Debug, Subcommand)]
pub enum TrainCommand {
    /// Learn to turn motion into tokens and back
    Tokenizer(TokenizerArgs),
    /// Learn to make motion from words; --from STARTER teaches a model that can already
    Generator(GeneratorArgs),
    /// Learn to tell which caption belongs to which motion, for `eval`
    Evaluator(RunArgs),
}

/// What all three take, and all that an evaluator takes.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// A data set's folder (`dataset build` makes one)
    #[arg(value_name = "DATASET")]
    pub dataset: PathBuf,
    /// The folder to write; the same one again goes on where it stopped
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Updates in all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: Option<u64>,
    /// Rows in a batch
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub batch: Option<u16>,
    /// The highest learning rate
    #[arg(long, value_name = "R", value_parser = super::super::values::above_zero)]
    pub rate: Option<f32>,
    /// Same seed, same run
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Updates between two points of the learning curve
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub report_every: u64,
}

/// What the networks of a model take.
#[derive(Debug, Args)]
pub struct RecipeArgs {
    /// The recipe of the paper, its bugs left out, instead of ours
    #[arg(long)]
    pub published: bool,
    /// Batches that are added up for one update
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub accumulate: u16,
    /// How the rate goes on after the warm-up [default: cosine; published tokenizer: drop]
    #[arg(long, value_enum)]
    pub schedule: Option<ScheduleChoice>,
    /// Updates over which the rate rises [default: 2 %; published: 48000 and 12000]
    #[arg(long, value_name = "N")]
    pub warmup: Option<u64>,
}

/// `zoetrope train tokenizer`
#[derive(Debug, Args)]
pub struct TokenizerArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// Begin with the tokenizer of a model and keep its sizes
    #[arg(long, value_name = "NAME|DIR", conflicts_with_all = ["width", "levels", "activation"])]
    pub from: Option<String>,
    /// Frames in a window [default: 64; published: 96]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..))]
    pub frames: Option<u16>,
    /// Channels [default: 192; published: 512]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub width: Option<u16>,
    /// Levels of the quantiser [default: 8,8,6,5; published: 8,8,8,5,5,5]
    #[arg(long, value_name = "N,N,…", value_delimiter = ',')]
    pub levels: Vec<usize>,
    /// Activation of the residual blocks [default: silu; published: relu]
    #[arg(long, value_enum)]
    pub activation: Option<ActivationChoice>,
}

/// `zoetrope train generator`
#[derive(Debug, Args)]
pub struct GeneratorArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// Teach this model instead of beginning with nothing
    #[arg(long, value_name = "NAME|DIR", conflicts_with_all = ["tokenizer", "text_encoder", "layers", "heads", "width", "published"])]
    pub from: Option<String>,
    /// Teach only thin additions of rank R to its matrices: quicker, and it forgets less
    #[arg(long, value_name = "R", requires = "from", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub lora: Option<u16>,
    /// The model or folder whose tokenizer is used [default: the one in -o, else the starter's]
    #[arg(long, value_name = "NAME|DIR")]
    pub tokenizer: Option<String>,
    /// The model whose text encoder is used
    #[arg(long, value_name = "NAME|DIR", default_value = STARTER)]
    pub text_encoder: String,
    /// Blocks [default: 6; published 44M: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub layers: Option<u16>,
    /// Attention heads [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub heads: Option<u16>,
    /// Channels [default: 256; published 44M: 512]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=16384))]
    pub width: Option<u16>,
    /// The licence of what is made with the model, in short
    #[arg(long, value_name = "TEXT")]
    pub licence: Option<String>,
}

/// Schedules by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScheduleChoice {
    /// Down to zero at the end
    Cosine,
    /// The same rate
    Constant,
    /// A twentieth from update 300,000 on, as the published tokenizer
    Drop,
    /// The published generator's, which is zero too early and rises again
    Published,
}

/// Activations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ActivationChoice {
    Relu,
    Silu,
    Gelu,
}

impl From<ActivationChoice> for Activation {
    fn from(choice: ActivationChoice) -> Self {
        match choice {
            ActivationChoice::Relu => Self::Relu,
            ActivationChoice::Silu => Self::Silu,
            ActivationChoice::Gelu => Self::Gelu,
        }
    }
}
