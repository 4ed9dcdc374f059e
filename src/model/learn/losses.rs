//! The losses of both published trainers (`docs/representation.md`, Training), as functions of tensors.

use candle_core::{D, Result, Tensor};
use serde::{Deserialize, Serialize};

/// Joint positions in a row of features (`docs/representation.md`, Rows): their numbers begin here …
const POSITIONS: usize = 8;
/// … and are so many. The root's numbers are those before them.
const POSITION_COUNT: usize = 66;

/// How the error of one number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Penalty {
    /// Its size.
    L1,
    /// Its square.
    L2,
    /// Half its square up to 1, and its size less a half beyond.
    SmoothL1,
}

impl Penalty {
    /// The mean penalty of `ours − theirs`; a scalar.
    pub fn of(self, ours: &Tensor, theirs: &Tensor) -> Result<Tensor> {
        let error = (ours - theirs)?;
        match self {
            Self::L1 => error.abs()?.mean_all(),
            Self::L2 => error.sqr()?.mean_all(),
            Self::SmoothL1 => {
                // With m = min(|e|, 1) both branches are m · (|e| − m / 2).
                let size = error.abs()?;
                let near = size.minimum(1.0)?;
                near.mul(&(&size - (&near * 0.5)?)?)?.mean_all()
            }
        }
    }

    /// Of all numbers of features `[n, t, 272]`.
    pub fn all(self, ours: &Tensor, theirs: &Tensor) -> Result<Tensor> {
        self.of(ours, theirs)
    }

    /// Of the joint positions; the published code calls it the velocity loss.
    pub fn positions(self, ours: &Tensor, theirs: &Tensor) -> Result<Tensor> {
        self.differences(ours, theirs, 0)
    }

    /// Of the joint positions' `order`-th differences in time.
    pub fn differences(self, ours: &Tensor, theirs: &Tensor, order: usize) -> Result<Tensor> {
        let difference = |x: Tensor, _| {
            let t = x.dim(1)? - 1;
            x.narrow(1, 1, t)? - x.narrow(1, 0, t)?
        };
        let of = |x: &Tensor| (0..order).try_fold(x.narrow(2, POSITIONS, POSITION_COUNT)?, difference);
        self.of(&of(ours)?, &of(theirs)?)
    }

    /// Of the root's displacement and turning.
    pub fn root(self, ours: &Tensor, theirs: &Tensor) -> Result<Tensor> {
        self.of(&ours.narrow(2, 0, POSITIONS)?, &theirs.narrow(2, 0, POSITIONS)?)
    }
}

/// The mean square of what vectors exceed ±2: beyond, the quantiser's bound is flat and no gradient comes back, and codes collapse
/// to a few.
pub fn overflow(z: &Tensor) -> Result<Tensor> {
    (z.abs()? - 2.0)?.relu()?.sqr()?.mean_all()
}

/// The mean cross-entropy in nats of logits `[n, classes]` for the classes `targets[n]`.
pub fn cross_entropy(logits: &Tensor, targets: &[u32]) -> Result<Tensor> {
    let (n, classes) = logits.dims2()?;
    let targets = Tensor::from_slice(targets, (n, 1), logits.device())?;
    let logs = candle_nn::ops::log_softmax(&logits.detach(), D::Minus1)?;
    let value = logs.gather(&targets, 1)?.mean_all()?.neg()?;
    // The gradient is known: probabilities less ones at the targets. Multiplied with the logits it is a sum with this gradient,
    // in two large tensors instead of the eight that candle would keep.
    let ones = Tensor::ones((n, 1), logits.dtype(), logits.device())?;
    let gradient = (logs.exp()?.scatter_add(&targets, &ones.neg()?, 1)? / n as f64)?;
    debug_assert_eq!(gradient.dims(), [n, classes]);
    let carrier = logits.mul(&gradient.detach())?.sum_all()?;
    value + (&carrier - carrier.detach())?
}
