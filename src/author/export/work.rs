//! Long work beside the window: how far it is, how it is ended, what became of it.

use super::names::free_path;
use crate::formats::{self, WriteOptions};
use crate::tasks::Watch;
use crate::timeline::Take;
use std::path::PathBuf;

/// What became of long work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkOutcome {
    /// What is there now, in a sentence.
    pub done: Option<String>,
    /// What could not be done, each with its reason.
    pub failures: Vec<String>,
}

/// Several files to write.
#[derive(Clone, Debug)]
pub struct ExportBatch {
    /// Where to; it is made if need be.
    pub folder: PathBuf,
    /// What: names without folder.
    pub files: Vec<(Take, WriteOptions, String)>,
}

impl ExportBatch {
    /// Writes the files, one after the other. What fails is named and the others go on; what is there already stays, and the new file
    /// gets a number.
    #[must_use]
    pub fn write(self, watch: &Watch) -> WorkOutcome {
        let of = self.files.len();
        if let Err(error) = std::fs::create_dir_all(&self.folder) {
            let failure = format!("could not make the folder ({error}): {}; choose one that can be written to", self.folder.display());
            return WorkOutcome { done: None, failures: vec![failure] };
        }
        let mut failures = Vec::new();
        let mut written = 0;
        for (take, options, name) in self.files {
            if watch.is_cancelled() {
                break;
            }
            match formats::write(&free_path(&self.folder.join(name)), &take.motion, &options) {
                Ok(()) => written += 1,
                Err(error) => failures.push(error.to_string()),
            }
            watch.step();
        }
        let count = if written == of { format!("{of}") } else { format!("{written} of {of}") };
        let plural = if of == 1 { "" } else { "s" };
        let end = if watch.is_cancelled() { "; then it was cancelled" } else { "" };
        let done = (written > 0 || watch.is_cancelled()).then(|| format!("saved {count} file{plural} in {}{end}", self.folder.display()));
        WorkOutcome { done, failures }
    }
}
