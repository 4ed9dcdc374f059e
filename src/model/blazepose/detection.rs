//! What the detector's numbers mean: boxes relative to places of a grid, of which those that mean the same person are one
//! (weighted non-maximum suppression), as mediapipe 0.10.14 does it.

use super::detector::{BOX, RawDetections, SIDE};

/// Squares of the grids, how many to a side and how many boxes at each.
const GRIDS: [(usize, usize); 3] = [(28, 2), (14, 2), (7, 6)];
/// How sure the detector must be.
const LEAST_SCORE: f32 = 0.5;
/// Boxes that share more of what they cover together mean the same person.
const SAME_PERSON: f32 = 0.3;
/// What a score says at most, before the sigmoid.
const CLIPPED: f32 = 100.0;

/// Somebody in a picture; places from 0 to 1 to the right and down in the square that the detector reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Detection {
    /// How sure it is, 0 to 1.
    pub score: f32,
    /// Left, upper, right and lower edge of the head and what is near it.
    pub edges: [f32; 4],
    /// Between the hips.
    pub middle: [f32; 2],
    /// As far from there as the body reaches, above the head where it stands.
    pub rim: [f32; 2],
}

/// Everybody in the picture, the surest first.
#[must_use]
pub(super) fn detections(raw: &RawDetections) -> Vec<Detection> {
    let places = GRIDS.iter().flat_map(|&(side, boxes)| {
        (0..side * side * boxes).map(move |at| {
            let square = at / boxes;
            [square % side, square / side].map(|at| (at as f32 + 0.5) / side as f32)
        })
    });
    let all = raw.scores.iter().zip(raw.boxes.chunks_exact(BOX)).zip(places);
    let mut sure: Vec<Detection> = all.filter_map(|((score, numbers), place)| detection(*score, numbers, place)).collect();
    sure.sort_by(|one, other| other.score.total_cmp(&one.score));

    let mut found = Vec::new();
    while let Some((best, rest)) = sure.split_first() {
        let (same, others): (Vec<_>, Vec<_>) = rest.iter().partition(|other| overlap(&best.edges, &other.edges) > SAME_PERSON);
        found.push(mean(best, &same));
        sure = others;
    }
    found
}

fn detection(score: f32, numbers: &[f32], [x, y]: [f32; 2]) -> Option<Detection> {
    let score = sigmoid(score.clamp(-CLIPPED, CLIPPED));
    let share = |at: usize| numbers[at] / SIDE as f32;
    let point = |at: usize| [x + share(at), y + share(at + 1)];
    let ([center_x, center_y], [width, height]) = (point(0), [share(2), share(3)]);
    let edges = [center_x - width / 2.0, center_y - height / 2.0, center_x + width / 2.0, center_y + height / 2.0];
    let found = Detection { score, edges, middle: point(4), rim: point(6) };
    let is_finite = edges.iter().chain(&found.middle).chain(&found.rim).all(|number| number.is_finite());
    (score >= LEAST_SCORE && width >= 0.0 && height >= 0.0 && is_finite).then_some(found)
}

/// Of several boxes that mean one person, each counted as much as it is sure; as sure as the best.
fn mean(best: &Detection, same: &[Detection]) -> Detection {
    let all = || std::iter::once(best).chain(same);
    let whole: f32 = all().map(|one| one.score).sum();
    let of = |number: &dyn Fn(&Detection) -> f32| all().map(|one| number(one) * one.score).sum::<f32>() / whole;
    Detection {
        score: best.score,
        edges: std::array::from_fn(|at| of(&|one| one.edges[at])),
        middle: std::array::from_fn(|at| of(&|one| one.middle[at])),
        rim: std::array::from_fn(|at| of(&|one| one.rim[at])),
    }
}

/// The share that two boxes have in common of what they cover together.
fn overlap(one: &[f32; 4], other: &[f32; 4]) -> f32 {
    let area = |edges: &[f32; 4]| (edges[2] - edges[0]).max(0.0) * (edges[3] - edges[1]).max(0.0);
    let common = area(&[one[0].max(other[0]), one[1].max(other[1]), one[2].min(other[2]), one[3].min(other[3])]);
    let together = area(one) + area(other) - common;
    if together > 0.0 { common / together } else { 0.0 }
}

/// 1 / (1 + e^−x).
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(found: &[(usize, f32, [f32; 2])]) -> RawDetections {
        let boxes: usize = GRIDS.iter().map(|(side, boxes)| side * side * boxes).sum();
        let mut raw = RawDetections { scores: vec![-50.0; boxes], boxes: vec![0.0; boxes * BOX] };
        for (at, score, [x, width]) in found {
            raw.scores[*at] = *score;
            raw.boxes[at * BOX..][..4].copy_from_slice(&[*x, 0.0, *width, *width]);
        }
        raw
    }

    #[test]
    fn there_are_as_many_boxes_as_the_network_has() {
        assert_eq!(raw(&[]).scores.len(), 2254);
        assert_eq!(detections(&raw(&[])), Vec::new());
    }

    #[test]
    fn boxes_that_mean_one_person_become_one_and_others_stay() {
        // Two boxes of the first square and one at the other end of the row.
        let found = detections(&raw(&[(0, 1.0, [0.0, 40.0]), (1, 2.0, [4.0, 40.0]), (54, 3.0, [0.0, 40.0])]));
        assert_eq!(found.len(), 2);
        assert!(found[0].score > found[1].score && found[0].middle[0] > 0.9);
        let (sure, less) = (sigmoid(2.0), sigmoid(1.0));
        let expected = 0.5 / 28.0 + (4.0 / 224.0) * sure / (sure + less);
        let middle = (found[1].edges[0] + found[1].edges[2]) / 2.0;
        assert!((middle - expected).abs() < 1e-5 && found[1].score == sure);
    }

    #[test]
    fn boxes_without_area_and_numbers_that_are_none_end() {
        assert_eq!(detections(&raw(&[(0, 3.0, [0.0, 0.0]), (1, 3.0, [0.0, 0.0]), (9, 3.0, [f32::NAN, 1.0])])).len(), 2);
    }
}
