//! What the evaluator learns: a clip lies nearer to its own caption than to the others of a batch, and the other way round.

use candle_core::{D, Result as Computed, Tensor};
use candle_nn::ops;

/// How sharply near and far are told apart; TMR's value.
const TEMPERATURE: f64 = 0.1;

/// The symmetric contrastive loss (InfoNCE, as in TMR, arXiv 2305.00976) of embeddings `[n, latent]`, row `i` of one belonging to
/// row `i` of the other; a scalar in nats. `same(i, j)` says that caption `i` is also true of clip `j`: such a pair is no example
/// of the wrong caption and is left out.
///
/// Where TMR compares cosines, this compares squared distances, because distances are what R-precision, MM-distance and FID are
/// taken on. The embeddings leave a layer norm, so both say the same up to that norm's scale: a squared distance over twice the
/// width is one minus a cosine.
///
/// # Errors
/// Shapes that do not fit.
pub fn contrastive_loss(text: &Tensor, motion: &Tensor, same: impl Fn(usize, usize) -> bool) -> Computed<Tensor> {
    let (rows, latent) = text.dims2()?;
    let squares = |x: &Tensor| x.sqr()?.sum_keepdim(D::Minus1);
    let products = (text.matmul(&motion.t()?)? * 2.0)?;
    let squared = squares(text)?.broadcast_sub(&products)?.broadcast_add(&squares(motion)?.t()?)?;
    let logits = (squared * (-1.0 / (2.0 * latent as f64 * TEMPERATURE)))?;

    let left_out = |at: usize| if at / rows != at % rows && same(at / rows, at % rows) { -1e9_f32 } else { 0.0 };
    let mask = Tensor::from_vec((0..rows * rows).map(left_out).collect::<Vec<_>>(), (rows, rows), text.device())?;
    let logits = (logits + mask)?;
    let own = Tensor::eye(rows, logits.dtype(), logits.device())?;
    let towards = |logits: &Tensor| ops::log_softmax(logits, D::Minus1)?.mul(&own)?.sum_all()?.neg();
    (towards(&logits)? + towards(&logits.t()?.contiguous()?)?)? / (2 * rows) as f64
}
