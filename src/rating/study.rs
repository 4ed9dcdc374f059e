//! A study: two models, the prompts, and the folder of their clips.
//!
//! `study.json` has the models and prompts; `clips/a/NNN.npz` and `clips/b/NNN.npz` are the clips, `NNN` counting prompts from 1;
//! `ratings/RATER.json` is a rater's sheet, with a number behind the name where another rater's name makes the same one.

use crate::formats::{self, FormatError};
use crate::motion::Motion;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const FILE: &str = "study.json";
const FORMAT: u32 = 1;
/// Names of the two models' folders: they do not give away whose clips they hold.
const SIDES: [&str; 2] = ["a", "b"];

/// What can be wrong with a study.
#[derive(Debug, thiserror::Error)]
pub enum RatingError {
    /// The folder holds no study.
    #[error("no study in {}: make its clips with `zoetrope rate clips`", .0.display())]
    NoStudy(PathBuf),
    /// A file of the study makes no sense.
    #[error("{cause} in {}; {help}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
        /// What to do.
        help: &'static str,
    },
    /// The folder holds another study.
    #[error("{} holds a study of other models or prompts: choose another folder", .0.display())]
    Another(PathBuf),
    /// The rater has no name.
    #[error("a rater needs a name of letters and digits: write one")]
    Nameless,
    /// A folder cannot be made.
    #[error("could not make a folder ({source}): {}; choose one that can be written to", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FormatError),
}

/// A prompt and its theme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyPrompt {
    /// What it is about.
    pub theme: String,
    /// What the person does.
    pub prompt: String,
}

/// A clip of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudyClip {
    /// Place of the model, 0 or 1.
    pub model: usize,
    /// Place of the prompt, from 0.
    pub prompt: usize,
}

/// Two models and what they are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Study {
    folder: PathBuf,
    contents: Contents,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    format: u32,
    models: [String; 2],
    seed: u64,
    prompts: Vec<StudyPrompt>,
}

impl Study {
    /// Begins a study in a folder, or goes on with the same one.
    ///
    /// # Errors
    /// The folder holds another study, or cannot be written to.
    pub fn begin(folder: &Path, models: [String; 2], seed: u64, prompts: Vec<StudyPrompt>) -> Result<Self, RatingError> {
        let study = Self { folder: folder.to_owned(), contents: Contents { format: FORMAT, models, seed, prompts } };
        if folder.join(FILE).exists() {
            let there = Self::open(folder)?;
            return if there == study { Ok(there) } else { Err(RatingError::Another(folder.to_owned())) };
        }
        for made in SIDES.map(|side| folder.join("clips").join(side)).into_iter().chain([folder.join("ratings")]) {
            std::fs::create_dir_all(&made).map_err(|source| RatingError::Folder { path: made, source })?;
        }
        let json = serde_json::to_string_pretty(&study.contents).map_err(|error| study.damaged(error.to_string()))?;
        formats::write_text(&folder.join(FILE), &json)?;
        Ok(study)
    }

    /// The study in a folder.
    ///
    /// # Errors
    /// There is none, or its file makes no sense.
    pub fn open(folder: &Path) -> Result<Self, RatingError> {
        let text = std::fs::read_to_string(folder.join(FILE)).map_err(|_| RatingError::NoStudy(folder.to_owned()))?;
        let damaged = |cause: String, help| RatingError::Damaged { path: folder.join(FILE), cause, help };
        let contents: Contents =
            serde_json::from_str(&text).map_err(|error| damaged(error.to_string(), "restore it, or begin another study"))?;
        if contents.format > FORMAT {
            return Err(damaged(format!("format {}", contents.format), "it is of a newer Zoetrope: update this one"));
        }
        Ok(Self { folder: folder.to_owned(), contents })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Names of the models.
    #[must_use]
    pub fn models(&self) -> &[String; 2] {
        &self.contents.models
    }

    /// The seed of a model's clips; the same model twice is asked for different takes.
    #[must_use]
    pub fn seed(&self, model: usize) -> u64 {
        let [a, b] = &self.contents.models;
        self.contents.seed.wrapping_add(u64::from(a == b && model == 1))
    }

    /// The prompts, in order.
    #[must_use]
    pub fn prompts(&self) -> &[StudyPrompt] {
        &self.contents.prompts
    }

    /// The themes, in the order of their first prompts.
    #[must_use]
    pub fn themes(&self) -> Vec<&str> {
        let mut themes: Vec<&str> = Vec::new();
        for prompt in &self.contents.prompts {
            if !themes.contains(&prompt.theme.as_str()) {
                themes.push(&prompt.theme);
            }
        }
        themes
    }

    /// The file of a clip.
    #[must_use]
    pub fn clip_path(&self, clip: StudyClip) -> PathBuf {
        self.folder.join("clips").join(SIDES[clip.model]).join(format!("{:03}.npz", clip.prompt + 1))
    }

    /// The clips that are not made yet, one model after the other.
    #[must_use]
    pub fn missing(&self) -> Vec<StudyClip> {
        let clips = (0..2).flat_map(|model| (0..self.prompts().len()).map(move |prompt| StudyClip { model, prompt }));
        clips.filter(|clip| !self.clip_path(*clip).exists()).collect()
    }

    /// The motion of a clip.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    pub fn motion(&self, clip: StudyClip) -> Result<Motion, RatingError> {
        Ok(formats::read(&self.clip_path(clip))?)
    }

    fn damaged(&self, cause: String) -> RatingError {
        RatingError::Damaged { path: self.folder.join(FILE), cause, help: "begin another study" }
    }
}
