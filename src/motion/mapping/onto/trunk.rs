//! Spine, neck and head: a rig's may have any number of joints.

use super::posing::Posing;
use crate::motion::ik;
use crate::motion::rotation::shortest_arc;
use crate::motion::skeleton::Joint;
use glam::{Quat, Vec3};

/// How far a joint of the spine turns against the one below it so that the trunk has our direction, 30°.
const MOST_BENT_RAD: f32 = 0.5;

impl Posing<'_> {
    /// A direction of ours in the rig's world.
    fn rig_direction(&self, from: Joint, to: Joint) -> Vec3 {
        let line_m = self.ours.positions_m[to as usize] - self.ours.positions_m[from as usize];
        self.fit.ours_from_rig_world.inverse() * line_m.normalize_or_zero()
    }

    /// Bends the spine, all of its joints alike, until the line from pelvis to neck has our direction.
    pub(super) fn direct_trunk(&mut self) {
        let (Some(pelvis), Some(neck)) = (self.driven(Joint::Pelvis), self.driven(Joint::Neck)) else { return };
        let [from, to] = [pelvis, neck].map(|joint| self.world.positions[joint]);
        let target = from + self.rig_direction(Joint::Pelvis, Joint::Neck) * from.distance(to);
        let fit = self.fit;
        let places: Vec<Vec3> = fit.spine[1..].iter().map(|spine| self.world.positions[spine.joint]).collect();
        for (spine, turn) in fit.spine[1..].iter().zip(ik::chain(&places, to, target, MOST_BENT_RAD)) {
            self.rotations[spine.joint] = (turn * self.rotations[spine.joint]).normalize();
        }
        self.follow();
    }

    /// Turns the spine, its upper joints more, until the chest reads as ours: a spine of few bones cannot have its direction and the chest's
    /// rotation at once, and the arms hang on the chest.
    pub(super) fn settle_chest(&mut self) {
        let fit = self.fit;
        for _ in 0..2 {
            let read = fit.trunk(&self.world).rotations[Joint::Spine3 as usize];
            let missing = self.ours.rotations[Joint::Spine3 as usize] * read.inverse();
            for spine in &fit.spine[1..] {
                self.turn(spine.joint, Quat::IDENTITY.slerp(missing, spine.share));
            }
            self.follow();
        }
    }

    /// Turns the neck until the head is in our direction.
    pub(super) fn direct_head(&mut self) {
        let (Some(neck), Some(head)) = (self.driven(Joint::Neck), self.driven(Joint::Head)) else { return };
        let line = self.world.positions[head] - self.world.positions[neck];
        let arc = shortest_arc(line, self.rig_direction(Joint::Neck, Joint::Head));
        let fit = self.fit;
        for joint in std::iter::once(neck).chain(fit.necks.iter().copied()) {
            self.rotations[joint] = (arc * self.rotations[joint]).normalize();
        }
        self.follow();
    }
}
