//! A rater's sheet: the order in which pairs come, which clip stands on the left, and what was said. Saved after every pair.

use super::study::{RatingError, Study, StudyClip};
use crate::formats;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What is rated.
pub const CRITERIA: [&str; 3] = ["text alignment", "physical plausibility", "smoothness"];
/// The lowest and the highest score.
pub const SCORES: std::ops::RangeInclusive<u8> = 1..=4;

/// Scores of one clip, by [`CRITERIA`].
pub type Scores = [u8; 3];

/// Two clips to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Place of the prompt, from 0.
    pub prompt: usize,
    /// Places of the models: the one on the left, the one on the right.
    pub models: [usize; 2],
}

impl Pair {
    /// Its clips: the left one, the right one.
    #[must_use]
    pub fn clips(&self) -> [StudyClip; 2] {
        self.models.map(|model| StudyClip { model, prompt: self.prompt })
    }
}

/// What one person says of a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Who.
    pub rater: String,
    /// Prompts in the order in which they come, and whether the second model stands on the left.
    order: Vec<(usize, bool)>,
    /// Scores of the two models, by prompt.
    scores: BTreeMap<usize, [Scores; 2]>,
}

impl Sheet {
    /// A rater's sheet in a study, a new one if there is none. Different raters get different orders.
    ///
    /// # Errors
    /// The name is none, or the sheet cannot be read or does not fit the study.
    pub fn open(study: &Study, rater: &str) -> Result<Self, RatingError> {
        let rater = rater.trim();
        if let (_, Some(sheet)) = Self::place(study, rater)? {
            return Ok(sheet);
        }
        // Anybody's order can be told from their name, and looks like no other.
        let seed = rater.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        let mut rng = StdRng::seed_from_u64(seed);
        let mut order: Vec<(usize, bool)> = (0..study.prompts().len()).map(|prompt| (prompt, prompt % 2 == 0)).collect();
        order.shuffle(&mut rng);
        // Each model stands as often on the left, in no order that could be guessed.
        let flipped = rng.random_bool(0.5);
        order.iter_mut().for_each(|(_, swapped)| *swapped ^= flipped);
        Ok(Self { rater: rater.to_owned(), order, scores: BTreeMap::new() })
    }

    /// All sheets of a study, by name.
    ///
    /// # Errors
    /// One cannot be read or does not fit.
    pub fn all(study: &Study) -> Result<Vec<Self>, RatingError> {
        let folder = study.folder().join("ratings");
        let failed = |error: io::Error| damaged(folder.clone(), error.to_string());
        let mut paths = match std::fs::read_dir(&folder) {
            Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<PathBuf>>>().map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        paths.sort();
        paths.iter().filter_map(|path| Self::read(study, path).transpose()).collect()
    }

    /// The sheet in a file, if there is one.
    fn read(study: &Study, path: &Path) -> Result<Option<Self>, RatingError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            // What is there and cannot be read is not written over.
            Err(error) => return Err(damaged(path.to_owned(), error.to_string())),
        };
        let sheet: Self = serde_json::from_str(&text).map_err(|error| damaged(path.to_owned(), error.to_string()))?;
        if sheet.fits(study) { Ok(Some(sheet)) } else { Err(damaged(path.to_owned(), "ratings of other prompts".to_owned())) }
    }

    /// Where a rater's sheet is or comes, and what is there. Capitals make no other rater; names that look alike as file names, such as
    /// "A B" and "a.b", get a number.
    fn place(study: &Study, rater: &str) -> Result<(PathBuf, Option<Self>), RatingError> {
        let name = file_name(rater).ok_or(RatingError::Nameless)?;
        let folder = study.folder().join("ratings");
        let mut number = 1;
        loop {
            let numbered = if number == 1 { name.clone() } else { format!("{name}-{number}") };
            let path = folder.join(numbered).with_added_extension("json");
            match Self::read(study, &path)? {
                Some(other) if other.rater.trim().to_lowercase() != rater.trim().to_lowercase() => number += 1,
                mine => return Ok((path, mine)),
            }
        }
    }

    /// The next pair whose clips are made and that is not rated; none at the end.
    #[must_use]
    pub fn next(&self, study: &Study) -> Option<Pair> {
        let pair = |&(prompt, swapped): &(usize, bool)| Pair { prompt, models: if swapped { [1, 0] } else { [0, 1] } };
        let is_there = |pair: &Pair| pair.clips().iter().all(|clip| study.clip_path(*clip).exists());
        self.order.iter().map(pair).find(|pair| !self.scores.contains_key(&pair.prompt) && is_there(pair))
    }

    /// Takes down what is said of a pair, left and right. Scores outside of [`SCORES`] become the nearest ones.
    pub fn rate(&mut self, pair: Pair, said: [Scores; 2]) {
        let mut scores = [[0; 3]; 2];
        for (model, said) in pair.models.into_iter().zip(said) {
            scores[model] = said.map(|score| score.clamp(*SCORES.start(), *SCORES.end()));
        }
        self.scores.insert(pair.prompt, scores);
    }

    /// Forgets what was said of a prompt.
    pub fn forget(&mut self, prompt: usize) {
        self.scores.remove(&prompt);
    }

    /// How many pairs are rated, of how many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.scores.len(), self.order.len())
    }

    /// Scores of the two models, by prompt.
    #[must_use]
    pub fn scores(&self) -> &BTreeMap<usize, [Scores; 2]> {
        &self.scores
    }

    /// Writes it to its place in the study.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, study: &Study) -> Result<(), RatingError> {
        let (path, _) = Self::place(study, &self.rater)?;
        let json = serde_json::to_string_pretty(self).map_err(|error| damaged(path.clone(), error.to_string()))?;
        Ok(formats::write_text(&path, &json)?)
    }

    fn fits(&self, study: &Study) -> bool {
        let mut prompts: Vec<usize> = self.order.iter().map(|(prompt, _)| *prompt).collect();
        prompts.sort_unstable();
        let known = |score: &u8| SCORES.contains(score);
        prompts.into_iter().eq(0..study.prompts().len())
            && self.scores.iter().all(|(prompt, scores)| *prompt < study.prompts().len() && scores.as_flattened().iter().all(known))
    }
}

fn file_name(rater: &str) -> Option<String> {
    let name: String = rater.trim().chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).take(60).collect();
    name.chars().any(char::is_alphanumeric).then(|| name.to_lowercase())
}

fn damaged(path: PathBuf, cause: String) -> RatingError {
    RatingError::Damaged { path, cause, help: "take it out of the folder and rate again" }
}
