//! Products with q4_0 and q8_0 matrices on processors with AVX2, where candle's own read far less than the memory gives.
//!
//! A block holds 32 weights: a scale `d` (float16), then in q8_0 a signed byte for each weight, in q4_0 16 bytes, whose low nibbles are
//! the weights 0…15 and whose high nibbles are 16…31; a weight is `d byte` or `d (nibble − 8)`. Activations are quantised to 8 bits with
//! a scale for each block, as candle does it.
//!
//! What is inside of a product's loops is inlined by force, or a plain loop: a build without link-time optimisation calls the generic
//! functions of other crates, and iterators' adapters made this four times as slow.

use std::arch::x86_64::{__m256, __m256i, _MM_HINT_T0};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::utils::barrier_pool;
use candle_core::{Device, Tensor};
use pulp::cast;
use pulp::x86::V3;

/// Weights of a block.
const BLOCK: usize = 32;
/// Rows of weights that one row of activations meets side by side.
const ROWS: usize = 4;
/// Rows of activations that share one reading of the weights, one row at a time: their sums stay in registers.
const BATCH: usize = 4;
/// A smaller matrix is done by one core before others have woken up; weights.
const SHARED_FROM: usize = 1 << 18;

/// A block of 32 weights as it lies in the matrix.
trait Block: Copy + Sync {
    /// The bits of the scale, and the weights, one a byte.
    fn read(&self, simd: V3) -> (i16, __m256i);

    /// Weights times activations, the sums of each four.
    fn fours(simd: V3, weights: __m256i, x: &Activations) -> __m256i;
}

type Q4 = [u8; 18];
type Q8 = [u8; 34];

impl Block for Q4 {
    #[inline(always)]
    fn read(&self, simd: V3) -> (i16, __m256i) {
        let [d0, d1, packed @ ..] = *self;
        let low = cast(packed);
        let both = simd.avx._mm256_set_m128i(simd.sse2._mm_srli_epi16::<4>(low), low);
        (i16::from_le_bytes([d0, d1]), simd.avx2._mm256_and_si256(both, simd.avx._mm256_set1_epi8(15)))
    }

    #[inline(always)]
    fn fours(simd: V3, weights: __m256i, x: &Activations) -> __m256i {
        // 15 × 127 × 2 stays within 16 bits.
        let pairs = simd.avx2._mm256_maddubs_epi16(weights, cast(x.values));
        simd.avx2._mm256_sub_epi32(simd.avx2._mm256_madd_epi16(pairs, simd.avx._mm256_set1_epi16(1)), cast(x.excess))
    }
}

impl Block for Q8 {
    #[inline(always)]
    fn read(&self, simd: V3) -> (i16, __m256i) {
        let _ = simd;
        let [d0, d1, weights @ ..] = *self;
        (i16::from_le_bytes([d0, d1]), cast(weights))
    }

    #[inline(always)]
    fn fours(simd: V3, weights: __m256i, x: &Activations) -> __m256i {
        // The instruction wants one side without signs; 128 × 127 × 2 stays within 16 bits.
        let signed = simd.avx2._mm256_sign_epi8(cast(x.values), weights);
        let pairs = simd.avx2._mm256_maddubs_epi16(simd.avx2._mm256_abs_epi8(weights), signed);
        simd.avx2._mm256_madd_epi16(pairs, simd.avx._mm256_set1_epi16(1))
    }
}

/// 32 activations: `scale × values`.
#[derive(Clone, Copy)]
struct Activations {
    /// Times [`BIAS`], for the scale of the weights that it meets; like candle's, which is a float16, it ends at 65,504.
    scale: f32,
    values: [i8; BLOCK],
    /// Eight times the sum of each four values: what nibbles have too much, lane by lane.
    excess: [i32; BLOCK / 4],
}

/// Has the numbers below a count dealt with in parts, by whichever threads.
type Share = fn(usize, &(dyn Fn(Range<usize>) + Sync));

/// `x` `[n, in]` (float32) times the transpose of `weight` `[out, in]`: `[n, out]`; `None` where candle's product is no worse or the
/// only one: matrices of another kind or on another device, processors without AVX2, and q8_0 where one instruction sums four products.
pub(super) fn product(x: &Tensor, weight: &QTensor) -> candle_core::Result<Option<Tensor>> {
    let Some(simd) = V3::try_new().filter(|_| weight.device().is_cpu()) else { return Ok(None) };
    let (count, inner) = x.dims2()?;
    let out = weight.shape().dims2()?.0;
    // candle's own threads: two kinds of them would take the cores from each other.
    let share: Share =
        if inner * out < SHARED_FROM { |count, some| some(0..count) } else { |count, some| barrier_pool().execute_chunked(count, some) };
    let x = || x.flatten_all()?.to_vec1::<f32>();
    let y = match weight.dtype() {
        GgmlDType::Q4_0 => products::<Q4>(simd, &x()?, weight.data()?.as_chunks().0, inner, share),
        GgmlDType::Q8_0 if !sums_fours() => products::<Q8>(simd, &x()?, weight.data()?.as_chunks().0, inner, share),
        _ => return Ok(None),
    };
    Tensor::from_vec(y, (count, out), &Device::Cpu).map(Some)
}

/// Whether the processor has the instructions that candle's own q8_0 is quick with.
fn sums_fours() -> bool {
    is_x86_feature_detected!("avx512vnni") || is_x86_feature_detected!("avxvnni")
}

/// All rows of activations `x` times all rows of weights: `[n, out]`.
fn products<B: Block>(simd: V3, x: &[f32], weights: &[B], inner: usize, share: Share) -> Vec<f32> {
    let out = weights.len() / (inner / BLOCK);
    // Each is written once, by one thread, at no more cost than a float.
    let y: Vec<AtomicU32> = std::iter::repeat_with(AtomicU32::default).take(x.len() / inner * out).collect();
    let mut rows = x.chunks(inner).zip(y.chunks(out));
    for _ in 0..x.len() / (BATCH * inner) {
        let batch: [_; BATCH] = std::array::from_fn(|_| rows.next().unwrap_or_default());
        some_products::<B, BATCH, 1>(simd, batch, weights, share);
    }
    for row in rows {
        some_products::<B, 1, ROWS>(simd, [row], weights, share);
    }
    y.into_iter().map(|bits| f32::from_bits(bits.into_inner())).collect()
}

/// `N` rows of activations times all rows of weights, `R` at a time, each into its own row of sums.
fn some_products<B: Block, const N: usize, const R: usize>(simd: V3, rows: [(&[f32], &[AtomicU32]); N], weights: &[B], share: Share) {
    let y = rows.map(|row| row.1);
    let rows = rows.map(|row| quantized(simd, row.0));
    let x: Vec<[Activations; N]> = (0..rows[0].len()).map(|block| std::array::from_fn(|row| rows[row][block])).collect();
    let out = y[0].len();
    share(out.div_ceil(R), &|groups| {
        for first in groups.map(|group| group * R) {
            // The last group may have its last row several times.
            let rows = std::array::from_fn(|row| &weights[(first + row).min(out - 1) * x.len()..][..x.len()]);
            let dots: [[f32; N]; R] = dots(simd, rows, &x);
            for row in 0..R.min(out - first) {
                for column in 0..N {
                    y[column][first + row].store(dots[row][column].to_bits(), Ordering::Relaxed);
                }
            }
        }
    });
}

/// The products of `R` rows of weights with `N` rows of activations.
fn dots<B: Block, const N: usize, const R: usize>(simd: V3, weights: [&[B]; R], x: &[[Activations; N]]) -> [[f32; N]; R] {
    let ahead = R * x.len();
    simd.vectorize(
        #[inline(always)]
        move || {
            for row in weights {
                assert_eq!(row.len(), x.len(), "a row of weights for a row of activations");
            }
            let mut sums = [[simd.avx._mm256_setzero_ps(); N]; R];
            for (block, x) in x.iter().enumerate() {
                for row in 0..R {
                    // The same block of the next rows, which come one after the other where nothing foresees it.
                    simd.sse._mm_prefetch::<_MM_HINT_T0>(weights[row].as_ptr().wrapping_add(block + ahead).cast());
                    let (bits, weights) = weights[row][block].read(simd);
                    let scale = half(simd, bits);
                    for column in 0..N {
                        let x = &x[column];
                        let fours = simd.avx._mm256_cvtepi32_ps(B::fours(simd, weights, x));
                        let scale = simd.avx._mm256_mul_ps(scale, simd.avx._mm256_set1_ps(x.scale));
                        let sum = &mut sums[row][column];
                        *sum = simd.fma._mm256_fmadd_ps(fours, scale, *sum);
                    }
                }
            }
            let mut dots = [[0.0; N]; R];
            for row in 0..R {
                for column in 0..N {
                    let [a, b, c, d, e, f, g, h]: [f32; 8] = cast(sums[row][column]);
                    dots[row][column] = ((a + b) + (c + d)) + ((e + f) + (g + h));
                }
            }
            dots
        },
    )
}

/// What a finite float16 is multiplied with once its bits are in the places of a float32, whose exponents have another origin.
const BIAS: f32 = f32::from_bits((127 + 112) << 23);

/// A finite float16 in all lanes, divided by [`BIAS`].
#[inline(always)]
fn half(simd: V3, bits: i16) -> __m256 {
    let doubled = simd.avx._mm256_set1_epi16(bits);
    cast(simd.avx2._mm256_and_si256(simd.avx2._mm256_srai_epi32::<3>(doubled), simd.avx._mm256_set1_epi32(0x8fff_e000_u32.cast_signed())))
}

/// Added to a number below 2²² it leaves the nearest whole number in the lowest bits.
const ROUNDING: f32 = 12_582_912.0;

fn quantized(simd: V3, x: &[f32]) -> Vec<Activations> {
    let mut blocks = vec![Activations { scale: 0.0, values: [0; BLOCK], excess: [0; BLOCK / 4] }; x.len() / BLOCK];
    simd.vectorize(
        #[inline(always)]
        || {
            for (block, x) in blocks.iter_mut().zip(x.as_chunks::<BLOCK>().0) {
                let most = x.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
                let scale = most / 127.0;
                let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
                for (index, x) in x.iter().enumerate() {
                    block.values[index] = (x * inverse + ROUNDING).to_bits() as i8;
                }
                for lane in 0..BLOCK / 4 {
                    let mut sum = 0;
                    for value in 0..4 {
                        sum += i32::from(block.values[4 * lane + value]);
                    }
                    block.excess[lane] = 8 * sum;
                }
                block.scale = scale * BIAS;
            }
        },
    );
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::DType;
    use candle_core::quantized::QStorage;

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
    fn activations_are_the_nearest_of_255_steps() {
        let Some(simd) = V3::try_new() else { return };
        let x: Vec<f32> = (0..3 * BLOCK).map(|index| if index < BLOCK { 0.0 } else { (index as f32 * 0.7).sin() * index as f32 }).collect();
        let blocks = quantized(simd, &x);
        assert_eq!(blocks.len(), 3);
        for (block, x) in blocks.iter().zip(x.as_chunks::<BLOCK>().0) {
            let scale = block.scale / BIAS;
            for (value, x) in block.values.iter().zip(x) {
                assert!((f32::from(*value) * scale - x).abs() <= 0.501 * scale, "{x}: {value} times {scale}");
            }
            let sums = block.values.as_chunks::<4>().0.iter().map(|four| 8 * four.iter().map(|value| i32::from(*value)).sum::<i32>());
            assert!(block.excess.iter().copied().eq(sums));
        }
        assert!(blocks[1].values.iter().any(|value| value.abs() == 127));
    }

    #[test]
    fn rows_are_the_same_whichever_thread_makes_them() {
        let Some(simd) = V3::try_new() else { return };
        let by_threads: Share = |count, some| {
            let third = count.div_ceil(3);
            let parts = [2 * third..count, 0..third, third.min(count)..(2 * third).min(count)];
            std::thread::scope(|scope| parts.into_iter().for_each(|part| drop(scope.spawn(|| some(part)))));
        };
        for (count, inner, out) in [(1, 64, 9), (1, 256, 1), (6, 96, 11), (8, 32, 4)] {
            let x = Tensor::randn(0f32, 1.0, count * inner, &Device::Cpu).and_then(|x| x.to_vec1::<f32>()).expect("activations");
            let dense = Tensor::randn(0f32, 1.0, (out, inner), &Device::Cpu).expect("weights");
            let weight = QTensor::quantize(&dense, GgmlDType::Q4_0).expect("a matrix");
            let bytes = weight.data().expect("bytes");
            let by = |share| products::<Q4>(simd, &x, bytes.as_chunks().0, inner, share);
            let alone = by(|count, some| some(0..count));
            assert_eq!(alone.len(), count * out);
            assert_eq!(by(by_threads), alone, "{count} {inner} {out}");
        }
    }

    /// Both kinds, also where a machine prefers candle's.
    fn ours(x: &Tensor, weight: &QTensor) -> candle_core::Result<Option<Tensor>> {
        let Some(simd) = V3::try_new() else { return Ok(None) };
        let ((count, inner), out) = (x.dims2()?, weight.shape().dims2()?.0);
        let (x, bytes) = (x.flatten_all()?.to_vec1::<f32>()?, weight.data()?);
        let share: Share = |count, some| some(0..count);
        let y = match weight.dtype() {
            GgmlDType::Q4_0 => products::<Q4>(simd, &x, bytes.as_chunks().0, inner, share),
            _ => products::<Q8>(simd, &x, bytes.as_chunks().0, inner, share),
        };
        Tensor::from_vec(y, (count, out), &Device::Cpu).map(Some)
    }

    #[test]
    fn it_is_the_product_with_the_expanded_matrix() {
        for (count, inner, out) in [(1, 32, 1), (1, 64, 7), (3, 96, 5), (4, 3200, 33), (9, 256, 18), (1, 2048, 601), (20, 1024, 515)] {
            let x = Tensor::randn(0f32, 1.0, (count, inner), &Device::Cpu).expect("activations");
            let dense = Tensor::randn(0f32, 1.0, (out, inner), &Device::Cpu).expect("weights");
            for kind in [GgmlDType::Q4_0, GgmlDType::Q8_0] {
                let weight = QTensor::quantize(&dense, kind).expect("a matrix");
                let Some(ours) = ours(&x, &weight).expect("a product") else { return };
                let chosen = product(&x, &weight).expect("a product");
                assert!(chosen.is_some() || kind == GgmlDType::Q8_0);
                let dense = weight.dequantize(&Device::Cpu).and_then(|dense| dense.t()).expect("expanded");
                let right = x.matmul(&dense).expect("a product");
                for product in [Some(ours), chosen].into_iter().flatten() {
                    assert_eq!(product.dims(), [count, out]);
                    let apart = (product - &right).and_then(|apart| apart.abs()?.max_all()?.to_scalar::<f32>());
                    // 8-bit activations are off by up to half of 1/127 of a block's largest, at random.
                    let allowed = 0.03 * (inner as f32).sqrt();
                    assert!(apart.expect("numbers") < allowed, "{kind:?} {count} {inner} {out}");
                }
            }
        }
    }

    #[test]
    fn the_largest_weights_and_activations_stay_within_the_sums() {
        let x = Tensor::ones((1, 64), DType::F32, &Device::Cpu).expect("activations");
        for (byte, weight) in [(0x80, -128.0), (0x7f, 127.0)] {
            // Scale 1 in float16.
            let block = [&[0x00, 0x3c][..], &[byte; 32]].concat();
            let storage = QStorage::from_data(block.repeat(2).into(), &Device::Cpu, GgmlDType::Q8_0).expect("bytes");
            let matrix = QTensor::new(storage, (1, 64)).expect("a matrix");
            let Some(y) = ours(&x, &matrix).expect("a product") else { return };
            let y = y.flatten_all().and_then(|y| y.to_vec1::<f32>()).expect("numbers")[0];
            assert!((y - 64.0 * weight).abs() < 0.5, "{y} for {weight}");
        }
    }
}
