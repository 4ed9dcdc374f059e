// y = x / √(mean(x²) + eps) · scale, a workgroup a line.
// Source: Zhang and Sennrich, arXiv 1910.07467.

const SUMS: u32 = 1u;

#import workgroup_{sums}

struct Norm {
    /// Fours in a line.
    width_in_fours: u32,
    /// Line i of y is made of line i · every + first of x.
    every: u32,
    first: u32,
    /// Added to the mean square.
    eps: f32,
}

@group(0) @binding(0) var<uniform> norm: Norm;
// [lines of x, width]
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
// [width]
@group(0) @binding(2) var<storage, read> scale: array<vec4<f32>>;
// [lines, width]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(WORKGROUP)
fn main(at: Invocation) {
    let width = norm.width_in_fours;
    let start = (at.group.x * norm.every + norm.first) * width;
    var squares = 0.0;
    for (var i = at.thread; i < width; i += WORKGROUP) {
        squares += dot(x[start + i], x[start + i]);
    }
    let mean = sum_over_workgroup(squares, at) / f32(4u * width);
    let factor = 1.0 / sqrt(mean + norm.eps);
    for (var i = at.thread; i < width; i += WORKGROUP) {
        y[at.group.x * width + i] = x[start + i] * factor * scale[i];
    }
}
