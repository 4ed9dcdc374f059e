//! Pose blend shapes: how a pose moves the vertices of a body in its rest pose before skinning, so that bent elbows and lifted shoulders
//! keep their form.
//!
//! Source: Loper et al., SMPL (2015), section 3: every joint but the root adds its nine numbers, the rotation from its parent minus the
//! identity, row by row, each times a move of every vertex.

use crate::motion::{JOINT_COUNT, Pose};
use glam::{Mat3, Vec3, Vec4};

/// Numbers of a joint.
const OF_JOINT: usize = 9;
/// Rows of four that these fill for a graphics device.
pub const ROWS_OF_JOINT: usize = 3;
/// Pose numbers of our joints.
pub const POSE_SHAPES: usize = (JOINT_COUNT - 1) * OF_JOINT;
/// What moves a vertex less, metres, is left out: a joint then moves only what is near it.
const LEAST_M: f32 = 2e-4;

/// The pose blend shapes of a body; none where there are none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoseShapes(Vec<Block>);

/// How one joint moves one vertex.
#[derive(Clone, Debug, PartialEq)]
struct Block {
    joint: u8,
    vertex: u32,
    moves_m: [Vec3; OF_JOINT],
}

impl PoseShapes {
    /// Shapes of which `move_m` tells how the number `0..POSE_SHAPES` moves a vertex, metres.
    #[must_use]
    pub fn of(vertices: usize, move_m: impl Fn(usize, usize) -> Vec3) -> Self {
        let block = |joint: usize, vertex: usize| Block {
            joint: joint as u8,
            vertex: vertex as u32,
            moves_m: std::array::from_fn(|number| move_m((joint - 1) * OF_JOINT + number, vertex)),
        };
        let all = (1..JOINT_COUNT).flat_map(|joint| (0..vertices).map(move |vertex| (joint, vertex)));
        let is_felt = |block: &Block| block.moves_m.iter().any(|move_m| move_m.abs().max_element() >= LEAST_M);
        Self(all.map(|(joint, vertex)| block(joint, vertex)).filter(is_felt).collect())
    }

    /// Whether poses change nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all vertices are among so many.
    #[must_use]
    pub fn fits(&self, vertices: usize) -> bool {
        self.0.iter().all(|block| (block.vertex as usize) < vertices)
    }

    /// The numbers of each joint in a pose, `[22][9]`; a graphics device takes them in this form, nine and three of nothing each.
    #[must_use]
    pub fn numbers(pose: &Pose) -> [[Vec4; ROWS_OF_JOINT]; JOINT_COUNT] {
        numbers(pose).map(|of_joint| {
            let row = |from: usize| Vec4::from_array(std::array::from_fn(|place| of_joint.get(from + place).copied().unwrap_or(0.0)));
            [row(0), row(4), row(8)]
        })
    }

    /// The shapes for a graphics device, as `shaders/pose_shapes.wgsl` says: where the blocks of each of so many vertices begin
    /// `[vertices + 1]`, and the blocks `[blocks × 7]`.
    #[must_use]
    pub fn packed(&self, vertices: usize) -> (Vec<u32>, Vec<Vec4>) {
        let mut starts = vec![0; vertices + 1];
        self.0.iter().for_each(|block| starts[block.vertex as usize + 1] += 1);
        for vertex in 0..vertices {
            starts[vertex + 1] += starts[vertex];
        }
        let mut order: Vec<&Block> = self.0.iter().collect();
        order.sort_by_key(|block| block.vertex);
        let rows = order.into_iter().flat_map(|Block { joint, moves_m, .. }| {
            let along = |axis: usize, from: usize| Vec4::from_array(std::array::from_fn(|place| moves_m[from + place][axis]));
            let last = moves_m[OF_JOINT - 1].extend(f32::from(*joint));
            [along(0, 0), along(0, 4), along(1, 0), along(1, 4), along(2, 0), along(2, 4), last]
        });
        let rows = rows.collect();
        (starts, rows)
    }

    /// Moves the vertices `[vertices]` of the rest pose, metres, as a pose wants.
    pub fn add_to(&self, positions_m: &mut [Vec3], pose: &Pose) {
        let numbers = numbers(pose);
        for block in &self.0 {
            let numbers = &numbers[usize::from(block.joint)];
            positions_m[block.vertex as usize] += numbers.iter().zip(block.moves_m).map(|(number, move_m)| *number * move_m).sum::<Vec3>();
        }
    }
}

/// The numbers of each joint.
fn numbers(pose: &Pose) -> [[f32; OF_JOINT]; JOINT_COUNT] {
    std::array::from_fn(|joint| {
        let turned = Mat3::from_quat(pose.local[joint]) - Mat3::IDENTITY;
        std::array::from_fn(|number| turned.col(number % 3)[number / 3])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Joint;
    use glam::Quat;

    #[test]
    fn each_number_of_a_joints_rotation_moves_vertices_by_its_own_shape() {
        let knee = Joint::LKnee as usize;
        // The number of the first row and the third column, which the sine of a turn about Y is.
        let shapes = PoseShapes::of(2, |number, vertex| if number == (knee - 1) * 9 + 2 && vertex == 1 { Vec3::X } else { Vec3::ZERO });
        let mut pose = Pose::REST;
        pose.local[knee] = Quat::from_rotation_y(0.5);
        let mut positions_m = [Vec3::ZERO; 2];
        shapes.add_to(&mut positions_m, &pose);
        assert!(positions_m[0] == Vec3::ZERO && (positions_m[1] - Vec3::X * 0.5_f32.sin()).length() < 1e-6, "{positions_m:?}");
        let mut rest_m = [Vec3::ONE; 2];
        shapes.add_to(&mut rest_m, &Pose::REST);
        assert_eq!(rest_m, [Vec3::ONE; 2]);
        assert!(PoseShapes::of(2, |_, _| Vec3::splat(1e-5)).is_empty());
    }
}
