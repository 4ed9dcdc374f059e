//! The parts of a body told from the structure of a rig in its rest pose, without any name: two like limbs that part at the pelvis and lead
//! away from the trunk, two that part at the chest, a head above them. Sides are told from where toes, knees or elbows point.
//!
//! All measures are shares of lengths of the rig itself: unit, proportions, and what is up in the file do not matter.

mod limbs;
mod tree;

use super::parts::Parts;
use crate::motion::rig::Rig;
use crate::motion::skeleton::{JOINT_COUNT, Joint};
use glam::Vec3;
use limbs::{Reading, off};
use tree::Tree;

/// Limbs shorter than this share of the whole rig's extent are fingers, eyes, ears.
const SHORTEST_LIMB: f32 = 0.12;
/// Of the twins at one joint so many are tried as legs and as arms: skirts and hair have many more.
const TRIED: usize = 6;
/// And so many of the whole rig.
const TRIED_IN_ALL: usize = 64;
/// Arms against legs, trunk against legs, and the cost of a body without a head.
const ARM_TO_LEG: (f32, f32) = (0.65, 0.35);
const TRUNK_TO_LEG: (f32, f32) = (0.65, 0.5);
const NO_HEAD: f32 = 3.0;

/// A body that was found.
pub(super) struct Body {
    pub(super) parts: Parts,
    /// Whether toes, knees or elbows said where it faces; else sides are a guess.
    pub(super) is_faced: bool,
}

/// The joints of one way to read a rig as a body.
struct Trunk<'a> {
    pelvis: usize,
    legs: &'a Reading,
    arms: &'a Reading,
    /// From the middle of the hips to that of the shoulders.
    line: Vec3,
    neck_and_head: [Option<usize>; 2],
    cost: f32,
}

/// The body of a rig, if it has one: of all twins as legs and as arms those that are together most like a person.
pub(super) fn find(rig: &Rig) -> Option<Body> {
    let tree = Tree::new(rig);
    let twins = tree.twins(SHORTEST_LIMB);
    let legs = likeliest(twins.iter().filter_map(|twins| tree.legs(twins)));
    let arms = likeliest(twins.iter().filter_map(|twins| tree.arms(twins)));
    let all = legs.iter().flat_map(|legs| arms.iter().map(move |arms| (legs, arms)));
    let trunk = all.filter_map(|(legs, arms)| tree.trunk(legs, arms)).min_by(|a, b| a.cost.total_cmp(&b.cost))?;
    Some(tree.body(&trunk))
}

/// The likeliest few that part at each joint.
fn likeliest(readings: impl Iterator<Item = Reading>) -> Vec<Reading> {
    let mut readings: Vec<Reading> = readings.collect();
    readings.sort_by(|a, b| (a.above, a.cost).partial_cmp(&(b.above, b.cost)).unwrap_or(std::cmp::Ordering::Equal));
    let mut few: Vec<Reading> =
        readings.chunk_by(|a, b| a.above == b.above).flat_map(|at_one| &at_one[..at_one.len().min(TRIED)]).cloned().collect();
    few.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    few.truncate(TRIED_IN_ALL);
    few
}

/// Whether both legs and both arms stand away from the trunk to the same side: an animal on its four feet, whatever is up in the file.
pub(super) fn stands_on_four_feet(at: &[Vec3], parts: &Parts) -> bool {
    let place = |joint: Joint| parts[joint as usize].and_then(|index| at.get(index)).copied();
    let line = |from: Joint, to: Joint| Some((place(to)? - place(from)?).normalize_or_zero());
    let limbs = || {
        let ends = [
            (Joint::LHip, Joint::LAnkle),
            (Joint::RHip, Joint::RAnkle),
            (Joint::LShoulder, Joint::LWrist),
            (Joint::RShoulder, Joint::RWrist),
        ];
        let [a, b, c, d] = ends.map(|(from, to)| line(from, to));
        Some(([a?, b?, c?, d?], (line(Joint::LHip, Joint::LShoulder)? + line(Joint::RHip, Joint::RShoulder)?).normalize_or_zero()))
    };
    let Some((limbs, trunk)) = limbs() else { return false };
    let down = limbs.iter().sum::<Vec3>().normalize_or_zero();
    trunk.dot(down).abs() < 0.6 && limbs.iter().all(|limb| limb.dot(down) > 0.8)
}

impl Tree<'_> {
    /// Legs and arms as those of one body: a joint carries both, arms hang farther out on it than legs, and legs lead away from them.
    fn trunk<'r>(&self, legs: &'r Reading, arms: &'r Reading) -> Option<Trunk<'r>> {
        let pelvis = self.at_or_above(legs.above).find(|joint| self.at_or_above(arms.above).any(|other| other == *joint))?;
        let steps = self.at_or_above(legs.above).take_while(|joint| *joint != pelvis).count();
        let is_on_leg = |joint: usize| legs.joints.iter().flatten().flatten().any(|leg| *leg == joint);
        if arms.above == pelvis || steps > 2 || self.at_or_above(arms.above).any(is_on_leg) {
            return None;
        }
        let line = arms.middle - legs.middle;
        let up = line.try_normalize()?;
        let away = legs.ends.iter().map(|end| (*end - legs.middle).normalize_or_zero().dot(up)).sum::<f32>() * 0.5;
        if away > 0.3 {
            return None;
        }
        let (of_head, neck_and_head) = self.neck_and_head(arms, line);
        let lengths = off(arms.length / legs.length, ARM_TO_LEG) + off(line.length() / legs.length, TRUNK_TO_LEG);
        let cost = legs.cost + arms.cost + 2.0 * lengths + of_head;
        Some(Trunk { pelvis, legs, arms, line, neck_and_head, cost })
    }

    fn body(&self, trunk: &Trunk<'_>) -> Body {
        use Joint::*;
        let mut parts: Parts = [None; JOINT_COUNT];
        parts[Pelvis as usize] = Some(trunk.pelvis);
        [parts[Neck as usize], parts[Head as usize]] = trunk.neck_and_head;
        let ahead = self.ahead(trunk);
        // Without a word about it, a body looks along Z.
        let left = trunk.line.cross(ahead.unwrap_or(Vec3::Z));
        let sides: [[[Joint; 4]; 2]; 2] = [
            [[LHip, LKnee, LAnkle, LFoot], [LCollar, LShoulder, LElbow, LWrist]],
            [[RHip, RKnee, RAnkle, RFoot], [RCollar, RShoulder, RElbow, RWrist]],
        ];
        for (kind, limbs) in [trunk.legs, trunk.arms].into_iter().enumerate() {
            // The root of the long bones: collar bones may begin in one place.
            let root = |limb: usize| limbs.joints[limb][kind].map_or(Vec3::ZERO, |joint| self.at[joint]);
            let first_is_left = (root(0) - root(1)).dot(left) > 0.0;
            for (place, limb) in limbs.joints.into_iter().enumerate() {
                let side = usize::from((place == 0) != first_is_left);
                for (joint, index) in sides[side][kind].into_iter().zip(limb) {
                    parts[joint as usize] = index;
                }
            }
        }
        Body { parts, is_faced: ahead.is_some() }
    }

    /// Where the body faces: where its toes point, else where its knees bend to, else from where its elbows do.
    fn ahead(&self, trunk: &Trunk<'_>) -> Option<Vec3> {
        let up = trunk.line.normalize_or_zero();
        let across = self.at[trunk.legs.joints[0][0]?] - self.at[trunk.legs.joints[1][0]?];
        let across = across.reject_from(up).normalize_or_zero();
        // Neither up nor to a side.
        let level = |direction: Vec3| direction.reject_from(up).reject_from(across);
        let line = |from: Option<usize>, to: Option<usize>| Some(self.at[to?] - self.at[from?]);
        let bend = |limb: &[Option<usize>; 4], [root, middle, end]: [usize; 3]| {
            let (upper, whole) = (line(limb[root], limb[middle])?, line(limb[root], limb[end])?);
            Some(level(upper - upper.project_onto(whole)))
        };
        let toes: Vec3 = trunk.legs.joints.iter().filter_map(|leg| line(leg[2], leg[3])).map(level).sum();
        let knees: Vec3 = trunk.legs.joints.iter().filter_map(|leg| bend(leg, [0, 1, 2])).sum();
        let elbows: Vec3 = trunk.arms.joints.iter().filter_map(|arm| bend(arm, [1, 2, 3])).sum();
        let told = [(toes, 0.1 * trunk.legs.length), (knees, 0.01 * trunk.legs.length), (-elbows, 0.01 * trunk.arms.length)];
        told.into_iter().find(|(way, least)| way.length() > *least).map(|(way, _)| way.normalize())
    }

    /// What leads on along the trunk from where the arms part, and what speaks against it: necks are short, the head is where eyes and hair
    /// part or the joint before the top of the skull.
    fn neck_and_head(&self, arms: &Reading, trunk: Vec3) -> (f32, [Option<usize>; 2]) {
        const NECK_TO_TRUNK: (f32, f32) = (0.18, 0.5);
        const SKULL_TO_TRUNK: (f32, f32) = (0.36, 0.5);
        const HEAD_OVER_SHOULDERS: (f32, f32) = (0.3, 0.5);
        const NO_NECK: f32 = 0.5;
        const NO_SKULL: f32 = 0.3;
        const MORE_NECK: f32 = 0.2;
        const PARTED: f32 = 2.0;
        let (up, whole) = (trunk.normalize_or_zero(), trunk.length());
        let is_arm = |joint: usize| arms.joints.iter().flatten().flatten().any(|arm| *arm == joint);
        let others = self.children[arms.above].iter().copied().filter(|child| !is_arm(*child));
        let height = |joint: usize| self.farthest(joint, arms.middle, up);
        let Some(first) = others.filter(|joint| height(*joint) > 0.0).max_by(|a, b| height(*a).total_cmp(&height(*b))) else {
            return (NO_HEAD, [None, None]);
        };
        let chain = self.chain(first);
        let at = |place: usize| self.at[chain[place]];
        let cost = |head: usize| {
            let neck: f32 = (1..=head).map(|place| at(place).distance(at(place - 1))).sum();
            let of_neck = if head == 0 { NO_NECK } else { off(neck / whole, NECK_TO_TRUNK) + MORE_NECK * (head - 1) as f32 };
            let of_skull = match self.children[chain[head]].as_slice() {
                [] => NO_SKULL,
                [top] => off(self.at[*top].distance(at(head)) / whole, SKULL_TO_TRUNK),
                _ => -PARTED,
            };
            of_neck + of_skull + off(((at(head) - arms.middle).dot(up) / whole).max(0.0), HEAD_OVER_SHOULDERS)
        };
        let costs = (0..chain.len().min(8)).map(|head| (head, cost(head)));
        let Some((head, cost)) = costs.min_by(|a, b| a.1.total_cmp(&b.1)) else { return (NO_HEAD, [None, None]) };
        (cost.clamp(0.0, NO_HEAD), [(head > 0).then_some(chain[0]), Some(chain[head])])
    }
}
