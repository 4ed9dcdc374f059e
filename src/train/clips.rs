//! The clips and captions of a data set as the trainers take them: normalised, kept in memory while there is room.

use std::collections::HashMap;
use std::sync::Arc;

use super::dataset::{Dataset, Purpose, Split};
use super::error::Result;
use crate::model::{Statistics, TextEncoder, TextFeatures};
use crate::motion::features::ROW;

/// Numbers of features and of texts that are kept in memory: 1 GiB and 512 MiB.
const KEPT_FRAME_NUMBERS: usize = 256 << 20;
const KEPT_TEXT_NUMBERS: usize = 128 << 20;

/// Clips of one split.
pub struct Clips {
    dataset: Dataset,
    statistics: Statistics,
    names: Vec<String>,
    frames: Vec<usize>,
    kept: Vec<Option<Vec<f32>>>,
}

impl Clips {
    /// Reads all clips of a split that have at least `shortest` frames. What cannot be used is handed to `skipped` in words.
    ///
    /// # Errors
    /// The split's list cannot be read.
    pub fn open(
        dataset: &Dataset,
        statistics: &Statistics,
        purpose: Purpose,
        split: Split,
        shortest: usize,
        skipped: &mut dyn FnMut(String),
    ) -> Result<Self> {
        let mut clips =
            Self { dataset: dataset.clone(), statistics: statistics.clone(), names: Vec::new(), frames: Vec::new(), kept: Vec::new() };
        let mut numbers = 0;
        for name in dataset.names(purpose, split)? {
            match clips.read(&name) {
                Ok(values) if values.len() < shortest * ROW => {
                    skipped(format!("{name}: {} frames, at least {shortest} are needed", values.len() / ROW));
                }
                Ok(values) => {
                    clips.frames.push(values.len() / ROW);
                    numbers += values.len();
                    clips.kept.push((numbers <= KEPT_FRAME_NUMBERS).then_some(values));
                    clips.names.push(name);
                }
                Err(error) => skipped(error.to_string()),
            }
        }
        Ok(clips)
    }

    /// Names of the clips.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Frames of each clip.
    #[must_use]
    pub fn frames(&self) -> &[usize] {
        &self.frames
    }

    /// Normalised features of `count` frames of a clip from frame `first` on, flat.
    ///
    /// # Errors
    /// The clip was not kept and can no longer be read.
    pub fn window(&self, clip: usize, first: usize, count: usize) -> Result<Vec<f32>> {
        let cut = |values: &[f32]| values[first * ROW..(first + count) * ROW].to_vec();
        match &self.kept[clip] {
            Some(values) => Ok(cut(values)),
            None => Ok(cut(&self.read(&self.names[clip])?)),
        }
    }

    /// All normalised features of a clip, flat.
    ///
    /// # Errors
    /// As [`window`](Self::window).
    pub fn whole(&self, clip: usize) -> Result<Vec<f32>> {
        self.window(clip, 0, self.frames[clip])
    }

    /// The captions of a clip that were written looking at it.
    ///
    /// # Errors
    /// No caption, or unreadable files.
    pub fn captions(&self, clip: usize) -> Result<Vec<String>> {
        Ok(self.dataset.captions(&self.names[clip])?)
    }

    /// The captions of a clip, those that were made from the original ones included.
    ///
    /// # Errors
    /// No caption, or unreadable files.
    pub fn all_captions(&self, clip: usize) -> Result<Vec<String>> {
        let mut captions = self.captions(clip)?;
        captions.extend(self.dataset.augmented_captions(&self.names[clip])?);
        Ok(captions)
    }

    fn read(&self, name: &str) -> Result<Vec<f32>> {
        let features = self.dataset.features(name)?;
        let mut values = features.values().to_vec();
        self.statistics.normalise(&mut values);
        Ok(values)
    }
}

/// A text encoder that remembers.
pub struct Texts {
    encoder: TextEncoder,
    known: HashMap<String, Arc<TextFeatures>>,
    numbers: usize,
}

impl Texts {
    /// Nothing is remembered yet.
    #[must_use]
    pub fn new(encoder: TextEncoder) -> Self {
        Self { encoder, known: HashMap::new(), numbers: 0 }
    }

    /// Numbers in a feature.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.encoder.dim()
    }

    /// The features of a text.
    ///
    /// # Errors
    /// A text that cannot be read.
    pub fn features(&mut self, text: &str) -> Result<Arc<TextFeatures>> {
        if let Some(features) = self.known.get(text) {
            return Ok(Arc::clone(features));
        }
        let features = Arc::new(self.encoder.encode(text)?);
        if self.numbers < KEPT_TEXT_NUMBERS {
            self.numbers += features.values().len();
            self.known.insert(text.to_owned(), Arc::clone(&features));
        }
        Ok(features)
    }
}
