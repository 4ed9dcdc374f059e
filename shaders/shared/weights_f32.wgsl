// Weights in float32, a chunk of four.

@group(0) @binding(0) var<storage, read> quants: array<vec4<u32>>;

// Fours of weights in a chunk.
const VECS: u32 = 1u;

fn weights(row: u32, chunk: u32, chunks: u32) -> array<vec4<f32>, VECS> {
    return array<vec4<f32>, VECS>(bitcast<vec4<f32>>(quants[row * chunks + chunk]));
}
