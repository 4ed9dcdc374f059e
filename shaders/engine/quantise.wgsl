// Activations in eight bits, for products of whole numbers: 32 in a row share a scale, the greatest of them divided by 127.
// A thread a block.

struct Blocks {
    /// Blocks of 32, all lines together.
    count: u32,
}

@group(0) @binding(0) var<uniform> blocks: Blocks;
// [lines, width]
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
// [lines, width / 16]
@group(0) @binding(2) var<storage, read_write> x_quants: array<vec4<u32>>;
// [lines, width / 32]
@group(0) @binding(3) var<storage, read_write> x_scales: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let block = group.x * WORKGROUP + thread;
    if block >= blocks.count {
        return;
    }
    var most = 0.0;
    for (var i = 0u; i < 8u; i++) {
        let four = abs(x[block * 8u + i]);
        most = max(most, max(max(four.x, four.y), max(four.z, four.w)));
    }
    let scale = most / 127.0;
    var words: array<u32, 8>;
    for (var i = 0u; i < 8u; i++) {
        // A block of zeros, or of numbers too small to divide by, stays zero.
        let four = select(vec4<f32>(0.0), round(x[block * 8u + i] * (127.0 / most)), most > 1e-30);
        words[i] = pack4xI8(vec4<i32>(clamp(four, vec4<f32>(-127.0), vec4<f32>(127.0))));
    }
    x_quants[2u * block] = vec4(words[0], words[1], words[2], words[3]);
    x_quants[2u * block + 1u] = vec4(words[4], words[5], words[6], words[7]);
    x_scales[block] = scale;
}
