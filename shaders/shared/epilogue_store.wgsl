// A product's results are what is stored.

fn finish(row: u32, line: u32, sums: array<f32, ROWS>) {
    var own = sums;
    for (var i = 0u; i < ROWS; i++) {
        if row + i < product.rows {
            y[line * product.y_stride + product.y_first + row + i] = own[i];
        }
    }
}
