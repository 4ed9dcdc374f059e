// Weights in float16, a chunk of eight.

@group(0) @binding(0) var<storage, read> quants: array<vec4<u32>>;

// Fours of weights in a chunk.
const VECS: u32 = 2u;

fn weights(row: u32, chunk: u32, chunks: u32) -> array<vec4<f32>, VECS> {
    let eight = quants[row * chunks + chunk];
    return array(
        vec4<f32>(unpack2x16float(eight.x), unpack2x16float(eight.y)),
        vec4<f32>(unpack2x16float(eight.z), unpack2x16float(eight.w)),
    );
}
