//! A curve on the floor, by its length: points with their corners rounded.

use crate::motion::rotation::wrapped;
use glam::Vec2;

/// An arc is made of chords that turn by this much at most, radians.
const CHORD_RAD: f32 = 0.05;
/// Points nearer to each other are one, metres.
const SAME_M: f32 = 1e-4;
/// Corners that turn by less are none, radians.
const STRAIGHT_RAD: f32 = 1e-3;
/// Half of an about-turn, whose tangent is still a number, radians.
const HALF_ABOUT_RAD: f32 = 1.57;

/// A curve of at least two different places.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    places_m: Vec<Vec2>,
    /// Length of the curve up to each place.
    lengths_m: Vec<f32>,
    /// Heading in the middle of each chord, without jumps by whole turns.
    headings_rad: Vec<f32>,
    /// Where on the curve each given point is, or is passed in a corner.
    points_m: Vec<f32>,
}

impl Curve {
    /// The line through points (x, z) whose corners are arcs of this radius, or of a smaller one where the points are near each other.
    /// Nothing where all points are in one place.
    #[must_use]
    pub fn rounded(points_m: &[Vec2], radius_m: f32) -> Option<Self> {
        let mut corners: Vec<Vec2> = Vec::new();
        let mut corner_of = Vec::with_capacity(points_m.len());
        for point in points_m {
            if corners.last().is_none_or(|last| last.distance(*point) > SAME_M) {
                corners.push(*point);
            }
            corner_of.push(corners.len() - 1);
        }
        let (first, last) = (*corners.first()?, *corners.last()?);
        let mut places_m = vec![first];
        let mut passed = vec![0];
        for around in corners.windows(3) {
            let arc = arc([around[0], around[1], around[2]], radius_m);
            passed.push(places_m.len() + arc.len() / 2);
            places_m.extend(arc);
        }
        passed.push(places_m.len());
        places_m.push(last);
        let curve = Self::of(places_m)?;
        let points_m = corner_of.into_iter().map(|corner| curve.lengths_m[passed[corner].min(curve.lengths_m.len() - 1)]).collect();
        Some(Self { points_m, ..curve })
    }

    /// The line through these places.
    fn of(places_m: Vec<Vec2>) -> Option<Self> {
        let (mut lengths_m, mut headings_rad) = (vec![0.0], Vec::<f32>::new());
        for pair in places_m.windows(2) {
            let way_m = pair[1] - pair[0];
            lengths_m.push(lengths_m[lengths_m.len() - 1] + way_m.length());
            let before = headings_rad.last().copied();
            let own = if way_m.length() > 1e-6 { way_m.x.atan2(way_m.y) } else { before.unwrap_or_default() };
            headings_rad.push(before.map_or(own, |before| before + wrapped(own - before)));
        }
        let is_there = lengths_m.last().is_some_and(|length_m| *length_m > SAME_M);
        is_there.then_some(Self { places_m, lengths_m, headings_rad, points_m: Vec::new() })
    }

    /// Its length.
    #[must_use]
    pub fn length_m(&self) -> f32 {
        self.lengths_m[self.lengths_m.len() - 1]
    }

    /// Where on the curve the given point of this number is passed.
    #[must_use]
    pub fn point_m(&self, number: usize) -> f32 {
        self.points_m[number]
    }

    /// The place after so much of its length; beyond its ends straight on.
    #[must_use]
    pub fn place_m(&self, along_m: f32) -> Vec2 {
        let chord = self.chord(along_m);
        let (from, to) = (self.lengths_m[chord], self.lengths_m[chord + 1]);
        self.places_m[chord].lerp(self.places_m[chord + 1], (along_m - from) / (to - from).max(1e-9))
    }

    /// Its heading there, which grows steadily from the middle of one chord to that of the next.
    #[must_use]
    pub fn heading_rad(&self, along_m: f32) -> f32 {
        let chord = self.chord(along_m);
        let middle_m = |chord: usize| 0.5 * (self.lengths_m[chord] + self.lengths_m[chord + 1]);
        let other =
            if along_m < middle_m(chord) { chord.checked_sub(1) } else { Some(chord + 1).filter(|next| *next < self.headings_rad.len()) };
        let Some(other) = other else { return self.headings_rad[chord] };
        // Long chords are straight lines: they turn near their ends alone.
        let reach_m = |chord: usize| (0.5 * (self.lengths_m[chord + 1] - self.lengths_m[chord])).min(0.05);
        let seam_m = if other > chord { self.lengths_m[other] } else { self.lengths_m[chord] };
        let (before, behind) = (chord.min(other), chord.max(other));
        let t = ((along_m - seam_m + reach_m(before)) / (reach_m(before) + reach_m(behind)).max(1e-9)).clamp(0.0, 1.0);
        self.headings_rad[before] + t * (self.headings_rad[behind] - self.headings_rad[before])
    }

    /// How far a place is from the nearest one of the curve.
    #[must_use]
    pub fn distance_m(&self, place_m: Vec2) -> f32 {
        let to_chord = |pair: &[Vec2]| {
            let way_m = pair[1] - pair[0];
            let t = ((place_m - pair[0]).dot(way_m) / way_m.length_squared().max(1e-12)).clamp(0.0, 1.0);
            place_m.distance(pair[0] + t * way_m)
        };
        self.places_m.windows(2).map(to_chord).fold(f32::INFINITY, f32::min)
    }

    /// The chord that a length falls on.
    fn chord(&self, along_m: f32) -> usize {
        self.lengths_m.partition_point(|length_m| *length_m <= along_m).clamp(1, self.places_m.len() - 1) - 1
    }
}

/// The places of a corner: an arc that leaves and meets the lines at most half way to their other ends.
fn arc([from, corner, to]: [Vec2; 3], radius_m: f32) -> Vec<Vec2> {
    let (come, go) = (corner - from, to - corner);
    let (come_m, go_m) = (come.length(), go.length());
    let (come, go) = (come / come_m, go / go_m);
    let turn_rad = come.angle_to(go);
    if turn_rad.abs() < STRAIGHT_RAD {
        return vec![corner];
    }
    let slope = (0.5 * turn_rad.abs()).min(HALF_ABOUT_RAD).tan();
    // The sharper it turns, the nearer it comes to the corner: an about-turn is on the spot.
    let cut_m = (radius_m * slope.min(1.0 / slope)).min(0.5 * come_m).min(0.5 * go_m);
    let start = corner - cut_m * come;
    let across = come.perp() * turn_rad.signum();
    let middle = start + across * (cut_m / slope);
    let chords = (turn_rad.abs() / CHORD_RAD).ceil().max(2.0) as usize;
    (0..=chords).map(|chord| middle + Vec2::from_angle(turn_rad * chord as f32 / chords as f32).rotate(start - middle)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::vec2;
    use std::f32::consts::{FRAC_PI_2, PI};

    fn corner() -> Curve {
        Curve::rounded(&[vec2(0.0, 0.0), vec2(0.0, 2.0), vec2(2.0, 2.0)], 0.3).expect("a curve")
    }

    #[test]
    fn corners_are_arcs_of_the_radius() {
        let curve = corner();
        assert!((curve.length_m() - (4.0 - 0.6 + 0.3 * FRAC_PI_2)).abs() < 1e-3, "{}", curve.length_m());
        let (middle, passed_m) = (vec2(0.3, 1.7), curve.point_m(1));
        assert!((curve.place_m(passed_m).distance(middle) - 0.3).abs() < 1e-3);
        assert!((curve.heading_rad(0.5)).abs() < 1e-6 && (curve.heading_rad(3.0) - FRAC_PI_2).abs() < 1e-6);
        assert!((curve.heading_rad(passed_m) - 0.5 * FRAC_PI_2).abs() < 0.03, "{}", curve.heading_rad(passed_m));
        assert!((curve.distance_m(vec2(0.0, 2.0)) - 0.3 * (2.0_f32.sqrt() - 1.0)).abs() < 2e-3);
        assert_eq!((curve.point_m(0), curve.point_m(2)), (0.0, curve.length_m()));
        assert!(curve.place_m(-0.5).distance(vec2(0.0, -0.5)) < 1e-4, "straight on before its beginning");
        assert!(curve.place_m(curve.length_m() + 1.0).distance(vec2(3.0, 2.0)) < 1e-3, "and behind its end");
    }

    #[test]
    fn near_points_have_smaller_arcs_and_an_about_turn_is_one() {
        let tight = Curve::rounded(&[vec2(0.0, 0.0), vec2(0.0, 0.2), vec2(0.2, 0.2), vec2(0.2, 0.4)], 0.6).expect("a curve");
        assert!((tight.place_m(tight.length_m()).distance(vec2(0.2, 0.4))) < 1e-4);
        assert!(tight.length_m() > 0.4 && tight.length_m() < 0.6);
        let back = Curve::rounded(&[vec2(0.0, 0.0), vec2(0.0, 2.0), vec2(0.0, 0.5)], 0.3).expect("a curve");
        assert!((back.length_m() - 3.5).abs() < 0.02, "{}", back.length_m());
        assert!((back.heading_rad(3.0).abs() - PI).abs() < 1e-3);
    }

    #[test]
    fn a_full_circle_turns_once_without_a_jump() {
        let points: Vec<Vec2> = (0..=36).map(|at| Vec2::from_angle(PI / 18.0 * at as f32)).collect();
        let curve = Curve::rounded(&points, 0.3).expect("a curve");
        let headings: Vec<f32> = (0..100).map(|at| curve.heading_rad(curve.length_m() * at as f32 / 99.0)).collect();
        assert!(headings.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.2));
        assert!((headings[99] - headings[0]).abs() > 1.9 * PI);
    }

    #[test]
    fn points_in_one_place_are_no_curve_and_a_pause_is_one_place() {
        assert!(Curve::rounded(&[], 0.3).is_none() && Curve::rounded(&[Vec2::ONE; 3], 0.3).is_none());
        let paused = Curve::rounded(&[vec2(0.0, 0.0), vec2(1.0, 0.0), vec2(1.0, 0.0), vec2(2.0, 0.0)], 0.3).expect("a curve");
        assert_eq!((paused.point_m(1), paused.point_m(2), paused.length_m()), (1.0, 1.0, 2.0));
    }
}
