// Sums over a workgroup through its shared memory: works on every device.
// The kernel says how many sums it wants at once: `const SUMS`.

struct Invocation {
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
}

var<workgroup> partial: array<f32, WORKGROUP>;

/// The sum of all threads' values, for all threads.
fn sum_over_workgroup(value: f32, at: Invocation) -> f32 {
    partial[at.thread] = value;
    workgroupBarrier();
    for (var step = WORKGROUP / 2u; step > 0u; step /= 2u) {
        if at.thread < step {
            partial[at.thread] += partial[at.thread + step];
        }
        workgroupBarrier();
    }
    let sum = partial[0];
    // The next use must not overwrite what somebody still reads.
    workgroupBarrier();
    return sum;
}

/// The greatest of all threads' values, for all threads.
fn max_over_workgroup(value: f32, at: Invocation) -> f32 {
    partial[at.thread] = value;
    workgroupBarrier();
    for (var step = WORKGROUP / 2u; step > 0u; step /= 2u) {
        if at.thread < step {
            partial[at.thread] = max(partial[at.thread], partial[at.thread + step]);
        }
        workgroupBarrier();
    }
    let most = partial[0];
    workgroupBarrier();
    return most;
}

fn sums_over_workgroup(values: array<f32, SUMS>, at: Invocation) -> array<f32, SUMS> {
    var sums = values;
    for (var i = 0u; i < SUMS; i++) {
        sums[i] = sum_over_workgroup(sums[i], at);
    }
    return sums;
}
