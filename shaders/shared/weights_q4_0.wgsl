// Weights in four bits, 0 to 15 for −8 to 7: 32 in a row share a scale and are a chunk. The low halves of its 16 bytes are the
// first 16 weights, the high halves the others.

@group(0) @binding(0) var<storage, read> quants: array<vec4<u32>>;
// Two float16 in each.
@group(0) @binding(1) var<storage, read> scales: array<u32>;

// Fours of weights in a chunk.
const VECS: u32 = 8u;

fn from_halves(scale: f32, bytes: u32) -> vec4<f32> {
    return scale * (vec4<f32>(unpack4xU8(bytes & 0x0f0f0f0fu)) - 8.0);
}

fn weights(row: u32, chunk: u32, chunks: u32) -> array<vec4<f32>, VECS> {
    let at = row * chunks + chunk;
    let pair = unpack2x16float(scales[at / 2u]);
    let scale = select(pair.x, pair.y, at % 2u == 1u);
    let four = quants[at];
    let high = four >> vec4<u32>(4u);
    return array(
        from_halves(scale, four.x),
        from_halves(scale, four.y),
        from_halves(scale, four.z),
        from_halves(scale, four.w),
        from_halves(scale, high.x),
        from_halves(scale, high.y),
        from_halves(scale, high.z),
        from_halves(scale, high.w),
    );
}
