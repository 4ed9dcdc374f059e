//! A small product and a norm with made-up numbers, compared with their twins: whether a device and its driver are to be trusted.

use super::Uniforms;
use super::device::Gpu;
use super::error::Result;
use super::kernel::Kernels;
use super::program::{Dispatch, Pace};
use super::twins;
use super::variants::{self, Epilogue, Norm, Product, Spread, WeightFormat};
use super::weights::{DeviceMatrix, MatrixShape};

/// No multiple of what any variant takes at a time.
const ROWS: usize = 38;
const INNER: usize = 96;
/// Two orders of sums of so few numbers differ by less.
const CLOSE: f32 = 1e-4;

/// Whether a product that is spread like this, and a norm with the same kind of sums, are right.
pub(super) fn is_right(gpu: &Gpu, kernels: &Kernels, format: WeightFormat, spread: Spread) -> Result<bool> {
    let (bytes, weights) = made_up(format);
    let matrix = DeviceMatrix::reserve(gpu, "trial", MatrixShape { format, rows: ROWS, inner: INNER })?;
    matrix.fill(gpu, &bytes)?;
    let values: Vec<f32> = (0..INNER).map(|index| (index as f32 * 0.7).sin()).collect();
    let scale: Vec<f32> = (0..INNER).map(|index| (index as f32 * 0.3).cos()).collect();
    let (x, scales) = (gpu.storage_of("x", &values), gpu.storage_of("scale", &scale));
    let normal = gpu.storage("normal", 4 * INNER as u64);
    let y = gpu.storage("y", 4 * ROWS as u64);
    let uniforms = Uniforms::new(gpu, 2);
    let norm = Norm { width_in_fours: INNER as u32 / 4, every: 1, first: 0, eps: 1e-5 };
    let parts = [("norm", uniforms.set(gpu, 0, &norm)), ("x", (&x).into()), ("scale", (&scales).into()), ("y", (&normal).into())];
    let norm = Dispatch::new(gpu, kernels.of(gpu, &variants::rms_norm(256, spread.subgroups))?, &parts, [1, 1], 1)?;
    let piece = &matrix.pieces[0];
    let product = Product { rows: ROWS as u32, chunks: matrix.shape.chunks(), lines: 1, first_line: 0, y_stride: ROWS as u32, y_first: 0 };
    let parts = [
        ("product", uniforms.set(gpu, 1, &product)),
        ("quants", (&piece.quants).into()),
        ("scales", (&piece.scales).into()),
        ("x", (&normal).into()),
        ("y", (&y).into()),
    ];
    let kernel = kernels.of(gpu, &variants::matvec(format, Epilogue::Store, spread, 1))?;
    let product = Dispatch::new(gpu, kernel, &parts, [(ROWS as u32).div_ceil(spread.rows), 1], 1)?;
    let ours = gpu.run_once(&[norm, product], &mut Pace::new(gpu), &y, ROWS)?;
    let mut twin = vec![0.0; ROWS];
    twins::matvec(&weights, INNER, &twins::rms_norm(&values, &scale, 1e-5), Epilogue::Store, &mut twin);
    let size = twin.iter().fold(1.0_f32, |size, value| size.max(value.abs()));
    Ok(ours.iter().zip(&twin).all(|(ours, twin)| (ours - twin).abs() <= CLOSE * size))
}

/// A matrix as a file has it, and what its weights are worth. The scale of all blocks is 1/16.
fn made_up(format: WeightFormat) -> (Vec<u8>, Vec<f32>) {
    const SCALE: [u8; 2] = 0x2c00_u16.to_le_bytes();
    let quant = |index: usize| (index * 37 % 16) as i8 - 8;
    let weights = (0..ROWS * INNER).map(|index| f32::from(quant(index)) / 16.0).collect::<Vec<_>>();
    let blocks = 0..ROWS * INNER / 32;
    let bytes = match format {
        WeightFormat::F32 => weights.iter().flat_map(|weight| weight.to_le_bytes()).collect(),
        // All of them are eighths and sixteenths, which the table has exactly.
        WeightFormat::F16 => (0..ROWS * INNER).flat_map(|index| HALVES[(quant(index) + 8) as usize].to_le_bytes()).collect(),
        WeightFormat::Q8_0 => {
            blocks.flat_map(|block| SCALE.into_iter().chain((0..32).map(move |at| quant(32 * block + at) as u8))).collect()
        }
        WeightFormat::Q4_0 => {
            let half = move |index: usize| (quant(index) + 8) as u8;
            blocks
                .flat_map(|block| SCALE.into_iter().chain((0..16).map(move |at| half(32 * block + at) | half(32 * block + at + 16) << 4)))
                .collect()
        }
    };
    (bytes, weights)
}

/// −8/16 to 7/16 in float16.
const HALVES: [u16; 16] =
    [0xb800, 0xb700, 0xb600, 0xb500, 0xb400, 0xb200, 0xb000, 0xac00, 0x0000, 0x2c00, 0x3000, 0x3200, 0x3400, 0x3500, 0x3600, 0x3700];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::AdapterChoice;

    #[test]
    fn a_device_that_computes_is_trusted_with_every_format() {
        let gpu = match Gpu::open(&AdapterChoice::Named(String::new())) {
            Ok(gpu) => gpu,
            Err(error) => {
                assert!(std::env::var_os("ALLOW_NO_GPU").is_some(), "{error}: install a driver or set ALLOW_NO_GPU=1");
                return tracing::warn!("skipped: {error}");
            }
        };
        for format in WeightFormat::ALL {
            let spread = Spread { threads: 64, rows: 4, subgroups: false, packed: false };
            assert!(is_right(&gpu, &Kernels::default(), format, spread).expect("it runs"), "{format:?}");
            let (bytes, weights) = made_up(format);
            assert_eq!((weights.len(), bytes.len()), (ROWS * INNER, format.quant_bytes(ROWS * INNER) + format.scale_bytes(ROWS * INNER)));
        }
    }
}
