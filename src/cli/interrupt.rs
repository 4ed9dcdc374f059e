//! Ctrl-C: a flag that long work looks at between two steps, so that no half-written file stays behind. A second Ctrl-C ends at once.

use super::CliError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the user has pressed Ctrl-C.
#[derive(Clone, Debug)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listen from now on. Where the system refuses, Ctrl-C ends the process as usual.
    pub(super) fn listen() -> Self {
        let pressed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&pressed);
        let listening = ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                #[expect(clippy::disallowed_methods, reason = "the user insists")]
                std::process::exit(130);
            }
        });
        if let Err(error) = listening {
            tracing::warn!("Ctrl-C will not be clean: {error}");
        }
        Self(pressed)
    }

    /// The flag itself, for work that looks at it from several threads.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.0
    }

    /// An error once Ctrl-C was pressed.
    pub(super) fn check(&self) -> Result<(), CliError> {
        if self.0.load(Ordering::SeqCst) { Err(CliError::Interrupted) } else { Ok(()) }
    }
}
