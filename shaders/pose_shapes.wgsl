// Pose blend shapes of an SMPL body: how far a pose moves a vertex before skinning. The twin of `body::PoseShapes::add_to`.
//
// Each joint adds its nine numbers, the rotation from its parent minus the identity, row by row, each times a move of the vertex. Moves
// that are not felt are left out, so a vertex has only the joints near it: its blocks are those from starts[vertex] on.

#define_import_path zoetrope::pose_shapes

const ROWS_OF_JOINT: u32 = 3u;                      // numbers 0 to 3, 4 to 7, and 8
const ROWS_OF_BLOCK: u32 = 7u;                      // x, y, z of moves 0 to 7, two rows each; x, y, z of move 8, and the joint

@group(#{MATERIAL_BIND_GROUP}) @binding(1) var<uniform> numbers: array<vec4<f32>, 66>;     // 22 joints
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var<storage, read> starts: array<u32>;          // vertices + 1
@group(#{MATERIAL_BIND_GROUP}) @binding(3) var<storage, read> blocks: array<vec4<f32>>;    // metres

fn moved(vertex: u32) -> vec3<f32> {
    var sum = vec3(0.0);
    for (var block = starts[vertex]; block < starts[vertex + 1u]; block += 1u) {
        let at = block * ROWS_OF_BLOCK;
        let last = blocks[at + 6u];
        let joint = u32(last.w) * ROWS_OF_JOINT;
        let first = numbers[joint];
        let second = numbers[joint + 1u];
        sum += numbers[joint + 2u].x * last.xyz + vec3(
            dot(blocks[at], first) + dot(blocks[at + 1u], second),
            dot(blocks[at + 2u], first) + dot(blocks[at + 3u], second),
            dot(blocks[at + 4u], first) + dot(blocks[at + 5u], second),
        );
    }
    return sum;
}
