//! Motions as the numbers of an array, exactly as the program holds them.

use super::super::npy;
use crate::motion::{JOINT_COUNT, Motion, Pose};
use glam::{Quat, Vec3};

/// Numbers of a pose.
pub(super) const ROW: usize = 3 + 4 * JOINT_COUNT;

/// The bytes of a motion's member.
pub(super) fn encoded(motion: &Motion) -> Vec<u8> {
    let values: Vec<f32> = motion.frames.iter().flat_map(numbers).collect();
    npy::floats(&[motion.len(), ROW], &values)
}

fn numbers(pose: &Pose) -> impl Iterator<Item = f32> {
    pose.root_m.to_array().into_iter().chain(pose.local.iter().flat_map(|turn| turn.to_array()))
}

/// The pose that a row is.
pub(super) fn pose(row: &[f32]) -> Pose {
    let turn = |joint: usize| Quat::from_slice(&row[3 + 4 * joint..]);
    Pose { root_m: Vec3::from_slice(row), local: std::array::from_fn(turn) }
}
