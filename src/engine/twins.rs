//! What each kernel computes, on the CPU, under the same name: what tests compare kernels with, and the shortest way to read them.
//!
//! Matrices are flat, line by line. Sums are made in float64 and rounded once, so that a twin is nearer to the truth than any
//! order of float32 sums.

use super::variants::{Epilogue, Row};

/// Rows of a table `[rows, width]` by token; lines whose token it does not have stay as they are.
pub fn embedding(table: &[f32], width: usize, first: u32, tokens: &[u32], x: &mut [f32]) {
    for (&token, line) in tokens.iter().zip(x.chunks_exact_mut(width)) {
        let row = token.wrapping_sub(first) as usize;
        if let Some(vector) = table.chunks_exact(width).nth(row) {
            line.copy_from_slice(vector);
        }
    }
}

/// x / √(mean(x²) + eps) · scale of every line.
#[must_use]
pub fn rms_norm(x: &[f32], scale: &[f32], eps: f32) -> Vec<f32> {
    let norm = |line: &[f32]| {
        let mean = line.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>() / line.len() as f64;
        let factor = 1.0 / (mean + f64::from(eps)).sqrt();
        line.iter().zip(scale).map(|(&value, &scale)| (f64::from(value) * factor * f64::from(scale)) as f32).collect::<Vec<_>>()
    };
    x.chunks_exact(scale.len()).flat_map(norm).collect()
}

/// The product of a matrix `[rows, inner]` with every line of `x`, and what becomes of it in `y`.
pub fn matvec(weights: &[f32], inner: usize, x: &[f32], epilogue: Epilogue, y: &mut [f32]) {
    let rows = weights.len() / inner;
    let dot = |row: usize, line: &[f32]| -> f64 {
        let row = &weights[row * inner..][..inner];
        row.iter().zip(line).map(|(&weight, &value)| f64::from(weight) * f64::from(value)).sum()
    };
    let results = if epilogue == Epilogue::Silu { rows / 2 } else { rows };
    for (line, results) in x.chunks_exact(inner).zip(y.chunks_exact_mut(results)) {
        for (index, result) in results.iter_mut().enumerate() {
            *result = match epilogue {
                Epilogue::Store => dot(index, line) as f32,
                Epilogue::Add => (f64::from(*result) + dot(index, line)) as f32,
                Epilogue::Silu => {
                    let (gate, up) = (dot(2 * index, line), dot(2 * index + 1, line));
                    (gate / (1.0 + (-gate).exp()) * up) as f32
                }
            };
        }
    }
}

/// Another way to the same product, for many lines.
pub use self::matvec as matmul;

/// The product with activations in eight bits.
pub fn matvec_packed(weights: &[f32], inner: usize, x: &[f32], epilogue: Epilogue, y: &mut [f32]) {
    matvec(weights, inner, &quantise(x), epilogue, y);
}

/// What activations are worth after they were put in eight bits, 32 sharing a scale.
#[must_use]
pub fn quantise(x: &[f32]) -> Vec<f32> {
    let block = |block: &[f32]| {
        let most = block.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let scale = most / 127.0;
        let value = |&value: &f32| if most > 1e-30 { (value * (127.0 / most)).round_ties_even().clamp(-127.0, 127.0) * scale } else { 0.0 };
        block.iter().map(value).collect::<Vec<_>>()
    };
    x.chunks(32).flat_map(block).collect()
}

/// Where rows and positions are in a pass.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Heads of attention.
    pub heads: usize,
    /// Channels of a head.
    pub head: usize,
    /// Positions that a row's place in the cache has room for.
    pub room: usize,
    /// New positions of each row.
    pub count: usize,
    /// Positions that are in the cache already.
    pub past: usize,
    /// The first positions that hold texts.
    pub words: usize,
    /// One for each row.
    pub rows: Vec<Row>,
}

/// Turns the queries in `qkv` `[rows · count, 3 · width]`, and puts turned keys, and values, in the cache `[slots, room, width]`.
/// `angles` `[positions, head / 2]` are cosines and sines.
pub fn rope(pass: &Pass, angles: &[[f32; 2]], qkv: &mut [f32], keys: &mut [f32], values: &mut [f32]) {
    let width = pass.heads * pass.head;
    for (index, line) in qkv.chunks_exact_mut(3 * width).enumerate() {
        let row = pass.rows[index / pass.count];
        let place = pass.past + index % pass.count;
        let to = (row.slot as usize * pass.room + place) * width;
        for channel in (0..width).step_by(2) {
            let position = place.saturating_sub(row.pad as usize);
            let [cos, sin] = angles[position * pass.head / 2 + channel % pass.head / 2];
            let turned = |re: f32, im: f32| [re * cos - im * sin, re * sin + im * cos];
            let q = turned(line[channel], line[channel + 1]);
            let k = turned(line[width + channel], line[width + channel + 1]);
            line[channel..channel + 2].copy_from_slice(&q);
            keys[to + channel..][..2].copy_from_slice(&k);
            values[to + channel..][..2].copy_from_slice(&line[2 * width + channel..][..2]);
        }
    }
}

/// Attention of every line of `qkv` `[rows · count, 3 · width]` to what it sees of the cache: `[rows · count, width]`.
#[must_use]
pub fn attention(pass: &Pass, qkv: &[f32], keys: &[f32], values: &[f32]) -> Vec<f32> {
    let width = pass.heads * pass.head;
    let mut mixed = Vec::with_capacity(qkv.len() / 3);
    for (index, line) in qkv.chunks_exact(3 * width).enumerate() {
        let row = pass.rows[index / pass.count];
        let (place, pad) = (pass.past + index % pass.count, row.pad as usize);
        let sees = |other: usize| other == place || (other >= pad && (other <= place || other.max(place) < pass.words));
        let seen: Vec<usize> = (0..pass.past + pass.count).filter(|&other| sees(other)).collect();
        for head in 0..pass.heads {
            let of = |cache: &[f32], other: usize, channel: usize| {
                f64::from(cache[(row.slot as usize * pass.room + other) * width + head * pass.head + channel])
            };
            let score = |&other: &usize| -> f64 {
                let products = (0..pass.head).map(|channel| f64::from(line[head * pass.head + channel]) * of(keys, other, channel));
                products.sum::<f64>() / (pass.head as f64).sqrt()
            };
            let scores: Vec<f64> = seen.iter().map(score).collect();
            let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let shares: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
            let total: f64 = shares.iter().sum();
            mixed.extend((0..pass.head).map(|channel| {
                let sum: f64 = seen.iter().zip(&shares).map(|(&other, share)| share * of(values, other, channel)).sum();
                (sum / total) as f32
            }));
        }
    }
    mixed
}
