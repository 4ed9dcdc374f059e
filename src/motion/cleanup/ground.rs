//! The root's height, corrected by what bears the body: feet, hands, knees, back or crown.

use crate::motion::Motion;
use crate::motion::banded::smooth_curve;
use crate::motion::feet::{CONTACT_FRAMES, LOW_M, runs};
use crate::motion::supports::{self, Surface};

/// How much the height may bend: corrections slower than about 1 Hz pass.
const HEIGHT_STIFFNESS: f64 = 200.0;
/// How little the height likes to change, so that it neither swings up nor down where nothing bears.
const LEVEL: f64 = 1.0;
/// How much it may bend where the trunk would be in the floor otherwise.
const RISING_STIFFNESS: f64 = 30.0;
/// A point at this speed says half as much about the floor as one at rest.
const HALF_SPEED_M_PER_SEC: f32 = 0.5;
/// Free fall is recognised within this share; a network's jumps are no exact parabolas.
pub(super) const FREE_FALL_TOLERANCE: f32 = 0.6;
/// What the source has within [`LOW_M`] of its floor is not lifted further than this from ours.
pub(super) const NEAR_M: f32 = 0.045;
/// How far smoothing moves what is at the edge of that.
const BLUR_M: f32 = 0.005;
/// How often what is lifted is held more firmly.
const HOLDING_ROUNDS: usize = 6;
/// How deep flesh may be pressed into the floor.
const SOFT_M: f32 = 0.01;

/// Sets a motion on its floor.
pub(super) fn ground(motion: &mut Motion) {
    if motion.is_empty() {
        return;
    }
    raise(motion, &height_correction(&supports::surfaces(motion)));
    keep_trunk_out(motion);
}

/// Raises a motion where its trunk, its head or its knees would be in the floor.
pub(super) fn keep_trunk_out(motion: &mut Motion) {
    raise(motion, &rising(&supports::surfaces(motion)));
}

fn raise(motion: &mut Motion, by_m: &[f64]) {
    for (pose, by_m) in motion.frames.iter_mut().zip(by_m) {
        pose.root_m.y += *by_m as f32;
    }
}

/// How much each frame rises: a smooth curve that brings what bears the body to the floor. Flights and what rests on something that
/// is not there, with the ways there and back, have no say and follow their neighbours.
fn height_correction(surfaces: &[Surface]) -> Vec<f64> {
    let frames = surfaces.len();
    let floor_m = supports::floor_m(surfaces);
    let flying = supports::in_flight(surfaces, FREE_FALL_TOLERANCE);
    let bearing: Vec<(usize, f32)> = surfaces.iter().map(Surface::bearing).collect();
    let mut away = flying;
    for run in runs(frames, |frame| bearing[frame].1 - floor_m > LOW_M) {
        let rests = |frame: &usize| bearing[*frame].1 - floor_m > supports::FURNITURE_M && supports::bears(surfaces, *frame);
        if run.clone().filter(rests).count() >= CONTACT_FRAMES {
            away[run].fill(true);
        }
    }
    let weights: Vec<f64> = (0..frames)
        .map(|frame| {
            if away[frame] {
                return 0.0;
            }
            let speed = supports::speed_m_per_sec(surfaces, bearing[frame].0, frame);
            1.0 / (1.0 + f64::from(speed / HALF_SPEED_M_PER_SEC).powi(4))
        })
        .collect();
    if weights.iter().all(|weight| *weight == 0.0) {
        return vec![f64::from(-floor_m); frames];
    }
    let asked_m: Vec<f64> = bearing.iter().map(|(_, height_m)| -f64::from(*height_m)).collect();
    let (level, no_step) = (vec![LEVEL; frames - 1], vec![0.0; frames - 1]);
    let curve = |held: &[f64], most_m: &[f64]| {
        let both: Vec<f64> = weights.iter().zip(held).map(|(weight, held)| weight + held).collect();
        let at_m = |frame: usize| (weights[frame] * asked_m[frame] + held[frame] * most_m[frame]) / both[frame].max(1e-9);
        smooth_curve(&both, &(0..frames).map(at_m).collect::<Vec<_>>(), &level, &no_step, HEIGHT_STIFFNESS)
    };
    held_down(surfaces, floor_m, curve)
}

/// A height correction that lifts nothing off the floor: what was near it stays near it, and a foot that comes or leaves is not lifted
/// together with what sinks beside it. `curve` makes one that is held, with weights, to what it may be at most; flights go free.
fn held_down(surfaces: &[Surface], floor_m: f32, curve: impl Fn(&[f64], &[f64]) -> Vec<f64>) -> Vec<f64> {
    let frames = surfaces.len();
    let most_m: Vec<f64> = surfaces.iter().map(|surface| f64::from(NEAR_M - surface.lowest().1)).collect();
    let flying = supports::in_flight(surfaces, supports::FREE_FALL_TOLERANCE);
    let flies = |frame: usize| flying[frame.saturating_sub(1)..(frame + 2).min(frames)].contains(&true);
    let near = |frame: usize| surfaces[frame].lowest().1 - floor_m < LOW_M + BLUR_M && !flies(frame);
    let mut held = vec![0.0_f64; frames];
    let mut curve_m = curve(&held, &most_m);
    for _ in 0..HOLDING_ROUNDS {
        let lifted: Vec<usize> = (0..frames).filter(|frame| near(*frame) && curve_m[*frame] > most_m[*frame]).collect();
        if lifted.is_empty() {
            break;
        }
        lifted.into_iter().for_each(|frame| held[frame] = (8.0 * held[frame]).max(1.0));
        curve_m = curve(&held, &most_m);
    }
    curve_m
}

/// How much each frame rises so that the trunk, the head and the knees are not in the floor.
fn rising(surfaces: &[Surface]) -> Vec<f64> {
    let frames = surfaces.len();
    let trunk = || (0..supports::POINTS).filter(|point| !supports::is_foot(*point) && !supports::is_arm(*point));
    let depths_m: Vec<f64> = surfaces.iter().map(|surface| f64::from(-SOFT_M - surface.lowest_of(trunk()).1).max(0.0)).collect();
    let mut raised_m = vec![0.0; frames];
    if depths_m.iter().all(|depth_m| *depth_m == 0.0) {
        return raised_m;
    }
    let no_step = vec![0.0; frames - 1];
    // The floor pushes back where the curve is still in it, ever more firmly.
    let mut weights = vec![0.02_f64; frames];
    for _ in 0..6 {
        for (weight, (depth_m, raised_m)) in weights.iter_mut().zip(depths_m.iter().zip(&raised_m)) {
            if *raised_m < depth_m - 1e-3 {
                *weight = (*weight * 8.0).max(1.0);
            }
        }
        raised_m = smooth_curve(&weights, &depths_m, &no_step, &no_step, RISING_STIFFNESS);
    }
    raised_m.iter_mut().for_each(|raised_m| *raised_m = raised_m.max(0.0));
    raised_m
}
