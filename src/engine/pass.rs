//! One pass of the network over new positions: all kernels in their order with their buffers, built once and run for every token.

use wgpu::Buffer;

use super::buffers::{BufferPart, Uniforms};
use super::device::Gpu;
use super::error::Result;
use super::program::Dispatch;
use super::shader::Variant;
use super::transformer::{ATTENTION_THREADS, Transformer};
use super::variants::{self, Blocks, Embedding, Epilogue, Heads, LINES, Norm, Positions, Product, Row, TILE};
use super::weights::DeviceMatrix;

/// Threads that share a norm, where the device has so many: with few it takes a tenth of a token's time.
const NORM_THREADS: u32 = 1024;
/// Lines that one product makes at a time, so that none takes long.
const LINES_AT_ONCE: usize = 2 * TILE as usize;

/// Keys and values of a block: `[slots, positions, width]` each.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) keys: Buffer,
    pub(super) values: Buffer,
}

/// A pass over `count` new positions of each row.
pub(super) struct Pass {
    pub(super) dispatches: Vec<Dispatch>,
    /// `[rows · count]`, a number beyond the vocabulary where there is no token.
    pub(super) tokens: Buffer,
    /// `[rows · count, width]`: what the positions begin with.
    pub(super) x: Buffer,
    /// `[rows · count, text_width]`, in passes over texts.
    pub(super) features: Option<Buffer>,
    /// `[rows, vocabulary − 1]`.
    pub(super) logits: Buffer,
    pub(super) staging: Buffer,
    pub(super) rows: Buffer,
    uniforms: Uniforms,
}

/// The pass's place in the cache; the first of the uniforms, written for every run.
const POSITIONS: usize = 0;

impl Pass {
    /// Builds it for so many rows. With `texts`, what the projection of their features gives is added to what the positions begin with.
    pub(super) fn new(network: &Transformer, caches: &[Cache], rows: usize, count: usize, texts: bool) -> Result<Self> {
        let (gpu, sizes) = (&network.gpu, &network.sizes);
        let lines = rows * count;
        let floats = |label: &str, count: usize| gpu.storage(label, 4 * count as u64);
        let x = floats("x", lines * sizes.width);
        let normal = floats("normal", lines * sizes.width);
        let qkv = floats("qkv", lines * 3 * sizes.width);
        let mixed = floats("mixed", lines * sizes.width);
        let fed = floats("fed", lines * sizes.hidden);
        let logits = floats("logits", rows * (sizes.vocabulary - 1));
        let tokens = gpu.storage("tokens", 4 * lines as u64);
        let features = texts.then(|| floats("features", lines * sizes.text_width));
        let row_table = gpu.storage("rows", (rows * size_of::<Row>()) as u64);
        let longest = sizes.width.max(sizes.hidden).max(sizes.text_width) * lines;
        // One for each norm, for each product and each piece of one, for the place in the cache and for the heads.
        let (norms, products) = (2 * sizes.layers + 1, 4 * sizes.layers + 2);
        let pieces: usize = network.matrices().map(|matrix| matrix.pieces.len()).sum();
        let uniforms = Uniforms::new(gpu, 2 + norms + products + pieces * lines.div_ceil(LINES_AT_ONCE));
        let mut builder = Builder {
            network,
            gpu,
            dispatches: Vec::new(),
            uniforms: &uniforms,
            used: POSITIONS + 1,
            what: "table",
            x_quants: floats("x_quants", longest / 4 + 4),
            x_scales: floats("x_scales", longest / 32 + 1),
        };

        builder.embed(&tokens, &x, lines)?;
        if let Some(features) = &features {
            builder.product("text", &network.text, features, &x, Epilogue::Add, lines)?;
        }
        let heads = Heads { heads: sizes.heads as u32, pairs: (sizes.width / sizes.heads / 2) as u32, room: sizes.positions as u32 };
        let heads = builder.uniform(&heads);
        let positions = uniforms.set(gpu, POSITIONS, &Positions::default());
        for (block, cache) in network.blocks.iter().zip(caches) {
            builder.norm(&x, &block.norm_1, &normal, lines, 1, 0)?;
            builder.product("queries, keys, values", &block.qkv, &normal, &qkv, Epilogue::Store, lines)?;
            let attention = [
                ("positions", positions),
                ("rows", (&row_table).into()),
                ("heads", heads),
                ("angles", (&network.angles).into()),
                ("qkv", (&qkv).into()),
                ("keys", (&cache.keys).into()),
                ("values", (&cache.values).into()),
                ("mixed", (&mixed).into()),
            ];
            builder.attend(&attention, lines)?;
            builder.product("attention's way out", &block.out, &mixed, &x, Epilogue::Add, lines)?;
            builder.norm(&x, &block.norm_2, &normal, lines, 1, 0)?;
            builder.product("gate and up", &block.gate_up, &normal, &fed, Epilogue::Silu, lines)?;
            builder.product("down", &block.down, &fed, &x, Epilogue::Add, lines)?;
        }
        // Only the last position of each row is asked for its logits.
        builder.norm(&x, &network.last_norm, &normal, rows, count, count - 1)?;
        builder.product("logits", &network.head, &normal, &logits, Epilogue::Store, rows)?;
        let dispatches = builder.dispatches;
        let staging = gpu.staging(logits.size());
        Ok(Self { dispatches, tokens, x, features, logits, staging, rows: row_table, uniforms })
    }

    /// Says where in the cache the next run is.
    pub(super) fn place(&self, gpu: &Gpu, positions: &Positions) {
        self.uniforms.set(gpu, POSITIONS, positions);
    }
}

struct Builder<'a> {
    network: &'a Transformer,
    gpu: &'a Gpu,
    dispatches: Vec<Dispatch>,
    uniforms: &'a Uniforms,
    used: usize,
    /// What the next dispatches are for.
    what: &'static str,
    x_quants: Buffer,
    x_scales: Buffer,
}

impl<'a> Builder<'a> {
    fn uniform<T: bytemuck::Pod>(&mut self, value: &T) -> BufferPart<'a> {
        self.used += 1;
        self.uniforms.set(self.gpu, self.used - 1, value)
    }

    fn add(&mut self, variant: &Variant, parts: &[(&str, BufferPart<'_>)], workgroups: [u32; 2], work: u64) -> Result<()> {
        let kernel = self.network.kernels.of(self.gpu, variant)?;
        self.dispatches.push(Dispatch::new(self.gpu, kernel, parts, workgroups, work)?.called(self.what));
        Ok(())
    }

    fn embed(&mut self, tokens: &Buffer, x: &Buffer, lines: usize) -> Result<()> {
        let table = &self.network.table;
        let chunks = table.shape.chunks();
        for piece in &table.pieces {
            let numbers = self.uniform(&Embedding { first: piece.first as u32, rows: piece.rows as u32, chunks });
            let parts = [
                ("embedding", numbers),
                ("quants", (&piece.quants).into()),
                ("scales", (&piece.scales).into()),
                ("tokens", tokens.into()),
                ("x", x.into()),
            ];
            let workgroups = [chunks.div_ceil(variants::THREADS), lines as u32];
            self.add(&variants::embedding(table.shape.format), &parts, workgroups, x.size())?;
        }
        Ok(())
    }

    /// Normalises line i · every + first of `x` to line i of `y`.
    fn norm(&mut self, x: &Buffer, scale: &Buffer, y: &Buffer, lines: usize, every: usize, first: usize) -> Result<()> {
        let sizes = &self.network.sizes;
        let numbers = Norm { width_in_fours: sizes.width as u32 / 4, every: every as u32, first: first as u32, eps: sizes.norm_eps };
        let parts = [("norm", self.uniform(&numbers)), ("x", x.into()), ("scale", scale.into()), ("y", y.into())];
        self.what = "norms";
        let many = sizes.width >= 2 * NORM_THREADS as usize && self.gpu.most_threads() >= NORM_THREADS;
        let threads = if many { NORM_THREADS } else { 256 };
        let work = (4 * lines * sizes.width) as u64;
        self.add(&variants::rms_norm(threads, self.network.spread.subgroups), &parts, [lines as u32, 1], work)
    }

    fn attend(&mut self, parts: &[(&str, BufferPart<'_>)], lines: usize) -> Result<()> {
        let sizes = &self.network.sizes;
        let pairs = (sizes.width / 2) as u32;
        let work = (4 * lines * sizes.width) as u64;
        self.what = "positions";
        self.add(&variants::rope(), parts, [pairs.div_ceil(variants::THREADS), lines as u32], work)?;
        let variant = variants::attention(ATTENTION_THREADS, self.network.spread.subgroups, (sizes.positions as u32).next_multiple_of(16));
        self.what = "attention";
        self.add(&variant, parts, [sizes.heads as u32, lines as u32], work * 16)
    }

    /// A product of a matrix with `lines` lines of `x`.
    fn product(
        &mut self,
        what: &'static str,
        matrix: &DeviceMatrix,
        x: &Buffer,
        y: &Buffer,
        epilogue: Epilogue,
        lines: usize,
    ) -> Result<()> {
        let shape = matrix.shape;
        let at_once = LINES.into_iter().find(|&most| lines <= most as usize);
        let packed = self.network.spread.packed && shape.format.is_quantised() && at_once.is_some();
        let (x_quants, x_scales) = (self.x_quants.clone(), self.x_scales.clone());
        if packed {
            self.what = "activations in eight bits";
            let count = (lines * shape.inner / 32) as u32;
            let parts = [
                ("blocks", self.uniform(&Blocks { count })),
                ("x", x.into()),
                ("x_quants", (&x_quants).into()),
                ("x_scales", (&x_scales).into()),
            ];
            self.add(&variants::quantise(), &parts, [count.div_ceil(variants::THREADS), 1], u64::from(count) * 128)?;
        }
        self.what = what;
        let results = if epilogue == Epilogue::Silu { shape.rows / 2 } else { shape.rows };
        for piece in &matrix.pieces {
            for first_line in (0..lines).step_by(LINES_AT_ONCE) {
                let here = LINES_AT_ONCE.min(lines - first_line);
                let numbers = Product {
                    rows: piece.rows as u32,
                    chunks: if packed { shape.inner as u32 / 32 } else { shape.chunks() },
                    lines: lines as u32,
                    first_line: first_line as u32,
                    y_stride: results as u32,
                    y_first: piece.first as u32,
                };
                let parts = [
                    ("product", self.uniform(&numbers)),
                    ("quants", (&piece.quants).into()),
                    ("scales", (&piece.scales).into()),
                    ("x", x.into()),
                    ("x_quants", (&x_quants).into()),
                    ("x_scales", (&x_scales).into()),
                    ("y", y.into()),
                ];
                let (variant, workgroups, work) = match at_once {
                    Some(at_once) => {
                        let spread = self.network.spread;
                        let variant = variants::matvec(shape.format, epilogue, spread, at_once);
                        (variant, [(piece.rows as u32).div_ceil(spread.rows), 1], piece.quants.size() + piece.scales.size())
                    }
                    None => {
                        let workgroups = [(piece.rows as u32).div_ceil(TILE), (here as u32).div_ceil(TILE)];
                        (variants::matmul(shape.format, epilogue), workgroups, (piece.rows * shape.inner * here) as u64)
                    }
                };
                self.add(&variant, &parts, workgroups, work)?;
            }
        }
        Ok(())
    }
}
