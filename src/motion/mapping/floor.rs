//! Where a motion's floor is after its import.

use crate::motion::feet::rest_height_m;
use crate::motion::skeleton::Joint;
use crate::motion::{FPS, Motion, WorldPose, supports};
use glam::Vec3;

/// The joints that a body stands on.
pub(super) const FOOT_JOINTS: [Joint; 4] = [Joint::LAnkle, Joint::LFoot, Joint::RAnkle, Joint::RFoot];
/// Where the [`FOOT_JOINTS`] are.
pub(super) type FeetM = [Vec3; FOOT_JOINTS.len()];

/// Moves the clip vertically so that what bears the body is on the floor.
pub(super) fn put_on_floor(motion: &mut Motion) {
    let floor_m = supports::floor_m(&supports::surfaces(motion));
    for pose in &mut motion.frames {
        pose.root_m.y -= floor_m;
    }
}

/// Where the [`FOOT_JOINTS`] are in a pose.
pub(super) fn feet_m(world: &WorldPose) -> FeetM {
    FOOT_JOINTS.map(|joint| world.positions_m[joint as usize])
}

/// Heights of the [`FOOT_JOINTS`] when both feet stand flat on the floor.
pub(super) fn rest_levels_m() -> [f32; FOOT_JOINTS.len()] {
    FOOT_JOINTS.map(rest_height_m)
}

/// Heights of the lowest foot joint above its level, in the frames in which that joint hardly moves: somebody stands on it.
pub(super) fn standing_heights(feet: &[FeetM], levels_m: [f32; FOOT_JOINTS.len()]) -> Vec<f32> {
    const STANDING_M_PER_SEC: f32 = 0.25;
    feet.windows(2)
        .filter_map(|pair| {
            let (joint, above_m) = lowest(&pair[0], levels_m);
            let step_m = pair[1][joint].distance(pair[0][joint]);
            (step_m * FPS < STANDING_M_PER_SEC).then_some(above_m)
        })
        .collect()
}

/// The foot joint that is lowest against its level, and that difference in metres.
fn lowest(feet: &FeetM, levels_m: [f32; FOOT_JOINTS.len()]) -> (usize, f32) {
    let above_m = (0..feet.len()).map(|joint| (joint, feet[joint].y - levels_m[joint]));
    above_m.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
}
