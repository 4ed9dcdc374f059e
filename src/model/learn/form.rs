//! What is trained, where that is not simply the published tensors.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::Tensors;
use crate::model::error::{Error, Result};

const DIGITS_IN: &str = "digits.in";
const DIGITS_OUT: &str = "digits.out";
const WTE: &str = "transformer.wte.weight";
const LM_HEAD: &str = "lm_head.weight";

/// How the published tensors follow from what is trained.
pub enum Form {
    /// They are the same.
    Plain,
    /// Each motion code's row in the two token tables is its own part plus one part for the value of each of its digits. Codes that
    /// differ in one digit are much alike, so rare ones learn from frequent ones.
    Digits {
        /// The quantiser's levels.
        levels: Vec<usize>,
    },
    /// The attention and feed-forward matrices are frozen ones plus a product of two thin ones (LoRA, Hu et al., arXiv 2106.09685);
    /// all else is frozen.
    LowRank {
        /// Inner dimension of the products.
        rank: usize,
        /// The published tensors to start from.
        frozen: Tensors,
    },
}

impl Form {
    /// What is trained, to begin with, so that the published tensors are `tensors` at first (with digits: nearly).
    ///
    /// # Errors
    /// Tensors that are not those of a transformer.
    pub fn split(&self, tensors: Tensors, seed: u64) -> Result<Tensors> {
        let mut rng = StdRng::seed_from_u64(seed);
        match self {
            Self::Plain => Ok(tensors),
            Self::Digits { levels } => {
                let mut tensors = tensors;
                let width = tensors.get(WTE).ok_or_else(|| missing(WTE))?.dim(1)?;
                for name in [DIGITS_IN, DIGITS_OUT] {
                    let shape = (levels.iter().sum::<usize>(), width);
                    tensors.insert(name.into(), Tensor::zeros(shape, DType::F32, &Device::Cpu)?);
                }
                Ok(tensors)
            }
            Self::LowRank { rank, frozen } => {
                let mut thin = Tensors::new();
                let adapted: BTreeMap<_, _> = frozen.iter().filter(|(name, _)| is_adapted(name)).collect();
                for (name, tensor) in adapted {
                    let (out, inner) = tensor.dims2()?;
                    let reach = 1.0 / (inner as f32).sqrt();
                    let down: Vec<f32> = (0..rank * inner).map(|_| rng.random_range(-reach..reach)).collect();
                    thin.insert(format!("{name}.down"), Tensor::from_vec(down, (*rank, inner), &Device::Cpu)?);
                    thin.insert(format!("{name}.up"), Tensor::zeros((out, *rank), DType::F32, &Device::Cpu)?);
                }
                Ok(thin)
            }
        }
    }

    /// The published tensors, with gradients to what is trained.
    ///
    /// # Errors
    /// Trained tensors that do not belong to this form.
    pub fn join(&self, mut trained: Tensors) -> Result<Tensors> {
        match self {
            Self::Plain => Ok(trained),
            Self::Digits { levels } => {
                let codes: usize = levels.iter().product();
                let values = digit_values(levels)?;
                for (table, digits) in [(WTE, DIGITS_IN), (LM_HEAD, DIGITS_OUT)] {
                    let shared = trained.remove(digits).ok_or_else(|| missing(digits))?;
                    let own = trained.get(table).ok_or_else(|| missing(table))?;
                    // The end and pad tokens have no digits.
                    let shared = values.matmul(&shared)?.pad_with_zeros(0, 0, own.dim(0)?.saturating_sub(codes))?;
                    trained.insert(table.into(), (own + shared)?);
                }
                Ok(trained)
            }
            Self::LowRank { frozen, .. } => {
                let mut joined = frozen.clone();
                for (name, tensor) in frozen.iter().filter(|(name, _)| is_adapted(name)) {
                    let mut take = |part: &str| trained.remove(&format!("{name}.{part}")).ok_or_else(|| missing(name));
                    let change = take("up")?.matmul(&take("down")?)?;
                    joined.insert(name.clone(), (tensor + change)?);
                }
                Ok(joined)
            }
        }
    }
}

fn is_adapted(name: &str) -> bool {
    name.starts_with("transformer.h.") && name.ends_with(".weight")
}

fn missing(name: &str) -> Error {
    Error::Missing { name: name.into(), path: "the state of the training".into() }
}

/// Ones where a code has a digit of a value, `[codes, sum of levels]`; the first digit counts fastest.
fn digit_values(levels: &[usize]) -> Result<Tensor> {
    let (codes, columns): (usize, usize) = (levels.iter().product(), levels.iter().sum());
    let mut values = vec![0.0_f32; codes * columns];
    for code in 0..codes {
        let (mut rest, mut first) = (code, 0);
        for &level in levels {
            values[code * columns + first + rest % level] = 1.0;
            rest /= level;
            first += level;
        }
    }
    Ok(Tensor::from_vec(values, (codes, columns), &Device::Cpu)?)
}
