//! The 272 numbers a frame in float64: joints and rotations to rows and back (`docs/representation.md`, Encoding and Decoding), on any
//! skeleton of 22 joints.
//!
//! Rows are a flat slice of `frames × 272`. A row tells everything relative to the frame's own heading and the frame before, so
//! neither the place nor the direction of the first frame survives: decoding starts at the origin, facing +Z.

use super::conversions::{heading_of, matrix_from_six_d, six_d_from_matrix, yaw_matrix};
use super::layout::{HEADING_STEP, POSITIONS, ROOT_STEP, ROTATIONS, ROW, VELOCITIES};
use crate::motion::JOINT_COUNT;
use glam::{DMat3, DVec3};
use std::ops::Range;

/// What a frame is encoded from.
#[derive(Clone, Debug)]
pub struct Joints {
    /// Joint positions in the world, metres.
    pub positions_m: [DVec3; JOINT_COUNT],
    /// Parent-relative rotations; entry 0 is `world_from_pelvis`.
    pub local: [DMat3; JOINT_COUNT],
}

/// What the rotations of a row say.
#[derive(Clone, Debug)]
pub struct Turned {
    /// The pelvis in the world, metres; its height is the position block's.
    pub root_m: DVec3,
    /// Parent-relative matrices; entry 0 is `world_from_pelvis`. Not rotations where the six numbers are degenerate.
    pub local: [DMat3; JOINT_COUNT],
}

/// How the path of headings and roots is accumulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accumulate {
    /// As the published code does: products of whatever matrices the rows hold, and row 0 moves the start.
    Published,
    /// Heading steps are projected to turns about the vertical, so that the motion cannot tilt; row 0 moves nothing.
    Upright,
}

/// Rows of a motion, its heights counted from `floor_m` (steps 3 to 6 of the encoder).
#[must_use]
pub fn encode(frames: &[Joints], floor_m: f64) -> Vec<f64> {
    let mut rows = vec![0.0; frames.len() * ROW];
    let mut before: Option<(f64, DMat3, DVec3, [DVec3; JOINT_COUNT])> = None;
    for (row, frame) in rows.chunks_exact_mut(ROW).zip(frames) {
        let heading_rad = heading_of(&frame.local[0]);
        let heading_from_world = yaw_matrix(-heading_rad);
        let pelvis_m = frame.positions_m[0];
        let origin_m = DVec3::new(pelvis_m.x, floor_m, pelvis_m.z);
        let local_m = frame.positions_m.map(|joint_m| heading_from_world * (joint_m - origin_m));

        let (step_m, turn, velocities) = match &before {
            None => (DVec3::ZERO, DMat3::IDENTITY, [DVec3::ZERO; JOINT_COUNT]),
            Some((last_rad, last_from_world, last_pelvis_m, last_local_m)) => (
                *last_from_world * (pelvis_m - *last_pelvis_m),
                yaw_matrix(last_rad - heading_rad),
                std::array::from_fn(|joint| local_m[joint] - last_local_m[joint]),
            ),
        };
        row[ROOT_STEP].copy_from_slice(&[step_m.x, step_m.z]);
        row[HEADING_STEP].copy_from_slice(&six_d_from_matrix(&turn));
        for (joint, (local_m, velocity)) in local_m.iter().zip(&velocities).enumerate() {
            row[nth(POSITIONS, joint, 3)].copy_from_slice(&local_m.to_array());
            row[nth(VELOCITIES, joint, 3)].copy_from_slice(&velocity.to_array());
        }
        for (joint, local) in frame.local.iter().enumerate() {
            let stored = if joint == 0 { heading_from_world * *local } else { *local };
            row[nth(ROTATIONS, joint, 6)].copy_from_slice(&six_d_from_matrix(&stored));
        }
        before = Some((heading_rad, heading_from_world, pelvis_m, local_m));
    }
    rows
}

/// Joint positions in the world by the position block (`docs/representation.md`, Decoding), metres.
#[must_use]
pub fn positions(rows: &[f64], accumulate: Accumulate) -> Vec<[DVec3; JOINT_COUNT]> {
    let headings = headings_from_world(rows, accumulate);
    let roots_m = root_path(rows, &headings, accumulate);
    let frames = rows.chunks_exact(ROW).zip(headings.iter().zip(&roots_m));
    frames
        .map(|(row, (heading_from_world, root_m))| {
            std::array::from_fn(|joint| heading_from_world.transpose() * vector(row, POSITIONS, joint) + *root_m)
        })
        .collect()
}

/// Root path and rotations by the rotation block (`docs/representation.md`, Decoding).
#[must_use]
pub fn rotations(rows: &[f64], accumulate: Accumulate) -> Vec<Turned> {
    let headings = headings_from_world(rows, accumulate);
    let roots_m = root_path(rows, &headings, accumulate);
    let frames = rows.chunks_exact(ROW).zip(headings.iter().zip(&roots_m));
    frames
        .map(|(row, (heading_from_world, root_m))| {
            let mut local: [DMat3; JOINT_COUNT] = std::array::from_fn(|joint| matrix_from_six_d(&six(row, nth(ROTATIONS, joint, 6))));
            local[0] = heading_from_world.transpose() * local[0];
            Turned { root_m: DVec3::new(root_m.x, vector(row, POSITIONS, 0).y, root_m.z), local }
        })
        .collect()
}

/// Accumulated `heading_from_world` of every row.
#[must_use]
pub fn headings_from_world(rows: &[f64], accumulate: Accumulate) -> Vec<DMat3> {
    let mut headings: Vec<DMat3> = Vec::with_capacity(rows.len() / ROW);
    let mut upright_rad = 0.0;
    for row in rows.chunks_exact(ROW) {
        let step = matrix_from_six_d(&six(row, HEADING_STEP));
        headings.push(match (accumulate, headings.last()) {
            (Accumulate::Published, None) => step,
            (Accumulate::Published, Some(last)) => step * *last,
            (Accumulate::Upright, None) => DMat3::IDENTITY,
            (Accumulate::Upright, Some(_)) => {
                upright_rad += heading_of(&step);
                yaw_matrix(upright_rad)
            }
        });
    }
    headings
}

/// Running sum of the root's steps on the floor; x and z only, except where a published heading has tilted.
fn root_path(rows: &[f64], headings_from_world: &[DMat3], accumulate: Accumulate) -> Vec<DVec3> {
    let mut root_m = DVec3::ZERO;
    let step_of = |row: &[f64]| DVec3::new(row[ROOT_STEP.start], 0.0, row[ROOT_STEP.start + 1]);
    rows.chunks_exact(ROW)
        .enumerate()
        .map(|(frame, row)| {
            root_m += match (frame, accumulate) {
                (0, Accumulate::Upright) => DVec3::ZERO,
                (0, Accumulate::Published) => step_of(row),
                _ => headings_from_world[frame - 1].transpose() * step_of(row),
            };
            DVec3::new(root_m.x, 0.0, root_m.z)
        })
        .collect()
}

fn nth(block: Range<usize>, joint: usize, width: usize) -> Range<usize> {
    let start = block.start + joint * width;
    start..start + width
}

fn vector(row: &[f64], block: Range<usize>, joint: usize) -> DVec3 {
    DVec3::from_slice(&row[nth(block, joint, 3)])
}

fn six(row: &[f64], range: Range<usize>) -> [f64; 6] {
    std::array::from_fn(|i| row[range.start + i])
}
