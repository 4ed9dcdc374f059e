//! Choosing a token from logits. The same for every way of computing them, and repeatable by its seed.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::config::Sampling;

/// Chooses one token after the other for one sequence.
#[derive(Debug, Clone)]
pub struct Sampler {
    settings: Sampling,
    rng: StdRng,
}

impl Sampler {
    /// A sampler with its own stream of chance. A temperature of 0 (or below) is greedy, as published.
    pub fn new(settings: Sampling, seed: u64) -> Self {
        Self { settings, rng: StdRng::seed_from_u64(seed) }
    }

    /// Always the likeliest token, as the published program does.
    pub fn greedy() -> Self {
        Self::new(Sampling { temperature: 0.0, ..Sampling::default() }, 0)
    }

    /// Chooses a token. `logits` has the end token last; with `may_end` false it is never chosen.
    ///
    /// # Panics
    /// If there is nothing to choose from: the caller passes at least one code and the end token.
    pub fn choose(&mut self, logits: &[f32], may_end: bool) -> u32 {
        let candidates = if may_end { logits } else { &logits[..logits.len() - 1] };
        assert!(!candidates.is_empty(), "a vocabulary has codes");
        let greedy = self.settings.temperature <= 0.0;
        let probabilities = softmax(candidates, if greedy { 1.0 } else { self.settings.temperature });
        if greedy {
            return likeliest(&probabilities);
        }
        let mut ranked: Vec<(f32, u32)> = probabilities.into_iter().zip(0..).collect();
        let kept = keep_top_k(&mut ranked, self.settings.top_k);
        let kept = keep_top_p(kept, self.settings.top_p);
        let total: f32 = kept.iter().map(|(probability, _)| probability).sum();
        let mut rest = self.rng.random::<f32>() * total;
        for &(probability, token) in kept.iter() {
            rest -= probability;
            if rest < 0.0 {
                return token;
            }
        }
        // Rounding may leave a sliver behind the last one.
        kept.iter().max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |&(_, token)| token)
    }
}

/// Classifier-free guidance: moves logits away from those without a text, `guidance` times the distance; 1 changes nothing.
/// Source: Ho and Salimans, arXiv 2207.12598.
///
/// Guidance chooses among the codes. The end token, the last, stays as likely as the text alone makes it: raised to a
/// power, the small chance that a motion ends here would end most motions early. Models are trained and measured with the
/// same rule (`guide` in `models/recipe/networks.py`).
pub fn guide(conditional: &mut [f32], unconditional: &[f32], guidance: f32) {
    if guidance == 1.0 {
        return;
    }
    let Some((end, codes)) = conditional.split_last_mut() else { return };
    let end_above_codes = *end - log_sum_exp(codes);
    for (with, without) in codes.iter_mut().zip(unconditional) {
        *with = without + guidance * (*with - without);
    }
    *end = log_sum_exp(codes) + end_above_codes;
}

fn log_sum_exp(logits: &[f32]) -> f32 {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + logits.iter().map(|logit| (logit - top).exp()).sum::<f32>().ln()
}

/// Probabilities of logits; values that are not finite count as impossible.
fn softmax(logits: &[f32], temperature: f32) -> Vec<f32> {
    let top = logits.iter().copied().filter(|logit| logit.is_finite()).fold(f32::NEG_INFINITY, f32::max);
    let weight = |&logit: &f32| if logit.is_finite() { ((logit - top) / temperature).exp() } else { 0.0 };
    let mut weights: Vec<f32> = logits.iter().map(weight).collect();
    let total: f32 = weights.iter().sum();
    if total > 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= total);
    }
    weights
}

/// The first of the likeliest tokens.
fn likeliest(probabilities: &[f32]) -> u32 {
    let best = (0..probabilities.len()).reduce(|best, index| if probabilities[index] > probabilities[best] { index } else { best });
    best.unwrap_or(0) as u32
}

fn by_probability(a: &(f32, u32), b: &(f32, u32)) -> std::cmp::Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

/// The `top_k` likeliest; all if 0.
fn keep_top_k(ranked: &mut [(f32, u32)], top_k: usize) -> &mut [(f32, u32)] {
    if top_k == 0 || top_k >= ranked.len() {
        return ranked;
    }
    ranked.select_nth_unstable_by(top_k - 1, by_probability);
    &mut ranked[..top_k]
}

/// The smallest set of the likeliest whose share reaches `top_p`; at least one. The likeliest are sorted out in growing
/// portions, because a vocabulary of 64,000 is too long to sort for every token.
fn keep_top_p(ranked: &mut [(f32, u32)], top_p: f32) -> &mut [(f32, u32)] {
    if top_p >= 1.0 {
        return ranked;
    }
    let target = top_p * ranked.iter().map(|(probability, _)| probability).sum::<f32>();
    let (mut sorted, mut sum) = (0, 0.0);
    let mut portion = 128;
    while sorted < ranked.len() {
        let rest = &mut ranked[sorted..];
        let count = portion.min(rest.len());
        if count < rest.len() {
            rest.select_nth_unstable_by(count - 1, by_probability);
        }
        rest[..count].sort_unstable_by(by_probability);
        for (offset, (probability, _)) in rest[..count].iter().enumerate() {
            sum += probability;
            if sum >= target {
                let kept = sorted + offset + 1;
                return &mut ranked[..kept];
            }
        }
        sorted += count;
        portion *= 4;
    }
    ranked
}
