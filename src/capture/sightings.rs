//! Where a person's landmarks are, thirty times a second: what was seen in pictures of any rate, without gaps and without tremble.
//!
//! World space as everywhere, as seen by the camera: X to the right in the picture, Y up, Z towards the camera; metres from between the hips.

use super::smooth::smoothed;
use crate::model::blazepose::{BODY_LANDMARKS, BodyLandmarks};
use crate::motion::FPS;
use glam::{Vec2, Vec3};

/// Nobody seen for longer than this is told.
const GAP_SECS: f32 = 0.5;
/// Tremble of places in metres: below this speed it is taken off as far as possible, and the faster something moves the less of it.
const STILL_HZ: f32 = 1.5;
const HZ_PER_SPEED: f32 = 4.0;

/// A person in a picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sighting {
    /// When.
    pub(super) secs: f32,
    /// Where.
    pub(super) body: BodyLandmarks,
}

/// A moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    /// In metres from between the hips.
    pub(super) world_m: [Vec3; BODY_LANDMARKS],
    /// In the picture, in pixels to the right and up from its middle.
    pub(super) picture: [Vec2; BODY_LANDMARKS],
    /// How sure it is that each can be seen.
    pub(super) visibility: [f32; BODY_LANDMARKS],
}

/// The moments from the first sighting to the last, and the times, seconds, between which nobody was seen for long.
pub(super) fn moments(sightings: &[Sighting], size: [usize; 2]) -> (Vec<Moment>, Vec<[f32; 2]>) {
    let (Some(first), Some(last)) = (sightings.first(), sightings.last()) else { return Default::default() };
    let count = ((last.secs - first.secs) * FPS + 0.5).floor() as usize + 1;
    let mut next = 0;
    let between: Vec<Moment> = (0..count)
        .map(|frame| {
            let secs = first.secs + frame as f32 / FPS;
            while next + 1 < sightings.len() && sightings[next].secs < secs {
                next += 1;
            }
            let (from, to) = (&sightings[next.saturating_sub(1)], &sightings[next]);
            let span = to.secs - from.secs;
            let share = if span > 0.0 { ((secs - from.secs) / span).clamp(0.0, 1.0) } else { 1.0 };
            blended(&moment(&from.body, size), &moment(&to.body, size), share)
        })
        .collect();
    let gaps = sightings.windows(2).map(|pair| [pair[0].secs, pair[1].secs]).filter(|[from, to]| to - from > GAP_SECS);
    (without_tremble(between), gaps.collect())
}

fn moment(body: &BodyLandmarks, [width, height]: [usize; 2]) -> Moment {
    let middle = Vec2::new(width as f32, height as f32) / 2.0;
    Moment {
        world_m: body.world_m.map(|[right, down, away]| Vec3::new(right, -down, -away)),
        picture: body.picture.map(|[x, y, _]| Vec2::new(x - middle.x, middle.y - y)),
        visibility: body.visibility,
    }
}

fn blended(from: &Moment, to: &Moment, share: f32) -> Moment {
    Moment {
        world_m: std::array::from_fn(|at| from.world_m[at].lerp(to.world_m[at], share)),
        picture: std::array::from_fn(|at| from.picture[at].lerp(to.picture[at], share)),
        visibility: std::array::from_fn(|at| from.visibility[at] + (to.visibility[at] - from.visibility[at]) * share),
    }
}

fn without_tremble(mut moments: Vec<Moment>) -> Vec<Moment> {
    for landmark in 0..BODY_LANDMARKS {
        let world_m: Vec<Vec3> = moments.iter().map(|moment| moment.world_m[landmark]).collect();
        let calm = smoothed(&world_m, STILL_HZ, HZ_PER_SPEED);
        moments.iter_mut().zip(calm).for_each(|(moment, calm)| moment.world_m[landmark] = calm);
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(secs: f32, x: f32) -> Sighting {
        let body = BodyLandmarks {
            picture: [[x, 0.0, 0.0]; BODY_LANDMARKS],
            world_m: [[x, 0.0, 0.0]; BODY_LANDMARKS],
            visibility: [1.0; BODY_LANDMARKS],
            presence: 1.0,
        };
        Sighting { secs, body }
    }

    #[test]
    fn pictures_of_any_rate_become_thirty_moments_a_second() {
        let variable: Vec<Sighting> = [0.2, 0.25, 0.4, 0.41, 0.9, 1.2].map(|secs| seen(secs, 3.0)).into();
        let (moments, gaps) = moments(&variable, [100, 50]);
        assert_eq!((moments.len(), gaps), (31, Vec::new()));
        assert!(moments.iter().all(|moment| moment.world_m[7].abs_diff_eq(Vec3::X * 3.0, 1e-4)));
        assert_eq!(moments[3].picture[0], Vec2::new(3.0 - 50.0, 25.0));
    }

    #[test]
    fn who_is_not_seen_for_a_while_goes_on_in_between_and_the_gap_is_told() {
        let broken: Vec<Sighting> = [(0.0, 0.0), (0.1, 0.0), (1.1, 1.0), (1.2, 1.0)].map(|(secs, x)| seen(secs, x)).into();
        let (moments, gaps) = moments(&broken, [2, 2]);
        assert_eq!(gaps, [[0.1, 1.1]]);
        assert!((moments[18].world_m[0].x - 0.5).abs() < 0.05, "{}", moments[18].world_m[0].x);
        assert_eq!(super::moments(&[], [2, 2]).0, Vec::new());
    }
}
