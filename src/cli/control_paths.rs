//! The paths of the report on directed motions: four shapes, four manners, random sizes, places and directions.

use crate::motion::effects::{Ask, Effect, MeasuredAction};
use glam::Vec2;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, PI, TAU};
use std::ops::Range;

const CASES: u64 = 30;
/// Points of a shape that is bent everywhere.
const POINTS: usize = 24;

/// How somebody goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Walk,
    Run,
    Sneak,
    Tired,
}

impl Manner {
    pub(super) const ALL: [Self; 4] = [Self::Walk, Self::Run, Self::Sneak, Self::Tired];

    pub(super) fn prompt(self) -> &'static str {
        match self {
            Self::Walk => "a person walks forward",
            Self::Run => "a person runs forward",
            Self::Sneak => "a person sneaks forward",
            Self::Tired => "a tired person walks forward",
        }
    }

    /// What a motion that obeys keeps, whatever its path.
    pub(super) fn asks(self) -> Vec<Ask> {
        let of = |action: MeasuredAction| action.asks().iter().copied().filter(|ask| ask.effect != Effect::Turn).collect();
        match self {
            Self::Walk => of(MeasuredAction::Walk),
            Self::Run => of(MeasuredAction::Run),
            Self::Sneak => Ask::list("forward speed 0.1..1.8, arm speed ..0.7, pelvis low ..0.85").unwrap_or_default(),
            Self::Tired => of(MeasuredAction::TiredWalk),
        }
    }

    pub(super) fn radius_m(self) -> f32 {
        if self == Self::Run { 0.6 } else { 0.3 }
    }

    /// How long a path is that takes a few seconds.
    fn lengths_m(self) -> Range<f32> {
        match self {
            Self::Walk => 3.5..6.0,
            Self::Run => 7.0..12.0,
            Self::Sneak => 2.0..4.0,
            Self::Tired => 2.5..4.5,
        }
    }
}

/// A path and who goes along it.
pub(super) struct PathCase {
    pub(super) name: String,
    pub(super) manner: Manner,
    /// Places on the floor (x, z).
    pub(super) points: Vec<Vec2>,
}

/// The thirty paths; the same at every call.
pub(super) fn path_cases() -> Vec<PathCase> {
    (0..CASES).map(case).collect()
}

fn case(number: u64) -> PathCase {
    let mut rng = StdRng::seed_from_u64(number);
    let manner = Manner::ALL[(number / 4 % 4) as usize];
    let length_m = rng.random_range(manner.lengths_m());
    let side = if rng.random() { 1.0 } else { -1.0 };
    let start_rad = rng.random_range(-PI..PI);
    // Where it heads at a share of its length.
    let (shape, heading): (&str, Box<dyn Fn(f32) -> f32>) = match number % 4 {
        0 => ("straight", Box::new(|_| 0.0)),
        1 => {
            let turn_rad = side * rng.random_range(FRAC_PI_4..FRAC_PI_2 * 1.4);
            ("curved", Box::new(move |share| turn_rad * share))
        }
        2 => {
            let turns = [side * rng.random_range(FRAC_PI_4..FRAC_PI_2), -side * rng.random_range(FRAC_PI_4..FRAC_PI_2)];
            let corner = move |share: f32| {
                if share < 0.34 {
                    0.0
                } else if share < 0.67 {
                    turns[0]
                } else {
                    turns[0] + turns[1]
                }
            };
            ("corners", Box::new(corner))
        }
        _ => {
            let turn_rad = side * rng.random_range(PI..TAU * 0.9);
            ("spiral", Box::new(move |share| turn_rad * share * share))
        }
    };
    let mut at_m = Vec2::new(rng.random_range(-3.0..3.0), rng.random_range(-3.0..3.0));
    let mut points = vec![at_m];
    for step in 0..POINTS {
        let share = (step as f32 + 0.5) / POINTS as f32;
        at_m += ahead(start_rad + heading(share)) * (length_m / POINTS as f32);
        points.push(at_m);
    }
    PathCase { name: format!("{shape}, {length_m:.1} m, {manner:?}").to_lowercase(), manner, points }
}

/// A step of a metre in the direction of a heading, as (x, z).
fn ahead(heading_rad: f32) -> Vec2 {
    Vec2::new(heading_rad.sin(), heading_rad.cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_thirty_paths_of_every_shape_and_manner_and_always_the_same() {
        let (cases, again) = (path_cases(), path_cases());
        assert_eq!(cases.len(), 30);
        assert!(cases.iter().zip(&again).all(|(one, other)| one.points == other.points));
        for manner in Manner::ALL {
            assert!(cases.iter().filter(|case| case.manner == manner).count() >= 6);
            assert!(!manner.asks().is_empty());
        }
        let length = |points: &[Vec2]| points.windows(2).map(|pair| pair[0].distance(pair[1])).sum::<f32>();
        assert!(cases.iter().all(|case| (1.9..12.1).contains(&length(&case.points))));
    }
}
