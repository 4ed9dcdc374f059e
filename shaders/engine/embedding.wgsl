// Rows of a table of vectors, looked up by token. A line whose token is not in this piece of the table stays as it is.

#import weights_{weights}

struct Embedding {
    /// The first token of this piece of the table.
    first: u32,
    /// Tokens in this piece.
    rows: u32,
    /// Chunks in a row.
    chunks: u32,
}

@group(0) @binding(2) var<uniform> embedding: Embedding;
// [lines]; a number beyond the vocabulary where no token is wanted.
@group(0) @binding(3) var<storage, read> tokens: array<u32>;
// [lines, width]
@group(0) @binding(4) var<storage, read_write> x: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let chunk = group.x * WORKGROUP + thread;
    // Wraps around below the first one, and is then too large.
    let row = tokens[group.y] - embedding.first;
    if chunk >= embedding.chunks || row >= embedding.rows {
        return;
    }
    var own = weights(row, chunk, embedding.chunks);
    let to = (group.y * embedding.chunks + chunk) * VECS;
    for (var i = 0u; i < VECS; i++) {
        x[to + i] = own[i];
    }
}
