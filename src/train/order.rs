//! Which examples come in which batch: a function of the batch's number alone, so that a run that was taken up again sees the very
//! examples it would have seen.

use rand::SeedableRng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Batches that are drawn together and sorted by length, so that little of a batch is filling.
const POOL: usize = 8;

/// A generator of random numbers for one purpose at one point of a run.
#[must_use]
pub fn rng_at(seed: u64, purpose: u64, at: u64) -> StdRng {
    // Odd constants of SplitMix64 spread neighbouring numbers over all bits.
    let mixed =
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ purpose.wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ at.wrapping_mul(0x94d0_49bb_1331_11eb);
    StdRng::seed_from_u64(mixed)
}

/// Every example once in each epoch, in another order each time; or, with weights, as often as these say.
#[derive(Debug)]
pub struct Order {
    seed: u64,
    lengths: Vec<usize>,
    weights: Option<WeightedIndex<f64>>,
    batch: usize,
    /// The last pool that was made, and its number.
    pool: Option<(u64, Vec<Vec<usize>>)>,
    /// The last epoch's order, and its number.
    epoch: Option<(u64, Vec<usize>)>,
}

impl Order {
    /// Over examples of these lengths, at least one.
    #[must_use]
    pub fn new(lengths: Vec<usize>, batch: usize, seed: u64) -> Self {
        Self { seed, lengths, weights: None, batch, pool: None, epoch: None }
    }

    /// The same, but each example is drawn by its weight; weights that are none (all zero, or not finite) change nothing.
    #[must_use]
    pub fn weighted(self, weights: impl Iterator<Item = f64>) -> Self {
        Self { weights: WeightedIndex::new(weights).ok(), ..self }
    }

    /// The examples of batch `number`.
    pub fn batch(&mut self, number: u64) -> Vec<usize> {
        let (pool, within) = (number / POOL as u64, (number % POOL as u64) as usize);
        if self.pool.as_ref().is_none_or(|(made, _)| *made != pool) {
            let first = pool * (POOL * self.batch) as u64;
            let mut rows: Vec<usize> = (first..first + (POOL * self.batch) as u64).map(|place| self.example(place)).collect();
            rows.sort_by_key(|&row| self.lengths[row]);
            let mut batches: Vec<Vec<usize>> = rows.chunks(self.batch).map(<[usize]>::to_vec).collect();
            batches.shuffle(&mut rng_at(self.seed, 1, pool));
            self.pool = Some((pool, batches));
        }
        self.pool.as_ref().map_or_else(Vec::new, |(_, batches)| batches[within].clone())
    }

    fn example(&mut self, place: u64) -> usize {
        let count = self.lengths.len() as u64;
        let (epoch, within) = (place / count, (place % count) as usize);
        if self.epoch.as_ref().is_none_or(|(made, _)| *made != epoch) {
            let mut rng = rng_at(self.seed, 2, epoch);
            let order = match &self.weights {
                Some(weights) => weights.sample_iter(&mut rng).take(self.lengths.len()).collect(),
                None => {
                    let mut order: Vec<usize> = (0..self.lengths.len()).collect();
                    order.shuffle(&mut rng);
                    order
                }
            };
            self.epoch = Some((epoch, order));
        }
        self.epoch.as_ref().map_or(0, |(_, order)| order[within])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_comes_once_an_epoch() {
        let mut order = Order::new((0..48).collect(), 3, 7);
        let mut seen: Vec<usize> = (0..16).flat_map(|number| order.batch(number)).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..48).collect::<Vec<_>>());
    }

    #[test]
    fn a_batch_depends_on_its_number_alone() {
        let new = || Order::new(vec![5; 11], 4, 3);
        let mut all = new();
        let in_turn: Vec<_> = (0..40).map(|number| all.batch(number)).collect();
        assert_eq!(new().batch(33), in_turn[33]);
        assert_ne!(in_turn[0], in_turn[33]);
    }

    #[test]
    fn examples_come_as_often_as_their_weights_say() {
        let mut order = Order::new(vec![5; 40], 10, 1).weighted((0..40).map(|example| if example < 10 { 3.0 } else { 1.0 }));
        let drawn: Vec<usize> = (0..400).flat_map(|number| order.batch(number)).collect();
        let heavy = drawn.iter().filter(|&&example| example < 10).count() as f64 / drawn.len() as f64;
        assert!((heavy - 0.5).abs() < 0.03, "{heavy} of all draws are of those that hold half the weight");
    }

    #[test]
    fn rows_of_a_batch_are_of_like_length() {
        let mut order = Order::new((0..800).collect(), 10, 0);
        let rows = order.batch(2);
        let spread = rows.iter().max().expect("rows") - rows.iter().min().expect("rows");
        assert!(spread < 300, "lengths of {rows:?}");
    }
}
