//! What the engine's tests share: an adapter, made-up numbers, matrices in every format, and closeness.

use std::sync::Arc;
use zoetrope::engine::shader::Variant;
use zoetrope::engine::variants::WeightFormat;
use zoetrope::engine::{AdapterChoice, DeviceMatrix, Dispatch, Gpu, Kernel, MatrixShape, Pace};

/// The best adapter, a software one where there is no other; `None`, said aloud, where there is none at all.
pub(crate) fn gpu() -> Option<Gpu> {
    // Every name contains nothing.
    let opened = Gpu::open(&AdapterChoice::Fastest).or_else(|_| Gpu::open(&AdapterChoice::Named(String::new())));
    match opened {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            crate::graphics::skip(&error.to_string());
            None
        }
    }
}

/// A kernel, compiled anew.
pub(crate) fn kernel(gpu: &Gpu, variant: &Variant) -> Arc<Kernel> {
    Arc::new(Kernel::compile(gpu, variant).unwrap())
}

/// That adapter twice: with kernels as they ship, and with kernels that check every index.
pub(crate) fn gpus() -> impl Iterator<Item = Gpu> {
    gpu().into_iter().chain(gpu().map(Gpu::with_shader_checks))
}

/// Numbers that are the same in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    /// From −1 to 1.
    pub(crate) fn number(&mut self) -> f32 {
        self.bits() as f32 / (1_u64 << 30) as f32 - 1.0
    }

    pub(crate) fn numbers(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.number()).collect()
    }

    /// As above, and now and then what breaks sums: not a number, infinities, numbers too small to be normal, zeros.
    pub(crate) fn hostile(&mut self, count: usize) -> Vec<f32> {
        let strange = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-40, -1e-42, 0.0, -0.0];
        let mut numbers = self.numbers(count);
        for _ in 0..(count / 50).max(1) {
            let (at, what) = (self.bits() as usize % count, self.bits() as usize % strange.len());
            numbers[at] = strange[what];
        }
        numbers
    }
}

/// What a fresh buffer is filled with: a sum that touches it is no number.
pub(crate) const JUNK: f32 = f32::NAN;

pub(crate) fn junk(gpu: &Gpu, count: usize) -> wgpu::Buffer {
    gpu.storage_of("junk", &vec![JUNK; count])
}

/// A matrix in a format: the file's bytes, and what they are worth.
pub(crate) fn weights(format: WeightFormat, rows: usize, inner: usize, chance: &mut Chance) -> (Vec<u8>, Vec<f32>) {
    let (mut bytes, mut worth) = (Vec::new(), Vec::new());
    let count = rows * inner;
    match format {
        WeightFormat::F32 => {
            worth = chance.numbers(count);
            bytes = worth.iter().flat_map(|value| value.to_le_bytes()).collect();
        }
        WeightFormat::F16 => {
            for _ in 0..count {
                let half = half(chance);
                bytes.extend(half.to_le_bytes());
                worth.push(from_half(half));
            }
        }
        WeightFormat::Q8_0 | WeightFormat::Q4_0 => {
            for _ in 0..count / 32 {
                let scale = half(chance) & 0x7fff;
                bytes.extend(scale.to_le_bytes());
                let quants: Vec<u8> = (0..if format == WeightFormat::Q8_0 { 32 } else { 16 }).map(|_| chance.bits() as u8).collect();
                let steps: Vec<f32> = match format {
                    WeightFormat::Q8_0 => quants.iter().map(|&quant| f32::from(quant as i8)).collect(),
                    _ => {
                        quants.iter().map(|byte| byte & 15).chain(quants.iter().map(|byte| byte >> 4)).map(|q| f32::from(q) - 8.0).collect()
                    }
                };
                worth.extend(steps.iter().map(|step| step * from_half(scale)));
                bytes.extend(quants);
            }
        }
    }
    (bytes, worth)
}

/// A float16 between −1 and 1, now and then one too small to be normal.
fn half(chance: &mut Chance) -> u16 {
    let bits = chance.bits();
    let exponent = if bits.is_multiple_of(97) { 0 } else { 8 + (bits >> 8) % 7 };
    ((bits & 1) << 15 | exponent << 10 | (bits >> 16) & 0x3ff) as u16
}

fn from_half(half: u16) -> f32 {
    let (exponent, fraction) = (i32::from(half >> 10 & 31), f32::from(half & 0x3ff));
    let size = if exponent == 0 { fraction * 2f32.powi(-24) } else { (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15) };
    if half >> 15 == 1 { -size } else { size }
}

pub(crate) fn matrix(gpu: &Gpu, format: WeightFormat, rows: usize, inner: usize, bytes: &[u8]) -> DeviceMatrix {
    let matrix = DeviceMatrix::reserve(gpu, "test", MatrixShape { format, rows, inner }).unwrap();
    matrix.fill(gpu, bytes).unwrap();
    matrix
}

/// Runs kernels and reads a buffer.
pub(crate) fn run(gpu: &Gpu, dispatches: &[Dispatch], result: &wgpu::Buffer, count: usize) -> Vec<f32> {
    gpu.run_once(dispatches, &mut Pace::new(gpu), result, count).unwrap()
}

/// |a − b| ≤ tolerance · max(1, max |b|), where b is finite; what is not must not be so here either.
#[track_caller]
pub(crate) fn assert_close(what: &str, ours: &[f32], twin: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), twin.len(), "{what}: lengths");
    let scale = twin.iter().filter(|value| value.is_finite()).fold(1.0_f32, |scale, value| scale.max(value.abs()));
    for (index, (a, b)) in ours.iter().zip(twin).enumerate() {
        if b.is_finite() {
            assert!((a - b).abs() <= tolerance * scale, "{what}: {a} instead of {b} at {index}, scale {scale}");
        } else {
            assert!(!a.is_finite(), "{what}: {a} instead of {b} at {index}");
        }
    }
}
