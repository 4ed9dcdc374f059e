//! Makes a data set from folders of motion capture (spec 7): clips cut by their captions, retargeted, filtered, mirrored, split by
//! performers, with statistics. What was left out stands in `rejected.tsv`, where every clip came from in `clips.tsv`.
//!
//! A build that is stopped goes on when it is started again: finished files stand in `build.jsonl`.

mod clips;
mod compose;
mod figures;
mod finish;
mod hash;
mod performers;
pub(super) mod pool;
mod record;
mod sources;

pub use figures::{Figures, Reason};
pub use performers::PerformerRule;

use super::{DatasetError, Layout, layout};
use crate::motion::FPS;
use record::{Outcome, Record};
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// What to build from what.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// Folders of motion files, searched through.
    pub folders: Vec<PathBuf>,
    /// `.jsonl` lists of captions beside those in the folders.
    pub captions: Vec<PathBuf>,
    /// The data set's folder: new, or one of an earlier build.
    pub output: PathBuf,
    /// The shortest clip (published: 2 s).
    pub min_secs: f32,
    /// The longest clip that a generator learns from (published: 10 s).
    pub max_secs: f32,
    /// Whether each clip gets a mirror image.
    pub mirror: bool,
    /// Captions made from the original ones, for each clip at most.
    pub augment: usize,
    /// How many clips to compose of two; `None` for a tenth of what is trained on.
    pub compositions: Option<usize>,
    /// How performers are told apart.
    pub performers: PerformerRule,
    /// Share of the motion that is kept for validation.
    pub val_share: f32,
    /// Share of the motion that is kept for tests.
    pub test_share: f32,
    /// Same seed, same split and captions.
    pub seed: u64,
    /// Threads that work.
    pub threads: usize,
}

impl BuildOptions {
    /// The usual options for a data set in `output`.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>, output: PathBuf) -> Self {
        Self {
            folders,
            captions: Vec::new(),
            output,
            min_secs: 2.0,
            max_secs: 10.0,
            mirror: true,
            augment: 8,
            compositions: None,
            performers: PerformerRule::Auto,
            val_share: 0.05,
            test_share: 0.1,
            seed: 0,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Lengths of clips that a generator learns from, frames.
    fn frames(&self) -> Range<usize> {
        let frames = |secs: f32| (secs * FPS).round() as usize;
        frames(self.min_secs).max(1)..frames(self.max_secs) + 1
    }
}

/// What a build is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading, cutting and measuring motion files.
    Clips,
    /// Composing clips of two.
    Compositions,
    /// Counting the features' mean and deviation.
    Statistics,
}

/// What a build made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BuildReport {
    /// Motion files looked at.
    pub files: usize,
    /// Of these, done in an earlier run.
    pub resumed: usize,
    /// Clips, without mirror images and compositions.
    pub clips: usize,
    /// Their length together, minutes.
    pub minutes: f32,
    /// Clips of these that a generator learns from: train, validation, test.
    pub for_generator: [usize; 3],
    /// Performers: train, validation, test.
    pub performers: [usize; 3],
    /// Mirror images.
    pub mirrored: usize,
    /// Compositions.
    pub composed: usize,
    /// How many clips each reason left out.
    pub rejected: BTreeMap<Reason, usize>,
    /// What else could not be used, a line each.
    pub warnings: Vec<String>,
}

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

/// Fields of a row of a table, which tabs separate.
fn row(fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| field.replace(['\t', '\n', '\r'], " ")).collect();
    fields.join("\t") + "\n"
}

/// Writes a table.
fn write_table(path: &std::path::Path, header: &[&str], rows: impl Iterator<Item = String>) -> Result<(), DatasetError> {
    layout::write_text(path, &[row(header)].into_iter().chain(rows).collect::<String>())
}
