// Blocks of 32 weights in four bits, 0 to 15 for −8 to 7, against as many activations in eight bits.

@group(0) @binding(0) var<storage, read> quants: array<vec4<u32>>;
// Two float16 in each.
@group(0) @binding(1) var<storage, read> scales: array<u32>;

struct Block {
    scale: f32,
    halves: vec4<u32>,
}

fn block_of(row: u32, block: u32, blocks: u32) -> Block {
    let at = row * blocks + block;
    let pair = unpack2x16float(scales[at / 2u]);
    return Block(select(pair.x, pair.y, at % 2u == 1u), quants[at]);
}

fn dot_of_fours(a: vec4<u32>, b: vec4<u32>) -> i32 {
    return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}

/// The sum of the products of the whole numbers.
fn whole_product(block: Block, low: vec4<u32>, high: vec4<u32>) -> i32 {
    let mask = vec4<u32>(0x0f0f0f0fu);
    let eights = vec4<u32>(0x08080808u);
    let products = dot_of_fours(block.halves & mask, low) + dot_of_fours((block.halves >> vec4<u32>(4u)) & mask, high);
    return products - dot_of_fours(eights, low) - dot_of_fours(eights, high);
}
