//! The root's pace, corrected by what the feet say.

use crate::motion::banded::smooth_curve;
use crate::motion::feet::{self, FEET};
use crate::motion::supports::CARRIED_PELVIS_M;
use crate::motion::{FPS, JOINT_COUNT, Joint, Motion};
use glam::Vec3;

/// How much the path may bend: corrections slower than about 1.5 Hz pass.
const PATH_STIFFNESS: f64 = 10.0;
/// A foot that slides at this speed beside one that does not is believed half as much.
const HALF_SLIDE_M_PER_SEC: f64 = 0.15;

/// Stops a motion from gliding over the floor.
pub(super) fn correct_path(motion: &mut Motion) {
    if motion.is_empty() {
        return;
    }
    // What glides fast is recognised as standing only once most of the gliding is gone.
    for _ in 0..2 {
        let [x_m, z_m] = path_correction(&feet::world_joints(motion));
        for (frame, pose) in motion.frames.iter_mut().enumerate() {
            pose.root_m += Vec3::new(x_m[frame] as f32, 0.0, z_m[frame] as f32);
        }
    }
}

/// How much each frame moves along x and along z, so that touching toes stay where they are. A toe that slides although the other
/// stands still is doing it on purpose and counts less.
fn path_correction(joints_m: &[[Vec3; JOINT_COUNT]]) -> [Vec<f64>; 2] {
    let steps = joints_m.len() - 1;
    let carried = |frame: usize| joints_m[frame][Joint::Pelvis as usize].y > CARRIED_PELVIS_M;
    // Who lies or sits does so at the pace that he has: what the feet said before does not push him on.
    let mut slides: Vec<(usize, [f64; 2])> = (0..steps).filter(|frame| !carried(*frame)).map(|frame| (frame, [0.0; 2])).collect();
    for [_, toe] in FEET {
        for run in feet::contacts(joints_m, toe) {
            for frame in run.start..run.end - 1 {
                let step_m = joints_m[frame + 1][toe as usize] - joints_m[frame][toe as usize];
                if carried(frame) {
                    slides.push((frame, [f64::from(step_m.x), f64::from(step_m.z)]));
                }
            }
        }
    }
    // Hardly anything holds the whole in place: a walk whose feet say it should be slower becomes slower.
    let hold = vec![1e-7; joints_m.len()];
    let nowhere = vec![0.0; joints_m.len()];
    let mut curves = [nowhere.clone(), nowhere.clone()];
    let half_slide_m = HALF_SLIDE_M_PER_SEC / f64::from(FPS);
    for round in 0..4 {
        let mut weights = vec![0.0; steps];
        let mut wanted = [vec![0.0; steps], vec![0.0; steps]];
        for (frame, slide) in &slides {
            let moved = |axis: usize| slide[axis] + curves[axis][frame + 1] - curves[axis][*frame];
            let left_m = moved(0).hypot(moved(1));
            let weight = if round == 0 { 1.0 } else { 1.0 / (1.0 + (left_m / half_slide_m).powi(4)) };
            weights[*frame] += weight;
            wanted[0][*frame] -= weight * slide[0];
            wanted[1][*frame] -= weight * slide[1];
        }
        for (axis, wanted) in wanted.iter_mut().enumerate() {
            wanted.iter_mut().zip(&weights).for_each(|(sum, weight)| *sum /= weight.max(1e-9));
            curves[axis] = smooth_curve(&hold, &nowhere, &weights, wanted, PATH_STIFFNESS);
        }
    }
    curves
}
