//! The command line: what it accepts ([`args`]), and one file for each command. The only module that prints.
//!
//! Errors are one line and exit code 1; wrong usage exits 2; Ctrl-C ends a command between two steps with 130.

pub mod args;
mod batch;
mod bench;
mod bench_gpu;
mod bones;
mod bridge;
pub mod bridge_args;
mod capture;
pub mod capture_args;
pub mod control;
mod control_paths;
mod convert;
mod dance;
pub mod dance_args;
mod dataset;
pub mod dataset_args;
mod error;
mod eval;
pub mod export_args;
mod figure;
mod full_size;
mod generate;
mod generate_args;
mod inspect;
mod interrupt;
mod maps;
mod models;
pub mod network_args;
mod progress;
mod prompt_adherence;
mod rate;
mod render;
pub mod surroundings;
mod tears;
mod threads;
mod train;
mod values;

pub use args::{Args, Command, WindowArgs};
pub use error::CliError;
pub use rate::RateCommand;
pub use train::TrainCommand;

use crate::files::{LONGEST_LINE, one_line};
use std::process::ExitCode;

/// Run one command to its end.
#[must_use]
pub fn run(command: &Command) -> ExitCode {
    let outcome = match command {
        Command::Generate(args) => generate::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Capture(args) => capture::run(args),
        Command::Dance(args) => dance::run(args),
        Command::Between(args) => bridge::between(args),
        Command::Redo(args) => bridge::redo(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Render(args) => render::run(args),
        Command::Models(command) => models::run(command),
        Command::Eval(args) => eval::run(args),
        Command::Dataset(command) => dataset::run(command),
        Command::Train(command) => train::run(command),
        Command::Rate(command) => rate::run(command),
        Command::Bench(args) => bench::run(args),
    };
    match outcome.and_then(|()| progress::all_answered()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}

/// Says something about the work under way, where errors go too.
pub fn say(text: &str) {
    progress::say(text);
}

/// Print what was asked for.
pub fn answer(text: &str) {
    progress::answer(text);
}

/// Print an error as every command does, and answer the exit code that goes with it.
pub fn complain(error: &CliError) -> ExitCode {
    // Names and words of files are in it: nothing of them may reach the terminal but letters, and not too many.
    progress::say(&one_line(&format!("error: {error}"), LONGEST_LINE));
    error.exit_code()
}
