//! Which variant of the products a device likes best: tried for about 0.2 s when a model first comes to it, then remembered.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::error::{Error, Result};
use super::program::Dispatch;
use super::transformer::Transformer;
use super::variants::{self, Blocks, Epilogue, Product, Spread};
use super::{Pace, Uniforms};
use crate::files;

/// How long variants run to be compared; one that was begun is finished.
const TRIED: Duration = Duration::from_millis(200);
/// How long it may take with compiling, which drivers do once and remember.
const PATIENCE: Duration = Duration::from_secs(2);
/// Blocks whose matrices are read for each try: enough to be in no cache.
const MATRICES: usize = 8;
/// Activations in eight bits round: they must be worth it.
const PACKED_GAIN: f64 = 0.9;

impl Transformer {
    /// Takes the variant that the file remembers for this device and this kind of matrix, else tries and remembers. A file that cannot
    /// be read or written costs the 0.2 s again, and nothing else.
    pub(super) fn tune(&mut self, file: &Path) -> Result<()> {
        let shape = self.blocks[0].gate_up.shape;
        let key = format!("{}, {}, rows of {}", self.gpu.name(), shape.format.name(), shape.inner);
        let mut known = remembered(file);
        let candidates = self.candidates();
        if let Some(spread) = known.get(&key).filter(|spread| candidates.contains(spread)) {
            self.spread = *spread;
            return Ok(());
        }
        let start = Instant::now();
        let (mut best, mut tried) = ((f64::INFINITY, self.spread), Duration::ZERO);
        for spread in candidates {
            if tried > TRIED || start.elapsed() > PATIENCE {
                break;
            }
            let secs = match self.try_spread(spread) {
                Ok((secs, took)) => {
                    tried += took;
                    secs
                }
                // A driver need not like every variant.
                Err(error @ Error::Kernel { .. }) => {
                    tracing::debug!("{error}");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let secs = if spread.packed { secs / PACKED_GAIN } else { secs };
            tracing::debug!("{spread:?}: {:.1} µs", 1e6 * secs);
            if secs < best.0 {
                best = (secs, spread);
            }
        }
        self.spread = best.1;
        known.insert(key, best.1);
        if let Err(error) = remember(file, &known) {
            tracing::debug!("{}: {error}", file.display());
        }
        Ok(())
    }

    /// What is worth trying, the likeliest first; subgroups only where they were right.
    fn candidates(&self) -> Vec<Spread> {
        let quantised = self.blocks[0].gate_up.shape.format.is_quantised();
        let mut all = variants::spreads(self.gpu.has_subgroups());
        let subgroups = self.spread.subgroups;
        all.retain(|spread| spread.threads <= self.gpu.most_threads() && (quantised || !spread.packed) && (subgroups || !spread.subgroups));
        all.sort_by_key(|spread| (!spread.subgroups, spread.threads != 64));
        all
    }

    /// Seconds that a product with the largest matrices of some blocks takes, and how long all runs took together.
    fn try_spread(&self, spread: Spread) -> Result<(f64, Duration)> {
        let gpu = &self.gpu;
        let shape = self.blocks[0].gate_up.shape;
        let x = gpu.storage_of("x", &vec![0.5_f32; shape.inner]);
        let (x_quants, x_scales) = (gpu.storage("x_quants", shape.inner as u64), gpu.storage("x_scales", shape.inner as u64 / 8));
        let y = gpu.storage("y", 2 * shape.rows as u64);
        let blocks = &self.blocks[..MATRICES.min(self.blocks.len())];
        let uniforms = Uniforms::new(gpu, 1 + blocks.iter().map(|block| block.gate_up.pieces.len()).sum::<usize>());
        let count = (shape.inner / 32) as u32;
        let quantise = [
            ("blocks", uniforms.set(gpu, 0, &Blocks { count })),
            ("x", (&x).into()),
            ("x_quants", (&x_quants).into()),
            ("x_scales", (&x_scales).into()),
        ];
        let quantise =
            Dispatch::new(gpu, self.kernels.of(gpu, &variants::quantise())?, &quantise, [count.div_ceil(variants::THREADS), 1], 1)?;
        let kernel = self.kernels.of(gpu, &variants::matvec(shape.format, Epilogue::Silu, spread, 1))?;
        let mut dispatches = vec![quantise];
        for (index, piece) in blocks.iter().flat_map(|block| &block.gate_up.pieces).enumerate() {
            let product = Product {
                rows: piece.rows as u32,
                chunks: if spread.packed { count } else { shape.chunks() },
                lines: 1,
                first_line: 0,
                y_stride: shape.rows as u32 / 2,
                y_first: piece.first as u32,
            };
            let parts = [
                ("product", uniforms.set(gpu, 1 + index, &product)),
                ("quants", (&piece.quants).into()),
                ("scales", (&piece.scales).into()),
                ("x", (&x).into()),
                ("x_quants", (&x_quants).into()),
                ("x_scales", (&x_scales).into()),
                ("y", (&y).into()),
            ];
            let workgroups = [(piece.rows as u32).div_ceil(spread.rows), 1];
            dispatches.push(Dispatch::new(gpu, kernel.clone(), &parts, workgroups, piece.quants.size())?);
        }
        let staging = gpu.staging(16);
        let mut pace = Pace::new(gpu);
        let (mut best, mut all) = (f64::INFINITY, Duration::ZERO);
        // The first run also wakes the device up.
        for _ in 0..3 {
            let (_, ran) = gpu.run(&dispatches, &mut pace, &y, &staging, 1)?;
            best = best.min(ran.busy.unwrap_or(ran.whole).as_secs_f64());
            all += ran.whole;
        }
        Ok((best, all))
    }

    /// How products are spread over this device.
    #[must_use]
    pub fn spread(&self) -> Spread {
        self.spread
    }
}

fn remembered(file: &Path) -> BTreeMap<String, Spread> {
    std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Written beside and renamed, so that nobody reads half of it.
fn remember(file: &Path, known: &BTreeMap<String, Spread>) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    files::save(file, &serde_json::to_vec_pretty(known)?)
}
