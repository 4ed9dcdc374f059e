//! Spine, neck and head: a rig's may have any number of joints.

use super::posing::Posing;
use crate::motion::ik;
use crate::motion::rotation::shortest_arc;
use crate::motion::skeleton::Joint;
use glam::{Quat, Vec3};

/// How far a joint of the spine turns against the one below it so that the trunk has our direction, 30°.
const MOST_BENT_RAD: f32 = 0.5;

/// A direction of ours in the rig's world.
fn rig_direction(posing: &Posing<'_>, from: Joint, to: Joint) -> Vec3 {
    let line_m = posing.ours.positions_m[to as usize] - posing.ours.positions_m[from as usize];
    posing.fit.ours_from_rig_world.inverse() * line_m.normalize_or_zero()
}

/// Bends the spine, all of its joints alike, until the line from pelvis to neck has our direction.
pub(super) fn direct_trunk(posing: &mut Posing<'_>) {
    let (Some(pelvis), Some(neck)) = (posing.driven(Joint::Pelvis), posing.driven(Joint::Neck)) else { return };
    let [from, to] = [pelvis, neck].map(|joint| posing.world.positions[joint]);
    let target = from + rig_direction(posing, Joint::Pelvis, Joint::Neck) * from.distance(to);
    let fit = posing.fit;
    let places: Vec<Vec3> = fit.spine[1..].iter().map(|spine| posing.world.positions[spine.joint]).collect();
    for (spine, turn) in fit.spine[1..].iter().zip(ik::chain(&places, to, target, MOST_BENT_RAD)) {
        posing.rotations[spine.joint] = (turn * posing.rotations[spine.joint]).normalize();
    }
    posing.follow();
}

/// Turns the spine, its upper joints more, until the chest reads as ours: a spine of few bones cannot have its direction and the chest's
/// rotation at once, and the arms hang on the chest.
pub(super) fn settle_chest(posing: &mut Posing<'_>) {
    let fit = posing.fit;
    for _ in 0..2 {
        let read = fit.trunk(&posing.world).rotations[Joint::Spine3 as usize];
        let missing = posing.ours.rotations[Joint::Spine3 as usize] * read.inverse();
        for spine in &fit.spine[1..] {
            posing.turn(spine.joint, Quat::IDENTITY.slerp(missing, spine.share));
        }
        posing.follow();
    }
}

/// Turns the neck until the head is in our direction.
pub(super) fn direct_head(posing: &mut Posing<'_>) {
    let (Some(neck), Some(head)) = (posing.driven(Joint::Neck), posing.driven(Joint::Head)) else { return };
    let line = posing.world.positions[head] - posing.world.positions[neck];
    let arc = shortest_arc(line, rig_direction(posing, Joint::Neck, Joint::Head));
    let fit = posing.fit;
    for joint in std::iter::once(neck).chain(fit.necks.iter().copied()) {
        posing.rotations[joint] = (arc * posing.rotations[joint]).normalize();
    }
    posing.follow();
}
