//! Setting numbers to zero at random while a network learns.

use candle_core::{Result, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A source of zeros; the same seed gives the same ones.
pub struct Dropout {
    share: f32,
    rng: StdRng,
}

impl Dropout {
    /// Drops this share of the numbers, `0 ≤ share < 1`.
    pub fn new(share: f32, seed: u64) -> Self {
        Self { share, rng: StdRng::seed_from_u64(seed) }
    }

    /// Drops numbers and makes up for them by enlarging the others.
    pub(super) fn apply(&mut self, x: &Tensor) -> Result<Tensor> {
        if self.share == 0.0 {
            return Ok(x.clone());
        }
        let kept = 1.0 / (1.0 - self.share);
        let mask: Vec<f32> = (0..x.elem_count()).map(|_| if self.rng.random::<f32>() < self.share { 0.0 } else { kept }).collect();
        x.mul(&Tensor::from_vec(mask, x.shape(), x.device())?)
    }
}
