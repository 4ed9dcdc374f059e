// Weights in eight bits: 32 in a row share a scale. A chunk is half such a block.

@group(0) @binding(0) var<storage, read> quants: array<vec4<u32>>;
// Two float16 in each.
@group(0) @binding(1) var<storage, read> scales: array<u32>;

// Fours of weights in a chunk.
const VECS: u32 = 4u;

fn weights(row: u32, chunk: u32, chunks: u32) -> array<vec4<f32>, VECS> {
    let at = row * chunks + chunk;
    let block = at / 2u;
    let pair = unpack2x16float(scales[block / 2u]);
    let scale = select(pair.x, pair.y, block % 2u == 1u);
    let four = quants[at];
    return array(
        scale * vec4<f32>(unpack4xI8(four.x)),
        scale * vec4<f32>(unpack4xI8(four.y)),
        scale * vec4<f32>(unpack4xI8(four.z)),
        scale * vec4<f32>(unpack4xI8(four.w)),
    );
}
