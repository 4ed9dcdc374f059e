//! Finite scalar quantisation: a short vector is bounded, rounded digit by digit, and its digits are one number.
//! Plain arithmetic on slices, and once more on tensors for learning; the projections on both sides belong to the motion tokenizer.
//!
//! Source: Mentzer et al., *Finite Scalar Quantization: VQ-VAE Made Simple*, arXiv 2309.15505, with the bounds of MotionMillion.

use candle_core::Tensor;

/// A quantiser: how many levels each dimension has.
#[derive(Debug, Clone, PartialEq)]
pub struct Fsq {
    dims: Vec<Dim>,
}

#[derive(Debug, Clone, PartialEq)]
struct Dim {
    levels: usize,
    /// Half the width of the bounded range, a touch more than (levels − 1) / 2 so that rounding reaches both ends.
    half: f32,
    /// Even counts of levels have no middle one: shift by half a digit.
    offset: f32,
    /// Puts the zero of the input on the zero digit in spite of the offset.
    shift: f32,
}

impl Fsq {
    /// A quantiser with these level counts, each at least 2.
    pub fn new(levels: &[usize]) -> Self {
        let dim = |&levels: &usize| {
            let half = (levels as f32 - 1.0) * 1.001 / 2.0;
            let offset = if levels % 2 == 0 { 0.5 } else { 0.0 };
            Dim { levels, half, offset, shift: (offset / half).atanh() }
        };
        Self { dims: levels.iter().map(dim).collect() }
    }

    /// Length of a vector.
    pub fn dims(&self) -> usize {
        self.dims.len()
    }

    /// Number of codes.
    pub fn codes(&self) -> usize {
        self.dims.iter().map(|dim| dim.levels).product()
    }

    /// Squeezes a vector `[dims]` into the range of its digits.
    pub fn bound(&self, z: &[f32]) -> Vec<f32> {
        assert_eq!(z.len(), self.dims(), "one value a dimension");
        z.iter().zip(&self.dims).map(|(z, dim)| (z + dim.shift).tanh() * dim.half - dim.offset).collect()
    }

    /// Vectors `[…, dims]` → their codes in −1..=1, for learning: the bound has its gradient, rounding passes it straight through.
    pub(crate) fn pass_through(&self, z: &Tensor) -> candle_core::Result<Tensor> {
        let each = |of: fn(&Dim) -> f32| Tensor::from_vec(self.dims.iter().map(of).collect(), self.dims(), z.device());
        let bounded = z.broadcast_add(&each(|dim| dim.shift)?)?.tanh()?.broadcast_mul(&each(|dim| dim.half)?)?;
        let bounded = bounded.broadcast_sub(&each(|dim| dim.offset)?)?;
        let rounded: Vec<f32> = bounded.flatten_all()?.to_vec1::<f32>()?.into_iter().map(f32::round_ties_even).collect();
        let change = (Tensor::from_vec(rounded, z.shape(), z.device())? - bounded.detach())?;
        (bounded + change)?.broadcast_div(&each(|dim| (dim.levels / 2) as f32)?)
    }

    /// The levels of each dimension.
    pub fn levels(&self) -> Vec<usize> {
        self.dims.iter().map(|dim| dim.levels).collect()
    }

    /// The index of the code nearest to a vector `[dims]`.
    pub fn index(&self, z: &[f32]) -> u32 {
        let mut basis = 1;
        let mut index = 0;
        for (bounded, dim) in self.bound(z).iter().zip(&self.dims) {
            let middle = (dim.levels / 2) as i64;
            // The clamp matters for values that are not finite; the bound keeps all others inside.
            let digit = (bounded.round_ties_even() as i64 + middle).clamp(0, dim.levels as i64 - 1);
            index += digit as usize * basis;
            basis *= dim.levels;
        }
        index as u32
    }

    /// The code `[dims]` of an index below [`codes`](Self::codes), each value in −1..=1.
    pub fn code(&self, index: u32) -> Vec<f32> {
        let mut rest = index as usize;
        let digit = |dim: &Dim| {
            let middle = dim.levels / 2;
            let digit = (rest % dim.levels) as f32 - middle as f32;
            rest /= dim.levels;
            digit / middle as f32
        };
        self.dims.iter().map(digit).collect()
    }
}
