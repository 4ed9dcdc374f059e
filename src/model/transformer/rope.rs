//! Rotary positions: neighbouring pairs of a head's channels turn by an angle that grows with the position.
//! Source: Su et al., *RoFormer*, arXiv 2104.09864; pairs are (2i, 2i+1) as in LLaMA's own code, not halves.

use candle_core::{DType, Device, Result, Tensor};

use crate::model::config::{RopePrecision, TransformerConfig};
use crate::model::ops;

/// The table of all angles of a model.
#[derive(Debug, Clone)]
pub struct Rope {
    /// `[positions, head/2]`.
    cos: Tensor,
    sin: Tensor,
}

/// The angles of the positions that one forward pass computes: `[t, head/2]`, or `[rows, t, head/2]` if rows differ.
#[derive(Debug, Clone)]
pub struct Angles {
    cos: Tensor,
    sin: Tensor,
}

impl Rope {
    /// Angles of the positions `0..positions` for heads of `head_size` channels.
    pub fn new(positions: usize, head_size: usize, base: f32, precision: RopePrecision, device: &Device) -> Result<Self> {
        match precision {
            RopePrecision::Exact => Self::exact(positions, head_size, base, device),
            RopePrecision::Bf16 => Self::rounded(positions, head_size, base, device),
        }
    }

    /// The table of a configuration, on the CPU.
    pub fn on_cpu(config: &TransformerConfig) -> Result<Self> {
        Self::new(config.block_size, config.head_size(), config.rope_base, config.rope, &Device::Cpu)
    }

    fn exact(positions: usize, head_size: usize, base: f32, device: &Device) -> Result<Self> {
        let half = head_size / 2;
        // Rounded to float32 after the exponent, the power and the reciprocal, as the published table is.
        let frequency = |pair: usize| 1.0 / f64::from(base).powf(f64::from((2 * pair) as f32 / head_size as f32)) as f32;
        let frequencies: Vec<f32> = (0..half).map(frequency).collect();
        // The product is rounded to float32 before the cosine, as the published table's is.
        let angle = |index: usize| f64::from((index / half) as f32 * frequencies[index % half]);
        let table = |of: fn(f64) -> f64| {
            let values: Vec<f32> = (0..positions * half).map(|index| of(angle(index)) as f32).collect();
            Tensor::from_vec(values, (positions, half), device)
        };
        Ok(Self { cos: table(f64::cos)?, sin: table(f64::sin)? })
    }

    /// Every step is rounded to bfloat16, and the cosines and sines to float16, as the published table is in a bfloat16 model.
    fn rounded(positions: usize, head_size: usize, base: f32, device: &Device) -> Result<Self> {
        let half = head_size / 2;
        let round = |values: Vec<f32>, to: DType| Tensor::new(values, &Device::Cpu)?.to_dtype(to)?.to_dtype(DType::F32)?.to_vec1::<f32>();
        let bf16 = |values: Vec<f32>| round(values, DType::BF16);
        // Also the base: 9984 instead of 10000.
        let base = bf16(vec![base])?[0];
        let exponents = bf16((0..half).map(|pair| (2 * pair) as f32 / head_size as f32).collect())?;
        let powers = bf16(exponents.iter().map(|&exponent| base.powf(exponent)).collect())?;
        let frequencies = bf16(powers.iter().map(|power| 1.0 / power).collect())?;
        let places = bf16((0..positions).map(|position| position as f32).collect())?;
        let angles = bf16(places.iter().flat_map(|place| frequencies.iter().map(move |frequency| place * frequency)).collect())?;
        let table = |of: fn(f32) -> f32| {
            let values = round(angles.iter().map(|&angle| of(angle)).collect(), DType::F16)?;
            Tensor::from_vec(values, (positions, half), device)
        };
        Ok(Self { cos: table(f32::cos)?, sin: table(f32::sin)? })
    }

    /// Cosine and sine of every position's angles, `[positions, head/2]`.
    pub fn table(&self) -> Result<Vec<[f32; 2]>> {
        let (cos, sin) = (self.cos.flatten_all()?.to_vec1()?, self.sin.flatten_all()?.to_vec1()?);
        Ok(cos.into_iter().zip(sin).map(|(cos, sin)| [cos, sin]).collect())
    }

    /// The angles of `count` positions from `first` on, the same for all rows.
    pub fn range(&self, first: usize, count: usize) -> Result<Angles> {
        Ok(Angles { cos: self.cos.narrow(0, first, count)?, sin: self.sin.narrow(0, first, count)? })
    }

    /// The angles of chosen positions, `positions[row][t]`.
    pub fn select(&self, positions: &[Vec<u32>]) -> Result<Angles> {
        let count = positions.first().map_or(0, Vec::len);
        let index = Tensor::new(positions.concat(), self.cos.device())?;
        let pick = |table: &Tensor| table.index_select(&index, 0)?.reshape((positions.len(), count, table.dim(1)?));
        Ok(Angles { cos: pick(&self.cos)?, sin: pick(&self.sin)? })
    }
}

impl Angles {
    /// Turns `[rows, heads, t, head]`.
    pub fn turn(&self, x: &Tensor) -> Result<Tensor> {
        ops::rope(x, &self.cos, &self.sin)
    }
}
