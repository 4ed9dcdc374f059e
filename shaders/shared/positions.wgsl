// Which positions a pass computes, and where each row's keys and values are.

struct Positions {
    /// New positions of each row.
    count: u32,
    /// Positions that are in the cache already.
    past: u32,
    /// The first positions of the cache that hold texts: these see each other.
    words: u32,
}

struct Row {
    /// Its place in the cache.
    slot: u32,
    /// A shorter text begins with so many positions that nobody sees, so that all rows end together.
    pad: u32,
}

@group(0) @binding(0) var<uniform> positions: Positions;
// [rows]
@group(0) @binding(1) var<storage, read> rows: array<Row>;

struct Heads {
    /// Heads of attention.
    heads: u32,
    /// Pairs of channels in a head.
    pairs: u32,
    /// Positions that a row's place in the cache has room for.
    room: u32,
}

@group(0) @binding(2) var<uniform> heads: Heads;
