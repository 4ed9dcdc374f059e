//! Setting numbers to zero at random while a network learns.

use candle_core::{Result, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A source of zeros; the same seed gives the same ones.
pub(super) struct Dropout {
    share: f32,
    rng: StdRng,
}

impl Dropout {
    /// Drops `share` of the numbers; nothing without a seed.
    pub(super) fn new(share: f32, seed: Option<u64>) -> Self {
        Self { share: if seed.is_some() { share } else { 0.0 }, rng: StdRng::seed_from_u64(seed.unwrap_or(0)) }
    }

    /// Drops numbers and makes up for them by enlarging the others.
    pub(super) fn apply(&mut self, x: Tensor) -> Result<Tensor> {
        if self.share == 0.0 {
            return Ok(x);
        }
        let kept = 1.0 / (1.0 - self.share);
        let mask: Vec<f32> = (0..x.elem_count()).map(|_| if self.rng.random::<f32>() < self.share { 0.0 } else { kept }).collect();
        x.mul(&Tensor::from_vec(mask, x.shape(), x.device())?)
    }
}
