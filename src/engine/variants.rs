//! Every kernel in every variant, as data, and the small structs that they read.

use bytemuck::{Pod, Zeroable};

use super::shader::Variant;

/// How the weights of a matrix are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WeightFormat {
    /// float32.
    F32,
    /// float16.
    F16,
    /// Blocks of 32 weights in a row share a scale (float16), eight bits each.
    Q8_0,
    /// Blocks of 32 weights in a row share a scale (float16), four bits each.
    Q4_0,
}

/// What becomes of a product's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Epilogue {
    /// They are stored.
    Store,
    /// They are added to what is there.
    Add,
    /// Rows in pairs, gate and up: silu(gate) · up is stored.
    Silu,
}

/// How a product of few lines is spread over the device: what the autotune chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Spread {
    /// Threads in a workgroup.
    pub threads: u32,
    /// Rows of the matrix for a workgroup: 2 or 4.
    pub rows: u32,
    /// Whether sums go through subgroups.
    pub subgroups: bool,
    /// Whether quantised weights meet activations in eight bits.
    pub packed: bool,
}

impl WeightFormat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::F32, Self::F16, Self::Q8_0, Self::Q4_0];

    /// As users know it, and as fragments are called after it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Q8_0 => "q8_0",
            Self::Q4_0 => "q4_0",
        }
    }

    /// Weights that a thread takes at a time.
    #[must_use]
    pub fn chunk(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 8,
            Self::Q8_0 => 16,
            Self::Q4_0 => 32,
        }
    }

    /// Weights that share a scale; 1 where there is none. Rows are whole blocks and whole chunks.
    #[must_use]
    pub fn block(self) -> usize {
        if self.is_quantised() { 32 } else { 1 }
    }

    /// Whether weights have scales.
    #[must_use]
    pub fn is_quantised(self) -> bool {
        matches!(self, Self::Q8_0 | Self::Q4_0)
    }

    /// Whether rows of so many weights can be stored.
    #[must_use]
    pub fn holds(self, inner: usize) -> bool {
        inner > 0 && inner.is_multiple_of(self.block()) && inner.is_multiple_of(self.chunk())
    }

    /// Bytes of so many weights without their scales.
    #[must_use]
    pub fn quant_bytes(self, weights: usize) -> usize {
        match self {
            Self::F32 => 4 * weights,
            Self::F16 => 2 * weights,
            Self::Q8_0 => weights,
            Self::Q4_0 => weights / 2,
        }
    }

    /// Bytes of the scales of so many weights.
    #[must_use]
    pub fn scale_bytes(self, weights: usize) -> usize {
        if self.is_quantised() { weights / 32 * 2 } else { 0 }
    }
}

impl Epilogue {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Store, Self::Add, Self::Silu];

    fn fragment(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Add => "add",
            Self::Silu => "silu",
        }
    }
}

/// Lines of activations that one product of few lines can take.
pub const LINES: [u32; 4] = [1, 2, 4, 8];
/// Threads for what is spread over single elements.
pub const THREADS: u32 = 64;
/// Rows and lines in a tile of the product of many lines.
pub const TILE: u32 = 32;

fn sums(subgroups: bool) -> &'static str {
    if subgroups { "subgroups" } else { "shared" }
}

/// Rows of a table by token.
#[must_use]
pub fn embedding(format: WeightFormat) -> Variant {
    Variant::of("embedding").with("WORKGROUP", THREADS).using("weights", format.name())
}

/// The norm in front of each part.
#[must_use]
pub fn rms_norm(threads: u32, subgroups: bool) -> Variant {
    Variant::of("rms_norm").with("WORKGROUP", threads).using("sums", sums(subgroups))
}

/// A product of `lines` lines at a time; packed only where the format has scales.
#[must_use]
pub fn matvec(format: WeightFormat, epilogue: Epilogue, spread: Spread, lines: u32) -> Variant {
    let kernel = if spread.packed && format.is_quantised() { "matvec_packed" } else { "matvec" };
    Variant::of(kernel)
        .with("WORKGROUP", spread.threads)
        .with("ROWS", spread.rows)
        .with("LINES", lines)
        .using("sums", sums(spread.subgroups))
        .using("weights", format.name())
        .using("epilogue", epilogue.fragment())
}

/// A product of many lines.
#[must_use]
pub fn matmul(format: WeightFormat, epilogue: Epilogue) -> Variant {
    Variant::of("matmul").using("weights", format.name()).using("epilogue", epilogue.fragment())
}

/// Activations in eight bits.
#[must_use]
pub fn quantise() -> Variant {
    Variant::of("quantise").with("WORKGROUP", THREADS)
}

/// Rotary positions, and keys and values into the cache.
#[must_use]
pub fn rope() -> Variant {
    Variant::of("rope").with("WORKGROUP", THREADS)
}

/// Attention over at most `positions`.
#[must_use]
pub fn attention(threads: u32, subgroups: bool, positions: u32) -> Variant {
    Variant::of("attention").with("WORKGROUP", threads).with("POSITIONS", positions).using("sums", sums(subgroups))
}

/// The ways to spread a product that are worth trying.
#[must_use]
pub fn spreads(with_subgroups: bool) -> Vec<Spread> {
    let mut all = Vec::new();
    for subgroups in [false, true].into_iter().filter(|&subgroups| with_subgroups || !subgroups) {
        for packed in [false, true] {
            for (threads, rows) in [(32, 2), (64, 4), (128, 2)] {
                all.push(Spread { threads, rows, subgroups, packed });
            }
        }
    }
    all
}

/// Every kernel in every variant that may ever run.
#[must_use]
pub fn all(with_subgroups: bool) -> Vec<Variant> {
    let mut all = vec![quantise(), rope()];
    let sums: &[bool] = if with_subgroups { &[false, true] } else { &[false] };
    for &subgroups in sums {
        for threads in [256, 1024] {
            all.push(rms_norm(threads, subgroups));
        }
        all.push(attention(256, subgroups, 304));
    }
    for format in WeightFormat::ALL {
        all.push(embedding(format));
        for epilogue in Epilogue::ALL {
            all.push(matmul(format, epilogue));
            for spread in spreads(with_subgroups) {
                all.extend(LINES.map(|lines| matvec(format, epilogue, spread, lines)));
            }
        }
    }
    let mut unique = Vec::new();
    all.retain(|variant| {
        let is_new = !unique.contains(variant);
        if is_new {
            unique.push(variant.clone());
        }
        is_new
    });
    all
}

macro_rules! uniform {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
        #[repr(C)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $ty),*
        }
    };
}

uniform!(
    /// `embedding` of `embedding.wgsl`.
    Embedding {
        /// The first token of this piece of the table.
        first: u32,
        /// Tokens in this piece.
        rows: u32,
        /// Chunks in a row.
        chunks: u32,
    }
);
uniform!(
    /// `norm` of `rms_norm.wgsl`.
    Norm {
        /// Fours in a line.
        width_in_fours: u32,
        /// Line i of y is made of line i · every + first of x.
        every: u32,
        /// See `every`.
        first: u32,
        /// Added to the mean square.
        eps: f32,
    }
);
uniform!(
    /// `product` of `product.wgsl`.
    Product {
        /// Rows of this piece of the matrix.
        rows: u32,
        /// Chunks in a row (blocks, where activations are in eight bits).
        chunks: u32,
        /// Lines of x.
        lines: u32,
        /// The first of them that this product makes.
        first_line: u32,
        /// Results in a line of y.
        y_stride: u32,
        /// Where this piece's results begin in a line of y.
        y_first: u32,
    }
);
uniform!(
    /// `positions` of `positions.wgsl`.
    Positions {
        /// New positions of each row.
        count: u32,
        /// Positions that are in the cache already.
        past: u32,
        /// The first positions of the cache that hold texts.
        words: u32,
    }
);
uniform!(
    /// An element of `rows` of `positions.wgsl`.
    Row {
        /// Its place in the cache.
        slot: u32,
        /// Positions in front of a shorter text that nobody sees.
        pad: u32,
    }
);
uniform!(
    /// `heads` of `positions.wgsl`.
    Heads {
        /// Heads of attention.
        heads: u32,
        /// Pairs of channels in a head.
        pairs: u32,
        /// Positions that a row's place in the cache has room for.
        room: u32,
    }
);
uniform!(
    /// `blocks` of `quantise.wgsl`.
    Blocks {
        /// Blocks of 32, all lines together.
        count: u32,
    }
);
