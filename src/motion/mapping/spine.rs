//! The joints from pelvis to chest, on a rig as many as it has; both spines share a turn by the length of the way.

use super::parts::Parts;
use crate::motion::WorldPose;
use crate::motion::rig::{Rig, RigWorld};
use crate::motion::skeleton::{Joint, REST_OFFSETS_M};
use glam::{Quat, Vec3};

/// Our joints from pelvis to chest.
const OURS: [Joint; 4] = [Joint::Pelvis, Joint::Spine1, Joint::Spine2, Joint::Spine3];

/// A joint of a rig's spine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SpineJoint {
    pub(super) joint: usize,
    /// `rig_joint_from_ours`.
    pub(super) from_ours: Quat,
    /// Its share of the way from the pelvis (0) to the chest (1).
    pub(super) share: f32,
}

/// The joints from the pelvis to the chest, where the arms come together; `None` where they do not meet above the pelvis.
pub(super) fn spine_chain(parents: &[Option<usize>], pelvis: usize, left_arm: usize, right_arm: usize) -> Option<Vec<usize>> {
    let ancestors = |joint: usize| std::iter::successors(parents[joint], |joint| parents[*joint]);
    let chest = ancestors(left_arm).find(|joint| ancestors(right_arm).any(|other| other == *joint))?;
    let mut chain: Vec<usize> =
        std::iter::once(chest).chain(ancestors(chest)).take_while(|joint| *joint != pelvis).chain([pelvis]).collect();
    chain.reverse();
    (chest != pelvis && ancestors(chest).any(|joint| joint == pelvis)).then_some(chain)
}

/// The joints strictly between neck and head, each with its share of the way; none where one of these is missing.
pub(super) fn neck_chain(rig: &Rig, parts: &Parts, rest: &RigWorld) -> Vec<(usize, f32)> {
    let (Some(neck), Some(head)) = (parts[Joint::Neck as usize], parts[Joint::Head as usize]) else { return Vec::new() };
    let mut chain: Vec<usize> = std::iter::once(head).chain(rig.ancestors(head)).take_while(|joint| *joint != neck).chain([neck]).collect();
    if !rig.ancestors(head).any(|joint| joint == neck) {
        return Vec::new();
    }
    chain.reverse();
    let shares = shares(&chain.iter().map(|joint| rest.positions[*joint]).collect::<Vec<_>>());
    chain.iter().copied().zip(shares).skip(1).take(chain.len().saturating_sub(2)).collect()
}

/// The share of the way of each place from the first (0) to the last (1); even shares where they all are in one.
pub(super) fn shares(places: &[Vec3]) -> Vec<f32> {
    let mut ways = vec![0.0];
    for pair in places.windows(2) {
        ways.push(ways[ways.len() - 1] + pair[0].distance(pair[1]));
    }
    let whole = ways[ways.len() - 1];
    let last = (ways.len() - 1).max(1) as f32;
    ways.iter().enumerate().map(|(place, way)| if whole > 0.0 { way / whole } else { place as f32 / last }).collect()
}

/// The two of some rising shares between which a share is, and how far it is from the first to the second.
fn between(shares: impl Iterator<Item = f32>, share: f32) -> (usize, usize, f32) {
    let mut below = (0, 0.0);
    for (place, at) in shares.enumerate() {
        if at >= share {
            let t = if at > below.1 { (share - below.1) / (at - below.1) } else { 1.0 };
            return (below.0, place, t);
        }
        below = (place, at);
    }
    (below.0, below.0, 0.0)
}

/// The shares of our own joints.
const OUR_SHARES: [f32; 4] = {
    const fn length(joint: Joint) -> f32 {
        // All but straight up: their length is their height.
        REST_OFFSETS_M[joint as usize].y
    }
    let whole = length(Joint::Spine1) + length(Joint::Spine2) + length(Joint::Spine3);
    [0.0, length(Joint::Spine1) / whole, (length(Joint::Spine1) + length(Joint::Spine2)) / whole, 1.0]
};

/// How our spine is turned at a share of its way.
pub(super) fn ours_at(ours: &WorldPose, share: f32) -> Quat {
    let (below, above, t) = between(OUR_SHARES.into_iter(), share);
    ours.rotations[OURS[below] as usize].slerp(ours.rotations[OURS[above] as usize], t)
}

/// The joints of a rig's spine between which one of ours is, and how far it is from the first to the second; nothing of other joints.
pub(super) fn rig_at(spine: &[SpineJoint], joint: usize) -> Option<(usize, usize, f32)> {
    let place = OURS.iter().skip(1).position(|ours| *ours as usize == joint)?;
    Some(between(spine.iter().map(|joint| joint.share), OUR_SHARES[place + 1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::vec3;

    #[test]
    fn shares_go_by_length() {
        assert_eq!(shares(&[Vec3::ZERO, vec3(0.0, 1.0, 0.0), vec3(0.0, 4.0, 0.0)]), [0.0, 0.25, 1.0]);
        assert_eq!(shares(&[Vec3::ONE; 3]), [0.0, 0.5, 1.0]);
        assert_eq!(between([0.0, 0.25, 1.0].into_iter(), 0.25), (0, 1, 1.0));
        assert_eq!(between([0.0, 0.25, 1.0].into_iter(), 0.625), (1, 2, 0.5));
    }
}
