//! Folding time into channels and back, before the encoder and after the decoder (`docs/representation.md`, Motion tokens). No parameters.
//! Everything is channel-last: `[batch, time, channels]`.

use candle_core::{Device, Result, Tensor};

use crate::model::config::{PatchMethod, TokenizerConfig};

/// `[n, t, c]` → `[n, t/patch, c·patch]`. `patch` is a power of two.
///
/// A Haar level with an odd time step more repeats the one before the last; rearranging drops what does not fill a patch.
pub fn fold(x: &Tensor, patch: usize, method: PatchMethod) -> Result<Tensor> {
    match method {
        PatchMethod::Haar => (0..patch.ilog2()).try_fold(x.clone(), |x, _| fold_haar(&x)),
        PatchMethod::Rearrange => {
            let (n, t, c) = x.dims3()?;
            let t = t / patch;
            x.narrow(1, 0, t * patch)?.reshape((n, t, patch, c))?.transpose(2, 3)?.reshape((n, t, c * patch))
        }
    }
}

/// `[n, t, c·patch]` → `[n, t·patch, c]`: undoes [`fold`].
pub fn unfold(x: &Tensor, patch: usize, method: PatchMethod) -> Result<Tensor> {
    match method {
        PatchMethod::Haar => (0..patch.ilog2()).try_fold(x.clone(), |x, _| unfold_haar(&x)),
        PatchMethod::Rearrange => {
            let (n, t, c) = x.dims3()?;
            x.reshape((n, t, c / patch, patch))?.transpose(2, 3)?.reshape((n, t * patch, c / patch))
        }
    }
}

fn fold_haar(x: &Tensor) -> Result<Tensor> {
    let (n, t, c) = x.dims3()?;
    let x = if t.is_multiple_of(2) { x.clone() } else { Tensor::cat(&[x, &x.narrow(1, t.saturating_sub(2), 1)?], 1)? };
    let pairs = x.reshape((n, t.div_ceil(2), 2, c))?;
    let (even, odd) = (pairs.narrow(2, 0, 1)?.squeeze(2)?, pairs.narrow(2, 1, 1)?.squeeze(2)?);
    Tensor::cat(&[(&even + &odd)?, (&even - &odd)?], 2)? / (2.0 * std::f64::consts::SQRT_2)
}

fn unfold_haar(x: &Tensor) -> Result<Tensor> {
    let (n, t, c) = x.dims3()?;
    let (low, high) = (x.narrow(2, 0, c / 2)?, x.narrow(2, c / 2, c / 2)?);
    Tensor::stack(&[(&low + &high)?, (&low - &high)?], 2)?.reshape((n, 2 * t, c / 2))? * std::f64::consts::SQRT_2
}

/// The constants that the published patchers keep in their checkpoints, by name.
pub fn buffers(config: &TokenizerConfig) -> Result<Vec<(String, Tensor)>> {
    let last = 5 + config.down_t;
    let mut buffers = Vec::new();
    for layer in ["encoder.model.0".to_owned(), format!("decoder.model.{last}")] {
        let half = std::f32::consts::FRAC_1_SQRT_2;
        buffers.push((format!("vqvae.{layer}.wavelets"), Tensor::new(&[half, half], &Device::Cpu)?));
        buffers.push((format!("vqvae.{layer}._arange"), Tensor::new(&[0_i64, 1], &Device::Cpu)?));
    }
    Ok(buffers)
}
