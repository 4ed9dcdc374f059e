//! A rig's pose as one of ours.

use super::fit::Fit;
use super::leg::{FARTHEST_M, Target, aside, balls_apart, level_heading, nearness, pitched_to};
use super::parts::LEGS;
use super::spine::rig_at;
use crate::motion::ik::reach;
use crate::motion::rig::RigWorld;
use crate::motion::rotation::shortest_arc;
use crate::motion::skeleton::{JOINT_COUNT, Joint, PARENTS, REST_OFFSETS_M};
use crate::motion::{Pose, WorldPose};
use glam::{Quat, Vec3};
use std::ops::Range;

/// The body goes by a foot that is lower than the first of these over where it stands, and not by one that is higher than the second.
const CARRIES_M: Range<f32> = 0.02..0.20;
/// How far a thigh or a shin may swing away from the rig's direction, 8°.
const MOST_SWUNG_RAD: f32 = 0.14;
/// How far a foot is pitched so that ankle and toe are at the heights of the rig's, 20°: more of it is another pose.
const MOST_PITCHED_RAD: f32 = 0.35;

impl Fit {
    /// One frame of the rig as a pose of ours, not yet on the floor.
    pub(super) fn pose(&self, rig: &RigWorld) -> Pose {
        let mut world = self.directed(rig);
        self.stand(&mut world, rig);
        for side in 0..2 {
            self.plant(&mut world, rig, side);
        }
        world.to_pose()
    }

    /// The same by the directions of bones alone, wherever the feet come to.
    pub(super) fn directed(&self, rig: &RigWorld) -> WorldPose {
        let mut world = self.trunk(rig);
        self.direct(&mut world, rig, Joint::Head, &[Joint::Neck], Joint::Neck);
        world
    }

    /// Every joint turned as the rig's, the trunk in the direction of the rig's; of the positions the pelvis's alone is set.
    pub(super) fn trunk(&self, rig: &RigWorld) -> WorldPose {
        let turned = |joint: usize, from_ours: Quat| (self.ours_from_rig_world * rig.rotations[joint] * from_ours).normalize();
        let mut world = WorldPose { positions_m: [Vec3::ZERO; JOINT_COUNT], rotations: [Quat::IDENTITY; JOINT_COUNT] };
        for (joint, parent) in PARENTS.into_iter().enumerate() {
            world.rotations[joint] = match (self.parts[joint], parent) {
                (Some(index), _) => turned(index, self.rig_joint_from_ours[joint]),
                (None, Some(parent)) => world.rotations[parent],
                (None, None) => Quat::IDENTITY,
            };
            if let Some((below, above, t)) = rig_at(&self.spine, joint) {
                let [below, above] = [below, above].map(|place| turned(self.spine[place].joint, self.spine[place].from_ours));
                world.rotations[joint] = below.slerp(above, t);
            }
        }
        // The middle of the hips is where the rig's is; where the pelvis joint itself lies differs between skeletons.
        let hip = |joint: Joint| rig.positions[self.parts[joint as usize].unwrap_or_default()];
        let middle = self.ours_from_rig_world * ((hip(Joint::LHip) + hip(Joint::RHip)) * 0.5) * self.scale;
        let our_middle_m = 0.5 * (REST_OFFSETS_M[Joint::LHip as usize] + REST_OFFSETS_M[Joint::RHip as usize]);
        world.positions_m[0] = middle - world.rotations[0] * our_middle_m;
        self.direct(&mut world, rig, Joint::Neck, &[Joint::Spine1, Joint::Spine2, Joint::Spine3], Joint::Pelvis);
        world
    }

    /// A joint of the rig in our world, metres.
    fn rig_m(&self, rig: &RigWorld, joint: Joint) -> Option<Vec3> {
        Some(self.ours_from_rig_world * rig.positions[self.parts[joint as usize]?] * self.scale)
    }

    /// Turns `joints` alike until the line `from` → `to` has the rig's direction: between the two the rig may bend elsewhere
    /// than we do.
    fn direct(&self, world: &mut WorldPose, rig: &RigWorld, to: Joint, joints: &[Joint], from: Joint) {
        let (Some(rig_from), Some(rig_to)) = (self.rig_m(rig, from), self.rig_m(rig, to)) else { return };
        // Two rounds: not all of the line hangs on the joints that are turned.
        for _ in 0..2 {
            let positions_m = world.to_pose().world().positions_m;
            let arc = shortest_arc(positions_m[to as usize] - positions_m[from as usize], rig_to - rig_from);
            for joint in joints {
                world.rotations[*joint as usize] = arc * world.rotations[*joint as usize];
            }
        }
    }

    /// Moves the body so that the lower foot, or both, come to where the rig's are, as far as they agree about it: legs of other proportions
    /// keep the rig's directions then.
    fn stand(&self, world: &mut WorldPose, rig: &RigWorld) {
        let positions_m = world.to_pose().world().positions_m;
        let targets = [0, 1].map(|side| self.target(world, rig, side));
        let lowest_m = targets.iter().flatten().map(|target| target.ankle_m.y).fold(f32::INFINITY, f32::min);
        let (mut moved_m, mut weights) = (Vec3::ZERO, 0.0);
        for (leg, target) in LEGS.iter().zip(&targets) {
            let Some(target) = target else { continue };
            let weight = nearness(target.ankle_m.y - lowest_m, CARRIES_M);
            moved_m += weight * (target.ankle_m - positions_m[leg[2] as usize]);
            weights += weight;
        }
        world.positions_m[0] += (moved_m / weights.max(1.0)).clamp_length_max(FARTHEST_M);
    }

    /// Where the ankle belongs and how the foot is pitched: ankle and toe at the heights of the rig's, its ball where the rig's is over the floor.
    fn target(&self, world: &WorldPose, rig: &RigWorld, side: usize) -> Option<Target> {
        let [_, _, ankle, toe] = LEGS[side];
        let (rig_ankle_m, rig_toe_m) = (self.rig_m(rig, ankle)?, self.rig_m(rig, toe)?);
        let toe_heading = level_heading(world.rotations[toe as usize]);
        let from_rig_m = self.toe_from_rig_m[side];
        let aside_m = aside(self.wider_m, side, world);
        let toe_m = rig_toe_m + toe_heading * balls_apart(from_rig_m) + from_rig_m.y * Vec3::Y - aside_m;
        let foot_m = world.rotations[ankle as usize] * REST_OFFSETS_M[toe as usize];
        let pitch = pitched_to(foot_m, foot_m, toe_m.y - rig_ankle_m.y, false, MOST_PITCHED_RAD);
        Some(Target { ankle_m: (toe_m - pitch * foot_m).with_y(rig_ankle_m.y), pitch })
    }

    /// Brings ankle and toe of a leg to where they belong: with other proportions of thigh, shin and foot they would sink, hover and slide.
    /// Thigh and shin leave the rig's directions by no more than a few degrees for it.
    fn plant(&self, world: &mut WorldPose, rig: &RigWorld, side: usize) {
        let Some(target) = self.target(world, rig, side) else { return };
        let [hip, knee, ankle, _] = LEGS[side];
        let positions_m = world.to_pose().world().positions_m;
        world.rotations[ankle as usize] = (target.pitch * world.rotations[ankle as usize]).normalize();
        let shift_m = (target.ankle_m - positions_m[ankle as usize]).clamp_length_max(FARTHEST_M);
        let bones_m = [knee, ankle].map(|joint| REST_OFFSETS_M[joint as usize]);
        let leg = [hip, knee].map(|joint| world.rotations[joint as usize]);
        [world.rotations[hip as usize], world.rotations[knee as usize]] =
            shifted(positions_m[hip as usize], leg, bones_m, positions_m[ankle as usize], shift_m);
    }
}

/// Thigh and shin (their rotations, and their bones in their own frames) turned so that the ankle moves by `shift_m`, or as far as neither
/// swings by more than [`MOST_SWUNG_RAD`].
fn shifted(hip_m: Vec3, leg: [Quat; 2], bones_m: [Vec3; 2], ankle_m: Vec3, shift_m: Vec3) -> [Quat; 2] {
    let reached = |share: f32| reach(hip_m, leg, bones_m, ankle_m + share * shift_m);
    let swung_rad = |turned: &[Quat; 2]| {
        std::iter::zip(bones_m, std::iter::zip(leg, turned))
            .map(|(bone_m, (before, after))| (before * bone_m).angle_between(*after * bone_m))
            .fold(0.0, f32::max)
    };
    let (mut share, mut turned) = (1.0, reached(1.0));
    // A bent leg swings far for a little way, and not in proportion.
    for _ in 0..3 {
        let swung_rad = swung_rad(&turned);
        if swung_rad <= MOST_SWUNG_RAD {
            break;
        }
        share *= 0.99 * MOST_SWUNG_RAD / swung_rad;
        turned = reached(share);
    }
    turned
}
