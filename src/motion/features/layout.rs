//! Where in a row of 272 numbers each kind of number is.

use crate::motion::JOINT_COUNT;
use std::ops::Range;

/// Numbers a frame.
pub const ROW: usize = 272;
/// Pelvis step x, z since the previous frame in that frame's heading, metres.
pub const ROOT_STEP: Range<usize> = 0..2;
/// Heading change since the previous frame, 6D.
pub const HEADING_STEP: Range<usize> = ROOT_STEP.end..ROOT_STEP.end + 6;
/// Joint positions in the heading frame, metres: pelvis above the horizontal origin, heights above the floor.
pub const POSITIONS: Range<usize> = HEADING_STEP.end..HEADING_STEP.end + JOINT_COUNT * 3;
/// Difference of [`POSITIONS`] to the previous frame.
pub const VELOCITIES: Range<usize> = POSITIONS.end..POSITIONS.end + JOINT_COUNT * 3;
/// Parent-relative rotations, 6D; the pelvis' with the heading removed.
pub const ROTATIONS: Range<usize> = VELOCITIES.end..VELOCITIES.end + JOINT_COUNT * 6;
const _: () = assert!(ROTATIONS.end == ROW && ROW == 2 + 6 + 22 * 3 + 22 * 3 + 22 * 6);
