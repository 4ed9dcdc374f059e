//! Blind rating in the window: two clips side by side, what is said of them so far, and the way to the next pair.

use super::comparison::{Comparison, ComparisonEntry};
use super::desk::Desk;
use super::exports::Exports;
use super::timeline::Timeline;
use super::view::View;
use super::{Dialog, Session};
use crate::author::tasks::TaskKind;
use crate::motion::Motion;
use crate::rating::{CRITERIA, Pair, RatingError, Results, SCORES, Scores, Sheet, Study, csv};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
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

/// A rater's sitting.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// What is rated.
    pub study: Arc<Study>,
    /// What was said so far.
    pub sheet: Sheet,
    /// The clips on the stage, left and right; none when all are rated.
    pub pair: Option<(Pair, [Arc<Motion>; 2])>,
    /// What is said of them, left and right, by criterion.
    pub said: [[Option<u8>; 3]; 2],
    /// Pairs rated in this sitting.
    pub rated: Vec<Pair>,
}

impl Sitting {
    /// A rater's work where it was left. Reads files.
    ///
    /// # Errors
    /// The study, the sheet or a clip cannot be read.
    pub fn open(folder: &Path, rater: &str) -> Result<Self, RatingError> {
        let study = Study::open(folder)?;
        let sheet = Sheet::open(&study, rater)?;
        let rating = Self { study: Arc::new(study), sheet, pair: None, said: Default::default(), rated: Vec::new() };
        rating.with_next_pair()
    }

    /// Saves what was said, and goes on to the next pair. Writes and reads files.
    ///
    /// # Errors
    /// The sheet cannot be written, or a clip cannot be read.
    pub fn saved(self) -> Result<Self, RatingError> {
        self.sheet.save(&self.study)?;
        self.with_next_pair()
    }

    fn with_next_pair(self) -> Result<Self, RatingError> {
        let next = self.sheet.next(&self.study);
        let read = |pair: Pair| {
            let [left, right] = pair.clips();
            Ok::<_, RatingError>((pair, [Arc::new(self.study.motion(left)?), Arc::new(self.study.motion(right)?)]))
        };
        let pair = next.map(read).transpose()?;
        Ok(Self { pair, said: Default::default(), ..self })
    }

    /// The scores, when all are there.
    #[must_use]
    pub fn complete(&self) -> Option<[Scores; 2]> {
        let of = |said: [Option<u8>; 3]| Some([said[0]?, said[1]?, said[2]?]);
        Some([of(self.said[0])?, of(self.said[1])?])
    }

    /// The place of the next score to give: left or right, and the criterion.
    #[must_use]
    pub fn next_score(&self) -> Option<(usize, usize)> {
        turn().find(|(side, criterion)| self.said[*side][*criterion].is_none())
    }

    /// Writes all scores and figures of the study into its folder. Answers where.
    ///
    /// # Errors
    /// A sheet cannot be read, or a file cannot be written.
    pub fn export(study: &Study) -> Result<PathBuf, RatingError> {
        let [table, figures] = ["scores.csv", "results.json"].map(|name| study.folder().join(name));
        crate::formats::write_text(&table, &csv(study)?)?;
        let json = serde_json::to_string_pretty(&Results::of(study)?).map_err(|error| RatingError::Damaged {
            path: figures.clone(),
            cause: error.to_string(),
            help: "please report this study",
        })?;
        crate::formats::write_text(&figures, &json)?;
        Ok(table)
    }
}

/// The places of scores in the order in which they are given: both clips by one criterion, then by the next.
fn turn() -> impl DoubleEndedIterator<Item = (usize, usize)> {
    (0..CRITERIA.len()).flat_map(|criterion| [(0, criterion), (1, criterion)])
}

/// Whether somebody rates, and how far that is.
#[derive(Debug, Default)]
pub struct Rating {
    sitting: Option<Box<Sitting>>,
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
                read(move || Sitting::open(&folder, &rater), context.desk);
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
                let entry = |motion: &Arc<Motion>| ComparisonEntry::coming(Arc::clone(motion), String::new(), 0);
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
        if self.sitting(view).is_some()
            && let Some(said) = self.sitting.as_mut().and_then(|sitting| sitting.said.get_mut(side)?.get_mut(criterion))
        {
            *said = Some(score.clamp(*SCORES.start(), *SCORES.end()));
        }
    }

    /// Takes back the last score; where there is none, the last pair comes again.
    fn unscore(&mut self, desk: &mut Desk) {
        let Some(sitting) = self.sitting.as_mut() else { return };
        let last = turn().rev().find(|(side, criterion)| sitting.said[*side][*criterion].is_some());
        if let Some((side, criterion)) = last {
            sitting.said[side][criterion] = None;
        } else if let Some(pair) = sitting.rated.pop() {
            sitting.sheet.forget(pair.prompt);
            self.keep(desk);
        }
    }

    fn rate_pair(&mut self, desk: &mut Desk) {
        let Some(sitting) = self.sitting.as_mut() else { return };
        let Some((pair, _)) = sitting.pair else { return };
        let Some(said) = sitting.complete() else {
            return desk.warn("give both clips a score of each kind first");
        };
        sitting.sheet.rate(pair, said);
        sitting.rated.push(pair);
        self.keep(desk);
    }

    /// Keeps what the rater said, and opens the next pair.
    fn keep(&self, desk: &mut Desk) {
        if let Some(sitting) = self.sitting.clone() {
            read(move || sitting.saved(), desk);
        }
    }
}

/// Opens a study or its next pair.
fn read(sitting: impl FnOnce() -> Result<Sitting, RatingError> + Send + 'static, desk: &mut Desk) {
    let read = move || sitting().map_err(|error| error.to_string());
    desk.tasks.run(TaskKind::SERIAL, read, |session: &mut Session, outcome| {
        let (rating, mut context) = session.rating_parts();
        rating.opened(outcome, &mut context);
    });
}
