//! The transformer's weights on a device. Names are those of the published checkpoints, as in `model`.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wgpu::Buffer;

use super::device::{Gpu, first_line};
use super::error::{Error, Result};
use super::kernel::Kernels;
use super::program::Pace;
use super::trial;
use super::variants::{Spread, WeightFormat};
use super::weights::{DeviceMatrix, MatrixShape, WeightSource};

/// Threads that attention has in a workgroup: as many as every device allows.
pub(super) const ATTENTION_THREADS: u32 = 256;
/// Positions whose scores fit in the shared memory that every device has.
const MOST_POSITIONS: usize = 3072;
/// What a driver keeps for itself, and what passes need beside weights and caches.
const WORKSPACE: u64 = 128 << 20;

/// What the shapes of the weights do not say, and what they must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Sizes {
    /// Blocks.
    pub layers: usize,
    /// Attention heads in a block.
    pub heads: usize,
    /// Channels.
    pub width: usize,
    /// Channels inside the feed-forward part.
    pub hidden: usize,
    /// Numbers in a text feature.
    pub text_width: usize,
    /// Most positions, text and tokens together.
    pub positions: usize,
    /// Added to the mean square in the norms.
    pub norm_eps: f32,
    /// Tokens, the last one (pad) never predicted.
    pub vocabulary: usize,
    /// Cosine and sine of each position's angles: `[positions, head / 2]`.
    pub angles: Vec<[f32; 2]>,
}

/// A transformer on a device.
pub struct Transformer {
    pub(super) gpu: Gpu,
    pub(super) kernels: Kernels,
    pub(super) sizes: Sizes,
    pub(super) spread: Spread,
    pub(super) table: DeviceMatrix,
    pub(super) text: DeviceMatrix,
    pub(super) text_bias: Vec<f32>,
    pub(super) blocks: Vec<Block>,
    pub(super) last_norm: Buffer,
    pub(super) head: DeviceMatrix,
    pub(super) angles: Buffer,
    /// Of passes over texts, and over single tokens: their work is not counted alike.
    pub(super) paces: [Mutex<Pace>; 2],
}

/// The weights of a block; gate and up take turns in one matrix.
pub(super) struct Block {
    pub(super) norm_1: Buffer,
    pub(super) qkv: DeviceMatrix,
    pub(super) out: DeviceMatrix,
    pub(super) norm_2: Buffer,
    pub(super) gate_up: DeviceMatrix,
    pub(super) down: DeviceMatrix,
}

impl Sizes {
    /// Names, rows and row lengths of all matrices; the two of a feed-forward part's first half each alone.
    #[must_use]
    pub fn matrices(&self) -> Vec<(String, usize, usize)> {
        let (n, m) = (self.width, self.hidden);
        let block = |index: usize| {
            let name = move |part: &str| format!("transformer.h.{index}.{part}.weight");
            let parts = [("attn.c_attn", 3 * n, n), ("attn.c_proj", n, n), ("mlp.c_fc1", m, n), ("mlp.c_fc2", m, n), ("mlp.c_proj", n, m)];
            parts.map(|(part, rows, inner)| (name(part), rows, inner))
        };
        let ends = [
            ("transformer.wte.weight", self.vocabulary, n),
            ("lm_head.weight", self.vocabulary - 1, n),
            ("llama_proj.weight", n, self.text_width),
        ];
        let ends = ends.map(|(name, rows, inner)| (name.to_owned(), rows, inner));
        (0..self.layers).flat_map(block).chain(ends).collect()
    }

    /// Bytes of keys and values of one sequence.
    #[must_use]
    pub fn cache_bytes(&self) -> u64 {
        (2 * self.layers * self.positions * self.width * 4) as u64
    }

    /// Bytes that the model would need on a device if all its matrices that can be were stored so.
    #[must_use]
    pub fn bytes_as(&self, format: WeightFormat) -> u64 {
        let bytes = |(_, rows, inner): (String, usize, usize)| {
            let format = if format.holds(inner) { format } else { WeightFormat::F16 };
            MatrixShape { format, rows, inner }.bytes()
        };
        self.matrices().into_iter().map(bytes).sum::<u64>() + self.cache_bytes() + WORKSPACE
    }

    fn check(&self) -> Result<()> {
        let unfit = |cause: String| Err(Error::Unfit(cause));
        let pairs = self.width / self.heads.max(1) / 2;
        if self.heads == 0 || pairs == 0 || pairs * 2 * self.heads != self.width || !self.width.is_multiple_of(4) {
            return unfit(format!("{} heads in a width of {}", self.heads, self.width));
        }
        if pairs > ATTENTION_THREADS as usize || self.positions > MOST_POSITIONS || self.positions == 0 {
            return unfit(format!("heads of {} channels and {} positions", 2 * pairs, self.positions));
        }
        if self.angles.len() != self.positions * pairs || self.vocabulary < 3 || self.layers == 0 {
            return unfit(format!("{} angles, {} tokens, {} blocks", self.angles.len(), self.vocabulary, self.layers));
        }
        Ok(())
    }
}

impl Transformer {
    /// Brings a model's weights to the device, one matrix after the other: first room for all, then the weights. `tuning`
    /// is a file that remembers which variants a device likes; without one the plainest are taken.
    ///
    /// # Errors
    /// [`Error::TooSmall`] before anything is read; matrices that are missing, misshapen or in no known format; the source's own.
    pub fn load(gpu: Gpu, sizes: Sizes, source: &mut dyn WeightSource, tuning: Option<&Path>) -> Result<Arc<Self>> {
        sizes.check()?;
        let mut shapes = Vec::new();
        for (name, rows, inner) in sizes.matrices() {
            let shape =
                source.shape(&name).ok_or_else(|| Error::Unfit(format!("{name} is missing, or in a format for processors only")))?;
            if (shape.rows, shape.inner) != (rows, inner) {
                return Err(Error::Unfit(format!("{name} is {} × {} instead of {rows} × {inner}", shape.rows, shape.inner)));
            }
            shapes.push((name, shape));
        }
        let mut loader = Loader::new(&gpu, &sizes, source, shapes)?;
        let mut blocks = Vec::with_capacity(sizes.layers);
        for index in 0..sizes.layers {
            let name = |part: &str| format!("transformer.h.{index}.{part}");
            blocks.push(Block {
                norm_1: loader.vector(&name("rms_1.scale"), sizes.width)?,
                qkv: loader.matrix(&name("attn.c_attn.weight"))?,
                out: loader.matrix(&name("attn.c_proj.weight"))?,
                norm_2: loader.vector(&name("rms_2.scale"), sizes.width)?,
                gate_up: loader.in_turns(&name("mlp.c_fc1.weight"), &name("mlp.c_fc2.weight"))?,
                down: loader.matrix(&name("mlp.c_proj.weight"))?,
            });
        }
        let table = loader.matrix("transformer.wte.weight")?;
        let head = loader.matrix("lm_head.weight")?;
        let text = loader.matrix("llama_proj.weight")?;
        let last_norm = loader.vector("transformer.ln_f.scale", sizes.width)?;
        let text_bias = loader.numbers("llama_proj.bias", sizes.width)?;
        let angles = gpu.storage_of("angles", &sizes.angles);
        let paces = [Mutex::new(Pace::new(&gpu)), Mutex::new(Pace::new(&gpu))];
        let kernels = Kernels::default();
        let spread = trusted_spread(&gpu, &kernels, blocks[0].gate_up.shape.format)?;
        gpu.check()?;
        let mut loaded = Self { gpu, kernels, sizes, spread, table, text, text_bias, blocks, last_norm, head, angles, paces };
        if let Some(file) = tuning {
            loaded.tune(file)?;
        }
        Ok(Arc::new(loaded))
    }

    /// Where it is.
    #[must_use]
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// The sizes it was loaded with.
    #[must_use]
    pub fn sizes(&self) -> &Sizes {
        &self.sizes
    }

    /// All matrices.
    pub(super) fn matrices(&self) -> impl Iterator<Item = &DeviceMatrix> {
        let blocks = self.blocks.iter().flat_map(|block| [&block.qkv, &block.out, &block.gate_up, &block.down]);
        blocks.chain([&self.table, &self.text, &self.head])
    }

    /// Bytes of all weights and of one motion's keys and values.
    #[must_use]
    pub fn device_bytes(&self) -> u64 {
        self.matrices().map(|matrix| matrix.shape.bytes()).sum::<u64>() + self.sizes.cache_bytes()
    }

    /// Bytes of weights that each token reads: everything but the table of tokens and the projection of the text.
    #[must_use]
    pub fn bytes_per_token(&self) -> u64 {
        let blocks = self.blocks.iter().flat_map(|block| [&block.qkv, &block.out, &block.gate_up, &block.down]);
        blocks.chain([&self.head]).map(|matrix| matrix.shape.bytes()).sum()
    }

    /// The longest submit of single tokens so far, and how many there were.
    #[must_use]
    pub fn submits(&self) -> (Duration, u64) {
        let pace = self.paces[1].lock().unwrap_or_else(PoisonError::into_inner);
        (pace.longest_submit(), pace.submits())
    }
}

impl std::fmt::Debug for Transformer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transformer").field("gpu", &self.gpu).field("layers", &self.sizes.layers).finish_non_exhaustive()
    }
}

/// The first way to spread products with which the device computes what the twins compute: drivers differ, and numbers that are only
/// nearly right look like a bad model.
fn trusted_spread(gpu: &Gpu, kernels: &Kernels, format: WeightFormat) -> Result<Spread> {
    let mut last = None;
    for subgroups in [true, false] {
        let spread = Spread { threads: 64, rows: 4, subgroups, packed: false };
        if subgroups && !gpu.has_subgroups() {
            continue;
        }
        match trial::is_right(gpu, kernels, format, spread) {
            Ok(true) => return Ok(spread),
            Ok(false) => last = Some(Error::Device { name: gpu.name().to_owned(), cause: "it computes wrong numbers".to_owned() }),
            Err(error @ Error::Kernel { .. }) => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| Error::Unfit("no kernel is fit".to_owned())))
}

/// Matrices with room reserved for them, filled in the order in which they are asked for.
struct Loader<'a> {
    gpu: &'a Gpu,
    source: &'a mut dyn WeightSource,
    reserved: Vec<(String, DeviceMatrix)>,
}

impl<'a> Loader<'a> {
    fn new(gpu: &'a Gpu, sizes: &Sizes, source: &'a mut dyn WeightSource, shapes: Vec<(String, MatrixShape)>) -> Result<Self> {
        let weights: u64 = shapes.iter().map(|(_, shape)| shape.bytes()).sum();
        let needed = weights + sizes.cache_bytes() + WORKSPACE;
        let too_small = |room: u64| Error::TooSmall { name: gpu.name().to_owned(), needed, room, advice: advice(sizes, room) };
        if let Some(limit) = gpu.memory_limit()
            && needed > limit
        {
            return Err(too_small(limit));
        }
        let mut reserved = Vec::new();
        let mut so_far = 0;
        let mut shapes = shapes.into_iter().peekable();
        while let Some((name, mut shape)) = shapes.next() {
            if name.ends_with("mlp.c_fc1.weight") {
                // Room for both; they must be alike to take turns.
                let up = shapes.next().map(|(_, up)| up);
                if up != Some(shape) {
                    return Err(Error::Unfit(format!("{name} and the matrix that it gates are stored in different formats")));
                }
                shape.rows *= 2;
            }
            let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
            let matrix = DeviceMatrix::reserve(gpu, &name, shape);
            if let Some(error) = pollster::block_on(scope.pop()) {
                tracing::debug!("{name}: {}", first_line(&error));
                return Err(too_small(so_far));
            }
            so_far += shape.bytes();
            reserved.push((name, matrix?));
        }
        gpu.check()?;
        Ok(Self { gpu, source, reserved })
    }

    fn take(&mut self, name: &str) -> Result<DeviceMatrix> {
        let at = self.reserved.iter().position(|(known, _)| known == name);
        at.map(|at| self.reserved.swap_remove(at).1).ok_or_else(|| Error::Unfit(format!("{name} is asked for twice")))
    }

    fn matrix(&mut self, name: &str) -> Result<DeviceMatrix> {
        let matrix = self.take(name)?;
        let bytes = self.source.matrix(name).map_err(Error::Source)?;
        matrix.fill(self.gpu, &bytes)?;
        Ok(matrix)
    }

    fn in_turns(&mut self, even: &str, odd: &str) -> Result<DeviceMatrix> {
        let matrix = self.take(even)?;
        let even = self.source.matrix(even).map_err(Error::Source)?;
        let odd = self.source.matrix(odd).map_err(Error::Source)?;
        matrix.fill_in_turns(self.gpu, &even, &odd)?;
        Ok(matrix)
    }

    fn numbers(&mut self, name: &str, count: usize) -> Result<Vec<f32>> {
        let numbers = self.source.vector(name).map_err(Error::Source)?;
        if numbers.len() != count {
            return Err(Error::Unfit(format!("{name} has {} numbers instead of {count}", numbers.len())));
        }
        Ok(numbers)
    }

    fn vector(&mut self, name: &str, count: usize) -> Result<Buffer> {
        Ok(self.gpu.storage_of(name, &self.numbers(name, count)?))
    }
}

/// Which form of a model would fit into so many bytes.
fn advice(sizes: &Sizes, room: u64) -> String {
    let fits = [WeightFormat::Q8_0, WeightFormat::Q4_0].into_iter().find(|format| sizes.bytes_as(*format) <= room);
    match fits {
        Some(format) => format!(
            "import it with --quantize {}, which needs {:.1} GB there, or use --device cpu",
            format.name(),
            sizes.bytes_as(format) as f64 / 1e9
        ),
        None => "use --device cpu, or a smaller model".to_owned(),
    }
}
