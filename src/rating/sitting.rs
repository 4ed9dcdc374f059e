//! A rater's sitting: the pair that is rated, what is said of it so far, and the way to the next.

use super::results::{Results, csv};
use super::sheet::{CRITERIA, Pair, SCORES, Scores, Sheet};
use super::study::{RatingError, Study};
use crate::motion::Motion;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

    /// Scores a clip of the pair, 0 the left one and 1 the right one, by the criterion at a place.
    pub fn score(&mut self, side: usize, criterion: usize, score: u8) {
        if let Some(said) = self.said.get_mut(side).and_then(|said| said.get_mut(criterion)) {
            *said = Some(score.clamp(*SCORES.start(), *SCORES.end()));
        }
    }

    /// Takes back the last score. Where there is none, the last pair is to come again: answers whether that is so.
    pub fn take_back(&mut self) -> bool {
        let last = turn().rev().find(|(side, criterion)| self.said[*side][*criterion].is_some());
        if let Some((side, criterion)) = last {
            self.said[side][criterion] = None;
            return false;
        }
        let Some(pair) = self.rated.pop() else { return false };
        self.sheet.forget(pair.prompt);
        true
    }

    /// Rates the pair by what is said of it. Answers whether all is said.
    pub fn rate(&mut self) -> bool {
        let (Some((pair, _)), Some(said)) = (&self.pair, self.complete()) else { return false };
        self.sheet.rate(*pair, said);
        self.rated.push(*pair);
        true
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
