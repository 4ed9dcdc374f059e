//! Exports under way, and what has become of them.

use crate::author::export::work::WorkOutcome;
use crate::author::session::desk::Desk;
use crate::tasks::{Task, TaskKind, Watch, outcome, outcomes};
use std::path::PathBuf;
use std::sync::Arc;

/// Failures that are told; more would be a wall of text.
const MOST_TOLD: usize = 3;

/// Long work under way.
#[derive(Clone, Debug)]
pub struct ExportWork {
    what: String,
    /// Parts to do.
    of: usize,
    watch: Arc<Watch>,
}

impl ExportWork {
    /// What is being done.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Parts done, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        ((self.watch.done() as usize).min(self.of), self.of)
    }

    /// Whether it has been told to end.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.watch.is_cancelled()
    }
}

/// Exports under way.
#[derive(Debug, Default)]
pub struct Exports {
    work: Option<ExportWork>,
    /// What writes that, once it has begun.
    writing: Option<Task<WorkOutcome>>,
    /// Exports of one file each that are being written.
    files: Vec<Task<PathBuf>>,
}

impl Exports {
    /// Long work under way.
    #[must_use]
    pub fn work(&self) -> Option<&ExportWork> {
        self.work.as_ref()
    }

    /// Exports that are being written.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.files.len() + usize::from(self.work.is_some())
    }

    /// Ends the long work under way.
    pub(in crate::author::session) fn cancel(&self) {
        self.work.iter().for_each(|work| work.watch.cancel());
    }

    /// Writes one file on another thread.
    pub(in crate::author::session) fn write_file(
        &mut self,
        kind: TaskKind,
        write: impl FnOnce() -> Result<PathBuf, String> + Send + 'static,
        desk: &mut Desk,
    ) {
        self.files.push(desk.tasks.run(kind, write));
    }

    /// Does the long work that has begun, on another thread.
    pub(in crate::author::session) fn run_work(&mut self, work: impl FnOnce() -> WorkOutcome + Send + 'static, desk: &mut Desk) {
        self.writing = Some(desk.tasks.run(TaskKind::WRITE, move || Ok(work())));
    }

    /// Takes in what has been written. Answers whether all of it went well, where something is over.
    pub(in crate::author::session) fn update(&mut self, desk: &mut Desk) -> Option<bool> {
        let (mut is_over, mut went_well) = (false, true);
        for file in outcomes(&mut self.files) {
            is_over = true;
            match file {
                Ok(path) => desk.done(format!("saved {}", path.display())),
                Err(message) => {
                    went_well = false;
                    desk.fail(message);
                }
            }
        }
        if let Some(outcome) = outcome(&mut self.writing) {
            let outcome = outcome.unwrap_or_else(|message| WorkOutcome { done: None, failures: vec![message] });
            (self.work, is_over) = (None, true);
            went_well &= outcome.failures.is_empty();
            report(outcome, desk);
        }
        is_over.then_some(went_well)
    }

    /// Notes that long work begins, which is to be [run](Self::run_work).
    pub(super) fn begin_work(&mut self, what: &str, of: usize) -> Arc<Watch> {
        let watch = Arc::new(Watch::default());
        self.work = Some(ExportWork { what: what.to_owned(), of, watch: Arc::clone(&watch) });
        watch
    }

    /// Whether long work is under way; says so.
    pub(super) fn is_busy(&self, desk: &mut Desk) -> bool {
        if self.work.is_some() {
            desk.warn("another export is still being written: wait for it, or cancel it");
        }
        self.work.is_some()
    }
}

/// Tells what has become of long work.
fn report(outcome: WorkOutcome, desk: &mut Desk) {
    outcome.done.into_iter().for_each(|done| desk.done(done));
    let more = outcome.failures.len().saturating_sub(MOST_TOLD);
    for (place, failure) in outcome.failures.into_iter().take(MOST_TOLD).enumerate() {
        let end = if place + 1 == MOST_TOLD && more > 0 { format!("; and {more} more like it") } else { String::new() };
        desk.fail(format!("{failure}{end}"));
    }
}
