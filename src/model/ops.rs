//! Operations that candle has twice: fused without a gradient, and spelled out with one. A network that learns takes the second, any
//! other the first, so that one implementation of the networks serves both. (The fused ones drop gradients silently.)

use candle_core::{D, Result, Tensor};

/// Whether a gradient may be asked for.
fn learns(tensors: &[&Tensor]) -> bool {
    tensors.iter().any(|tensor| tensor.track_op())
}

/// x / √(mean x² + eps) · scale over the last dimension.
pub(crate) fn rms_norm(x: &Tensor, scale: &Tensor, eps: f32) -> Result<Tensor> {
    if !learns(&[x, scale]) {
        return candle_nn::ops::rms_norm(x, scale, eps);
    }
    let deviation = (x.sqr()?.mean_keepdim(D::Minus1)? + f64::from(eps))?.sqrt()?;
    x.broadcast_div(&deviation)?.broadcast_mul(scale)
}

/// (x − mean) / √(variance + eps) · weight + bias over the last dimension.
pub(crate) fn layer_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result<Tensor> {
    if learns(&[x, weight, bias]) {
        return candle_nn::ops::layer_norm_slow(x, weight, bias, eps);
    }
    candle_nn::ops::layer_norm(&x.contiguous()?, weight, bias, eps)
}

/// Softmax over the last dimension.
pub(crate) fn softmax(x: &Tensor) -> Result<Tensor> {
    if !learns(&[x]) {
        return candle_nn::ops::softmax_last_dim(x);
    }
    // What is subtracted cancels, so it needs no gradient.
    let powers = x.broadcast_sub(&x.detach().max_keepdim(D::Minus1)?)?.exp()?;
    powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)
}

/// Turns the pairs (2i, 2i+1) of `[rows, heads, t, head]` by angles `[t, head/2]` or `[rows, t, head/2]`.
pub(crate) fn rope(x: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
    if learns(&[x]) { candle_nn::rotary_emb::rope_i_slow(x, cos, sin) } else { candle_nn::rotary_emb::rope_i(x, cos, sin) }
}
