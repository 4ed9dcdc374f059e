//! How much work a submit gets, so that it takes about as long as the desktop can wait.

use std::time::Duration;

/// How long a submit may take: other programs, and the window, get the device between two of them.
const SUBMIT: Duration = Duration::from_millis(4);
/// Times vary: this part of it is aimed at.
const AIM: f64 = 0.75;
/// What the first submits are cut for, until times are measured: a slow device's bytes or operations in that time.
const FIRST_WORK: u64 = 16 << 20;
/// The first submit gets at most this part of a run.
const HEAD_START: u64 = 8;

/// Work for a submit, in the unit of [`super::Dispatch::work`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget(u64);

impl Budget {
    /// Cautious.
    pub(super) fn new() -> Self {
        Self(FIRST_WORK)
    }

    /// Where a run is cut: the first dispatch of each submit, and the end. A single dispatch is never cut. The first submit is short, so
    /// that the device works while the others are written.
    pub(super) fn cuts(self, works: &[u64]) -> Vec<usize> {
        let head = self.0.min(works.iter().sum::<u64>() / HEAD_START);
        let (mut cuts, mut gathered) = (vec![0], 0);
        for (index, &work) in works.iter().enumerate() {
            let most = if cuts.len() == 1 { head } else { self.0 };
            if gathered > 0 && gathered + work > most {
                cuts.push(index);
                gathered = 0;
            }
            gathered += work;
        }
        cuts.push(works.len());
        cuts
    }

    /// Learns from a run whose longest submit had this much work and took this long. It grows twofold at most, because small submits
    /// flatter.
    pub(super) fn learn(&mut self, work: u64, took: Duration) {
        let fits = work as f64 / took.as_secs_f64().max(1e-7) * SUBMIT.as_secs_f64() * AIM;
        self.0 = (fits as u64).clamp(1, self.0.max(work) * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submits(budget: Budget, works: &[u64]) -> Vec<u64> {
        budget.cuts(works).windows(2).map(|cut| works[cut[0]..cut[1]].iter().sum()).collect()
    }

    #[test]
    fn a_run_is_cut_into_submits_that_fit() {
        assert_eq!(submits(Budget(10), &[3; 8]), [3, 9, 9, 3]);
        assert_eq!(submits(Budget(1000), &[3; 16]), [6, 42]);
        assert_eq!(submits(Budget(10), &[50, 1, 60, 2, 2]), [50, 1, 60, 4], "what is too much alone is alone");
        assert_eq!(submits(Budget(10), &[7]), [7]);
        assert_eq!(Budget(10).cuts(&[]), [0, 0]);
    }

    #[test]
    fn submits_come_to_take_three_milliseconds_on_any_device() {
        for per_millisecond in [1_000, 1_000_000, 1_000_000_000] {
            let works = vec![per_millisecond / 8; 4000];
            let mut budget = Budget::new();
            let mut longest = Duration::ZERO;
            for _ in 0..30 {
                let most = submits(budget, &works).into_iter().max().unwrap_or(0);
                longest = Duration::from_secs_f64(1e-3 * most as f64 / per_millisecond as f64);
                budget.learn(most, longest);
            }
            assert!((2.8..=3.1).contains(&(1e3 * longest.as_secs_f64())), "{longest:?} at {per_millisecond}");
        }
    }

    #[test]
    fn one_quick_submit_does_not_open_the_floodgates() {
        let mut budget = Budget(100);
        budget.learn(10, Duration::from_nanos(1));
        assert_eq!(budget, Budget(200));
        budget.learn(100, Duration::from_secs(1));
        assert_eq!(budget, Budget(1), "a slow one closes them at once");
    }
}
