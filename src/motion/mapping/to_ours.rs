//! A rig's pose as one of ours.

use super::fit::Fit;
use super::leg::{FARTHEST_M, pitched_to, shifted};
use super::parts::LEGS;
use crate::motion::rig::RigWorld;
use crate::motion::rotation::{heading, shortest_arc};
use crate::motion::skeleton::{JOINT_COUNT, Joint, PARENTS, REST_OFFSETS_M};
use crate::motion::{Pose, WorldPose};
use glam::{Quat, Vec3};

impl Fit {
    /// One frame of the rig as a pose of ours, not yet on the floor.
    pub(super) fn pose(&self, rig: &RigWorld) -> Pose {
        let mut world = self.trunk(rig);
        self.direct(&mut world, rig, Joint::Head, &[Joint::Neck], Joint::Neck);
        for (leg, toe_from_rig_m) in LEGS.iter().zip(self.toe_from_rig_m) {
            self.plant(&mut world, rig, *leg, toe_from_rig_m);
        }
        world.to_pose()
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
            if let Some(share) = spine_share(joint) {
                let at = share * (self.spine.len() - 1) as f32;
                let (below, above) = (at.floor() as usize, at.ceil() as usize);
                let [below, above] = [below, above].map(|i| turned(self.spine[i].0, self.spine[i].1));
                world.rotations[joint] = below.slerp(above, at.fract());
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

    /// Puts the ankle and the toe of a leg at the heights of the rig's and lets the toe follow the rig's over the floor: with
    /// other proportions of thigh, shin and foot they would sink, hover and slide. Thigh and shin leave the rig's directions by
    /// no more than [`MOST_SWUNG_RAD`] for it.
    fn plant(&self, world: &mut WorldPose, rig: &RigWorld, [hip, knee, ankle, toe]: [Joint; 4], toe_from_rig_m: Vec3) {
        let (Some(rig_ankle_m), Some(rig_toe_m)) = (self.rig_m(rig, ankle), self.rig_m(rig, toe)) else { return };
        let positions_m = world.to_pose().world().positions_m;
        let foot_heading = Quat::from_rotation_y(heading(world.rotations[ankle as usize]));
        let toe_m = rig_toe_m + foot_heading * toe_from_rig_m;
        let foot_m = world.rotations[ankle as usize] * REST_OFFSETS_M[toe as usize];
        let pitch = pitched_to(foot_m, toe_m.y - rig_ankle_m.y);
        world.rotations[ankle as usize] = (pitch * world.rotations[ankle as usize]).normalize();

        let ankle_m = toe_m - pitch * foot_m;
        let shift_m = (ankle_m.with_y(rig_ankle_m.y) - positions_m[ankle as usize]).clamp_length_max(FARTHEST_M);
        let bones_m = [knee, ankle].map(|joint| REST_OFFSETS_M[joint as usize]);
        let leg = [hip, knee].map(|joint| world.rotations[joint as usize]);
        [world.rotations[hip as usize], world.rotations[knee as usize]] =
            shifted(positions_m[hip as usize], leg, bones_m, positions_m[ankle as usize], shift_m);
    }
}

/// Where along pelvis (0) to chest (1) each of our spine joints turns.
fn spine_share(joint: usize) -> Option<f32> {
    match Joint::ALL[joint] {
        Joint::Spine1 => Some(1.0 / 3.0),
        Joint::Spine2 => Some(2.0 / 3.0),
        Joint::Spine3 => Some(1.0),
        _ => None,
    }
}
