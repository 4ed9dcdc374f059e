//! The parts of a body told from the structure of a rig in its rest pose, without any name: two like limbs that part at the pelvis and lead
//! away from the trunk, two that part at the chest, a head above them. Sides are told from where the toes point, or the knees.
//!
//! All measures are shares of lengths of the rig itself: unit, proportions, and what is up in the file do not matter.

use super::parts::Parts;
use crate::motion::rig::Rig;
use crate::motion::skeleton::{JOINT_COUNT, Joint};
use glam::Vec3;

/// Limbs shorter than this share of the whole rig's extent are fingers, eyes, ears.
const SHORTEST_LIMB: f32 = 0.15;
/// How far the end of a limb may be from the mirror image of its twin's, as a share of its length: rest poses need not be symmetric.
const MIRRORED_WITHIN: f32 = 0.35;
/// What is left of a leg below the ankle, as a share of it.
const LONGEST_FOOT: f32 = 0.33;
/// The same where the leg turns there as at an ankle.
const LONGEST_TURNED_FOOT: f32 = 0.45;
/// A turn as at an ankle, 40°.
const ANKLE_TURN_RAD: f32 = 0.7;

/// A body that was found.
pub(super) struct Body {
    pub(super) parts: Parts,
    /// Whether toes or knees said where it faces; else sides are a guess.
    pub(super) is_faced: bool,
}

/// The rest pose as a tree of lengths.
struct Tree<'a> {
    rig: &'a Rig,
    at: Vec<Vec3>,
    children: Vec<Vec<usize>>,
    /// The longest way from each joint to an end below it.
    reach: Vec<f32>,
}

/// Two limbs that part at a joint.
#[derive(Clone, Copy)]
struct Pair {
    above: usize,
    limbs: [usize; 2],
}

/// The body of a rig, if it has one.
pub(super) fn find(rig: &Rig) -> Option<Body> {
    let tree = Tree::new(rig);
    let pairs = tree.pairs();
    let legs_and_arms = pairs.iter().flat_map(|legs| pairs.iter().map(move |arms| (*legs, *arms)));
    let sound = legs_and_arms.filter_map(|(legs, arms)| Some((tree.pelvis(legs, arms)?, legs, arms)));
    let longest = |(_, legs, arms): &(usize, Pair, Pair)| tree.reach_of(*legs) + tree.reach_of(*arms);
    let (pelvis, legs, arms) = sound.max_by(|a, b| longest(a).total_cmp(&longest(b)))?;
    tree.body(pelvis, legs, arms)
}

/// Whether legs and arms both stand away from a level trunk, side by side: an animal on its four feet.
pub(super) fn stands_on_four_feet(at: &[Vec3], parts: &Parts, up: Vec3) -> bool {
    let place = |joint: Joint| parts[joint as usize].and_then(|index| at.get(index)).copied();
    let limb = |from: Joint, to: Joint| Some((place(to)? - place(from)?).normalize_or_zero());
    let directions = || {
        let trunk = limb(Joint::LHip, Joint::LShoulder)? + limb(Joint::RHip, Joint::RShoulder)?;
        let legs = limb(Joint::LHip, Joint::LAnkle)? + limb(Joint::RHip, Joint::RAnkle)?;
        let arms = limb(Joint::LShoulder, Joint::LWrist)? + limb(Joint::RShoulder, Joint::RWrist)?;
        Some([trunk, legs, arms].map(|direction: Vec3| direction.normalize_or_zero()))
    };
    let Some([trunk, legs, arms]) = directions() else { return false };
    trunk.dot(up).abs() < 0.6 && legs.dot(-up) > 0.7 && arms.dot(-up) > 0.7
}

/// Ends of bones, which are no joints.
fn is_end(rig: &Rig, joint: usize) -> bool {
    let name = rig.names()[joint].to_lowercase();
    ["_end", "end site", "nub", "_end_jnt"].iter().any(|ending| name.ends_with(ending))
}

impl<'a> Tree<'a> {
    fn new(rig: &'a Rig) -> Self {
        let at = rig.rest_world().positions;
        let mut children = vec![Vec::new(); rig.len()];
        for joint in 0..rig.len() {
            if let Some(parent) = rig.parents()[joint].filter(|_| !is_end(rig, joint)) {
                children[parent].push(joint);
            }
        }
        let mut reach = vec![0.0_f32; rig.len()];
        for joint in (0..rig.len()).rev() {
            let below = |child: &usize| reach[*child] + at[joint].distance(at[*child]);
            reach[joint] = children[joint].iter().map(below).fold(0.0, f32::max);
        }
        Self { rig, at, children, reach }
    }

    /// The way from a joint to its farthest end.
    fn chain(&self, from: usize) -> Vec<usize> {
        let farther = |joint: usize, child: &usize| self.reach[*child] + self.at[joint].distance(self.at[*child]);
        let next = |joint: &usize| self.children[*joint].iter().copied().max_by(|a, b| farther(*joint, a).total_cmp(&farther(*joint, b)));
        std::iter::successors(Some(from), next).collect()
    }

    fn reach_of(&self, pair: Pair) -> f32 {
        pair.limbs.iter().map(|limb| self.reach[*limb]).sum()
    }

    /// The limbs of at least three joints that have a twin.
    fn pairs(&self) -> Vec<Pair> {
        let (least, most) = self.at.iter().fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(least, most), at| (least.min(*at), most.max(*at)));
        let shortest = SHORTEST_LIMB * (most - least).length();
        let mut pairs = Vec::new();
        for (above, children) in self.children.iter().enumerate() {
            let limbs: Vec<usize> =
                children.iter().copied().filter(|limb| self.reach[*limb] > shortest && self.chain(*limb).len() >= 3).collect();
            for (place, first) in limbs.iter().enumerate() {
                for second in &limbs[place + 1..] {
                    let pair = Pair { above, limbs: [*first, *second] };
                    if self.are_twins(pair.limbs) {
                        pairs.push(pair);
                    }
                }
            }
        }
        pairs
    }

    fn are_twins(&self, limbs: [usize; 2]) -> bool {
        let [first, second] = limbs;
        let lengths = limbs.map(|limb| self.reach[limb]);
        let ends = limbs.map(|limb| self.chain(limb).last().map_or(Vec3::ZERO, |end| self.at[*end]));
        let Some(across) = (self.at[first] - self.at[second]).try_normalize() else { return false };
        let middle = 0.5 * (self.at[first] + self.at[second]);
        let image = ends[0] - 2.0 * (ends[0] - middle).dot(across) * across;
        (lengths[0] - lengths[1]).abs() < 0.15 * lengths[0].max(lengths[1])
            && image.distance(ends[1]) < MIRRORED_WITHIN * lengths[0].max(lengths[1])
    }

    /// The joint that carries both pairs, where arms hang farther out on it than legs, and legs lead away from them.
    fn pelvis(&self, legs: Pair, arms: Pair) -> Option<usize> {
        let at_or_above = |joint: usize| std::iter::once(joint).chain(self.rig.ancestors(joint));
        let pelvis = at_or_above(legs.above).find(|joint| at_or_above(arms.above).any(|other| other == *joint))?;
        let steps = |from: usize| at_or_above(from).take_while(|joint| *joint != pelvis).count();
        let trunk = (self.middle(arms) - self.middle(legs)).try_normalize()?;
        let away = legs.limbs.map(|limb| (self.end(limb) - self.at[limb]).normalize_or_zero().dot(trunk)).iter().sum::<f32>() * 0.5;
        let is_trunk = arms.above != pelvis && steps(legs.above) <= 2 && away < 0.3;
        (is_trunk && !at_or_above(arms.above).any(|joint| legs.limbs.contains(&joint))).then_some(pelvis)
    }

    fn end(&self, limb: usize) -> Vec3 {
        self.chain(limb).last().map_or(Vec3::ZERO, |end| self.at[*end])
    }

    fn middle(&self, pair: Pair) -> Vec3 {
        0.5 * (self.at[pair.limbs[0]] + self.at[pair.limbs[1]])
    }

    fn body(&self, pelvis: usize, legs: Pair, arms: Pair) -> Option<Body> {
        use Joint::*;
        let mut parts: Parts = [None; JOINT_COUNT];
        parts[Pelvis as usize] = Some(pelvis);
        let trunk = (self.middle(arms) - self.middle(legs)).try_normalize()?;
        let leg = [self.leg(legs.limbs[0])?, self.leg(legs.limbs[1])?];
        let arm = [self.arm(arms.limbs[0])?, self.arm(arms.limbs[1])?];
        let ahead = self.ahead(leg, trunk);
        // Without a word about it, a body looks along Z.
        let left = trunk.cross(ahead.unwrap_or(Vec3::Z));
        let sides: [[[Joint; 4]; 2]; 2] = [
            [[LHip, LKnee, LAnkle, LFoot], [LCollar, LShoulder, LElbow, LWrist]],
            [[RHip, RKnee, RAnkle, RFoot], [RCollar, RShoulder, RElbow, RWrist]],
        ];
        for (kind, limbs) in [leg, arm].into_iter().enumerate() {
            let root = |limb: [Option<usize>; 4]| limb.iter().flatten().next().map_or(Vec3::ZERO, |joint| self.at[*joint]);
            let first_is_left = (root(limbs[0]) - root(limbs[1])).dot(left) > 0.0;
            for (place, limb) in limbs.into_iter().enumerate() {
                let side = usize::from((place == 0) != first_is_left);
                for (joint, index) in sides[side][kind].into_iter().zip(limb) {
                    parts[joint as usize] = index;
                }
            }
        }
        [parts[Neck as usize], parts[Head as usize]] = self.neck_and_head(arms, trunk);
        Some(Body { parts, is_faced: ahead.is_some() })
    }

    /// Hip, knee, ankle and toe.
    fn leg(&self, limb: usize) -> Option<[Option<usize>; 4]> {
        let chain = self.chain(limb);
        let at = |place: usize| self.at[chain[place]];
        let whole = self.reach[limb];
        let turn = |place: usize| (at(place) - at(place - 1)).angle_between(at(place + 1) - at(place));
        let is_ankle = |place: &usize| {
            let left = self.reach[chain[*place]] / whole;
            let turns = place + 1 < chain.len() && turn(*place) > ANKLE_TURN_RAD;
            left <= LONGEST_FOOT || (turns && left <= LONGEST_TURNED_FOOT)
        };
        let ankle = (2..chain.len()).find(is_ankle)?;
        let knee = (1..ankle).min_by(|a, b| self.uneven(&chain, [0, *a, ankle]).total_cmp(&self.uneven(&chain, [0, *b, ankle])))?;
        Some([Some(chain[0]), Some(chain[knee]), Some(chain[ankle]), chain.get(ankle + 1).copied()])
    }

    /// Collar bone, shoulder, elbow and wrist: of all ways to read the chain, the one whose lengths are most like an arm's.
    fn arm(&self, limb: usize) -> Option<[Option<usize>; 4]> {
        let chain = self.chain(limb);
        // The hand is where the fingers part.
        let hand = chain.iter().position(|joint| self.children[*joint].len() >= 3).filter(|place| *place >= 2);
        let last = hand.unwrap_or(chain.len() - 1);
        let triples = (0..last.min(3)).flat_map(|shoulder| {
            (shoulder + 2..=last).flat_map(move |wrist| (shoulder + 1..wrist).map(move |elbow| [shoulder, elbow, wrist]))
        });
        let unlikeness = |joints: &[usize; 3]| self.unlike_an_arm(&chain, *joints, hand);
        let [shoulder, elbow, wrist] = triples.min_by(|a, b| unlikeness(a).total_cmp(&unlikeness(b)))?;
        let collar = shoulder.checked_sub(1).map(|collar| chain[collar]);
        Some([collar, Some(chain[shoulder]), Some(chain[elbow]), Some(chain[wrist])])
    }

    /// How unlike an arm's the lengths are, read like this: squared deviations of their ratios, in sigmas, from those of people and of
    /// drawn figures; a joint inside a bone is a twist joint, which lies on it.
    fn unlike_an_arm(&self, chain: &[usize], joints: [usize; 3], hand: Option<usize>) -> f32 {
        const FOREARM_TO_UPPER_ARM: (f32, f32) = (0.95, 0.2);
        const COLLAR_TO_UPPER_ARM: (f32, f32) = (0.45, 0.35);
        const HAND_TO_FOREARM: (f32, f32) = (0.5, 0.5);
        const NO_COLLAR: f32 = 1.0;
        const NO_HAND: f32 = 1.2;
        const TWIST: f32 = 0.7;
        const TWIST_TURN_RAD: f32 = 0.1;
        let off = |ratio: f32, (usual, sigma): (f32, f32)| 0.5 * ((ratio / usual).max(1e-3).ln() / sigma).powi(2);
        let at = |place: usize| self.at[chain[place]];
        let [shoulder, elbow, wrist] = joints;
        let [upper, lower] = self.bones(chain, joints).map(|length| length.max(f32::MIN_POSITIVE));
        let collar = (1..=shoulder).map(|place| at(place).distance(at(place - 1))).sum::<f32>();
        let rest = self.reach[chain[wrist]];
        let inside = (shoulder + 1..elbow).chain(elbow + 1..wrist);
        let twist = |place: usize| {
            let turn = (at(place) - at(place - 1)).angle_between(at(place + 1) - at(place));
            TWIST + 0.5 * (turn / TWIST_TURN_RAD).powi(2)
        };
        let of_hand = match (hand, rest > 0.0) {
            (Some(hand), _) if hand == wrist => 0.0,
            (_, true) => off(rest / lower, HAND_TO_FOREARM),
            (_, false) => NO_HAND,
        };
        let of_collar = if shoulder > 0 { off(collar / upper, COLLAR_TO_UPPER_ARM) } else { NO_COLLAR };
        off(lower / upper, FOREARM_TO_UPPER_ARM) + of_collar + of_hand + inside.map(twist).sum::<f32>()
    }

    /// Lengths of the upper and the lower bone.
    fn bones(&self, chain: &[usize], [root, middle, end]: [usize; 3]) -> [f32; 2] {
        let at = |place: usize| self.at[chain[place]];
        [at(root).distance(at(middle)), at(middle).distance(at(end))]
    }

    /// How different the two bones are, 0 to 1.
    fn uneven(&self, chain: &[usize], joints: [usize; 3]) -> f32 {
        let [upper, lower] = self.bones(chain, joints);
        (upper - lower).abs() / (upper + lower).max(f32::MIN_POSITIVE)
    }

    /// Where the body faces: where its toes point, else where its knees bend to.
    fn ahead(&self, legs: [[Option<usize>; 4]; 2], trunk: Vec3) -> Option<Vec3> {
        let line = |from: Option<usize>, to: Option<usize>| Some(self.at[to?] - self.at[from?]);
        let level = |direction: Vec3| direction.reject_from_normalized(trunk);
        let shin = |leg: [Option<usize>; 4]| line(leg[1], leg[2]).map_or(0.0, Vec3::length);
        let least = 0.1 * (shin(legs[0]) + shin(legs[1]));
        let toes: Vec3 = legs.iter().filter_map(|leg| line(leg[2], leg[3])).map(level).sum();
        let bend = |leg: &[Option<usize>; 4]| {
            let (thigh, whole) = (line(leg[0], leg[1])?, line(leg[0], leg[2])?);
            Some(level(thigh - thigh.project_onto(whole)))
        };
        let knees: Vec3 = legs.iter().filter_map(bend).sum();
        [(toes, least), (knees, 0.2 * least)].into_iter().find(|(way, least)| way.length() > *least).map(|(way, _)| way.normalize())
    }

    /// What leads on along the trunk from where the arms part.
    fn neck_and_head(&self, arms: Pair, trunk: Vec3) -> [Option<usize>; 2] {
        let others = self.children[arms.above].iter().copied().filter(|child| !arms.limbs.contains(child));
        let height = |joint: &usize| (self.end(*joint) - self.at[arms.above]).dot(trunk);
        let Some(first) = others.filter(|joint| height(joint) > 0.0).max_by(|a, b| height(a).total_cmp(&height(b))) else {
            return [None, None];
        };
        let chain = self.chain(first);
        // The head is where eyes and jaw part, else the joint before the last, which is its end.
        let parts = (1..chain.len()).find(|place| self.children[chain[*place]].len() >= 2);
        match (parts, chain.len()) {
            (_, 1) => [None, Some(chain[0])],
            (Some(head), _) => [Some(chain[0]), Some(chain[head])],
            (None, 2) => [Some(chain[0]), Some(chain[1])],
            (None, length) => [Some(chain[0]), Some(chain[length - 2])],
        }
    }
}
