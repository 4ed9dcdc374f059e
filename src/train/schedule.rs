//! The learning rate of each update, in closed form, so that a run can begin anywhere.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// How the rate goes on after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// A quarter of a wave down to zero, reached at the end of the run.
    Cosine,
    /// The peak.
    Constant,
    /// The peak, and from one update on a fraction of it (published tokenizer: 0.05 from 300,000 on).
    Drop {
        /// The first update with the lower rate.
        at: u64,
        /// The fraction.
        factor: f64,
    },
    /// The published generator's cosine to the letter: its wave is a tenth shorter than the run, so the rate is zero at 95 % of the
    /// published 240,000 updates and rises again (`docs/representation.md`, Training).
    Published,
}

/// The rate of a run's updates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The highest rate.
    pub peak: f64,
    /// Updates over which the rate rises in equal steps; the first has a step's rate, not the published 0.
    pub warmup: u64,
    /// What comes then.
    pub schedule: Schedule,
}

impl Rate {
    /// The rate of update `step` (from 0) of a run of `total`.
    #[must_use]
    pub fn at(&self, step: u64, total: u64) -> f64 {
        let since = step.saturating_sub(self.warmup) as f64;
        match self.schedule {
            Schedule::Published => published_cosine(self.peak, self.warmup, total, step),
            _ if step < self.warmup => self.peak * (step + 1) as f64 / self.warmup as f64,
            Schedule::Cosine => {
                let span = total.saturating_sub(self.warmup).max(1) as f64;
                self.peak * (1.0 + (PI * (since / span).min(1.0)).cos()) / 2.0
            }
            Schedule::Drop { at, factor } if step >= at => self.peak * factor,
            Schedule::Constant | Schedule::Drop { .. } => self.peak,
        }
    }
}

/// The published generator's rate at iteration `at`: linear from 0, then a cosine with a period of nine tenths of the run.
#[must_use]
pub fn published_cosine(peak: f64, warmup: u64, total: u64, at: u64) -> f64 {
    if at < warmup {
        return published_constant(peak, warmup, at);
    }
    let period = (total - total / 10) as f64;
    peak * (1.0 + (PI * (at - warmup) as f64 / period).cos()) / 2.0
}

/// The published generator's other rate at iteration `at`: linear from 0, then constant.
#[must_use]
pub fn published_constant(peak: f64, warmup: u64, at: u64) -> f64 {
    if at < warmup { peak * at as f64 / warmup as f64 } else { peak }
}

/// The published tokenizer's rate at iteration `at` (from 1) of its warm-up loop of `warmup` − 1 updates.
#[must_use]
pub fn published_tokenizer_warmup(peak: f64, warmup: u64, at: u64) -> f64 {
    peak * (at + 1) as f64 / (warmup + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_begins_above_zero_peaks_after_the_warm_up_and_ends_at_zero() {
        let rate = Rate { peak: 2.0, warmup: 10, schedule: Schedule::Cosine };
        assert_eq!(rate.at(0, 110), 0.2);
        assert_eq!(rate.at(9, 110), 2.0);
        assert_eq!(rate.at(10, 110), 2.0);
        assert!((rate.at(60, 110) - 1.0).abs() < 1e-12);
        assert!(rate.at(110, 110).abs() < 1e-12 && rate.at(109, 110) > 0.0);
        let falling = (10..110).all(|step| rate.at(step + 1, 110) < rate.at(step, 110));
        assert!(falling, "the rate must not rise again");
    }

    #[test]
    fn a_drop_comes_when_it_is_due() {
        let rate = Rate { peak: 1.0, warmup: 0, schedule: Schedule::Drop { at: 5, factor: 0.05 } };
        assert_eq!((rate.at(0, 9), rate.at(4, 9), rate.at(5, 9)), (1.0, 1.0, 0.05));
    }
}
