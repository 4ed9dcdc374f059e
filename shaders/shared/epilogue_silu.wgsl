// Rows come in pairs, gate and up: silu(gate) · up is stored, one number a pair.

fn finish(row: u32, line: u32, sums: array<f32, ROWS>) {
    var own = sums;
    for (var i = 0u; i < ROWS; i += 2u) {
        if row + i < product.rows {
            let gate = own[i];
            // Below −87 the power overflows, and gate / ∞ is the 0 that it should be.
            y[line * product.y_stride + (product.y_first + row + i) / 2u] = gate / (1.0 + exp(-gate)) * own[i + 1u];
        }
    }
}
