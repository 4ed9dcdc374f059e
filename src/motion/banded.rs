//! Smooth curves through weighted data: the least-squares problems of clean-up and direction, all of them five-banded.

/// The curve `r` that minimises `Σ position[i] (r[i] − at[i])² + Σ step[i] (r[i+1] − r[i] − by[i])² + stiffness Σ (r[i−1] − 2 r[i] + r[i+1])²`.
///
/// `position` and `at` have one entry a frame, `step` and `by` one for each frame but the last. Weights are at least 0; the
/// problem must have a solution, so some `position` weight is above 0.
pub(super) fn smooth_curve(position: &[f64], at: &[f64], step: &[f64], by: &[f64], stiffness: f64) -> Vec<f64> {
    let n = at.len();
    // Symmetric: bands[d][i] is the entry (i, i + d).
    let mut bands = [position.to_vec(), vec![0.0; n], vec![0.0; n]];
    let mut right: Vec<f64> = position.iter().zip(at).map(|(weight, at)| weight * at).collect();
    for i in 0..n.saturating_sub(1) {
        bands[0][i] += step[i];
        bands[0][i + 1] += step[i];
        bands[1][i] -= step[i];
        right[i] -= step[i] * by[i];
        right[i + 1] += step[i] * by[i];
    }
    for i in 0..n.saturating_sub(2) {
        for (k, a) in [1.0, -2.0, 1.0].into_iter().enumerate() {
            for (d, b) in [1.0, -2.0, 1.0].into_iter().skip(k).enumerate() {
                bands[d][i + k] += stiffness * a * b;
            }
        }
    }
    solve(&mut bands, &mut right);
    right
}

/// Solves the symmetric positive system in place by `L D Lᵀ`.
fn solve(bands: &mut [Vec<f64>; 3], right: &mut [f64]) {
    let n = right.len();
    let [diagonal, first, second] = bands;
    for i in 0..n {
        let pivot = diagonal[i].max(1e-12);
        diagonal[i] = pivot;
        let (l1, l2) = (first[i] / pivot, second[i] / pivot);
        if i + 1 < n {
            diagonal[i + 1] -= l1 * first[i];
            first[i + 1] -= l1 * second[i];
            right[i + 1] -= l1 * right[i];
        }
        if i + 2 < n {
            diagonal[i + 2] -= l2 * second[i];
            right[i + 2] -= l2 * right[i];
        }
        (first[i], second[i]) = (l1, l2);
    }
    for i in (0..n).rev() {
        right[i] /= diagonal[i];
        if i + 1 < n {
            right[i] -= first[i] * right[i + 1];
        }
        if i + 2 < n {
            right[i] -= second[i] * right[i + 2];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_comes_back_whatever_the_weights() {
        let at: Vec<f64> = (0..40).map(|i| 0.5 * f64::from(i) - 3.0).collect();
        let position: Vec<f64> = (0..40).map(|i| f64::from(i % 3)).collect();
        let curve = smooth_curve(&position, &at, &[0.7; 39], &[0.5; 39], 20.0);
        for (ours, line) in curve.iter().zip(&at) {
            assert!((ours - line).abs() < 1e-9);
        }
    }

    #[test]
    fn short_tracks_are_solved_too() {
        assert_eq!(smooth_curve(&[1.0], &[2.0], &[], &[], 5.0), vec![2.0]);
        let two = smooth_curve(&[1.0, 1.0], &[0.0, 2.0], &[1e9], &[0.0], 5.0);
        assert!((two[0] - 1.0).abs() < 1e-6 && (two[1] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_gap_is_bridged_smoothly() {
        let position: Vec<f64> = (0..30).map(|i| if (10..20).contains(&i) { 0.0 } else { 1.0 }).collect();
        let at: Vec<f64> = (0..30).map(|i| if i < 15 { 0.0 } else { 1.0 }).collect();
        let curve = smooth_curve(&position, &at, &[0.0; 29], &[0.0; 29], 10.0);
        assert!(curve.windows(2).skip(9).take(11).all(|pair| pair[1] >= pair[0]));
        assert!((curve[14] + curve[15] - 1.0).abs() < 1e-6, "symmetric");
    }
}
