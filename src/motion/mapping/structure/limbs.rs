//! Which joint of a limb is the knee, which the elbow: of all ways to read its chain the one whose lengths are most like a person's.
//!
//! A cost is a sum of squared deviations, in sigmas and halved, of ratios of lengths from those of people and of drawn figures.

use super::tree::{Tree, Twins};
use glam::Vec3;

/// What a joint inside a bone costs that lies on it, a twist joint; and the turn, as its sigma, by which it does not.
const TWIST: f32 = 0.4;
const TWIST_TURN_RAD: f32 = 0.1;
/// A turn that no twist joint has and that elbows, knees and ankles may have.
const PLAIN_TURN_RAD: f32 = 0.02;

/// How far a ratio is from the usual one.
pub(super) fn off(ratio: f32, (usual, sigma): (f32, f32)) -> f32 {
    0.5 * ((ratio / usual).max(1e-3).ln() / sigma).powi(2)
}

/// Twin limbs read as legs or as arms.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) above: usize,
    /// Hip, knee, ankle and toe, or collar bone, shoulder, elbow and wrist, of both.
    pub(super) joints: [[Option<usize>; 4]; 2],
    /// Length of the two long bones, the mean of both limbs.
    pub(super) length: f32,
    /// Where the long bones begin, between the limbs.
    pub(super) middle: Vec3,
    /// Where they end.
    pub(super) ends: [Vec3; 2],
    pub(super) cost: f32,
}

/// The places of a reading in the chains: the ends of the two long bones, and what comes before or after.
struct Places {
    long: [usize; 3],
    joints: [Option<usize>; 4],
}

impl Tree<'_> {
    /// Twins as legs.
    pub(super) fn legs(&self, twins: &Twins) -> Option<Reading> {
        let last = twins.chains[0].len() - 1;
        let places =
            (0..2.min(last)).flat_map(|hip| (hip + 2..=last).flat_map(move |ankle| (hip + 1..ankle).map(move |knee| [hip, knee, ankle])));
        let places = places
            .map(|long| Places { long, joints: [Some(long[0]), Some(long[1]), Some(long[2]), (long[2] < last).then_some(long[2] + 1)] });
        self.best(twins, places, |chain, long| self.unlike_a_leg(chain, long))
    }

    /// Twins as arms.
    pub(super) fn arms(&self, twins: &Twins) -> Option<Reading> {
        let last = twins.chains[0].len() - 1;
        let hand = self.hand(twins);
        let places = (0..3.min(last)).flat_map(|shoulder| {
            (shoulder + 2..=last).flat_map(move |wrist| (shoulder + 1..wrist).map(move |elbow| [shoulder, elbow, wrist]))
        });
        let places = places.map(|long| Places { long, joints: [long[0].checked_sub(1), Some(long[0]), Some(long[1]), Some(long[2])] });
        self.best(twins, places, |chain, long| self.unlike_an_arm(chain, long, hand))
    }

    fn best(
        &self,
        twins: &Twins,
        places: impl Iterator<Item = Places>,
        unlikeness: impl Fn(&[usize], [usize; 3]) -> f32,
    ) -> Option<Reading> {
        let cost = |places: &Places| twins.chains.iter().map(|chain| unlikeness(chain, places.long)).sum::<f32>();
        let (cost, places) = places.map(|places| (cost(&places), places)).min_by(|a, b| a.0.total_cmp(&b.0))?;
        let at = |side: usize, place: usize| self.at[twins.chains[side][place]];
        let length = |side: usize| self.bones(&twins.chains[side], places.long).iter().sum::<f32>();
        Some(Reading {
            above: twins.above,
            joints: [0, 1].map(|side| places.joints.map(|place| place.map(|place| twins.chains[side][place]))),
            length: 0.5 * (length(0) + length(1)),
            middle: 0.5 * (at(0, places.long[0]) + at(1, places.long[0])),
            ends: [0, 1].map(|side| at(side, places.long[2])),
            cost,
        })
    }

    /// Where fingers part, in both limbs.
    fn hand(&self, twins: &Twins) -> Option<usize> {
        let fingers = |joint: usize| self.children[joint].iter().filter(|child| !self.children[**child].is_empty()).count();
        (2..twins.chains[0].len())
            .find(|place| twins.chains.iter().all(|chain| fingers(chain[*place]) >= 2 || self.children[chain[*place]].len() >= 4))
    }

    fn unlike_a_leg(&self, chain: &[usize], [hip, knee, ankle]: [usize; 3]) -> f32 {
        const SHIN_TO_THIGH: (f32, f32) = (0.98, 0.2);
        const FOOT_TO_LEG: (f32, f32) = (0.2, 0.45);
        const NO_FOOT: f32 = 1.6;
        const STRAIGHT_FOOT: f32 = 1.5;
        const HIP_JOINT: f32 = 0.6;
        const HIP_TO_THIGH: f32 = 0.3;
        let at = |place: usize| self.at[chain[place]];
        let [thigh, shin] = self.bones(chain, [hip, knee, ankle]).map(|length| length.max(f32::MIN_POSITIVE));
        // A foot turns against the shin, and what is left of it is short.
        let foot = if ankle + 1 < chain.len() {
            let straight = ((0.6 - self.turn(chain, ankle)) / 0.6).max(0.0);
            let left: f32 = (ankle + 1..chain.len()).map(|place| at(place).distance(at(place - 1))).sum();
            off(left / (thigh + shin), FOOT_TO_LEG) + STRAIGHT_FOOT * straight
        } else {
            NO_FOOT
        };
        let before = if hip > 0 { HIP_JOINT + (at(hip).distance(at(hip - 1)) / thigh / HIP_TO_THIGH).powi(2) } else { 0.0 };
        off(shin / thigh, SHIN_TO_THIGH) + foot + before + self.inside(chain, [hip, knee, ankle])
    }

    fn unlike_an_arm(&self, chain: &[usize], [shoulder, elbow, wrist]: [usize; 3], hand: Option<usize>) -> f32 {
        const FOREARM_TO_UPPER_ARM: (f32, f32) = (0.95, 0.2);
        const COLLAR_TO_UPPER_ARM: (f32, f32) = (0.45, 0.45);
        const HAND_TO_FOREARM: (f32, f32) = (0.55, 0.5);
        const NO_COLLAR: f32 = 0.8;
        const NO_HAND: f32 = 1.0;
        const NOT_THE_HAND: f32 = 2.5;
        let at = |place: usize| self.at[chain[place]];
        let [upper, lower] = self.bones(chain, [shoulder, elbow, wrist]).map(|length| length.max(f32::MIN_POSITIVE));
        let collar: f32 = (1..=shoulder).map(|place| at(place).distance(at(place - 1))).sum();
        let left: f32 = (wrist + 1..chain.len()).map(|place| at(place).distance(at(place - 1))).sum();
        let of_hand = match hand {
            Some(hand) if hand == wrist => 0.0,
            Some(_) => NOT_THE_HAND + off(left.max(0.01 * lower) / lower, HAND_TO_FOREARM),
            None if left > 0.0 => off(left / lower, HAND_TO_FOREARM),
            None => NO_HAND,
        };
        let of_collar = if shoulder > 0 { off(collar / upper, COLLAR_TO_UPPER_ARM) + 0.3 * (shoulder - 1) as f32 } else { NO_COLLAR };
        off(lower / upper, FOREARM_TO_UPPER_ARM) + of_collar + of_hand + self.inside(chain, [shoulder, elbow, wrist])
    }

    /// What the joints inside the two bones cost, and what speaks against the joint between these: a twist joint lies on its bone, and where
    /// some do, that one turns at least as far.
    fn inside(&self, chain: &[usize], [root, middle, end]: [usize; 3]) -> f32 {
        let twists = || (root + 1..middle).chain(middle + 1..end);
        let straight = twists().map(|place| TWIST + 0.5 * (self.turn(chain, place) / TWIST_TURN_RAD).powi(2)).sum::<f32>();
        let some_turn = twists().any(|place| self.turn(chain, place) > PLAIN_TURN_RAD);
        straight + if some_turn && self.turn(chain, middle) < PLAIN_TURN_RAD { 1.0 } else { 0.0 }
    }

    /// The angle by which a chain turns at a place inside it.
    fn turn(&self, chain: &[usize], place: usize) -> f32 {
        let at = |place: usize| self.at[chain[place]];
        let (before, after) = (at(place) - at(place - 1), at(place + 1) - at(place));
        if before.length_squared() > 0.0 && after.length_squared() > 0.0 { before.angle_between(after) } else { 0.0 }
    }

    /// Lengths of the upper and the lower bone.
    fn bones(&self, chain: &[usize], [root, middle, end]: [usize; 3]) -> [f32; 2] {
        let at = |place: usize| self.at[chain[place]];
        [at(root).distance(at(middle)), at(middle).distance(at(end))]
    }
}
