//! Blind rating in the window: two clips side by side, what is said of them so far, and the way to the next pair.

use super::comparison::{Comparison, ComparisonEntry};
use super::desk::Desk;
use super::dialog::Dialog;
use super::exports::Exports;
use super::timeline::Timeline;
use super::view::View;
use crate::motion::Motion;
use crate::rating::{RatingError, Sitting};
use crate::tasks::{Task, TaskKind, outcomes};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// What can be done when two models are rated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RatingAction {
    /// Ask which study to rate.
    OpenRating,
    /// Write the folder and the rater's name in that dialog.
    RatingForm {
        /// The study's folder.
        folder: PathBuf,
        /// Who rates.
        rater: String,
    },
    /// Rate the clips of a study, from where the rater left it.
    Rate {
        /// The study's folder.
        folder: PathBuf,
        /// Who rates.
        rater: String,
    },
    /// Score a clip of the pair on the stage.
    Score {
        /// 0 is the left one, 1 the right one.
        side: usize,
        /// Place among [`crate::rating::CRITERIA`].
        criterion: usize,
        /// 1 to 4.
        score: u8,
    },
    /// Take back the last score; where there is none, the last pair comes again.
    Unscore,
    /// Keep the scores and go on to the next pair.
    RatePair,
    /// Write all scores and figures into the study's folder.
    ExportRatings,
    /// Leave the rating; what was kept stays.
    EndRating,
}

/// Whether somebody rates, and how far that is.
#[derive(Debug, Default)]
pub struct Rating {
    sitting: Option<Box<Sitting>>,
    /// Studies that are being opened, and pairs that are being kept.
    reading: Vec<Task<Sitting>>,
}

/// What rating reaches.
pub(super) struct Context<'a> {
    pub(super) desk: &'a mut Desk,
    pub(super) timeline: &'a Timeline,
    pub(super) view: &'a mut View,
    pub(super) exports: &'a mut Exports,
}

impl Rating {
    /// The rater at work, while two clips are on the stage or all are rated.
    #[must_use]
    pub fn sitting(&self, view: &View) -> Option<&Sitting> {
        self.sitting.as_deref().filter(|sitting| sitting.pair.is_none() || view.comparison().is_some())
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: RatingAction, context: &mut Context<'_>) {
        match action {
            RatingAction::OpenRating => {
                let (folder, rater) = context.desk.settings.rated.clone();
                context.desk.dialog = Dialog::Rating { folder, rater };
            }
            RatingAction::RatingForm { folder, rater } => context.desk.dialog = Dialog::Rating { folder, rater },
            RatingAction::Rate { folder, rater } => {
                context.desk.dialog = Dialog::None;
                context.view.unwatch();
                self.read(move || Sitting::open(&folder, &rater), context.desk);
            }
            RatingAction::Score { side, criterion, score } => self.score(side, criterion, score, context.view),
            RatingAction::Unscore => self.unscore(context.desk),
            RatingAction::RatePair => self.rate_pair(context.desk),
            RatingAction::ExportRatings => {
                if let Some(sitting) = &self.sitting {
                    let study = Arc::clone(&sitting.study);
                    let write = move || Sitting::export(&study).map_err(|error| error.to_string());
                    context.exports.write_file(TaskKind::SERIAL, write, context.desk);
                }
            }
            RatingAction::EndRating => {
                if self.sitting.take().is_some() {
                    context.view.show_something(context.timeline);
                }
            }
        }
    }

    /// A study has been opened or a pair saved, or not.
    fn opened(&mut self, outcome: Result<Sitting, String>, context: &mut Context<'_>) {
        let sitting = match outcome {
            Ok(sitting) => sitting,
            Err(message) => return context.desk.fail(message),
        };
        match &sitting.pair {
            Some((_, motions)) => {
                let entry = |motion: &Arc<Motion>| ComparisonEntry::of_motion(Arc::clone(motion), String::new(), 0);
                let comparison = Comparison::of(motions.iter().map(entry).collect(), None, Default::default());
                context.view.show_comparison(comparison, 0.0, context.timeline);
                context.view.player.play();
            }
            None => context.view.show_something(context.timeline),
        }
        context.desk.settings.rated = (sitting.study.folder().to_owned(), sitting.sheet.rater.clone());
        self.sitting = Some(Box::new(sitting));
    }

    fn score(&mut self, side: usize, criterion: usize, score: u8, view: &View) {
        if self.sitting(view).is_some() {
            self.sitting.iter_mut().for_each(|sitting| sitting.score(side, criterion, score));
        }
    }

    /// Takes back the last score; where there is none, the last pair comes again.
    fn unscore(&mut self, desk: &mut Desk) {
        let Some(sitting) = self.sitting.as_mut() else { return };
        if sitting.take_back() {
            self.keep(desk);
        }
    }

    fn rate_pair(&mut self, desk: &mut Desk) {
        let Some(sitting) = self.sitting.as_mut() else { return };
        if sitting.pair.is_none() {
            return;
        }
        match sitting.rate() {
            true => self.keep(desk),
            false => desk.warn("give both clips a score of each kind first"),
        }
    }

    /// Keeps what the rater said, and opens the next pair.
    fn keep(&mut self, desk: &mut Desk) {
        if let Some(sitting) = self.sitting.clone() {
            self.read(move || sitting.saved(), desk);
        }
    }

    /// Opens a study or its next pair.
    fn read(&mut self, sitting: impl FnOnce() -> Result<Sitting, RatingError> + Send + 'static, desk: &mut Desk) {
        self.reading.push(desk.tasks.run(TaskKind::SERIAL, move || sitting().map_err(|error| error.to_string())));
    }

    /// Takes in what has been opened and kept.
    pub(super) fn update(&mut self, context: &mut Context<'_>) {
        outcomes(&mut self.reading).into_iter().for_each(|sitting| self.opened(sitting, context));
    }
}
