//! Progress of long work: a bar on a terminal, a plain line now and then elsewhere. Both go to the error channel, so that results
//! can be piped.

use super::CliError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How often a plain line is printed at most.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Progress of one piece of work.
pub(super) enum Progress {
    /// A bar on a terminal.
    Bar(ProgressBar),
    /// Plain lines.
    Lines { what: String, next_line: Instant },
}

impl Progress {
    /// Begin; `what` names the work in a few words.
    pub(super) fn new(what: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Lines { what: what.to_owned(), next_line: Instant::now() + LINE_EVERY };
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg:40!} {bar:30} {pos}/{len}").unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_message(what.to_owned());
        Self::Bar(bar)
    }

    /// It got to `done` of `of`.
    pub(super) fn at(&mut self, done: usize, of: usize) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            }
            Self::Lines { what, next_line } if Instant::now() >= *next_line => {
                *next_line = Instant::now() + LINE_EVERY;
                say(&format!("{what}: {done} of {of}"));
            }
            Self::Lines { .. } => {}
        }
    }

    /// Something to remember, above the bar.
    pub(super) fn note(&self, line: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| say(line)),
            Self::Lines { .. } => say(line),
        }
    }

    /// Take the bar away.
    pub(super) fn end(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// One bar after another, told from several threads.
#[derive(Default)]
pub(super) struct Bars(Mutex<Option<(String, Progress)>>);

impl Bars {
    /// This work got to `done` of `of`; other work is over.
    pub(super) fn at(&self, what: &str, done: usize, of: usize) {
        let mut bar = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if bar.as_ref().is_none_or(|(shown, _)| shown != what)
            && let Some((_, ended)) = bar.replace((what.to_owned(), Progress::new(what)))
        {
            ended.end();
        }
        if let Some((_, bar)) = bar.as_mut() {
            bar.at(done, of);
        }
    }

    /// The last work is over.
    pub(super) fn end(self) {
        if let Some((_, bar)) = self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            bar.end();
        }
    }
}

/// One line for people, beside the results. Where nobody can hear it, nothing is lost.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Why lines of results did not arrive, if some did not.
static LOST: OnceLock<std::io::Error> = OnceLock::new();

/// One line of a result. Who closes the pipe (`| head`) wants no more lines, but the work goes on and its files are written.
pub(super) fn answer(line: &str) {
    if let Err(cause) = writeln!(std::io::stdout(), "{line}")
        && cause.kind() != ErrorKind::BrokenPipe
    {
        let _ = LOST.set(cause);
    }
}

/// An error if a result could not be printed, and nobody wanted that.
pub(super) fn all_answered() -> Result<(), CliError> {
    LOST.get().map_or(Ok(()), |cause| Err(CliError::Failed(format!("cannot print the results ({cause}); send them to another place"))))
}
