//! One of our poses on a rig: the inverse of reading it.

use super::fit::{Driver, Fit};
use super::leg::{FARTHEST_M, pitched_to, shifted};
use super::parts::LEGS;
use crate::motion::ik;
use crate::motion::rig::{Rig, RigPose, RigWorld};
use crate::motion::rotation::{heading, shortest_arc};
use crate::motion::skeleton::{Joint, REST_OFFSETS_M};
use crate::motion::{Pose, WorldPose};
use glam::{Quat, Vec3};

/// How far a joint of the spine turns against the one below it so that the trunk has our direction, 30°.
const MOST_BENT_RAD: f32 = 0.5;

/// A rig on its way into one of our poses.
struct Posing<'a> {
    fit: &'a Fit,
    rig: &'a Rig,
    ours: &'a WorldPose,
    /// Of the driven joints; the others follow.
    rotations: Vec<Quat>,
    world: RigWorld,
}

impl Fit {
    /// One pose of ours on the rig, standing on the floor where ours does.
    pub(super) fn pose_onto(&self, rig: &Rig, pose: &Pose) -> RigPose {
        let ours = pose.world();
        let mut posing = Posing { fit: self, rig, ours: &ours, rotations: self.driven_rotations(&ours), world: rig.rest_world() };
        posing.follow();
        posing.direct_trunk();
        posing.settle_chest();
        posing.direct_head();
        for (leg, toe_from_rig_m) in LEGS.into_iter().zip(self.toe_from_rig_m) {
            posing.plant(leg, toe_from_rig_m);
        }
        posing.local()
    }

    /// `world_from_joint` of the driven joints, in the rig's world; anything of the others.
    fn driven_rotations(&self, ours: &WorldPose) -> Vec<Quat> {
        let rig_from_ours_world = self.ours_from_rig_world.inverse();
        let rotation = |driver: &Driver| match *driver {
            Driver::Joint(joint) => rig_from_ours_world * ours.rotations[joint] * self.rig_joint_from_ours[joint].inverse(),
            Driver::Spine(place) => {
                let share = place as f32 / (self.spine.len() - 1) as f32;
                rig_from_ours_world * spine_at(ours, share) * self.spine[place].1.inverse()
            }
            Driver::Ground | Driver::Parent(_) => Quat::IDENTITY,
        };
        self.drivers.iter().map(|driver| rotation(driver).normalize()).collect()
    }
}

/// How our spine is turned at a share of its way from the pelvis (0) to the chest (1).
fn spine_at(ours: &WorldPose, share: f32) -> Quat {
    const JOINTS: [Joint; 4] = [Joint::Pelvis, Joint::Spine1, Joint::Spine2, Joint::Spine3];
    let at = share * (JOINTS.len() - 1) as f32;
    let [below, above] = [at.floor(), at.ceil()].map(|place| ours.rotations[JOINTS[place as usize] as usize]);
    below.slerp(above, at.fract())
}

impl Posing<'_> {
    /// Puts every joint where the driven ones take it.
    fn follow(&mut self) {
        for joint in 0..self.rig.len() {
            let above = self.rig.parents()[joint].map(|parent| (self.world.positions[parent], self.world.rotations[parent]));
            let (from, turn) = above.unwrap_or((Vec3::ZERO, Quat::IDENTITY));
            self.world.positions[joint] = from + turn * self.rig.rest_translations()[joint];
            self.world.rotations[joint] = match self.fit.drivers[joint] {
                Driver::Parent(local) => (turn * local).normalize(),
                Driver::Ground => turn * self.rig.rest_rotations()[joint],
                Driver::Joint(_) | Driver::Spine(_) => self.rotations[joint],
            };
            if self.fit.drivers[joint] == Driver::Ground {
                self.put_on_ground(joint);
            }
            if self.fit.parts[Joint::Pelvis as usize] == Some(joint) {
                self.world.positions[joint] = self.pelvis();
            }
        }
    }

    /// The ground bone goes below our pelvis and turns as it does about the vertical, which a fall or a somersault leaves alone.
    fn put_on_ground(&mut self, joint: usize) {
        let rig_from_ours = self.fit.ours_from_rig_world.inverse();
        let pelvis = self.ours.rotations[0];
        let turn = Quat::from_xyzw(0.0, pelvis.y, 0.0, pelvis.w + 1e-6).normalize();
        let turn = rig_from_ours * turn * self.fit.ours_from_rig_world;
        let below = rig_from_ours * self.ours.positions_m[0].with_y(0.0) / self.fit.scale;
        self.world.positions[joint] = below + turn * self.world.positions[joint];
        self.world.rotations[joint] = turn * self.world.rotations[joint];
    }

    /// Where the pelvis is so that the middle of the hips is where ours is.
    fn pelvis(&self) -> Vec3 {
        let our_middle_m = 0.5 * (REST_OFFSETS_M[Joint::LHip as usize] + REST_OFFSETS_M[Joint::RHip as usize]);
        let middle_m = self.ours.positions_m[0] + self.ours.rotations[0] * our_middle_m + self.fit.lift_m * Vec3::Y;
        let pelvis = self.fit.drivers.iter().position(|driver| *driver == Driver::Joint(0)).unwrap_or_default();
        self.fit.ours_from_rig_world.inverse() * middle_m / self.fit.scale - self.rotations[pelvis] * self.fit.hips_from_pelvis
    }

    /// A direction of ours in the rig's world.
    fn rig_direction(&self, from: Joint, to: Joint) -> Vec3 {
        let line_m = self.ours.positions_m[to as usize] - self.ours.positions_m[from as usize];
        self.fit.ours_from_rig_world.inverse() * line_m.normalize_or_zero()
    }

    /// The joint of the rig that our motion of a part drives; a chest that looks for a missing neck is none.
    fn driven(&self, joint: Joint) -> Option<usize> {
        self.fit.parts[joint as usize].filter(|index| self.fit.drivers[*index] == Driver::Joint(joint as usize))
    }

    /// Bends the spine, all of its joints alike, until the line from pelvis to neck has our direction.
    fn direct_trunk(&mut self) {
        let (Some(pelvis), Some(neck)) = (self.driven(Joint::Pelvis), self.driven(Joint::Neck)) else { return };
        let spine: Vec<usize> = self.fit.spine.iter().skip(1).map(|(joint, _)| *joint).collect();
        let [from, to] = [pelvis, neck].map(|joint| self.world.positions[joint]);
        let target = from + self.rig_direction(Joint::Pelvis, Joint::Neck) * from.distance(to);
        let places: Vec<Vec3> = spine.iter().map(|joint| self.world.positions[*joint]).collect();
        for (joint, turn) in spine.iter().zip(ik::chain(&places, to, target, MOST_BENT_RAD)) {
            self.rotations[*joint] = (turn * self.rotations[*joint]).normalize();
        }
        self.follow();
    }

    /// Turns the spine, its upper joints more, until the chest reads as ours: a spine of few bones cannot have its direction and the chest's
    /// rotation at once, and the arms hang on the chest.
    fn settle_chest(&mut self) {
        let last = self.fit.spine.len() - 1;
        for _ in 0..2 {
            let read = self.fit.trunk(&self.world).rotations[Joint::Spine3 as usize];
            let missing = self.ours.rotations[Joint::Spine3 as usize] * read.inverse();
            for place in 1..=last {
                let joint = self.fit.spine[place].0;
                self.turn(joint, Quat::IDENTITY.slerp(missing, place as f32 / last as f32));
            }
            self.follow();
        }
    }

    /// Turns the neck until the head is in our direction.
    fn direct_head(&mut self) {
        let (Some(neck), Some(head)) = (self.driven(Joint::Neck), self.driven(Joint::Head)) else { return };
        let line = self.world.positions[head] - self.world.positions[neck];
        self.rotations[neck] = (shortest_arc(line, self.rig_direction(Joint::Neck, Joint::Head)) * self.rotations[neck]).normalize();
        self.follow();
    }

    /// A joint of the rig in our world, metres.
    fn ours_m(&self, joint: usize) -> Vec3 {
        self.fit.ours_from_rig_world * self.world.positions[joint] * self.fit.scale
    }

    /// Puts ankle and toe where ours are, as far as the rig's foot has the same form: what stands stays where it stands and on the
    /// floor, whatever the proportions of thigh, shin and foot.
    fn plant(&mut self, [hip, knee, ankle, toe]: [Joint; 4], toe_from_rig_m: Vec3) {
        let (Some(rig_hip), Some(rig_knee), Some(rig_ankle)) = (self.driven(hip), self.driven(knee), self.driven(ankle)) else { return };
        let lifted_m = |joint: Joint| self.ours.positions_m[joint as usize] + self.fit.lift_m * Vec3::Y;
        let mut ankle_m = lifted_m(ankle);
        if let Some(rig_toe) = self.driven(toe) {
            let foot_heading = Quat::from_rotation_y(heading(self.ours.rotations[ankle as usize]));
            let toe_m = lifted_m(toe) - foot_heading * toe_from_rig_m;
            let foot_m = self.ours_m(rig_toe) - self.ours_m(rig_ankle);
            let pitch = pitched_to(foot_m, toe_m.y - ankle_m.y);
            ankle_m = (toe_m - pitch * foot_m).with_y(ankle_m.y);
            self.turn(rig_ankle, pitch);
        }
        let [hip_m, knee_m, old_ankle_m] = [rig_hip, rig_knee, rig_ankle].map(|joint| self.ours_m(joint));
        let shift_m = (ankle_m - old_ankle_m).clamp_length_max(FARTHEST_M);
        let turns = shifted(hip_m, [Quat::IDENTITY; 2], [knee_m - hip_m, old_ankle_m - knee_m], old_ankle_m, shift_m);
        for (joint, turn) in [rig_hip, rig_knee].into_iter().zip(turns) {
            self.turn(joint, turn);
        }
        self.follow();
    }

    /// Turns a driven joint in our world.
    fn turn(&mut self, joint: usize, turn: Quat) {
        let ours_from_rig = self.fit.ours_from_rig_world;
        self.rotations[joint] = (ours_from_rig.inverse() * turn * ours_from_rig * self.rotations[joint]).normalize();
    }

    /// The pose, parent-relative. Only the ground bone and the pelvis leave their places.
    fn local(&self) -> RigPose {
        let mut pose = self.rig.rest();
        for (joint, parent) in self.rig.parents().iter().enumerate() {
            let parent_from_world = parent.map_or(Quat::IDENTITY, |parent| self.world.rotations[parent].inverse());
            let from = parent.map_or(Vec3::ZERO, |parent| self.world.positions[parent]);
            pose.rotations[joint] = (parent_from_world * self.world.rotations[joint]).normalize();
            if self.fit.drivers[joint] == Driver::Ground || self.driven(Joint::Pelvis) == Some(joint) {
                pose.translations[joint] = parent_from_world * (self.world.positions[joint] - from);
            }
        }
        pose
    }
}
