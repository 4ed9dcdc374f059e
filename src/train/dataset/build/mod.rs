//! Makes a data set from folders of motion capture (`docs/representation.md`, Data sets): clips cut by their captions, retargeted,
//! filtered, mirrored, split by performers, with statistics. What was left out stands in `rejected.tsv`, where every clip came from in
//! `clips.tsv`.
//!
//! A build that is stopped goes on when it is started again: finished files stand in `build.jsonl`.

mod assigned;
mod clips;
mod compose;
mod figures;
mod finish;
mod hash;
mod options;
mod performers;
pub(super) mod pool;
mod record;
mod report;
mod sources;

pub use figures::{Figures, Reason};
pub use options::BuildOptions;
pub use performers::PerformerRule;
pub use report::{BuildReport, Stage};

use super::{DatasetError, Layout};
use record::{Outcome, Record};
use std::fs;
use std::sync::atomic::AtomicBool;

/// Builds a data set, or goes on building it. `progress` is told how many of how many things of a stage are done, from any thread.
///
/// # Errors
/// A folder or list that was given cannot be read, the output cannot be written or holds something else, nothing is left, or
/// `cancel` was raised. A motion file that cannot be used is no error; the report and `rejected.tsv` name it.
pub fn build(
    options: &BuildOptions,
    progress: &(dyn Fn(Stage, usize, usize) + Sync),
    cancel: &AtomicBool,
) -> Result<BuildReport, DatasetError> {
    let layout = Layout::new(&options.output);
    prepare(&layout)?;
    let found = sources::find(&options.folders, &options.captions, &options.output, options.performers)?;
    let record = Record::open(&layout.record())?;
    let count = found.sources.len();
    let outcomes = pool::each(options.threads, &found.sources, cancel, &|done| progress(Stage::Clips, done, count), |source| {
        let key = clips::key(source, options);
        let made_before = |outcome: &&Outcome| outcome.kept.iter().all(|kept| layout.motion(&kept.name).is_file());
        if let Some(outcome) = record.get(&key).filter(made_before) {
            return Ok((outcome.clone(), true));
        }
        let outcome = clips::make(source, &layout, options)?;
        record.put(&key, &outcome)?;
        Ok((outcome, false))
    })?;
    finish::finish(options, &layout, &found, &outcomes, progress, cancel)
}

/// Makes the output folder. One that holds something else is left alone.
fn prepare(layout: &Layout) -> Result<(), DatasetError> {
    let root = layout.root();
    fs::create_dir_all(root).map_err(DatasetError::write(root))?;
    let is_empty = fs::read_dir(root).map_err(DatasetError::read(root))?.next().is_none();
    if is_empty || layout.record().is_file() {
        return Ok(());
    }
    Err(DatasetError::malformed(root, "files that no build made", "choose a new folder, or that of an earlier build"))
}
