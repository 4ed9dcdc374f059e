//! Fewer points for a line that a hand has drawn.

use glam::Vec2;

/// Those of the points that it takes to keep the line within a distance of all of them (Ramer, 1972; Douglas and Peucker, 1973); the first and
/// the last always.
#[must_use]
pub fn simplified(points_m: &[Vec2], within_m: f32) -> Vec<Vec2> {
    let Some(last) = points_m.len().checked_sub(1) else { return Vec::new() };
    let mut kept = vec![false; points_m.len()];
    (kept[0], kept[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let off = |at: usize| beside_m(points_m[at], points_m[from], points_m[to]);
        let Some(farthest) = (from + 1..to).max_by(|one, other| off(*one).total_cmp(&off(*other))) else { continue };
        if off(farthest) > within_m {
            kept[farthest] = true;
            open.extend([(from, farthest), (farthest, to)]);
        }
    }
    points_m.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// How far a point is from the line between two others.
fn beside_m(point: Vec2, from: Vec2, to: Vec2) -> f32 {
    let way = to - from;
    let share = ((point - from).dot(way) / way.length_squared().max(1e-12)).clamp(0.0, 1.0);
    point.distance(from + share * way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_its_ends_and_a_corner_stays() {
        let straight: Vec<Vec2> = (0..50).map(|at| Vec2::new(0.1 * at as f32, 0.001 * (at % 2) as f32)).collect();
        assert_eq!(simplified(&straight, 0.01), [straight[0], straight[49]]);
        let corner: Vec<Vec2> = straight.iter().copied().chain((1..30).map(|at| Vec2::new(4.9, 0.1 * at as f32))).collect();
        let kept = simplified(&corner, 0.01);
        assert_eq!(kept.len(), 3);
        assert!(kept[1].distance(Vec2::new(4.9, 0.0)) < 0.02);
        for (few, points) in [(Vec::new(), 0), (vec![Vec2::ONE], 1), (vec![Vec2::ONE; 2], 2)] {
            assert_eq!(simplified(&few, 0.1).len(), points);
        }
    }

    #[test]
    fn a_circle_stays_within_the_distance() {
        let circle: Vec<Vec2> = (0..=200).map(|at| Vec2::from_angle(0.03 * at as f32)).collect();
        let kept = simplified(&circle, 0.05);
        assert!(kept.len() < 25, "{}", kept.len());
        let off = |point: Vec2| kept.windows(2).map(|pair| beside_m(point, pair[0], pair[1])).fold(f32::INFINITY, f32::min);
        assert!(circle.iter().all(|point| off(*point) <= 0.05 + 1e-5));
    }
}
