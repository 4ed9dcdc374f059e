//! A motion that goes along a curve: the way that the root takes on the whole is laid on the curve, and what it does about that way
//! (sway, bob, a lean into a step) stays as it is, seen from where the body is heading. Feet then get new places to stand on.
//!
//! The decomposition into a smooth root and a rest is that of C-T2M and Kimodo; the way along the curve and the turn are splines of least
//! acceleration.

use super::curve::Curve;
use crate::motion::banded::smooth_curve;
use crate::motion::cleanup::standing_as;
use crate::motion::rotation::heading;
use crate::motion::rotation::wrapped;
use crate::motion::{FPS, Motion};
use glam::{Quat, Vec2, Vec3};
use std::f64::consts::TAU;

/// What moves faster than this is sway, what moves slower is the way: at this period half of it passes, seconds.
const SWAY_SECS: f64 = 1.5;
/// The same for changes of the direction by which the body is turned.
const TURN_SECS: f64 = 1.0;
/// A body that is slower than this goes nowhere, and its direction says nothing, m/s.
const GOING_M_PER_SEC: f32 = 0.15;
/// How surely a pinned frame is where it shall be.
const PINNED: f64 = 1e7;

/// A frame that is at a length of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pin {
    /// Which frame.
    pub frame: usize,
    /// How far along the curve, metres.
    pub along_m: f32,
}

/// A motion on a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// The motion, with feet that stand.
    pub motion: Motion,
    /// How far along the curve each frame is, metres; it never goes back.
    pub along_m: Vec<f32>,
    /// How fast each frame goes along the curve, its own speed being 1.
    pub pace: Vec<f32>,
    /// How fast each frame turns beside its own turning, radians a second.
    pub turning: Vec<f32>,
}

/// The way that the root takes on the whole: its place on the floor in each frame without the sway of steps.
#[must_use]
pub fn travel(motion: &Motion) -> Vec<Vec2> {
    let count = motion.len();
    if count < 3 {
        return motion.frames.iter().map(|pose| on_floor(pose.root_m)).collect();
    }
    let (alike, free) = (vec![1.0; count], vec![0.0; count - 1]);
    let axis = |of: fn(Vec3) -> f32| {
        let at: Vec<f64> = motion.frames.iter().map(|pose| f64::from(of(pose.root_m))).collect();
        smooth_curve(&alike, &at, &free, &free, stiffness(SWAY_SECS))
    };
    axis(|at| at.x).into_iter().zip(axis(|at| at.z)).map(|(x, z)| Vec2::new(x as f32, z as f32)).collect()
}

/// The motion along a curve: its first frame at the beginning, the pinned ones where they shall be (in order, the curve's end among them where it
/// is to be reached), the others between at a pace that changes as little as can be. Of a motion that goes nowhere all frames take the same
/// share of the way, which its feet can do nothing about: its pace is infinite.
#[must_use]
pub fn follow(motion: &Motion, curve: &Curve, pins: &[Pin]) -> Followed {
    let count = motion.len();
    if count < 3 {
        let still = vec![0.0; count];
        return Followed { motion: motion.clone(), along_m: still.clone(), pace: vec![1.0; count], turning: still };
    }
    let way_m = travel(motion);
    let steps_m: Vec<f32> = way_m.windows(2).map(|pair| pair[0].distance(pair[1])).collect();
    let along_m = along(&steps_m, curve.length_m(), pins);
    let speeds_m: Vec<f32> = smoothed(&steps_m);
    let pace = smoothed(&along_m.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>())
        .iter()
        .zip(&speeds_m)
        .map(|(new_m, own_m)| {
            if *own_m * FPS > GOING_M_PER_SEC {
                new_m / own_m
            } else if new_m * FPS > GOING_M_PER_SEC {
                f32::INFINITY
            } else {
                1.0
            }
        })
        .collect();
    let turned_rad = turned(motion, &way_m, curve, &along_m);
    let turning = turned_rad.windows(2).map(|pair| (pair[1] - pair[0]) * FPS).chain([0.0]).collect();

    let mut moved = motion.clone();
    for (frame, pose) in moved.frames.iter_mut().enumerate() {
        let turn = Quat::from_rotation_y(turned_rad[frame]);
        let (place_m, own_m) = (curve.place_m(along_m[frame]), way_m[frame]);
        let rest_m = turn * (pose.root_m - Vec3::new(own_m.x, 0.0, own_m.y));
        pose.root_m = Vec3::new(place_m.x, 0.0, place_m.y) + rest_m;
        pose.local[0] = (turn * pose.local[0]).normalize();
    }
    Followed { motion: standing_as(motion, &moved), along_m, pace, turning }
}

/// How far along the curve each frame is: by a pace that is the same for all, and by what pinned frames need beside that, which is spread by
/// a spline of least acceleration.
fn along(steps_m: &[f32], length_m: f32, pins: &[Pin]) -> Vec<f32> {
    let last = steps_m.len();
    let own_m: f32 = steps_m.iter().sum();
    let reached = pins.last().copied().unwrap_or(Pin { frame: last, along_m: length_m });
    let until_m: f32 = steps_m[..reached.frame.min(last)].iter().sum();
    let goes = until_m > GOING_M_PER_SEC * reached.frame.max(1) as f32 / FPS;
    let share =
        |frame: usize| if goes { steps_m[..frame].iter().sum::<f32>() / until_m } else { frame as f32 / reached.frame.max(1) as f32 };
    let even_m: Vec<f32> = (0..=last).map(|frame| reached.along_m * share(frame)).collect();
    let mut weights = vec![0.0; last + 1];
    let mut beside_m = vec![0.0; last + 1];
    for pin in pins.iter().filter(|pin| pin.frame <= last).chain([&Pin { frame: 0, along_m: 0.0 }]) {
        weights[pin.frame] = PINNED;
        beside_m[pin.frame] = f64::from(pin.along_m - even_m[pin.frame]);
    }
    weights[last] += 1e-9;
    // Where nothing else is said, the way beside the even one stays as it is.
    let (straight, no_step) = (vec![1e-4; last], vec![0.0; last]);
    let beside_m = if own_m.is_finite() { smooth_curve(&weights, &beside_m, &straight, &no_step, 1.0) } else { beside_m };
    let mut at_m = 0.0_f32;
    even_m
        .iter()
        .zip(beside_m)
        .map(|(even_m, beside_m)| {
            at_m = at_m.max(even_m + beside_m as f32).min(length_m);
            at_m
        })
        .collect()
}

/// By how much each frame is turned: from where the motion goes to where the curve goes, smoothly, and by what frames say that go somewhere.
fn turned(motion: &Motion, way_m: &[Vec2], curve: &Curve, along_m: &[f32]) -> Vec<f32> {
    let count = way_m.len();
    let (mut weights, mut angles) = (vec![1e-9; count], vec![0.0; count]);
    let mut before: Option<f32> = None;
    for frame in 0..count {
        let (from, to) = (frame.saturating_sub(1), (frame + 1).min(count - 1));
        let step_m = (way_m[to] - way_m[from]) / (to - from) as f32;
        let speed = step_m.length() * FPS;
        if speed > GOING_M_PER_SEC {
            let angle = curve.heading_rad(along_m[frame]) - step_m.x.atan2(step_m.y);
            let near = before.map_or_else(|| wrapped(angle), |before| before + wrapped(angle - before));
            before = Some(near);
            (weights[frame], angles[frame]) = (f64::from(speed * speed).min(1.0), f64::from(near));
        }
    }
    if before.is_none() {
        // Who goes nowhere faces along the curve.
        let facing = motion.frames.first().map_or(0.0, |pose| heading(pose.local[0]));
        return vec![curve.heading_rad(0.0) - facing; count];
    }
    let (straight, no_step) = (vec![1e-3; count - 1], vec![0.0; count - 1]);
    smooth_curve(&weights, &angles, &straight, &no_step, stiffness(TURN_SECS)).into_iter().map(|angle| angle as f32).collect()
}

/// Speeds without the beat of steps.
fn smoothed(steps_m: &[f32]) -> Vec<f32> {
    let at: Vec<f64> = steps_m.iter().map(|step| f64::from(*step)).collect();
    let free = vec![0.0; at.len().saturating_sub(1)];
    let mut smooth: Vec<f32> =
        smooth_curve(&vec![1.0; at.len()], &at, &free, &free, stiffness(0.5)).into_iter().map(|step| step.max(0.0) as f32).collect();
    smooth.extend(smooth.last().copied());
    smooth
}

/// The stiffness of a curve that passes half of what repeats in so many seconds.
fn stiffness(secs: f64) -> f64 {
    (secs * f64::from(FPS) / TAU).powi(4)
}

fn on_floor(at_m: Vec3) -> Vec2 {
    Vec2::new(at_m.x, at_m.z)
}
