//! What ends a command early.

use std::error::Error;
use std::process::ExitCode;

/// Why a command ended without its result. Its text is one line: what is wrong with which file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Something went wrong below: the message of that floor.
    #[error("{0}")]
    Failed(String),
    /// Options that clap cannot refuse by itself.
    #[error("{0}")]
    Usage(String),
    /// Ctrl-C. Files that were written before are complete.
    #[error("interrupted")]
    Interrupted,
    /// Ctrl-C in work that is kept.
    #[error("interrupted; the same command goes on from here")]
    Paused,
}

impl CliError {
    /// An error from a lower floor. It is printed on one line.
    pub(super) fn from_below(error: impl Error) -> Self {
        Self::Failed(error.to_string())
    }

    /// 1 for failures, 2 for wrong usage, 130 for Ctrl-C as shells expect it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Interrupted | Self::Paused => 130,
        })
    }
}
