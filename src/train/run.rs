//! A training run in a folder: it goes on exactly where it was, saves at least once a minute, and keeps the weights that did best on
//! clips it did not learn from. The caller owns the loop.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::curve::{Point, csv};
use super::error::{Result, TrainError};
use super::schedule::Rate;
use crate::model::learn::{AdamW, Learner, Objective, Tensors, Update, write_whole};
use crate::model::{Checkpoint, FileSource};

/// The longest that a kill can cost.
const SAVE_EVERY: Duration = Duration::from_secs(50);
const STATE_FILE: &str = "state.safetensors";
const BEST_FILE: &str = "best.safetensors";
const CURVE_FILE: &str = "curve.csv";

/// How long and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Updates in all.
    pub steps: u64,
    /// The learning rate.
    pub rate: Rate,
    /// The optimiser.
    pub optimiser: AdamW,
    /// Updates between two points of the curve.
    pub report_every: u64,
    /// Updates between two measurements on held-out clips; a multiple of `report_every`.
    pub measure_every: u64,
}

/// Where batches come from.
pub trait Lesson {
    /// What is learned.
    type Objective: Objective;

    /// What is learned.
    fn task(&self) -> &Self::Objective;

    /// The batches of update `step`: of equal right, however many. They follow from the step alone.
    ///
    /// # Errors
    /// Clips that can no longer be read.
    fn batches(&mut self, step: u64) -> Result<Vec<<Self::Objective as Objective>::Batch>>;

    /// Batches that are never learned from, always the same; none where the data set has none.
    ///
    /// # Errors
    /// Clips that can no longer be read.
    fn held_out(&mut self) -> Result<Vec<<Self::Objective as Objective>::Batch>>;
}

/// A run on its way.
pub struct Run {
    folder: PathBuf,
    plan: Plan,
    learner: Learner,
    progress: Progress,
    saved: Instant,
    /// When the seconds in `progress` were last brought up to date.
    counted: Instant,
}

/// What is saved beside the learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Progress {
    plan: Plan,
    /// What the caller's options were, as text: another run's state is not taken up.
    options: String,
    secs: f64,
    points: Vec<Point>,
    best: Option<f64>,
    /// Sums since the last point: losses, gradient lengths, updates.
    loss_sum: f64,
    gradient_sum: f64,
    summed: u64,
}

impl Run {
    /// Opens a folder, and takes up the run that is in it. `options` describes everything that the run depends on; only a longer
    /// plan may be asked for later.
    ///
    /// # Errors
    /// A folder that cannot be written, a damaged state, a run with other options.
    pub fn open(folder: &Path, plan: Plan, options: &str, learner: Learner) -> Result<Self> {
        fs::create_dir_all(folder).map_err(TrainError::write(folder))?;
        let now = Instant::now();
        let progress = Progress {
            plan,
            options: options.to_owned(),
            secs: 0.0,
            points: Vec::new(),
            best: None,
            loss_sum: 0.0,
            gradient_sum: 0.0,
            summed: 0,
        };
        let mut run = Self { folder: folder.to_owned(), plan, learner, progress, saved: now, counted: now };
        if run.state().is_file() {
            run.resume()?;
        }
        Ok(run)
    }

    fn resume(&mut self) -> Result<()> {
        let state = self.state();
        let unfit = |cause: String, help| TrainError::Unfit { cause, path: state.clone(), help };
        let note = self.learner.resume(&state)?;
        let help = "choose another folder, or delete this file to begin anew";
        let progress: Progress = serde_json::from_str(&note).map_err(|cause| unfit(cause.to_string(), help))?;
        let same_plan = Plan { steps: self.plan.steps, ..progress.plan } == self.plan;
        if progress.options != self.progress.options || !same_plan {
            return Err(unfit("the run in this folder has other options".into(), "give the same options, or another folder"));
        }
        self.progress = Progress { plan: self.plan, ..progress };
        Ok(())
    }

    /// Updates so far, and in all.
    #[must_use]
    pub fn steps(&self) -> (u64, u64) {
        (self.learner.updates(), self.plan.steps)
    }

    /// Whether all updates are made.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.learner.updates() >= self.plan.steps
    }

    /// The curve so far.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.progress.points
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes one update; measures and saves where that is due. Returns the curve's new point where there is one.
    ///
    /// # Errors
    /// Clips that cannot be read, a loss that is not finite, files that cannot be written.
    pub fn advance<L: Lesson>(&mut self, lesson: &mut L) -> Result<Option<Point>> {
        let step = self.learner.updates();
        let batches = lesson.batches(step)?;
        let rate = self.plan.rate.at(step, self.plan.steps);
        let Update { loss, gradient } = self.learner.update(lesson.task(), &batches, rate, &self.plan.optimiser)?;
        self.progress.loss_sum += loss;
        self.progress.gradient_sum += gradient;
        self.progress.summed += 1;
        let step = step + 1;
        let is_last = step >= self.plan.steps;
        let point = if step.is_multiple_of(self.plan.report_every) || is_last {
            let measure = step.is_multiple_of(self.plan.measure_every) || is_last;
            let held_out = if measure { self.measure(lesson)? } else { None };
            Some(self.report(step, rate, held_out)?)
        } else {
            None
        };
        if self.saved.elapsed() > SAVE_EVERY || is_last {
            self.save()?;
        }
        Ok(point)
    }

    fn measure<L: Lesson>(&mut self, lesson: &mut L) -> Result<Option<f64>> {
        let batches = lesson.held_out()?;
        Ok(if batches.is_empty() { None } else { Some(self.learner.measure(lesson.task(), &batches)?) })
    }

    fn report(&mut self, step: u64, rate: f64, held_out: Option<f64>) -> Result<Point> {
        self.count_secs();
        let progress = &mut self.progress;
        let summed = progress.summed as f64;
        let (loss, gradient) = (progress.loss_sum / summed, progress.gradient_sum / summed);
        let point = Point { step, secs: progress.secs, loss, gradient, rate, held_out };
        progress.points.push(point);
        (progress.loss_sum, progress.gradient_sum, progress.summed) = (0.0, 0.0, 0);
        // Without held-out clips the newest weights are the best that are known.
        let is_best = held_out
            .map_or(step >= self.plan.steps && progress.best.is_none(), |held_out| progress.best.is_none_or(|best| held_out < best));
        if is_best {
            progress.best = held_out;
            let mut tensors = Checkpoint::from_tensors(self.learner.averaged()?, "the averaged weights");
            let path = self.folder.join(BEST_FILE);
            write_whole(&path, |part| crate::model::write_safetensors(&mut tensors, part).map_err(std::io::Error::other))?;
        }
        Ok(point)
    }

    /// Saves the run and its curve.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub fn save(&mut self) -> Result<()> {
        self.count_secs();
        let state = self.state();
        let help = "report this: it is a defect of the program";
        let note = serde_json::to_string(&self.progress).map_err(|cause| TrainError::Unfit {
            cause: cause.to_string(),
            path: state.clone(),
            help,
        })?;
        self.learner.save(&note, &state)?;
        let curve = csv(&self.progress.points);
        write_whole(&self.folder.join(CURVE_FILE), |part| fs::write(part, curve))?;
        self.saved = Instant::now();
        Ok(())
    }

    /// The published tensors that did best on held-out clips; before the first measurement, the averaged ones.
    ///
    /// # Errors
    /// A damaged file.
    pub fn best(&self) -> Result<Tensors> {
        let path = self.folder.join(BEST_FILE);
        if !path.is_file() {
            return Ok(self.learner.averaged()?);
        }
        let mut checkpoint = Checkpoint::open(&FileSource::from(path.as_path()), "")?;
        Ok(checkpoint.read_all()?)
    }

    fn state(&self) -> PathBuf {
        self.folder.join(STATE_FILE)
    }

    fn count_secs(&mut self) {
        let now = Instant::now();
        self.progress.secs += (now - self.counted).as_secs_f64();
        self.counted = now;
    }
}
