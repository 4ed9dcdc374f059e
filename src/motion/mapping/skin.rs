//! What of a rig's body comes to the floor first: the outermost places of its skin, joint by joint.
//!
//! A rig without a skin has ours: balls about the joints.

use super::parts::Parts;
use crate::motion::rig::{Rig, RigWorld};
use crate::motion::skeleton::{JOINT_COUNT, Joint};
use crate::motion::supports::{CROWN, SURFACE, is_arm, is_foot};
use glam::{Quat, Vec3};
use std::f32::consts::TAU;

/// How many directions are looked in: even of a head of few vertices none is missed by more than a fiftieth of its radius.
const DIRECTIONS: usize = 192;

/// A place on the skin of a rig, in its rest pose and unit, and the joint that moves it most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SkinPoint {
    /// Where it is.
    pub at: Vec3,
    /// The joint.
    pub joint: usize,
}

/// What is done so that a piece of the body is out of the floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    /// The body is raised.
    Trunk,
    /// The knee turns about the line from hip to foot, where the foot stands.
    Shin(usize),
    /// The neck is bent first.
    Head,
    /// The arm is.
    Forearm(usize),
    /// The wrist is bent first.
    Hand(usize),
    /// The ankle is; of the left or the right foot.
    Foot(usize),
    /// The toes are.
    Toes(usize),
}

/// The outermost places of what a joint carries.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hull {
    pub(super) joint: usize,
    pub(super) region: Region,
    /// In the joint's frame, the rig's unit.
    pub(super) places: Vec<Vec3>,
    /// How far the skin is from these places, and the farthest of it from the joint; the rig's unit.
    pub(super) radius: f32,
    pub(super) reach: f32,
}

impl Hull {
    fn new(joint: usize, region: Region, places: Vec<Vec3>, radius: f32) -> Self {
        let reach = places.iter().map(|place| place.length()).fold(0.0, f32::max) + radius;
        Self { joint, region, places, radius, reach }
    }

    /// The place that is lowest in a direction of the joint's frame, and how low.
    pub(super) fn lowest(&self, up: Vec3) -> (Vec3, f32) {
        let heights = self.places.iter().map(|place| (*place, place.dot(up) - self.radius));
        heights.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((Vec3::ZERO, 0.0))
    }
}

/// The joint of the body that carries each joint of the rig.
fn carriers(rig: &Rig, body: &[usize]) -> Vec<Option<usize>> {
    let mut carriers: Vec<Option<usize>> = vec![None; rig.len()];
    for joint in 0..rig.len() {
        let is_of_body = body.binary_search(&joint).is_ok();
        carriers[joint] = if is_of_body { Some(joint) } else { rig.parents()[joint].and_then(|parent| carriers[parent]) };
    }
    carriers
}

/// Which piece of the body a joint belongs to: that of the nearest part above it.
fn region(rig: &Rig, driven: &Parts, joint: usize) -> Region {
    let part = |joint: usize| driven.iter().position(|part| *part == Some(joint)).map(|part| Joint::ALL[part]);
    match std::iter::once(joint).chain(rig.ancestors(joint)).find_map(part) {
        Some(Joint::Head) => Region::Head,
        Some(Joint::LKnee) => Region::Shin(0),
        Some(Joint::RKnee) => Region::Shin(1),
        Some(Joint::LElbow) => Region::Forearm(0),
        Some(Joint::RElbow) => Region::Forearm(1),
        Some(Joint::LWrist) => Region::Hand(0),
        Some(Joint::RWrist) => Region::Hand(1),
        Some(Joint::LAnkle) => Region::Foot(0),
        Some(Joint::RAnkle) => Region::Foot(1),
        Some(Joint::LFoot) => Region::Toes(0),
        Some(Joint::RFoot) => Region::Toes(1),
        _ => Region::Trunk,
    }
}

/// How far the skin of a joint reaches in each direction, and the point that does.
type Farthest = [(f32, Vec3); DIRECTIONS];

/// The hulls of a skin. `body` are the joints that our motion moves, rising.
pub(super) fn hulls(rig: &Rig, driven: &Parts, body: &[usize], rest: &RigWorld, skin: &[SkinPoint]) -> Vec<Hull> {
    let carriers = carriers(rig, body);
    let directions = directions();
    let mut farthest: Vec<Option<Box<Farthest>>> = vec![None; rig.len()];
    for point in skin {
        let Some(carrier) = carriers.get(point.joint).copied().flatten() else { continue };
        let place = rest.rotations[carrier].inverse() * (point.at - rest.positions[carrier]);
        if !place.is_finite() {
            continue;
        }
        let found = farthest[carrier].get_or_insert_with(|| Box::new([(f32::NEG_INFINITY, Vec3::ZERO); DIRECTIONS]));
        for (found, direction) in found.iter_mut().zip(&directions) {
            let along = place.dot(*direction);
            if along > found.0 {
                *found = (along, place);
            }
        }
    }
    let places = |found: &Farthest| {
        let mut places: Vec<Vec3> = found.iter().map(|(_, place)| *place).collect();
        places.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)).then(a.z.total_cmp(&b.z)));
        places.dedup();
        places
    };
    let of_joint = |(joint, found): (usize, Option<Box<_>>)| Some(Hull::new(joint, region(rig, driven, joint), places(&*found?), 0.0));
    farthest.into_iter().enumerate().filter_map(of_joint).collect()
}

/// The balls about our joints on a rig without a skin; hands and feet have shapes of their own, of which joints say nothing.
/// `from_ours` are the axes of the rig's joints against ours, `scale` metres for each unit.
pub(super) fn balls(rig: &Rig, driven: &Parts, from_ours: &[Quat; JOINT_COUNT], scale: f32) -> Vec<Hull> {
    let bodily = (0..=CROWN).filter(|point| !is_foot(*point) && !is_arm(*point));
    let ball = |point: usize| {
        let surface = SURFACE[point];
        let joint = driven[surface.joint as usize]?;
        let place = from_ours[surface.joint as usize] * surface.offset_m / scale;
        Some(Hull::new(joint, region(rig, driven, joint), vec![place], surface.radius_m / scale))
    };
    bodily.filter_map(ball).collect()
}

/// Directions that are spread evenly: a spiral over the ball by the golden angle.
fn directions() -> [Vec3; DIRECTIONS] {
    let golden = TAU * (1.0 - 2.0 / (1.0 + 5.0_f32.sqrt()));
    std::array::from_fn(|place| {
        let y = 1.0 - (2.0 * place as f32 + 1.0) / DIRECTIONS as f32;
        let (sin, cos) = (golden * place as f32).sin_cos();
        let ring = (1.0 - y * y).sqrt();
        Vec3::new(ring * cos, y, ring * sin)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::NameStyle;
    use crate::motion::skeleton::REST_OFFSETS_M;

    #[test]
    fn the_hull_of_a_ball_is_nearly_the_ball_and_what_hangs_on_a_hand_is_the_hands() {
        let mut rig = Rig::ours(NameStyle::Smpl, &REST_OFFSETS_M);
        let wrist = Joint::LWrist as usize;
        let finger = rig.push("finger", Some(wrist), Vec3::X * 0.1, Quat::IDENTITY);
        let driven: Parts = std::array::from_fn(Some);
        let body: Vec<usize> = (0..JOINT_COUNT).collect();
        let rest = rig.rest_world();
        let head = Joint::Head as usize;
        let ball = (0..4000).map(|place| {
            let (sin, cos) = (2.4 * place as f32).sin_cos();
            let y = 1.0 - place as f32 / 2000.0;
            let ring = (1.0 - y * y).sqrt();
            SkinPoint { at: rest.positions[head] + 0.3 * Vec3::new(ring * cos, y, ring * sin), joint: head }
        });
        let tip = SkinPoint { at: rest.positions[finger] + Vec3::X * 0.05, joint: finger };
        let hulls = hulls(&rig, &driven, &body, &rest, &ball.chain([tip]).collect::<Vec<_>>());
        assert_eq!(hulls.iter().map(|hull| hull.region).collect::<Vec<_>>(), [Region::Head, Region::Hand(0)]);
        for up in [Vec3::Y, Vec3::new(0.6, 0.0, 0.8), Vec3::new(-0.5, -0.5, 0.7).normalize()] {
            let (_, height) = hulls[0].lowest(up);
            assert!((height + 0.3).abs() < 0.006, "{height}");
        }
        assert!(hulls[1].places[0].distance(Vec3::X * 0.15) < 1e-5);
    }
}
