//! Small symmetric systems of equations.

/// Solves a symmetric positive system in place (Cholesky); `matrix` is square, row by row.
pub(super) fn solve_symmetric(matrix: &mut [f64], right: &mut [f64]) {
    let n = right.len();
    for row in 0..n {
        for column in 0..=row {
            let below = (0..column).map(|k| matrix[row * n + k] * matrix[column * n + k]).sum::<f64>();
            let rest = matrix[row * n + column] - below;
            matrix[row * n + column] = if row == column { rest.max(1e-300).sqrt() } else { rest / matrix[column * n + column] };
        }
        let known = (0..row).map(|k| matrix[row * n + k] * right[k]).sum::<f64>();
        right[row] = (right[row] - known) / matrix[row * n + row];
    }
    for row in (0..n).rev() {
        let known = (row + 1..n).map(|k| matrix[k * n + row] * right[k]).sum::<f64>();
        right[row] = (right[row] - known) / matrix[row * n + row];
    }
}
