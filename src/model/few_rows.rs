//! Products of a few rows with a large dense matrix, as every step of a generation needs them.
//!
//! Each weight is read once and used once for each row, so memory is the limit and not arithmetic. candle's product of one row runs on
//! one core; here all cores read, each its own rows of the matrix.

use candle_core::Tensor;
use rayon::prelude::*;

/// More rows are better served by a product of matrices, which uses each weight more often.
pub(super) const MOST_ROWS: usize = 4;
/// A smaller matrix is done by one core before others have woken up; elements.
const SHARED_FROM: usize = 1 << 19;

/// `rows` `[n, in]` times the transpose of `weight` `[out, in]`: `[n, out]`.
pub(super) fn product(rows: &Tensor, weight: &Tensor) -> candle_core::Result<Tensor> {
    let out = weight.dim(0)?;
    let cores = rayon::current_num_threads().min(out);
    // Gradients want one product that they can be asked of.
    if cores < 2 || weight.elem_count() < SHARED_FROM || rows.track_op() || weight.track_op() {
        return row_by_row(rows, weight);
    }
    let part = |core: usize| {
        let (from, to) = (core * out / cores, (core + 1) * out / cores);
        row_by_row(rows, &weight.narrow(0, from, to - from)?)
    };
    Tensor::cat(&(0..cores).into_par_iter().map(part).collect::<candle_core::Result<Vec<_>>>()?, 1)
}

/// A product with two rows would first copy the weights into another order; with one row it reads them once.
fn row_by_row(rows: &Tensor, weight: &Tensor) -> candle_core::Result<Tensor> {
    let weight = weight.t()?;
    match rows.dim(0)? {
        1 => rows.matmul(&weight),
        count => Tensor::cat(&(0..count).map(|row| rows.narrow(0, row, 1)?.matmul(&weight)).collect::<candle_core::Result<Vec<_>>>()?, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn it_is_the_product() {
        for (count, inner, out) in [(1, 5, 3), (2, 37, 11), (4, 768, 130), (1, 512, 1536), (3, 700, 901)] {
            let rows = Tensor::randn(0f32, 1.0, (count, inner), &Device::Cpu).expect("rows");
            let weight = Tensor::randn(0f32, 1.0, (out, inner), &Device::Cpu).expect("weights");
            let ours = product(&rows, &weight).expect("a product");
            let theirs = rows.matmul(&weight.t().expect("turned")).expect("a product");
            assert_eq!(ours.dims(), [count, out]);
            let apart = (ours - theirs).and_then(|apart| apart.abs()?.max_all()?.to_scalar::<f32>()).expect("numbers");
            assert!(apart < 1e-3, "{count} {inner} {out}: {apart}");
        }
    }
}
