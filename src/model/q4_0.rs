//! Products with q4_0 matrices on processors with AVX2, where candle's own read far less than the memory gives.
//!
//! A block holds 32 weights in 18 bytes: a scale `d` (float16) and 16 bytes, whose low nibbles are the weights 0…15 and whose high
//! nibbles are 16…31; a weight is `d (nibble − 8)`. Activations are quantised to 8 bits with a scale for each block, as candle does it.

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use pulp::cast;
use pulp::x86::V3;
use rayon::prelude::*;
use std::arch::x86_64::__m256;

/// Weights of a block.
const BLOCK: usize = 32;
/// Bytes of a block.
const BYTES: usize = 18;
/// Rows of weights whose sums grow side by side: one sum alone would wait for each addition before the next.
const ROWS: usize = 4;
/// Rows of activations that share one reading of the weights.
const BATCH: usize = 4;
/// A smaller matrix is done by one core before others have woken up; weights.
const SHARED_FROM: usize = 1 << 19;

/// 32 activations: `scale × values`.
#[derive(Clone, Copy)]
struct Activations {
    /// Times [`BIAS`], for the scale of the weights that it meets; like candle's, which is a float16, it ends at 65,504.
    scale: f32,
    values: [i8; BLOCK],
    /// Eight times the sum of each four values: what the nibbles have too much, lane by lane.
    excess: [i32; BLOCK / 4],
}

/// `x` `[n, in]` (float32) times the transpose of `weight` `[out, in]`: `[n, out]`; `None` where the matrix is of another kind or on
/// another device, or the processor lacks AVX2.
pub(super) fn product(x: &Tensor, weight: &QTensor) -> candle_core::Result<Option<Tensor>> {
    let Some(simd) = V3::try_new().filter(|_| weight.dtype() == GgmlDType::Q4_0 && weight.device().is_cpu()) else { return Ok(None) };
    let (count, inner) = x.dims2()?;
    let (out, _) = weight.shape().dims2()?;
    let (x, bytes) = (x.flatten_all()?.to_vec1::<f32>()?, weight.data()?);
    let mut y = Vec::with_capacity(count * out);
    let mut rows = x.chunks_exact(BATCH * inner);
    for rows in &mut rows {
        y.extend(products::<BATCH, 1>(simd, rows, inner, &bytes, out));
    }
    for row in rows.remainder().chunks_exact(inner) {
        y.extend(products::<1, ROWS>(simd, row, inner, &bytes, out));
    }
    Tensor::from_vec(y, (count, out), &Device::Cpu).map(Some)
}

/// `N` rows of activations `x` times `out` rows of weights, `R` at a time: `[N, out]`.
fn products<const N: usize, const R: usize>(simd: V3, x: &[f32], inner: usize, weights: &[u8], out: usize) -> Vec<f32> {
    let rows: Vec<Vec<Activations>> = x.chunks_exact(inner).map(|row| row.as_chunks().0.iter().map(quantized).collect()).collect();
    let x: Vec<[Activations; N]> = (0..inner / BLOCK).map(|block| std::array::from_fn(|row| rows[row][block])).collect();
    let stride = x.len() * BYTES;
    let some = |from: usize, y: &mut [[f32; N]]| {
        let (groups, rest) = y.as_chunks_mut::<R>();
        let left = from + groups.len() * R;
        for (group, y) in groups.iter_mut().enumerate() {
            let row = |row: usize| &weights[(from + group * R + row) * stride..][..stride];
            let rows = std::array::from_fn(row);
            *y = simd.vectorize(
                #[inline(always)]
                || dots(simd, rows, &x),
            );
        }
        for (row, y) in rest.iter_mut().enumerate() {
            let rows = [&weights[(left + row) * stride..][..stride]];
            [*y] = simd.vectorize(
                #[inline(always)]
                || dots(simd, rows, &x),
            );
        }
    };
    let mut y = vec![[0.0; N]; out];
    let share = if inner * out < SHARED_FROM { out } else { out.div_ceil(8 * rayon::current_num_threads()).next_multiple_of(R) };
    y.par_chunks_mut(share).enumerate().for_each(|(part, y)| some(part * share, y));
    (0..N).flat_map(|row| y.iter().map(move |y| y[row])).collect()
}

/// The products of `R` rows of weights with `N` rows of activations.
#[inline(always)]
fn dots<const N: usize, const R: usize>(simd: V3, weights: [&[u8]; R], x: &[[Activations; N]]) -> [[f32; N]; R] {
    let weights = weights.map(|row| &row.as_chunks::<BYTES>().0[..x.len()]);
    let nibble = simd.sse2._mm_set1_epi8(15);
    let ones = simd.avx._mm256_set1_epi16(1);
    let mut sums = [[simd.avx._mm256_setzero_ps(); N]; R];
    for (block, x) in x.iter().enumerate() {
        for (row, sums) in weights.iter().zip(&mut sums) {
            let [d0, d1, packed @ ..] = row[block];
            let (scale, packed) = (half(simd, i16::from_le_bytes([d0, d1])), cast(packed));
            let low = simd.sse2._mm_and_si128(packed, nibble);
            let high = simd.sse2._mm_and_si128(simd.sse2._mm_srli_epi16::<4>(packed), nibble);
            let nibbles = simd.avx._mm256_set_m128i(high, low);
            for (x, sum) in x.iter().zip(sums) {
                // 15 × 127 × 2 stays within 16 bits.
                let pairs = simd.avx2._mm256_maddubs_epi16(nibbles, cast(x.values));
                let fours = simd.avx2._mm256_sub_epi32(simd.avx2._mm256_madd_epi16(pairs, ones), cast(x.excess));
                let scale = simd.avx._mm256_mul_ps(scale, simd.avx._mm256_set1_ps(x.scale));
                *sum = simd.fma._mm256_fmadd_ps(simd.avx._mm256_cvtepi32_ps(fours), scale, *sum);
            }
        }
    }
    sums.map(|row| row.map(|lanes| cast::<_, [f32; 8]>(lanes).iter().sum()))
}

/// What a finite float16 is multiplied with once its bits are in the places of a float32, whose exponents have another origin.
const BIAS: f32 = f32::from_bits((127 + 112) << 23);

/// A finite float16 in all lanes, divided by [`BIAS`].
#[inline(always)]
fn half(simd: V3, bits: i16) -> __m256 {
    let doubled = simd.avx._mm256_set1_epi16(bits);
    cast(simd.avx2._mm256_and_si256(simd.avx2._mm256_srai_epi32::<3>(doubled), simd.avx._mm256_set1_epi32(0x8fff_e000_u32.cast_signed())))
}

fn quantized(x: &[f32; BLOCK]) -> Activations {
    let scale = x.iter().fold(0.0_f32, |most, x| most.max(x.abs())) / 127.0;
    let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    let values = x.map(|x| (x * inverse).round() as i8);
    let (fours, _) = values.as_chunks::<4>();
    let excess = std::array::from_fn(|lane| 8 * fours[lane].iter().map(|value| i32::from(*value)).sum::<i32>());
    Activations { scale: scale * BIAS, values, excess }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::DType;

    #[test]
    fn halves_are_exact() {
        let Some(simd) = V3::try_new() else { return };
        let finite: Vec<u16> = (0..=u16::MAX).filter(|bits| bits & 0x7c00 != 0x7c00).collect();
        let bytes: Vec<u8> = finite.iter().flat_map(|bits| bits.to_le_bytes()).collect();
        let right = Tensor::from_raw_buffer(&bytes, DType::F16, &[finite.len()], &Device::Cpu);
        let right = right.and_then(|halves| halves.to_dtype(DType::F32)?.to_vec1::<f32>()).expect("numbers");
        for (bits, right) in finite.iter().zip(right) {
            let ours = cast::<_, [f32; 8]>(half(simd, bits.cast_signed())).map(|lane| (lane * BIAS).to_bits());
            assert_eq!(ours, [right.to_bits(); 8], "{bits:#x}");
        }
    }

    #[test]
    fn it_is_the_product_with_the_expanded_matrix() {
        for (count, inner, out) in [(1, 32, 1), (1, 64, 7), (3, 96, 5), (4, 3200, 33), (9, 256, 18), (1, 2048, 600)] {
            let x = Tensor::randn(0f32, 1.0, (count, inner), &Device::Cpu).expect("activations");
            let dense = Tensor::randn(0f32, 1.0, (out, inner), &Device::Cpu).expect("weights");
            let weight = QTensor::quantize(&dense, GgmlDType::Q4_0).expect("a matrix");
            let Some(ours) = product(&x, &weight).expect("a product") else { return };
            assert_eq!(ours.dims(), [count, out]);
            let dense = weight.dequantize(&Device::Cpu).and_then(|dense| dense.t()).expect("expanded");
            let apart = (ours - x.matmul(&dense).expect("a product")).and_then(|apart| apart.abs()?.max_all()?.to_scalar::<f32>());
            // 8-bit activations are off by up to half of 1/127 of a block's largest, at random.
            let allowed = 0.03 * (inner as f32).sqrt();
            assert!(apart.expect("numbers") < allowed, "{count} {inner} {out}");
        }
    }
}
