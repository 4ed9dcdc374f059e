//! Motions against captions, on an evaluator's embeddings: real clips, what the tokenizer makes of them, and generated ones.

use super::clips::Clip;
use super::metrics::{self, Embeddings, Gaussian, TOP, mean};
use super::pools::Asked;
use super::report::{GenerationReport, GenerationRow, Measured};
use super::{EvalError, Options, parallel, pools};
use crate::model::{self, Evaluator, Statistics};
use crate::motion::Features;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Everything that is embedded.
pub(super) struct Sets<'a> {
    pub clips: &'a [Clip],
    pub decoded: &'a [Features],
    pub takes: &'a [Vec<Features>],
    pub cleaned: &'a [Vec<Features>],
    pub several: &'a [Vec<Features>],
}

/// How often each clip's caption found it among the nearest three, and how often it was asked: real, generated and cleaned up.
#[derive(Default)]
pub(super) struct Found {
    pub real: HashMap<usize, (usize, usize)>,
    pub generated: HashMap<usize, (usize, usize)>,
}

/// How a comparison is done.
pub(super) struct Comparison<'a> {
    pub evaluator: &'a Evaluator,
    pub statistics: Statistics,
    pub options: &'a Options,
    pub heard: &'a dyn Fn(&str, usize, usize),
    pub cancelled: &'a AtomicBool,
}

impl Comparison<'_> {
    /// The published measures, and who was found.
    pub(super) fn report(&self, sets: &Sets<'_>, path: &Path) -> Result<(GenerationReport, Found), EvalError> {
        let evaluator = self.evaluator;
        let captions: Vec<String> = sets.clips.iter().map(|clip| clip.caption.clone()).collect();
        let asked: Vec<Asked<'_>> = sets.clips.iter().map(|clip| Asked { caption: &clip.caption, captions: &clip.captions }).collect();
        let text = self.embed(&captions, "captions", |caption| evaluator.embed_text(caption))?;
        let real: Vec<Features> = sets.clips.iter().map(|clip| clip.real.clone()).collect();
        let kinds = [
            ("real", vec![self.motions(&real)?]),
            ("tokenizer", vec![self.motions(sets.decoded)?]),
            ("generated", sets.takes.iter().map(|take| self.motions(take)).collect::<Result<Vec<_>, _>>()?),
            ("cleaned up", sets.cleaned.iter().map(|take| self.motions(take)).collect::<Result<Vec<_>, _>>()?),
        ];
        let chance: [f64; TOP] = std::array::from_fn(|top| (top + 1) as f64 / pools::POOL as f64);
        let (mut rows, mut found, mut pool_count) = (Vec::new(), Found::default(), 0);
        for (what, takes) in &kinds {
            let mut hits: [Vec<f64>; TOP] = Default::default();
            let (mut distances, mut diversities) = (Vec::new(), Vec::new());
            for repeat in 0..self.options.repeats {
                // The same pools and pairs for every kind.
                let mut rng = StdRng::seed_from_u64(self.options.seed.wrapping_add(repeat as u64));
                let motion = &takes[repeat % takes.len()];
                let pools = pools::pools(&asked, &mut rng);
                pool_count = pools.len();
                let everybody: Vec<usize> = (0..captions.len()).collect();
                distances.push(mean(everybody.iter().map(|&clip| metrics::distance(text.row(clip), motion.row(clip)))));
                let ranks: Vec<(usize, f64)> = pools.iter().flat_map(|pool| metrics::ranks(&text, motion, pool)).collect();
                for (top, count) in metrics::hits(&ranks).into_iter().enumerate() {
                    hits[top].push(count as f64 / ranks.len().max(1) as f64);
                }
                let tally = match *what {
                    "real" => Some(&mut found.real),
                    "cleaned up" => Some(&mut found.generated),
                    _ => None,
                };
                if let Some(tally) = tally {
                    for (clip, (rank, _)) in pools.concat().into_iter().zip(&ranks) {
                        let (hits, asked) = tally.entry(clip).or_default();
                        (*hits, *asked) = (*hits + usize::from(*rank < TOP), *asked + 1);
                    }
                }
                let [first, second] = pools::random_pairs(motion.len(), &mut rng);
                diversities.push(metrics::mean_distance(motion, &first, &second));
            }
            let fid = if *what == "real" { self.halves(&takes[0]) } else { self.fid(&kinds[0].1[0], takes) };
            let r_precision = (pool_count > 0).then(|| hits.each_ref().map(|values| Measured::of(values)));
            rows.push(GenerationRow {
                what,
                r_precision,
                share_of_real: None,
                mm_distance: Measured::of(&distances),
                fid: Measured::of(&fid),
                diversity: Measured::of(&diversities),
            });
        }
        let real = rows[0].r_precision;
        for row in &mut rows {
            let share = |real: [Measured; TOP], own: [Measured; TOP]| {
                std::array::from_fn(|top| (own[top].mean - chance[top]) / (real[top].mean - chance[top]))
            };
            row.share_of_real = real.zip(row.r_precision).map(|(real, own)| share(real, own));
        }
        let report = GenerationReport {
            evaluator: path.display().to_string(),
            evaluator_card: self.evaluator.config.card.clone(),
            pools: pool_count,
            chance,
            rows,
            multimodality: self.multimodality(sets.several)?,
        };
        Ok((report, found))
    }

    fn motions(&self, all: &[Features]) -> Result<Embeddings, EvalError> {
        let (evaluator, statistics) = (self.evaluator, &self.statistics);
        self.embed(all, "embeddings", |features| {
            let mut normal = features.values().to_vec();
            statistics.normalise(&mut normal);
            evaluator.embed_motion(&normal)
        })
    }

    fn embed<T: Sync>(&self, all: &[T], what: &str, of: impl Fn(&T) -> model::Result<Vec<f32>> + Sync) -> Result<Embeddings, EvalError> {
        let heard = |done: usize| (self.heard)(what, done, all.len());
        let rows = parallel::map(all, self.options.threads, self.cancelled, |item| Ok(of(item)?), heard)?;
        let mut embeddings = Embeddings::new(self.evaluator.latent());
        rows.iter().for_each(|row| embeddings.push(row));
        Ok(embeddings)
    }

    /// One distance to the real clips for each take.
    fn fid(&self, real: &Embeddings, takes: &[Embeddings]) -> Vec<f64> {
        let Some(real) = Gaussian::of(real) else { return Vec::new() };
        takes.iter().filter_map(Gaussian::of).map(|own| metrics::frechet_distance(&real, &own)).collect()
    }

    /// The distance of random halves: what no model can be expected to come below. Half as many clips make it larger than the
    /// distance of as many new real clips would be.
    fn halves(&self, real: &Embeddings) -> Vec<f64> {
        let half = |repeat: usize| {
            let mut order: Vec<usize> = (0..real.len()).collect();
            order.shuffle(&mut StdRng::seed_from_u64(self.options.seed.wrapping_add(repeat as u64)));
            let of = |part: &[usize]| {
                let mut half = Embeddings::new(self.evaluator.latent());
                part.iter().for_each(|&row| half.push(real.row(row)));
                Gaussian::of(&half)
            };
            let (first, second) = order.split_at(order.len() / 2);
            Some(metrics::frechet_distance(&of(first)?, &of(second)?))
        };
        (0..self.options.repeats).filter_map(half).collect()
    }

    fn multimodality(&self, several: &[Vec<Features>]) -> Result<Option<Measured>, EvalError> {
        let mut distances = Vec::new();
        for takes in several {
            let embeddings = self.motions(takes)?;
            let pairs = (0..takes.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
            let (first, second): (Vec<usize>, Vec<usize>) = pairs.unzip();
            distances.push(metrics::mean_distance(&embeddings, &first, &second));
        }
        Ok((!distances.is_empty()).then(|| Measured::of(&distances)))
    }
}
