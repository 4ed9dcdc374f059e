// Sums over a workgroup: first inside the subgroups, whose size the device chooses, then over one number from each.
// The kernel says how many sums it wants at once: `const SUMS`.

struct Invocation {
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
    @builtin(subgroup_id) subgroup: u32,
    @builtin(num_subgroups) subgroups: u32,
    @builtin(subgroup_invocation_id) lane: u32,
}

// No device has subgroups of fewer than four threads.
const PARTS: u32 = (WORKGROUP + 3u) / 4u;

var<workgroup> partial: array<f32, PARTS * SUMS>;

/// The sum of all threads' values, for all threads.
fn sum_over_workgroup(value: f32, at: Invocation) -> f32 {
    let part = subgroupAdd(value);
    if at.lane == 0u {
        partial[at.subgroup] = part;
    }
    workgroupBarrier();
    var sum = 0.0;
    for (var i = 0u; i < at.subgroups; i++) {
        sum += partial[i];
    }
    // The next use must not overwrite what somebody still reads.
    workgroupBarrier();
    return sum;
}

/// The greatest of all threads' values, for all threads.
fn max_over_workgroup(value: f32, at: Invocation) -> f32 {
    let part = subgroupMax(value);
    if at.lane == 0u {
        partial[at.subgroup] = part;
    }
    workgroupBarrier();
    var most = partial[0];
    for (var i = 1u; i < at.subgroups; i++) {
        most = max(most, partial[i]);
    }
    workgroupBarrier();
    return most;
}

fn sums_over_workgroup(values: array<f32, SUMS>, at: Invocation) -> array<f32, SUMS> {
    var sums = values;
    for (var i = 0u; i < SUMS; i++) {
        let part = subgroupAdd(sums[i]);
        if at.lane == 0u {
            partial[at.subgroup * SUMS + i] = part;
        }
    }
    workgroupBarrier();
    for (var i = 0u; i < SUMS; i++) {
        var sum = 0.0;
        for (var j = 0u; j < at.subgroups; j++) {
            sum += partial[j * SUMS + i];
        }
        sums[i] = sum;
    }
    workgroupBarrier();
    return sums;
}
