//! What a build tells: how far it is, and what it made.

use super::figures::Reason;
use std::collections::BTreeMap;

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
