//! Blind rating in the window: two clips side by side, what is said of them so far, and the way to the next pair.

use super::row::{Member, Row};
use super::{Dialog, Effect, Session};
use crate::author::toast::ToastKind;
use crate::motion::Motion;
use crate::rating::{CRITERIA, Pair, RatingError, Results, SCORES, Scores, Sheet, Study, csv};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A rater at work.
#[derive(Clone, Debug)]
pub struct Rating {
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

impl Rating {
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

impl Session {
    /// The rater at work, while two clips are on the stage or all are rated.
    #[must_use]
    pub fn rating(&self) -> Option<&Rating> {
        self.rating.as_deref().filter(|rating| rating.pair.is_none() || self.row().is_some())
    }

    /// The place of the next score to give: left or right, and the criterion.
    #[must_use]
    pub fn next_score(&self) -> Option<(usize, usize)> {
        let said = &self.rating()?.said;
        turn().find(|(side, criterion)| said[*side][*criterion].is_none())
    }

    pub(super) fn open_rating(&mut self) {
        let (folder, rater) = self.settings.rated.clone();
        self.dialog = Dialog::Rating { folder, rater };
    }

    pub(super) fn rate(&mut self, folder: PathBuf, rater: String) -> Vec<Effect> {
        self.dialog = Dialog::None;
        self.unwatch();
        self.errands += 1;
        vec![Effect::OpenStudy { folder, rater }]
    }

    /// A study has been opened or a pair saved, or not.
    pub fn rating_read(&mut self, outcome: Result<Box<Rating>, String>) {
        self.errands = self.errands.saturating_sub(1);
        let rating = match outcome {
            Ok(rating) => rating,
            Err(message) => return self.toasts.add(ToastKind::Error, message),
        };
        match &rating.pair {
            Some((_, motions)) => {
                let member = |motion: &Arc<Motion>| Member::coming(Arc::clone(motion), String::new(), 0);
                self.show_row(Row::of(motions.iter().map(member).collect(), None, Default::default()), 0.0);
                self.player.play();
            }
            None => self.show_something(),
        }
        self.settings.rated = (rating.study.folder().to_owned(), rating.sheet.rater.clone());
        self.rating = Some(rating);
    }

    pub(super) fn score(&mut self, side: usize, criterion: usize, score: u8) {
        if self.rating().is_some()
            && let Some(said) = self.rating.as_mut().and_then(|rating| rating.said.get_mut(side)?.get_mut(criterion))
        {
            *said = Some(score.clamp(*SCORES.start(), *SCORES.end()));
        }
    }

    /// Takes back the last score; where there is none, the last pair comes again.
    pub(super) fn unscore(&mut self) -> Vec<Effect> {
        let Some(rating) = self.rating.as_mut() else { return Vec::new() };
        let last = turn().rev().find(|(side, criterion)| rating.said[*side][*criterion].is_some());
        if let Some((side, criterion)) = last {
            rating.said[side][criterion] = None;
            return Vec::new();
        }
        let Some(pair) = rating.rated.pop() else { return Vec::new() };
        rating.sheet.forget(pair.prompt);
        self.keep_rating()
    }

    pub(super) fn rate_pair(&mut self) -> Vec<Effect> {
        let Some(rating) = self.rating.as_mut() else { return Vec::new() };
        let Some((pair, _)) = rating.pair else { return Vec::new() };
        let Some(said) = rating.complete() else {
            self.toasts.add(ToastKind::Warning, "give both clips a score of each kind first".to_owned());
            return Vec::new();
        };
        rating.sheet.rate(pair, said);
        rating.rated.push(pair);
        self.keep_rating()
    }

    fn keep_rating(&mut self) -> Vec<Effect> {
        let Some(rating) = &self.rating else { return Vec::new() };
        self.errands += 1;
        vec![Effect::KeepRating(rating.clone())]
    }

    pub(super) fn export_ratings(&mut self) -> Vec<Effect> {
        let Some(rating) = &self.rating else { return Vec::new() };
        let study = Arc::clone(&rating.study);
        self.begin_export();
        vec![Effect::ExportRatings(study)]
    }

    pub(super) fn end_rating(&mut self) {
        if self.rating.take().is_some() {
            self.show_something();
        }
    }
}
