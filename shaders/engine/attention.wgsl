// Attention of new positions to all that they see, a workgroup for each line and head. Generating, a row has one new position; reading
// texts it has many, and texts see each other in both directions.

const SUMS: u32 = 1u;

#import workgroup_{sums}
#import positions

// [lines, 3 · width]: query, key, value of each line, the query turned.
@group(0) @binding(3) var<storage, read> qkv: array<vec2<f32>>;
// [slots, room, width]
@group(0) @binding(4) var<storage, read> keys: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read> values: array<vec2<f32>>;
// [lines, width]
@group(0) @binding(6) var<storage, read_write> mixed: array<vec2<f32>>;

var<workgroup> shares: array<f32, POSITIONS>;
var<workgroup> parts: array<vec2<f32>, WORKGROUP>;

const LOWEST: f32 = -3.4e38;

/// Every position sees itself, also in front of a short text: a share of nothing would be no number.
fn sees(place: u32, other: u32, pad: u32) -> bool {
    return place == other || (other >= pad && (other <= place || max(place, other) < positions.words));
}

@compute @workgroup_size(WORKGROUP)
fn main(at: Invocation) {
    let pairs = heads.pairs;
    let width = heads.heads * pairs;
    let head = at.group.x;
    let line = at.group.y;
    let row = rows[line / positions.count];
    let place = positions.past + line % positions.count;
    let count = positions.past + positions.count;
    let query = line * 3u * width + head * pairs;
    let cache = row.slot * heads.room * width + head * pairs;
    let scale = 1.0 / sqrt(f32(2u * pairs));

    var most = LOWEST;
    for (var other = at.thread; other < count; other += WORKGROUP) {
        var score = LOWEST;
        if sees(place, other, row.pad) {
            var sum = 0.0;
            for (var i = 0u; i < pairs; i++) {
                sum += dot(qkv[query + i] * scale, keys[cache + other * width + i]);
            }
            score = sum;
        }
        shares[other] = score;
        most = max(most, score);
    }
    most = max_over_workgroup(most, at);
    var total = 0.0;
    for (var other = at.thread; other < count; other += WORKGROUP) {
        var share = 0.0;
        if sees(place, other, row.pad) {
            share = exp(shares[other] - most);
        }
        shares[other] = share;
        total += share;
    }
    total = sum_over_workgroup(total, at);

    // As many threads as there are pairs make a team; each team takes every so many positions. What is not seen is not read: it may
    // hold anything.
    let teams = WORKGROUP / pairs;
    let team = at.thread / pairs;
    let pair = at.thread % pairs;
    var sum = vec2<f32>(0.0);
    if team < teams {
        for (var other = team; other < count; other += teams) {
            if sees(place, other, row.pad) {
                sum += shares[other] * values[cache + other * width + pair];
            }
        }
    }
    parts[at.thread] = sum;
    workgroupBarrier();
    if team == 0u {
        for (var other = 1u; other < teams; other++) {
            sum += parts[other * pairs + pair];
        }
        mixed[line * width + head * pairs + pair] = sum / total;
    }
}
