//! The command line: what it accepts ([`args`]), and one file for each command. The only module that prints.
//!
//! Errors are one line and exit code 1; wrong usage exits 2 (by clap); Ctrl-C ends a command between two steps with 130.

pub mod args;
mod convert;
mod error;
mod progress;

pub use args::{Args, Command, WindowArgs};
pub use error::CliError;

use std::process::ExitCode;

/// Run one command to its end.
#[must_use]
pub fn run(command: &Command) -> ExitCode {
    let outcome = match command {
        Command::Convert(args) => convert::run(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}

/// Print an error as every command does, and answer the exit code that goes with it.
pub fn complain(error: &CliError) -> ExitCode {
    #[expect(clippy::print_stderr, reason = "the command line's own channel for errors")]
    {
        eprintln!("error: {error}");
    }
    error.exit_code()
}
