//! What a data set holds, in numbers and histograms, from its files alone: published data sets can be summed up too.

use super::build::{Figures, pool};
use super::layout::{lines, read_text};
use super::{Dataset, DatasetError, Purpose, Split, words};
use crate::motion::{FPS, features};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

/// Bars of a histogram.
const BINS: usize = 12;
/// Most verbs that are listed.
const VERBS: usize = 16;

/// A part of the split.
#[derive(Clone, Debug, PartialEq)]
pub struct PartSummary {
    /// Which part.
    pub split: Split,
    /// Clips in the generator's list.
    pub for_generator: usize,
    /// Clips in the tokenizer's list.
    pub for_tokenizer: usize,
    /// Length of the clips of both lists together, minutes; estimated where not all were read.
    pub minutes: f32,
    /// Mean foot slide, mm a frame.
    pub slide_mm: f32,
    /// Mean share of frames that float, per cent.
    pub float_pct: f32,
    /// Mean jitter, mm/frame³.
    pub jerk_mm: f32,
}

/// How often values lie in each of equal ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// What was counted, with its unit.
    pub what: &'static str,
    /// Lower edge of each range, and the upper edge of the last.
    pub edges: Vec<f32>,
    /// Values in each range. The last also counts what lies above.
    pub counts: Vec<usize>,
    /// The middle value.
    pub median: f32,
}

/// What a data set holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Train, validation, test.
    pub parts: Vec<PartSummary>,
    /// Clips that were read for the means and histograms.
    pub read: usize,
    /// Of the clips that were read.
    pub histograms: Vec<Histogram>,
    /// What the captions' first verbs are, the most frequent first, with how many clips.
    pub verbs: Vec<(String, usize)>,
    /// Reasons and counts of `rejected.tsv`; empty where there is none.
    pub rejected: BTreeMap<String, usize>,
    /// Clips that cannot be read, a line each.
    pub unreadable: Vec<String>,
}

struct Read {
    part: usize,
    figures: Figures,
    captions: Vec<String>,
}

/// Sums up a data set, reading at most about `most` clips of it, evenly over its lists. `progress` is told how many of how many are read.
///
/// # Errors
/// The lists cannot be read, or `cancel` was raised.
pub fn summarise(
    dataset: &Dataset,
    most: usize,
    threads: usize,
    progress: &(dyn Fn(usize, usize) + Sync),
    cancel: &AtomicBool,
) -> Result<Summary, DatasetError> {
    let mut parts = Vec::new();
    let mut of_part: Vec<Vec<String>> = Vec::new();
    for split in Split::PARTS {
        let [generator, tokenizer] = [Purpose::Generator, Purpose::Tokenizer].map(|purpose| dataset.names(purpose, split));
        let (generator, tokenizer) = (generator?, tokenizer?);
        let (for_generator, for_tokenizer) = (generator.len(), tokenizer.len());
        of_part.push(generator.into_iter().chain(tokenizer).collect::<BTreeSet<_>>().into_iter().collect());
        parts.push(PartSummary { split, for_generator, for_tokenizer, minutes: 0.0, slide_mm: 0.0, float_pct: 0.0, jerk_mm: 0.0 });
    }
    let every = of_part.iter().map(Vec::len).sum::<usize>().div_ceil(most.max(1)).max(1);
    let chosen: Vec<(usize, &String)> =
        of_part.iter().enumerate().flat_map(|(part, names)| names.iter().step_by(every).map(move |name| (part, name))).collect();
    let results = pool::each(threads, &chosen, cancel, &|done| progress(done, chosen.len()), |(part, name)| {
        let read = dataset.features(name).map(|clip| {
            // Motion without captions is the tokenizer's.
            let captions = dataset.captions(name).unwrap_or_default();
            Read { part: *part, figures: Figures::of(&features::decode(&clip)), captions }
        });
        Ok(read.map_err(|error| error.to_string()))
    })?;
    let (mut read, mut unreadable) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(clip) => read.push(clip),
            Err(error) => unreadable.push(error),
        }
    }
    for (at, part) in parts.iter_mut().enumerate() {
        let mean = |of: fn(&Figures) -> f32| mean(read.iter().filter(|clip| clip.part == at).map(|clip| of(&clip.figures)));
        part.minutes = of_part[at].len() as f32 * mean(|figures| figures.frames as f32) / FPS / 60.0;
        (part.slide_mm, part.float_pct, part.jerk_mm) = (mean(|f| f.slide_mm), mean(|f| f.float_pct), mean(|f| f.jerk_mm));
    }
    Ok(Summary { parts, read: read.len(), histograms: histograms(&read), verbs: verbs(&read), rejected: rejected(dataset)?, unreadable })
}

fn histograms(read: &[Read]) -> Vec<Histogram> {
    let of_figures = |what, of: fn(&Figures) -> f32| histogram(what, read.iter().map(|clip| of(&clip.figures)).collect());
    let captions = || read.iter().filter(|clip| !clip.captions.is_empty());
    vec![
        of_figures("length, s", |f| f.frames as f32 / FPS),
        of_figures("speed of the pelvis, m/s", |f| f.speed_m_per_sec),
        of_figures("foot slide, mm/frame", |f| f.slide_mm),
        of_figures("floating frames, %", |f| f.float_pct),
        of_figures("jitter, mm/frame³", |f| f.jerk_mm),
        whole_numbers("captions a clip", captions().map(|clip| clip.captions.len() as f32).collect()),
        whole_numbers(
            "words a caption",
            captions().flat_map(|clip| clip.captions.iter().map(|text| text.split(' ').count() as f32)).collect(),
        ),
    ]
}

/// Equal ranges from 0 to where all but the highest hundredth of the values lie.
fn histogram(what: &'static str, mut values: Vec<f32>) -> Histogram {
    values.sort_by(f32::total_cmp);
    let most = [0.99, 1.0].map(|share| at_share(&values, share)).into_iter().find(|most| *most > 0.0).unwrap_or(1.0);
    counted(what, &values, most / BINS as f32, BINS)
}

/// The same for values without fractions: ranges of whole numbers.
fn whole_numbers(what: &'static str, mut values: Vec<f32>) -> Histogram {
    values.sort_by(f32::total_cmp);
    let most = at_share(&values, 0.99) + 1.0;
    let width = (most / BINS as f32).ceil();
    counted(what, &values, width, (most / width).ceil() as usize)
}

fn counted(what: &'static str, sorted: &[f32], width: f32, bins: usize) -> Histogram {
    let mut counts = vec![0; bins];
    for value in sorted {
        counts[((value.max(0.0) / width) as usize).min(bins - 1)] += 1;
    }
    Histogram { what, edges: (0..=bins).map(|edge| edge as f32 * width).collect(), counts, median: at_share(sorted, 0.5) }
}

fn at_share(sorted: &[f32], share: f32) -> f32 {
    sorted.get(((sorted.len() as f32 - 1.0) * share).round() as usize).copied().unwrap_or(0.0)
}

fn verbs(read: &[Read]) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for verb in read.iter().filter_map(|clip| clip.captions.iter().find_map(|caption| words::first_verb(caption))) {
        *counts.entry(verb).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(VERBS);
    counts
}

fn rejected(dataset: &Dataset) -> Result<BTreeMap<String, usize>, DatasetError> {
    let path = dataset.layout().rejected();
    let mut counts = BTreeMap::new();
    if path.is_file() {
        for reason in lines(&read_text(&path)?).skip(1).filter_map(|row| row.split('\t').nth(1)) {
            *counts.entry(super::error::printable(reason)).or_default() += 1;
        }
    }
    Ok(counts)
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0_f64, 0_u32), |(sum, count), value| (sum + f64::from(value), count + 1));
    (sum / f64::from(count.max(1))) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_every_value_once() {
        let histogram = histogram("x", (0..1000).map(|i| i as f32 / 100.0).chain([1e6]).collect());
        assert_eq!(histogram.counts.iter().sum::<usize>(), 1001);
        assert!((histogram.median - 5.0).abs() < 0.02);
        assert!(histogram.edges[BINS] > 9.0 && histogram.edges[BINS] < 10.5, "one wild value does not stretch it");
        let words = whole_numbers("y", vec![1.0, 2.0, 2.0, 4.0]);
        assert_eq!((words.counts, words.edges[1]), (vec![0, 1, 2, 0, 1], 1.0));
    }
}
