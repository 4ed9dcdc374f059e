// Turns queries and keys by their position, neighbouring channels as one complex number, and puts keys and values in the cache.
// Queries are turned where they are. Source: Su et al., arXiv 2104.09864.

#import positions

// [positions, pairs of a head]: cosine and sine.
@group(0) @binding(3) var<storage, read> angles: array<vec2<f32>>;
// [lines, 3 · width]: query, key, value of each line.
@group(0) @binding(4) var<storage, read_write> qkv: array<vec2<f32>>;
// [slots, room, width]
@group(0) @binding(5) var<storage, read_write> keys: array<vec2<f32>>;
@group(0) @binding(6) var<storage, read_write> values: array<vec2<f32>>;

fn turned(pair: vec2<f32>, angle: vec2<f32>) -> vec2<f32> {
    return vec2(pair.x * angle.x - pair.y * angle.y, pair.x * angle.y + pair.y * angle.x);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let width = heads.heads * heads.pairs;
    let pair = group.x * WORKGROUP + thread;
    if pair >= width {
        return;
    }
    let row = rows[group.y / positions.count];
    let place = positions.past + group.y % positions.count;
    // A row counts its positions from its own first word.
    let angle = angles[(max(place, row.pad) - row.pad) * heads.pairs + pair % heads.pairs];
    let start = group.y * 3u * width + pair;
    let to = (row.slot * heads.room + place) * width + pair;
    qkv[start] = turned(qkv[start], angle);
    keys[to] = turned(qkv[start + width], angle);
    values[to] = qkv[start + 2u * width];
}
