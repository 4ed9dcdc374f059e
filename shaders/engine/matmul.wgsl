// y = W x for many lines of x, as the text has them: a workgroup of 64 makes a tile of 32 rows × 32 lines, a thread 4 × 4 of them.

const ROWS: u32 = 4u;
const TILE: u32 = 32u;
// One more than a tile, so that threads that write a column use different banks of the shared memory.
const STRIDE: u32 = TILE + 1u;

#import weights_{weights}
#import product
#import epilogue_{epilogue}

// [lines, width]
@group(0) @binding(4) var<storage, read> x: array<vec4<f32>>;

// [column of the tile, row] and [column, line].
var<workgroup> w_tile: array<f32, TILE * STRIDE>;
var<workgroup> x_tile: array<f32, TILE * STRIDE>;

const WORKGROUP: u32 = 64u;
const CHUNKS_IN_TILE: u32 = TILE / (4u * VECS);

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first_row = group.x * TILE;
    let first_line = product.first_line + group.y * TILE;
    let own_row = thread % 8u * ROWS;
    let own_line = thread / 8u * 4u;
    var sums: array<vec4<f32>, 4>;
    for (var first_chunk = 0u; first_chunk < product.chunks; first_chunk += CHUNKS_IN_TILE) {
        for (var i = thread; i < TILE * CHUNKS_IN_TILE; i += WORKGROUP) {
            let row = i / CHUNKS_IN_TILE;
            let chunk = i % CHUNKS_IN_TILE;
            var own: array<vec4<f32>, VECS>;
            if first_chunk + chunk < product.chunks {
                own = weights(min(first_row + row, product.rows - 1u), first_chunk + chunk, product.chunks);
            }
            for (var v = 0u; v < VECS; v++) {
                let column = 4u * (chunk * VECS + v);
                w_tile[column * STRIDE + row] = own[v].x;
                w_tile[(column + 1u) * STRIDE + row] = own[v].y;
                w_tile[(column + 2u) * STRIDE + row] = own[v].z;
                w_tile[(column + 3u) * STRIDE + row] = own[v].w;
            }
        }
        for (var i = thread; i < TILE * TILE / 4u; i += WORKGROUP) {
            let line = i / (TILE / 4u);
            let four = i % (TILE / 4u);
            let start = first_chunk * VECS + four;
            var own = vec4<f32>(0.0);
            if start < product.chunks * VECS {
                own = x[min(first_line + line, product.lines - 1u) * product.chunks * VECS + start];
            }
            x_tile[4u * four * STRIDE + line] = own.x;
            x_tile[(4u * four + 1u) * STRIDE + line] = own.y;
            x_tile[(4u * four + 2u) * STRIDE + line] = own.z;
            x_tile[(4u * four + 3u) * STRIDE + line] = own.w;
        }
        workgroupBarrier();
        for (var column = 0u; column < TILE; column++) {
            let w = column * STRIDE + own_row;
            let four = vec4<f32>(w_tile[w], w_tile[w + 1u], w_tile[w + 2u], w_tile[w + 3u]);
            for (var l = 0u; l < 4u; l++) {
                sums[l] += four * x_tile[column * STRIDE + own_line + l];
            }
        }
        workgroupBarrier();
    }
    for (var l = 0u; l < 4u; l++) {
        let line = first_line + own_line + l;
        if line < product.lines {
            finish(first_row + own_row, line, array(sums[l].x, sums[l].y, sums[l].z, sums[l].w));
        }
    }
}
