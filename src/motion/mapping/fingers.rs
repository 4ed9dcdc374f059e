//! The joints of a rig's fingers and the poses that they can be given: our motion says nothing of them.

use super::parts::Parts;
use crate::motion::rig::{Rig, RigWorld};
use crate::motion::skeleton::Joint;
use glam::{Quat, Vec3};
use serde::{Deserialize, Serialize};

/// More than this hang on no hand.
const MOST_STRANDS: usize = 24;

/// How a character holds its fingers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fingers {
    /// As in its rest pose.
    #[default]
    Rest,
    /// A little curled.
    Relaxed,
    /// A fist.
    Fist,
    /// Straight.
    Flat,
}

impl Fingers {
    /// All of them, with the words that stand for them on a command line.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Rest, "rest"), (Self::Relaxed, "relaxed"), (Self::Fist, "fist"), (Self::Flat, "flat")];

    /// The word that stands for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// How far a finger joint is bent: the knuckle, and the joints after it; radians.
    fn bent_rad(self, place: usize) -> Option<f32> {
        match self {
            Self::Rest => None,
            Self::Flat => Some(0.0),
            Self::Relaxed => Some(if place == 0 { 0.3 } else { 0.4 }),
            Self::Fist => Some(if place == 0 { 1.2 } else { 1.5 }),
        }
    }
}

/// The rotations of a rig's finger joints in one of the poses, parent-relative.
pub(super) fn posed(rig: &Rig, parts: &Parts, rest: &RigWorld, fingers: Fingers) -> Vec<(usize, Quat)> {
    let mut posed = Vec::new();
    if fingers != Fingers::Rest {
        let hands = [Joint::LWrist, Joint::RWrist].into_iter().filter_map(|wrist| Hand::of(rig, parts, rest, wrist));
        hands.for_each(|hand| hand.pose(rig, rest, fingers, &mut posed));
    }
    posed
}

/// A hand with fingers, in the rest pose.
pub(super) struct Hand {
    /// Each finger from its root; of several the thumb first, where one of them is told to be it.
    strands: Vec<Vec<usize>>,
    /// Where the fingers point, and out of the palm: unit vectors in the rig's world.
    ahead: Vec3,
    pub(super) palm: Vec3,
}

impl Hand {
    /// The hand at a wrist, if it has fingers and a thumb that says where its palm is.
    pub(super) fn of(rig: &Rig, parts: &Parts, rest: &RigWorld, hand: Joint) -> Option<Self> {
        let (elbow, side) = if hand == Joint::LWrist { (Joint::LElbow, 1.0) } else { (Joint::RElbow, -1.0) };
        let (elbow, wrist) = (parts[elbow as usize]?, parts[hand as usize]?);
        let at = |joint: usize| rest.positions[joint];
        let strand = |root: usize| std::iter::successors(Some(root), |joint| rig.children(*joint).next()).take(5).collect::<Vec<_>>();
        let mut strands: Vec<Vec<usize>> = rig.children(wrist).take(MOST_STRANDS).map(strand).filter(|strand| strand.len() >= 2).collect();
        if strands.len() < 2 {
            return None;
        }
        // The thumb parts first, and points to the side.
        let forearm = (at(wrist) - at(elbow)).normalize_or_zero();
        let out = |strand: &Vec<usize>| (at(strand[0]) - at(wrist)).dot(forearm);
        strands.sort_by(|a, b| out(a).total_cmp(&out(b)));
        let line = |strand: &[usize]| (at(strand[strand.len() - 1]) - at(strand[0])).normalize_or_zero();
        let ahead = strands[1..].iter().map(|strand| line(strand)).sum::<Vec3>().try_normalize()?;
        let middle = strands[1..].iter().map(|strand| at(strand[0])).sum::<Vec3>() / (strands.len() - 1) as f32;
        let to_thumb = (at(strands[0][strands[0].len() - 1]) - middle).reject_from_normalized(ahead).try_normalize()?;
        let has_thumb = out(&strands[0]) < 0.7 * (middle - at(wrist)).dot(forearm);
        let palm = side * ahead.cross(to_thumb);
        has_thumb.then_some(Self { strands, ahead, palm })
    }

    fn pose(&self, rig: &Rig, rest: &RigWorld, fingers: Fingers, posed: &mut Vec<(usize, Quat)>) {
        let curl = self.ahead.cross(self.palm);
        for (finger, strand) in self.strands.iter().enumerate() {
            // A thumb bends across the palm, and half as far.
            let is_thumb = finger == 0;
            let share = if is_thumb { 0.5 } else { 1.0 };
            let (mut turned, mut whole_rad) = (Quat::IDENTITY, 0.0);
            for (place, pair) in strand.windows(2).enumerate() {
                let [joint, next] = [pair[0], pair[1]];
                let Some(bent_rad) = fingers.bent_rad(place) else { continue };
                whole_rad += share * bent_rad;
                let line = rest.positions[next] - rest.positions[joint];
                // Straight ahead first, so that the rest pose does not matter; a thumb stays where it is.
                let straight = if is_thumb { Quat::IDENTITY } else { Quat::from_rotation_arc(line.normalize_or(self.ahead), self.ahead) };
                let axis = if is_thumb { line.normalize_or(self.ahead).cross(self.palm).normalize_or(curl) } else { curl };
                let bent = Quat::from_axis_angle(axis, whole_rad);
                let world = bent * straight;
                let parent = rig.parents()[joint].map_or(Quat::IDENTITY, |parent| rest.rotations[parent]);
                // `turned` is what the joint before it has done, in the world.
                let local = parent.inverse() * turned.inverse() * world * rest.rotations[joint];
                posed.push((joint, local.normalize()));
                turned = world;
            }
        }
    }
}
