//! The walk on which a mapping is tried out: two steps on the spot, over and over.

use crate::motion::feet::rest_height_m;
use crate::motion::{FPS, Joint, Motion, Pose};
use glam::Quat;
use std::f32::consts::{PI, TAU};

/// How long two steps take.
const CYCLE_SECS: f32 = 1.2;

/// The walk, as long as two steps.
pub(super) fn walk() -> Motion {
    let frames = (CYCLE_SECS * FPS).round() as usize;
    Motion { frames: (0..frames).map(|frame| pose(TAU * frame as f32 / frames as f32)).collect() }
}

/// The pose at an angle of the cycle.
fn pose(phase_rad: f32) -> Pose {
    use Joint::*;
    let mut pose = Pose::REST;
    let sides = [
        (1.0, 0.0, [LHip, LKnee, LAnkle, LFoot, LCollar, LShoulder, LElbow]),
        (-1.0, PI, [RHip, RKnee, RAnkle, RFoot, RCollar, RShoulder, RElbow]),
    ];
    for (side, later_rad, [hip, knee, ankle, toe, collar, shoulder, elbow]) in sides {
        let phase_rad = phase_rad + later_rad;
        // The leg goes forward while its cosine is above 0, and bends then.
        let (forward, lifted) = (phase_rad.sin(), phase_rad.cos().max(0.0));
        let (thigh_rad, bent_rad) = (0.42 * forward + 0.1 * lifted, 0.12 + 0.85 * lifted);
        pose.local[hip as usize] = Quat::from_rotation_x(-thigh_rad);
        pose.local[knee as usize] = Quat::from_rotation_x(bent_rad);
        // The sole stays level on the floor; the heel lifts before the toe does.
        let heel_rad = 0.45 * (-forward).max(0.0) * (1.0 - lifted);
        pose.local[ankle as usize] = Quat::from_rotation_x(thigh_rad - bent_rad + heel_rad + 0.25 * lifted);
        pose.local[toe as usize] = Quat::from_rotation_x(-heel_rad);
        pose.local[collar as usize] = Quat::from_rotation_z(side * -0.10);
        pose.local[shoulder as usize] = Quat::from_rotation_x(0.38 * forward) * Quat::from_rotation_z(side * -1.22);
        pose.local[elbow as usize] = Quat::from_rotation_y(side * (-0.35 + 0.2 * forward));
    }
    let turn_rad = 0.07 * phase_rad.sin();
    pose.local[Pelvis as usize] = Quat::from_rotation_y(-turn_rad);
    pose.local[Spine2 as usize] = Quat::from_rotation_y(2.0 * turn_rad);
    pose.local[Neck as usize] = Quat::from_rotation_y(-turn_rad);
    let world = pose.world();
    let over_floor = [LAnkle, RAnkle, LFoot, RFoot].map(|joint| world.positions_m[joint as usize].y - rest_height_m(joint));
    pose.root_m.y -= over_floor.into_iter().fold(f32::INFINITY, f32::min);
    pose
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::measure::measure;

    #[test]
    fn the_walk_goes_round_stays_on_the_floor_and_swings_arms_against_legs() {
        let walk = walk();
        let quality = measure(&Motion { frames: walk.frames.iter().chain(&walk.frames).copied().collect() });
        assert!(quality.penetration_mm < 5.0 && quality.float_pct == 0.0, "{quality:?}");
        assert!(quality.largest_step_mm < 120.0, "{quality:?}");
        let ahead = |joint: Joint| walk.frames[9].world().positions_m[joint as usize].z;
        assert!(ahead(Joint::LAnkle) > ahead(Joint::RAnkle) && ahead(Joint::LWrist) < ahead(Joint::RWrist));
    }
}
