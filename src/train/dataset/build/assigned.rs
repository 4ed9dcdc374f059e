//! Which clip belongs to which part of the split.

use super::options::BuildOptions;
use super::performers::{Part, split};
use super::record::{Kept, Outcome};
use super::sources::Source;
use std::collections::BTreeMap;

/// A clip that was kept, and where it belongs.
pub(super) struct Clip<'a> {
    pub(super) kept: &'a Kept,
    pub(super) source: &'a Source,
    pub(super) part: Part,
}

/// All kept clips with their part of the split.
pub(super) fn assigned<'a>(options: &BuildOptions, outcomes: impl Iterator<Item = (&'a Source, &'a Outcome)>) -> Vec<Clip<'a>> {
    let kept: Vec<(&Source, &Kept)> = outcomes.flat_map(|(source, outcome)| outcome.kept.iter().map(move |kept| (source, kept))).collect();
    let mut frames_of: BTreeMap<String, usize> = BTreeMap::new();
    for (source, kept) in &kept {
        *frames_of.entry(source.performer.clone()).or_default() += kept.figures.frames;
    }
    let parts = split(&frames_of, options.val_share, options.test_share, options.seed);
    kept.into_iter().map(|(source, kept)| Clip { kept, source, part: parts[&source.performer] }).collect()
}
