// The sizes of a product with a matrix, or with a piece of one, and where its results go.

struct Product {
    /// Rows of this piece of the matrix.
    rows: u32,
    /// Chunks in a row.
    chunks: u32,
    /// Lines of x, and the first of them that this product makes.
    lines: u32,
    first_line: u32,
    /// Results in a line of y.
    y_stride: u32,
    /// Where this piece's results begin in a line of y.
    y_first: u32,
}

@group(0) @binding(2) var<uniform> product: Product;
// [lines, y_stride]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
