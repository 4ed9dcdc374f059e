// As matvec, with activations in eight bits (see quantise): products and sums of whole numbers, a scale for each 32.

const SUMS: u32 = ROWS * LINES;

#import workgroup_{sums}
#import packed_{weights}
#import product
#import epilogue_{epilogue}

// [lines, width / 16]
@group(0) @binding(4) var<storage, read> x_quants: array<vec4<u32>>;
// [lines, width / 32]
@group(0) @binding(5) var<storage, read> x_scales: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(at: Invocation) {
    let row = at.group.x * ROWS;
    let line = product.first_line + at.group.y * LINES;
    let blocks = product.chunks;
    var sums: array<f32, SUMS>;
    for (var block = at.thread; block < blocks; block += WORKGROUP) {
        for (var r = 0u; r < ROWS; r++) {
            // Rows and lines beyond the last one repeat it; nothing is stored for them.
            let own = block_of(min(row + r, product.rows - 1u), block, blocks);
            for (var l = 0u; l < LINES; l++) {
                let start = min(line + l, product.lines - 1u) * blocks + block;
                let whole = whole_product(own, x_quants[2u * start], x_quants[2u * start + 1u]);
                sums[r * LINES + l] += own.scale * x_scales[start] * f32(whole);
            }
        }
    }
    sums = sums_over_workgroup(sums, at);
    if at.thread < LINES && line + at.thread < product.lines {
        var own: array<f32, ROWS>;
        for (var r = 0u; r < ROWS; r++) {
            own[r] = sums[r * LINES + at.thread];
        }
        finish(row, line + at.thread, own);
    }
}
