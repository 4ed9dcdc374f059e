// y = W x for a few lines of x: a workgroup takes ROWS rows of the matrix and LINES lines. Each weight is read once.

const SUMS: u32 = ROWS * LINES;

#import workgroup_{sums}
#import weights_{weights}
#import product
#import epilogue_{epilogue}

// [lines, width]
@group(0) @binding(4) var<storage, read> x: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn main(at: Invocation) {
    let row = at.group.x * ROWS;
    let line = product.first_line + at.group.y * LINES;
    var sums: array<f32, SUMS>;
    for (var chunk = at.thread; chunk < product.chunks; chunk += WORKGROUP) {
        for (var r = 0u; r < ROWS; r++) {
            // Rows and lines beyond the last one repeat it; nothing is stored for them.
            var own = weights(min(row + r, product.rows - 1u), chunk, product.chunks);
            for (var l = 0u; l < LINES; l++) {
                let start = (min(line + l, product.lines - 1u) * product.chunks + chunk) * VECS;
                var sum = 0.0;
                for (var i = 0u; i < VECS; i++) {
                    sum += dot(own[i], x[start + i]);
                }
                sums[r * LINES + l] += sum;
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
