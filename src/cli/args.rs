//! What the command line accepts. The contract is in docs/guide.md; scripts rely on it.

pub use super::bridge_args::{BetweenArgs, BridgeArgs, RedoArgs};
use super::capture_args::CaptureArgs;
pub use super::control::ControlPart;
use super::dance_args::DanceArgs;
use super::dataset_args::DatasetCommand;
pub use super::export_args::{CharacterArgs, Cleanup, ConvertArgs, ExportArgs, Names, NpzOriginArg, Program, UnitsArg};
pub use super::generate_args::{Ending, GenerateArgs};
use super::rate::RateCommand;
use super::threads::threads_for;
use super::train::{EVALUATOR_STEPS, TrainCommand};
use super::values::{above_zero, openable, seconds_or_zero, size, zero_or_more};
use crate::library::STARTER;
use crate::pipeline::Device;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Type a motion, watch a character do it, export it.
#[derive(Debug, Parser)]
#[command(name = "zoetrope", version, about, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do; the window opens without it.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The window's own options.
    #[command(flatten)]
    pub window: WindowArgs,
}

impl Args {
    /// The process's own command line. Wrong usage and `--help` end the process, with 2 and 0.
    #[must_use]
    pub fn from_command_line() -> Self {
        Self::parse()
    }
}

/// How the window is opened.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct WindowArgs {
    /// A project to open, or a motion to import
    #[arg(value_name = "FILE", value_parser = openable)]
    pub file: Option<PathBuf>,
    /// Do the actions in FILE (RON) and exit at the end
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Where the script's pictures go
    #[arg(long, value_name = "DIR", requires = "script")]
    pub screenshots: Option<PathBuf>,
    /// Full screen with curated prompts
    #[arg(long, conflicts_with = "script")]
    pub demo: bool,
    /// The model to load, by name or folder [default: the one that was chosen last]
    #[arg(long, value_name = "NAME|DIR")]
    pub model: Option<String>,
    /// Where the network runs: auto, cpu, gpu, or gpu:NAME with a part of a graphics device's name
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: Device,
    /// Threads of the networks [default: one for a small model, else all cores but two]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make motions from prompts
    Generate(GenerateArgs),
    /// Convert a motion file or a project: any of .bvh .glb .gltf .vrm .vrma .fbx .npz .pkl .npy .zoetrope to .bvh .glb .fbx .usda .vrma .npz or
    /// .npy, and to .gltf or .vrm with a --character of that kind
    Convert(ConvertArgs),
    /// Make a motion of the person in a video
    Capture(CaptureArgs),
    /// Make a motion that dances to a song
    Dance(DanceArgs),
    /// Make a motion that leads from one to another
    Between(BetweenArgs),
    /// Make a part of a motion anew
    Redo(RedoArgs),
    /// Measure a motion file
    Inspect(InspectArgs),
    /// Draw a motion file as a picture or an animation
    Render(RenderArgs),
    /// The models that are installed
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Measure how good a model is on a data set's clips, real ones beside it
    Eval(EvalArgs),
    /// Data sets to train on: make one from motion capture, or see what one holds
    #[command(subcommand)]
    Dataset(DatasetCommand),
    /// Learn from a data set
    #[command(subcommand)]
    Train(TrainCommand),
    /// A blind comparison of two models by people
    #[command(subcommand)]
    Rate(RateCommand),
    /// Measure the speed of models and window on this machine, or whether prompts are obeyed and motions sound
    Bench(BenchArgs),
}

impl Command {
    /// Threads that the networks get on a machine with so many cores.
    #[must_use]
    pub fn threads(&self, cores: usize) -> usize {
        match self {
            Self::Generate(GenerateArgs { network, .. })
            | Self::Dance(DanceArgs { network, .. })
            | Self::Between(BetweenArgs { bridge: BridgeArgs { network, .. }, .. })
            | Self::Redo(RedoArgs { bridge: BridgeArgs { network, .. }, .. }) => network.threads(cores),
            // Clips are made beside each other instead.
            Self::Eval(args) => threads_for(&args.model, cores),
            Self::Bench(args) if args.config.is_some() => args.threads.map_or(cores, usize::from),
            Self::Bench(args) => args.threads.map_or_else(|| threads_for(&args.model, cores), usize::from),
            _ => cores,
        }
    }

    /// Threads that were asked for, where motions are made side by side.
    #[must_use]
    pub fn asked_threads(&self) -> Option<usize> {
        match self {
            Self::Generate(GenerateArgs { network, .. })
            | Self::Dance(DanceArgs { network, .. })
            | Self::Between(BetweenArgs { bridge: BridgeArgs { network, .. }, .. })
            | Self::Redo(RedoArgs { bridge: BridgeArgs { network, .. }, .. }) => network.threads.map(usize::from),
            _ => None,
        }
    }
}

impl WindowArgs {
    /// Threads that the networks get beside the window, `most` without being asked. `remembered` is the model that is loaded where
    /// none is named.
    #[must_use]
    pub fn threads(&self, remembered: &str, most: usize) -> usize {
        self.threads.map_or_else(|| threads_for(self.model.as_deref().unwrap_or(remembered), most), usize::from)
    }
}

/// `zoetrope inspect`
#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// The file to measure
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// As JSON, for scripts
    #[arg(long)]
    pub json: bool,
    /// Which joint of its skeleton was taken for which part of the body, how it was found, and how sure that is
    #[arg(long)]
    pub bones: bool,
    /// Of several animations, the one of this name or number [default: the first that moves a body]
    #[arg(long, value_name = "NAME|N")]
    pub clip: Option<String>,
    /// A mapping preset that says which joint of its skeleton is which
    #[arg(long, value_name = "FILE.json")]
    pub map: Vec<PathBuf>,
}

/// `zoetrope render`
#[derive(Debug, clap::Args)]
pub struct RenderArgs {
    /// The file to draw
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A picture (.png), an animation (.gif) or a video (.mp4; .webm by ffmpeg)
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// Times to draw, beside each other in a picture [default: the middle]
    #[arg(long, value_name = "S,S,…", value_delimiter = ',', value_parser = seconds_or_zero)]
    pub times: Vec<f32>,
    /// Size of a picture [default: 960x720, .gif 480x360, videos 1280x720]
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub size: Option<(u32, u32)>,
    /// Where the camera stands
    #[arg(long, value_enum, default_value_t = CameraChoice::ThreeQuarter)]
    pub camera: CameraChoice,
    /// Of several animations, the one of this name or number; `inspect` lists them [default: the first that moves a body]
    #[arg(long, value_name = "NAME|N")]
    pub clip: Option<String>,
    /// Who moves
    #[command(flatten)]
    pub who: CharacterArgs,
}

/// `zoetrope models`
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List what is installed and what can be fetched, with licences
    List,
    /// Download the files of a known model
    Fetch(FetchArgs),
    /// Make a model folder from checkpoints
    Import(ImportArgs),
}

/// `zoetrope models fetch`
#[derive(Debug, clap::Args)]
pub struct FetchArgs {
    /// A name from `zoetrope models list`
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Agree to the licence, which is shown, without being asked
    #[arg(long)]
    pub accept_licence: bool,
    /// Another address that has the same files
    #[arg(long, value_name = "URL", env = "ZOETROPE_FETCH_BASE")]
    pub base: Option<String>,
}

/// `zoetrope models import`
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The motion tokenizer (.pth or .safetensors)
    #[arg(long, value_name = "F")]
    pub tokenizer: PathBuf,
    /// The transformer (.pth or .safetensors)
    #[arg(long, value_name = "F")]
    pub transformer: PathBuf,
    /// The text encoder's folder, or the name of a fetched one
    #[arg(long, value_name = "DIR|NAME")]
    pub text_encoder: PathBuf,
    /// Mean of the features (.npy)
    #[arg(long, value_name = "F.npy")]
    pub mean: PathBuf,
    /// Deviation of the features (.npy)
    #[arg(long, value_name = "F.npy")]
    pub std: PathBuf,
    /// Attention heads of the transformer, which shapes cannot tell [default: those of the published size]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub heads: Option<u16>,
    /// The new model's name or folder
    #[arg(short, long, value_name = "NAME|DIR")]
    pub output: String,
    /// Store the transformer's large matrices in this form
    #[arg(long, value_enum)]
    pub quantize: Option<Quantize>,
    /// What shapes cannot tell (activation, norm, …) where it is not the published value
    #[arg(long, value_name = "F.json")]
    pub config: Option<PathBuf>,
}

/// `zoetrope eval`
#[derive(Debug, clap::Args)]
pub struct EvalArgs {
    /// A model's name or folder
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// A data set's folder, made by `zoetrope dataset build` or of the published layout
    #[arg(value_name = "DATASET")]
    pub dataset: PathBuf,
    /// An evaluator's folder, or the published checkpoint (.ckpt) with distilbert/ beside it [default: DATASET/evaluator, trained first]
    #[arg(long, value_name = "DIR|FILE")]
    pub evaluator: Option<PathBuf>,
    /// Updates of the data set's own evaluator, where it is not yet trained
    #[arg(long, value_name = "N", default_value_t = EVALUATOR_STEPS, value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "evaluator")]
    pub evaluator_steps: u64,
    /// Only what needs no evaluator: the tokenizer and the quality measures
    #[arg(long, conflicts_with_all = ["evaluator", "evaluator_steps"])]
    pub no_evaluator: bool,
    /// Repeats of everything random
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub repeats: u16,
    /// Takes of each caption; repeats go round them
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub takes: u16,
    /// Same seed, same clips and pools
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// At most so many clips
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub limit: Option<u32>,
    /// The part of the data set that is measured
    #[arg(long, value_name = "PART", default_value = "test", value_parser = ["train", "val", "test"])]
    pub split: String,
    /// Always the most probable token, as published
    #[arg(long, conflicts_with = "temperature")]
    pub greedy: bool,
    /// Above 1 more varied, below 1 more careful [default: the model's own]
    #[arg(long, value_name = "T", value_parser = above_zero)]
    pub temperature: Option<f32>,
    /// How strictly the prompt is obeyed; 1 is no guidance [default: the model's own]
    #[arg(long, value_name = "G", value_parser = zero_or_more)]
    pub guidance: Option<f32>,
    /// Where all figures go [default: MODEL.json in the output folder]
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Where generated clips are kept: the same command goes on after a stop [default: DATASET/evaluation]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Clips that are made beside each other [default: one for each core that the networks leave free]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

impl EvalArgs {
    /// Clips that are made beside each other.
    #[must_use]
    pub fn workers(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(|| (cores / threads_for(&self.model, cores)).max(1), usize::from)
    }
}

/// `zoetrope bench`
#[derive(Debug, clap::Args)]
pub struct BenchArgs {
    /// Generate the lists of prompts that come with the program and print which are obeyed, instead of measuring speed
    #[arg(long)]
    pub prompts: bool,
    /// Generate 200 prompts and print which motions tear apart between two frames or sink into the floor
    #[arg(long, conflicts_with_all = ["prompts", "config"])]
    pub tears: bool,
    /// Direct motions along random paths, through keys, over gaps, and print how exactly and at what cost
    #[arg(long, value_enum, value_name = "PART", num_args = 0..=1, default_missing_value = "all", conflicts_with_all = ["prompts", "tears", "config"])]
    pub constraints: Option<ControlPart>,
    /// Measure the window: start, frames a second, the main thread's work while the model loads and generates
    #[arg(long, conflicts_with_all = ["prompts", "tears", "constraints", "config", "threads"])]
    pub ui: bool,
    /// A model's name or folder
    #[arg(long, value_name = "NAME|DIR", default_value = STARTER)]
    pub model: PathBuf,
    /// Measure a published size with random weights instead: 44M, 111M … 7B
    #[arg(long, value_name = "SIZE", conflicts_with_all = ["prompts", "model"])]
    pub config: Option<String>,
    /// Measure the published size in this form only, and thoroughly [default: f32 and q8_0 against the loop without a cache]
    #[arg(long, value_enum, requires = "config")]
    pub quant: Option<BenchForm>,
    /// Together with a full-size flan-t5-xl, as a whole model runs
    #[arg(long, requires = "quant")]
    pub whole: bool,
    /// Measure on a graphics device: gpu, or gpu:NAME with a part of its name
    #[arg(long, value_name = "DEVICE", default_value = "cpu", conflicts_with_all = ["prompts", "tears", "constraints", "whole"])]
    pub device: Device,
    /// Threads of the networks [default: one for a small model, else all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// Where the camera stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CameraChoice {
    /// Before the character
    Front,
    /// At its left
    Side,
    /// Between the two, raised
    ThreeQuarter,
}

/// Forms of a quantized transformer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Quantize {
    /// 8.5 bits a weight
    #[value(name = "q8_0")]
    Q8_0,
    /// 4.5 bits a weight
    #[value(name = "q4_0")]
    Q4_0,
}

/// The form of weights that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BenchForm {
    /// 32 bits a weight
    F32,
    /// 8.5 bits a weight
    #[value(name = "q8_0")]
    Q8_0,
    /// 4.5 bits a weight
    #[value(name = "q4_0")]
    Q4_0,
}

impl BenchForm {
    /// As it is written on the command line.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Q8_0 => "q8_0",
            Self::Q4_0 => "q4_0",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, error::ErrorKind};

    fn parse(line: &str) -> Result<Args, ErrorKind> {
        Args::try_parse_from(std::iter::once("zoetrope").chain(line.split_whitespace())).map_err(|error| error.kind())
    }

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_contract_is_accepted() {
        let lines = [
            "",
            "--script demo.ron --screenshots pictures",
            "--demo",
            "scenes/park.zoetrope",
            "generate walk -o walk.glb",
            "generate walk -o walk.npy --seed 3 --model starter --device cpu --threads 2 --seconds 4 --greedy",
            "generate walk -o walk.bvh --min-seconds 2 --max-seconds 5 --temperature 0.9 --top-k 40 --top-p 0.95 --guidance 2.5",
            "generate walk sit -o both.glb --chain",
            "generate walk -o walk.npz --variations 4 --raw --device gpu:3090",
            "bench --config 3B --quant q8_0 --device gpu",
            "bench --ui --device gpu:llvmpipe",
            "bench --ui --model own",
            "generate walk -o walk.npy --published --tokens tokens.npy",
            "generate --prompts list.txt -o out --format glb,bvh",
            "generate --prompts list.txt -o out --split",
            "generate walk -o walk.glb --rewrite llama.gguf --rewrite-seconds 20",
            "convert in.bvh out.glb --fps 24 --names mixamo --units m --in-place --cleanup --skeleton-only",
            "convert in.bvh out.glb --animation-only --root-bone yes --from 0.5 --to 2",
            "convert scene.zoetrope out.bvh --root-bone no --take 2",
            "convert clips.glb out.npz --clip Walk --npz-origin floor --lead-in 0.5",
            "convert old.bvh out.glb --source-fps 120",
            "convert old.bvh out.fbx --for unity --fps 25",
            "convert walk.bvh run.npz -o both.fbx",
            "convert scene.zoetrope -o takes.glb --take 1,3,2",
            "generate walk -o walk.npz --for robot",
            "generate walk -o walk.npz --npz-origin smplx --lead-in 0.5",
            "generate walk -o walk.glb --constraints path.json --candidates 8 --seconds 4",
            "walk.vrma",
            "dance song.mp3 -o dance.glb",
            "dance song.wav waltz -o dance.bvh --from 10 --to 40 --seed 3 --model starter --threads 1 --for blender",
            "between walk.glb sit.glb --seconds 1.2 -o both.glb --candidates 8 --seed 3 --model starter --take 2",
            "between a.bvh b.bvh turns --seconds 1 -o c.bvh",
            "redo walk.glb jumps --from 1 --to 2.5 -o walk2.glb",
            "redo scene.zoetrope --take 2 --from 0 --to 1 -o walk.npz --for robot",
            "inspect walk.glb --json",
            "render walk.glb -o walk.png --times 0,1.5 --size 640x480 --camera three-quarter",
            "models list",
            "models fetch flan-t5-xl --accept-licence --base http://127.0.0.1:8000/files",
            "models import --tokenizer a --transformer b --text-encoder c --mean d --std e -o own",
            "models import --tokenizer a --transformer b --text-encoder c --mean d --std e --heads 16 -o own --quantize q8_0 --config f",
            "eval starter data",
            "eval own data --evaluator e.ckpt --repeats 5 --takes 2 --seed 3 --limit 64 --split val --json e.json -o kept --threads 1",
            "eval own data --no-evaluator --greedy --guidance 2",
            "dataset build cmu hdm05 -o data --captions cmu.jsonl --captions hdm05.jsonl --min-seconds 1 --no-mirror --augment 0",
            "dataset build cmu -o data --rewriter chat.gguf --rewriter-seconds 20 --compositions 100 --performers folder --val 0.1 --test 0 --seed 3 --threads 2",
            "dataset stats data -o sheet.png --sample 100 --thumbnails 8",
            "train tokenizer data -o own --steps 100 --batch 8 --rate 1e-3 --width 64 --levels 8,5,5 --activation silu --accumulate 2",
            "train tokenizer data -o own --published --schedule drop --warmup 10 --frames 96",
            "train generator data -o own --from starter --lora 8 --licence CC0",
            "train generator data -o own --tokenizer own --text-encoder starter --layers 4 --heads 4 --width 128",
            "train evaluator data -o judge --seed 3",
            "rate clips starter own -o study --prompts list.txt --limit 10 --seed 3 --max-seconds 4",
            "rate results study --csv scores.csv --json results.json",
            "bench",
            "bench --config 3B --quant q8_0 --whole",
            "bench --config 44M --quant f32",
            "bench --prompts",
            "bench --constraints",
            "bench --constraints paths --model own",
        ];
        for line in lines {
            assert!(parse(line).is_ok(), "{line}: {:?}", parse(line));
        }
    }

    #[test]
    fn wrong_usage_is_refused() {
        let lines = [
            "train generator data",
            "train generator data -o own --lora 8",
            "train generator data -o own --from starter --width 64",
            "train tokenizer data -o own --rate 0",
            "generate -o walk.glb",
            "rate clips starter -o study",
            "generate walk",
            "generate walk --prompts list.txt -o out",
            "generate walk -o a.glb --seconds 0",
            "generate walk -o a.glb --seconds NaN",
            "generate walk -o a.glb --seconds 4 --max-seconds 5",
            "generate walk -o a.glb --top-p 1.5",
            "generate walk -o a.glb --variations 0",
            "generate walk -o a.glb --candidates 0",
            "generate walk -o a.glb --candidates 65",
            "generate walk run -o a.glb --chain --constraints path.json",
            "generate walk -o a.glb --raw --constraints path.json",
            "between a.bvh b.bvh -o c.bvh",
            "between a.bvh --seconds 1 -o c.bvh",
            "redo a.bvh --from 1 -o c.bvh",
            "convert in.bvh",
            "convert in.bvh out.glb --skeleton-only --animation-only",
            "convert -o out.glb",
            "convert in.bvh out.glb --root-bone maybe",
            "convert in.bvh out.bvh --fps 26",
            "convert in.bvh out.bvh --source-fps 0",
            "convert in.bvh out.npz --npz-origin ceiling",
            "render a.glb -o a.png --size 10",
            "--screenshots pictures",
            "bench --ui --threads 2",
            "bench --config 3B --model own",
            "dance",
            "dance song.mp3",
            "dance song.mp3 -o dance.glb --from -1",
        ];
        for line in lines {
            assert!(parse(line).is_err(), "{line} was accepted");
        }
    }
}
