//! Matrices on the device: one buffer each, or several where a matrix is larger than what can be bound at once.
//!
//! Files hold blocks of a scale and quants, 34 or 18 bytes, which no shader can read as words. Here quants and scales lie in
//! buffers of their own; otherwise the order of the file is kept.

use std::borrow::Cow;
use std::ops::Range;

use wgpu::Buffer;

use super::device::Gpu;
use super::error::{Error, Result};
use super::variants::WeightFormat;

/// What every device lets a kernel bind.
const MOST_BOUND: u64 = 128 << 20;
/// Rows of a piece: workgroups in one dimension.
const MOST_ROWS: usize = 65_535;
/// Bytes that wait for the device at most while weights are loaded.
const IN_FLIGHT: usize = 32 << 20;

/// What a matrix looks like before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatrixShape {
    /// How its weights are stored.
    pub format: WeightFormat,
    /// Results of a product with it.
    pub rows: usize,
    /// Weights in a row.
    pub inner: usize,
}

/// Where the weights come from: named matrices and vectors, read one after the other.
pub trait WeightSource {
    /// What a matrix `[rows, inner]` looks like; nothing if there is none of this name, or it is stored in no format of the engine's.
    fn shape(&self, name: &str) -> Option<MatrixShape>;

    /// The bytes of a matrix as its file has them: rows of plain numbers, or of blocks of a scale (float16) and 32 quants.
    ///
    /// # Errors
    /// One line for the user.
    fn matrix(&mut self, name: &str) -> Result<Vec<u8>, String>;

    /// A vector of numbers.
    ///
    /// # Errors
    /// One line for the user.
    fn vector(&mut self, name: &str) -> Result<Vec<f32>, String>;
}

impl MatrixShape {
    fn weights(&self) -> usize {
        self.rows * self.inner
    }

    /// Bytes on the device.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        (self.format.quant_bytes(self.weights()) + self.format.scale_bytes(self.weights())) as u64
    }

    /// Bytes of so many rows in a file.
    fn file_bytes(&self, rows: usize) -> usize {
        let weights = rows * self.inner;
        self.format.quant_bytes(weights) + self.format.scale_bytes(weights)
    }

    /// Chunks in a row.
    #[must_use]
    pub fn chunks(&self) -> u32 {
        (self.inner / self.format.chunk()) as u32
    }

    /// First row and count of each piece.
    fn pieces(&self, most_bound: u64) -> Vec<(usize, usize)> {
        let row_bytes = self.format.quant_bytes(self.inner).max(1);
        // Even, so that pairs of gate and up stay together.
        let rows = (most_bound as usize / row_bytes).clamp(2, MOST_ROWS) / 2 * 2;
        (0..self.rows).step_by(rows).map(|first| (first, rows.min(self.rows - first))).collect()
    }
}

/// Some rows of a matrix.
#[derive(Debug)]
pub struct Piece {
    /// The first row.
    pub first: usize,
    /// How many.
    pub rows: usize,
    /// `[rows, inner]`.
    pub quants: Buffer,
    /// `[rows, inner / 32]`; next to nothing where the format has none.
    pub scales: Buffer,
}

/// A matrix on the device.
#[derive(Debug)]
pub struct DeviceMatrix {
    /// Its sizes.
    pub shape: MatrixShape,
    /// Its rows.
    pub pieces: Vec<Piece>,
}

impl DeviceMatrix {
    /// Room for a matrix, with nothing in it yet.
    ///
    /// # Errors
    /// [`Error::Unfit`]: rows that the format or the kernels cannot hold.
    pub fn reserve(gpu: &Gpu, label: &str, shape: MatrixShape) -> Result<Self> {
        Self::reserve_within(gpu, label, shape, MOST_BOUND.min(gpu.most_bound_bytes()))
    }

    /// [`reserve`](Self::reserve) with pieces of at most so many bytes.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve).
    pub fn reserve_within(gpu: &Gpu, label: &str, shape: MatrixShape, most_bound: u64) -> Result<Self> {
        let MatrixShape { format, rows, inner } = shape;
        if !format.holds(inner) || rows == 0 {
            return Err(Error::Unfit(format!("{label} has {rows} rows of {inner} weights in {}", format.name())));
        }
        let piece = |(first, rows): (usize, usize)| Piece {
            first,
            rows,
            quants: gpu.storage(label, format.quant_bytes(rows * inner) as u64),
            scales: gpu.storage(label, format.scale_bytes(rows * inner) as u64),
        };
        Ok(Self { shape, pieces: shape.pieces(most_bound).into_iter().map(piece).collect() })
    }

    /// Fills it with the bytes of a file. Little more than one part of it is ever copied.
    ///
    /// # Errors
    /// [`Error::Source`]: not as many bytes as the shape needs; and [`Gpu::check`]'s.
    pub fn fill(&self, gpu: &Gpu, bytes: &[u8]) -> Result<()> {
        self.fill_rows(gpu, bytes.len(), |rows| Cow::Borrowed(&bytes[self.shape.file_bytes(rows.start)..self.shape.file_bytes(rows.end)]))
    }

    /// Fills it with the rows of two matrices in turns: one of `even`, one of `odd`.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn fill_in_turns(&self, gpu: &Gpu, even: &[u8], odd: &[u8]) -> Result<()> {
        let row = self.shape.file_bytes(1);
        let of_row = |index: usize| &(if index.is_multiple_of(2) { even } else { odd })[index / 2 * row..][..row];
        let of = |rows: Range<usize>| Cow::Owned(rows.map(of_row).collect::<Vec<_>>().concat());
        let bytes = if even.len() == odd.len() { even.len() + odd.len() } else { 0 };
        self.fill_rows(gpu, bytes, of)
    }

    fn fill_rows<'b>(&self, gpu: &Gpu, bytes: usize, of: impl Fn(Range<usize>) -> Cow<'b, [u8]>) -> Result<()> {
        let MatrixShape { format, rows, inner } = self.shape;
        if bytes != self.shape.file_bytes(rows) {
            return Err(Error::Source(format!("a matrix of {rows} × {inner} weights in {} comes with {bytes} bytes", format.name())));
        }
        // Scales are written as whole words: two rows of an odd count of blocks are an even one.
        let step = (IN_FLIGHT / self.shape.file_bytes(1).max(1)).max(2) / 2 * 2;
        for piece in &self.pieces {
            for first in (0..piece.rows).step_by(step) {
                let count = step.min(piece.rows - first);
                let bytes = of(piece.first + first..piece.first + first + count);
                let (mut quants, mut scales) = split(format, bytes);
                pad_to_words(&mut quants);
                pad_to_words(&mut scales);
                gpu.write(&piece.quants, format.quant_bytes(first * inner) as u64, &quants);
                gpu.write(&piece.scales, format.scale_bytes(first * inner) as u64, &scales);
                // Otherwise copies of all weights would wait in memory.
                gpu.queue.submit([]);
                gpu.wait()?;
            }
        }
        Ok(())
    }
}

fn pad_to_words(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// Takes the blocks of a file apart: quants, and scales.
fn split(format: WeightFormat, bytes: Cow<'_, [u8]>) -> (Vec<u8>, Vec<u8>) {
    if !format.is_quantised() {
        return (bytes.into_owned(), Vec::new());
    }
    let quants_in_block = format.quant_bytes(32);
    let blocks = bytes.chunks_exact(2 + quants_in_block);
    let (mut quants, mut scales) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(2 * blocks.len()));
    for block in blocks {
        scales.extend_from_slice(&block[..2]);
        quants.extend_from_slice(&block[2..]);
    }
    (quants, scales)
}
