//! `zoetrope rate`: the clips of a blind comparison of two models, and what its raters say. The rating itself is in the window.

use super::error::CliError;
use super::generate::{load_model, make};
use super::interrupt::Interrupt;
use super::progress::{answer, say};
use super::values::seconds;
use crate::formats::{self, WriteOptions};
use crate::rating::{self, BENCHMARK, Results, Study, StudyClip};
use crate::timeline::{Length, Request};
use clap::Subcommand;
use std::path::{Path, PathBuf};

/// `zoetrope rate`
#[derive(Debug, Subcommand)]
pub enum RateCommand {
    /// Make the clips of two models for the prompts of MotionMillion-Eval; the same command goes on after a stop
    Clips(ClipsArgs),
    /// Say what the raters of a folder say: means, wins by theme, agreement
    Results(ResultsArgs),
}

/// `zoetrope rate clips`
#[derive(Debug, clap::Args)]
pub struct ClipsArgs {
    /// Two installed models; the same one twice compares its takes
    #[arg(value_name = "MODEL", num_args = 2, required = true)]
    pub models: Vec<String>,
    /// The folder of the study
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Other prompts: one a line, or a theme and a prompt with a tab between
    #[arg(long, value_name = "FILE")]
    pub prompts: Option<PathBuf>,
    /// Only the first N prompts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Same seed, same clips
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Clips are at most this long
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "10")]
    pub max_seconds: f32,
}

/// `zoetrope rate results`
#[derive(Debug, clap::Args)]
pub struct ResultsArgs {
    /// The folder of the study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Every score, a line each
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// All figures
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

pub(super) fn run(command: &RateCommand) -> Result<(), CliError> {
    match command {
        RateCommand::Clips(args) => clips(args),
        RateCommand::Results(args) => results(args),
    }
}

fn clips(args: &ClipsArgs) -> Result<(), CliError> {
    let mut prompts = match &args.prompts {
        Some(file) => rating::themed(&std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?),
        None => rating::themed(BENCHMARK),
    };
    prompts.truncate(args.limit.map_or(usize::MAX, |limit| limit as usize));
    let models = <[String; 2]>::try_from(args.models.clone()).map_err(|_| CliError::Usage("two models are compared".to_owned()))?;
    if prompts.is_empty() {
        return Err(CliError::Failed("there is no prompt: write one a line".to_owned()));
    }
    let interrupt = Interrupt::listen();
    let study = Study::begin(&args.output, models, args.seed, prompts).map_err(CliError::from_below)?;
    let missing = study.missing();
    let mut failures = 0;
    for (place, name) in study.models().iter().enumerate() {
        let clips: Vec<StudyClip> = missing.iter().copied().filter(|clip| clip.model == place).collect();
        if clips.is_empty() {
            continue;
        }
        let model = load_model(name)?;
        for (done, clip) in clips.iter().enumerate() {
            let prompt = &study.prompts()[clip.prompt].prompt;
            let length = Length::Between { min_secs: 0.0, max_secs: args.max_seconds };
            let request = Request { seed: study.seed(place), length, ..Request::new(prompt.as_str()) };
            let made = match make(&model, &[request], &interrupt) {
                Err(CliError::Interrupted) => return Err(CliError::Paused),
                made => made.and_then(|made| {
                    let options = WriteOptions { provenance: Some(made.take.provenance.clone()), ..WriteOptions::default() };
                    formats::write(&study.clip_path(*clip), &made.take.motion, &options).map_err(CliError::from_below)?;
                    Ok(made.take.motion.duration_secs())
                }),
            };
            match made {
                Ok(secs) => say(&format!("{name}, {} of {}: {secs:.2} s, {prompt}", done + 1, clips.len())),
                Err(error) => {
                    failures += 1;
                    say(&format!("{name}, {} of {}: failed ({error}), {prompt}", done + 1, clips.len()));
                }
            }
        }
    }
    if failures > 0 {
        return Err(CliError::Failed(format!("{failures} clips could not be made: see above; the same command tries them again")));
    }
    let clips = 2 * study.prompts().len();
    answer(&format!("{clips} clips are in {}: rate them in the window, by Rate two models… in its menu", args.output.display()));
    Ok(())
}

fn results(args: &ResultsArgs) -> Result<(), CliError> {
    let study = Study::open(&args.folder).map_err(CliError::from_below)?;
    let results = Results::of(&study).map_err(CliError::from_below)?;
    if let Some(file) = &args.json {
        let json = serde_json::to_string_pretty(&results).map_err(CliError::from_below)?;
        formats::write_text(file, &json).map_err(CliError::from_below)?;
    }
    if let Some(file) = &args.csv {
        formats::write_text(file, &rating::csv(&study).map_err(CliError::from_below)?).map_err(CliError::from_below)?;
    }
    answer(&results.table());
    Ok(())
}

fn unreadable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::Failed(format!("cannot read the prompts ({error}): {}: check the path and your rights", file.display()))
}
