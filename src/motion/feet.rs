//! Where the feet are: heights above the floor and contacts. One definition for the measures and for the clean-up; what else of a
//! body touches the floor is in [`super::supports`].
//!
//! The *foot joints* are ankles and toes; their heights count from where they are in the rest pose, so a foot that stands flat on
//! the floor has height 0 in both. World joints, metres, 30 fps, floor at y = 0.

use super::{FPS, JOINT_COUNT, Joint, Motion, PARENTS, REST_OFFSETS_M};
use glam::Vec3;
use std::ops::Range;

/// A foot joint lower than this is near the floor.
pub const LOW_M: f32 = 0.05;
/// A foot joint that is low and slower than this touches the floor.
pub const SLOW_M_PER_SEC: f32 = 0.5;
/// A contact lasts at least this long.
pub const CONTACT_FRAMES: usize = 3;

/// Ankle and toe of the left and of the right foot.
pub const FEET: [[Joint; 2]; 2] = [[Joint::LAnkle, Joint::LFoot], [Joint::RAnkle, Joint::RFoot]];

/// Joint positions of every frame.
#[must_use]
pub fn world_joints(motion: &Motion) -> Vec<[Vec3; JOINT_COUNT]> {
    motion.frames.iter().map(|pose| pose.world().positions_m).collect()
}

/// Height of a foot joint above where it stands, from a pose.
#[must_use]
pub fn height_m(joints_m: &[Vec3; JOINT_COUNT], joint: Joint) -> f32 {
    joints_m[joint as usize].y - rest_height_m(joint)
}

/// Height of a joint in the rest pose.
#[must_use]
pub const fn rest_height_m(joint: Joint) -> f32 {
    let mut at = joint as usize;
    let mut height_m = REST_OFFSETS_M[at].y;
    while let Some(parent) = PARENTS[at] {
        height_m += REST_OFFSETS_M[parent].y;
        at = parent;
    }
    height_m
}

/// Height of the lowest foot joint.
#[must_use]
pub fn lowest_m(joints_m: &[Vec3; JOINT_COUNT]) -> f32 {
    FEET.iter().flatten().map(|joint| height_m(joints_m, *joint)).fold(f32::INFINITY, f32::min)
}

/// Length on the floor of the way from one point to another.
#[must_use]
pub fn floor_distance_m(from: Vec3, to: Vec3) -> f32 {
    (to - from).with_y(0.0).length()
}

/// Speed of a joint from the frames around one.
#[must_use]
pub fn speed_m_per_sec(joints_m: &[[Vec3; JOINT_COUNT]], joint: Joint, frame: usize) -> f32 {
    let (from, to) = (frame.saturating_sub(2), (frame + 2).min(joints_m.len() - 1));
    let way_m = joints_m[from][joint as usize].distance(joints_m[to][joint as usize]);
    way_m * FPS / (to - from).max(1) as f32
}

/// The frames, in runs, for which `holds` is true.
pub fn runs(frames: usize, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for frame in (0..frames).filter(|frame| holds(*frame)) {
        match runs.last_mut() {
            Some(run) if run.end == frame => run.end += 1,
            _ => runs.push(frame..frame + 1),
        }
    }
    runs
}

/// Runs of frames in which a joint touches the floor: at least [`CONTACT_FRAMES`] frames lower than [`LOW_M`] and slower than
/// [`SLOW_M_PER_SEC`], going on (hysteresis) while it is not half as high or half as fast again.
#[must_use]
pub fn contacts(joints_m: &[[Vec3; JOINT_COUNT]], joint: Joint) -> Vec<Range<usize>> {
    let within = |frame: usize, factor: f32| {
        height_m(&joints_m[frame], joint) < factor * LOW_M && speed_m_per_sec(joints_m, joint, frame) < factor * SLOW_M_PER_SEC
    };
    let sure = runs(joints_m.len(), |frame| within(frame, 1.0));
    let sure: Vec<_> = sure.into_iter().filter(|run| run.len() >= CONTACT_FRAMES).collect();
    runs(joints_m.len(), |frame| within(frame, 1.5))
        .into_iter()
        .filter(|wide| sure.iter().any(|run| wide.start <= run.start && run.end <= wide.end))
        .collect()
}

/// Whether the left and the right foot touch the floor, by ankle or toe, in each frame; for displays.
#[must_use]
pub fn contact_of_feet(motion: &Motion) -> Vec<[bool; 2]> {
    let joints_m = world_joints(motion);
    let mut touching = vec![[false; 2]; joints_m.len()];
    for (foot, joints) in FEET.iter().enumerate() {
        for run in joints.iter().flat_map(|joint| contacts(&joints_m, *joint)) {
            touching[run].iter_mut().for_each(|frame| frame[foot] = true);
        }
    }
    touching
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_maximal() {
        let holds = [true, true, false, true, false, false, true];
        assert_eq!(runs(7, |i| holds[i]), vec![0..2, 3..4, 6..7]);
    }
}
