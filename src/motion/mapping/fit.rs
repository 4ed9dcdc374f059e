//! The numbers of a mapping: how the axes of a rig's joints lie against ours, its scale, its spine, its feet and its ground bone.

use super::align::align;
use super::fingers::{self, Fingers};
use super::found::{REQUIRED, find_parts, parts_of};
use super::parts::{LEGS, MappingError, Parts};
use super::skin::{self, Hull, Region, SkinPoint};
use super::spine::{SpineJoint, neck_chain, shares, spine_chain};
use super::twist::{self, Twist};
use super::{names, reference, structure};
use crate::motion::WorldPose;
use crate::motion::feet::rest_height_m;
use crate::motion::rig::{Rig, RigMotion, RigWorld};
use crate::motion::rotation::shortest_arc;
use crate::motion::skeleton::{JOINT_COUNT, Joint, REST_OFFSETS_M};
use glam::{Quat, Vec3};
use std::ops::Range;

/// A foreign rig fitted to our skeleton.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fit {
    /// The rig's joint that plays each of ours.
    pub(super) parts: Parts,
    /// `rig_joint_from_ours` of each part: how our joint's axes lie in the rig joint's.
    pub(super) rig_joint_from_ours: [Quat; JOINT_COUNT],
    /// The rig's spine from pelvis to chest with the same rotation of each; ours turns with it by the share of its length.
    pub(super) spine: Vec<SpineJoint>,
    /// The joints between neck and head.
    pub(super) necks: Vec<usize>,
    pub(super) ours_from_rig_world: Quat,
    /// Metres of ours per unit of the rig.
    pub(super) scale: f32,
    /// From the rig's toe to ours when both feet stand flat with the ankles in the same place, in the foot's own heading, metres;
    /// left, right.
    pub(super) toe_from_rig_m: [Vec3; 2],
    /// The joints that our motion drives and those above them, parents first, with what each takes its rotation from.
    pub(super) body: Vec<(usize, Driver)>,
    /// The rig's joint that each of ours drives.
    pub(super) driven: Parts,
    /// What of the body comes to the floor first.
    pub(super) hulls: Vec<Hull>,
    /// How far the skin is from the joints of the rig, metres, where it has one.
    pub(super) flesh_m: [Option<f32>; JOINT_COUNT],
    pub(super) twists: Vec<Twist>,
    /// The angles of the twists in the reference pose.
    pub(super) twists_rad: [f32; twist::BONES.len()],
    /// The finger joints in the pose that was chosen for them.
    pub(super) fingers: Vec<(usize, Quat)>,
    /// From the pelvis joint to the middle of the hips, in the pelvis's frame, the rig's unit.
    pub(super) hips_from_pelvis: Vec3,
    /// Stands the reference pose up where it is not.
    stood: Quat,
    /// Heights of the rig's ankles in the reference pose, stood up in our world, metres.
    ankles_m: f32,
    /// How high they are over the toes, if it has any.
    ankle_over_toes_m: Option<f32>,
    /// How much higher the rig's ankles stand over the floor than ours, metres.
    pub(super) lift_m: f32,
    /// How much farther the rig's hips are from their middle than ours, metres.
    pub(super) wider_m: f32,
    pub(super) ground: Option<usize>,
}

/// What a joint of a rig takes its rotation from when our motion drives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Driver {
    /// A joint of ours.
    Joint(usize),
    /// The spine between pelvis (0) and chest (1); the joint's place in it.
    Spine(usize),
    /// Our neck (0) and head (1), between which the joint is; how the joint's axes lie against ours.
    Neck(f32, Quat),
    /// The rotation of the body over the ground.
    Ground,
    /// Its parent: this local rotation stays.
    Parent(Quat),
}

impl Fit {
    /// Matches a rig by its names and its reference pose.
    pub(super) fn new(clip: &RigMotion) -> Result<Self, MappingError> {
        let rig = &clip.rig;
        let mut parts = parts_of(&find_parts(rig));
        for (joint, part) in REQUIRED {
            if parts[joint as usize].is_none() {
                return Err(MappingError::MissingPart { part });
            }
        }
        let [pelvis, left_arm, right_arm] =
            [Joint::Pelvis, Joint::LShoulder, Joint::RShoulder].map(|joint| parts[joint as usize].unwrap_or_default());
        let spine = spine_chain(rig.parents(), pelvis, left_arm, right_arm).ok_or(MappingError::MissingPart { part: "the spine" })?;
        let found = parts;
        // Skeletons without a neck (or a nameless one) look where the chest looks.
        if parts[Joint::Neck as usize].is_none() {
            parts[Joint::Neck as usize] = parts[Joint::Head as usize].or(spine.last().copied());
        }

        let rest = rig.rest_world();
        if structure::stands_on_four_feet(&rest.positions, &parts) {
            return Err(MappingError::Animal);
        }
        let local = reference::reference_pose(clip, &parts);
        let ours_from_rig_world = reference::ours_from_rig_axes(clip, &parts, &local);
        let mut reference = local.clone();
        for position in &mut reference.positions {
            *position = ours_from_rig_world * *position;
        }
        for rotation in &mut reference.rotations {
            *rotation = ours_from_rig_world * *rotation;
        }
        let at = |joint: Joint, parts: &Parts| parts[joint as usize].map_or(Vec3::ZERO, |index| reference.positions[index]);
        let rig_leg = 0.5
            * LEGS
                .iter()
                .map(|[hip, knee, ankle, _]| {
                    let [hip, knee, ankle] = [hip, knee, ankle].map(|joint| at(*joint, &parts));
                    hip.distance(knee) + knee.distance(ankle)
                })
                .sum::<f32>();
        let our_leg_m = REST_OFFSETS_M[Joint::LKnee as usize].length() + REST_OFFSETS_M[Joint::LAnkle as usize].length();
        if !(rig_leg.is_finite() && rig_leg > 1e-6) {
            return Err(MappingError::NoLegs);
        }

        let scale = our_leg_m / rig_leg;
        // A rig that rests lying or head down, and no frame that stands: everything is told from the body stood up.
        let trunk = at(Joint::Neck, &parts) - at(Joint::Pelvis, &parts);
        let is_upright = clip.frame_count() > 0 || trunk.normalize_or_zero().y > UPRIGHT;
        let stood = if is_upright { Quat::IDENTITY } else { shortest_arc(trunk, Vec3::Y) };
        for [_, _, ankle, toe] in LEGS {
            let foot = stood * (at(toe, &parts) - at(ankle, &parts));
            let ahead = foot.x.hypot(foot.z);
            if ahead < AHEAD * foot.length() || ahead * scale < AHEAD_M {
                parts[toe as usize] = None; // an end below the ankle, not a toe
            }
        }
        let alignment = align(rig, &parts, &reference, stood);
        let toe_from_rig_m = LEGS.map(|[_, _, ankle, toe]| {
            let rig_foot_m = alignment[ankle as usize].inverse() * (at(toe, &parts) - at(ankle, &parts)) * scale;
            REST_OFFSETS_M[toe as usize] - rig_foot_m
        });
        let from_ours = |joint: usize, alignment: Quat| (reference.rotations[joint].inverse() * alignment).normalize();
        let shares = shares(&spine.iter().map(|joint| reference.positions[*joint]).collect::<Vec<_>>());
        let spine: Vec<SpineJoint> = std::iter::zip(spine, shares)
            .map(|(joint, share)| SpineJoint { joint, from_ours: from_ours(joint, alignment[0]), share })
            .collect();
        let necks = neck_chain(rig, &found, &reference);
        let necks: Vec<_> =
            necks.into_iter().map(|(joint, share)| (joint, share, from_ours(joint, alignment[Joint::Neck as usize]))).collect();
        let local_alignment = WorldPose { positions_m: [Vec3::ZERO; JOINT_COUNT], rotations: alignment }.to_pose().local;
        let middle = (at(Joint::LHip, &parts) + at(Joint::RHip, &parts)) * 0.5;
        let ankles_m = (stood * (at(Joint::LAnkle, &parts) + at(Joint::RAnkle, &parts))).y * 0.5 * scale;
        let over_toes_m = LEGS.into_iter().filter(|leg| parts[leg[3] as usize].is_some());
        let over_toes_m = over_toes_m.map(|[_, _, ankle, toe]| (stood * (at(ankle, &parts) - at(toe, &parts))).y * scale);
        let ankle_over_toes_m = over_toes_m.reduce(|left, right| 0.5 * (left + right));
        let ground = ground_bone(rig, pelvis, &rest, ours_from_rig_world, scale);
        let driven: Parts = std::array::from_fn(|joint| parts[joint].filter(|_| found[joint].is_some()));
        let rig_joint_from_ours =
            std::array::from_fn(|joint| parts[joint].map_or(Quat::IDENTITY, |index| from_ours(index, alignment[joint])));
        Ok(Self {
            hulls: skin::balls(rig, &driven, &rig_joint_from_ours, scale),
            rig_joint_from_ours,
            body: body(rig, &driven, &spine, &necks, ground, &local),
            driven,
            flesh_m: [None; JOINT_COUNT],
            twists: twist::find(rig, &driven, &rest),
            twists_rad: std::array::from_fn(|bone| twist::angle(bone, &local_alignment)),
            fingers: Vec::new(),
            necks: necks.iter().map(|(joint, ..)| *joint).collect(),
            parts,
            spine,
            ours_from_rig_world,
            scale,
            toe_from_rig_m,
            hips_from_pelvis: reference.rotations[pelvis].inverse() * (middle - reference.positions[pelvis]),
            lift_m: lift_m(if is_upright { ankles_m } else { f32::NAN }, ankle_over_toes_m),
            ankle_over_toes_m,
            wider_m: 0.5 * scale * at(Joint::LHip, &parts).distance(at(Joint::RHip, &parts)) - REST_OFFSETS_M[Joint::LHip as usize].x,
            ankles_m,
            stood,
            ground,
        })
    }
}

impl Fit {
    /// Poses the fingers.
    pub(super) fn pose_fingers(&mut self, rig: &Rig, fingers: Fingers) {
        self.fingers = fingers::posed(rig, &self.parts, &rig.rest_world(), fingers);
    }

    /// Takes the lowest of these places, the rig's unit, for the sole on which the rig stands in its rest pose, and learns how thick it is.
    pub(super) fn stand_on(&mut self, rig: &Rig, skin: &[SkinPoint]) {
        if skin.is_empty() {
            return;
        }
        let rest = rig.rest_world();
        let (mut floor_m, mut nearest) = (f32::INFINITY, [f32::INFINITY; JOINT_COUNT]);
        for point in skin {
            floor_m = floor_m.min((self.stood * (self.ours_from_rig_world * point.at)).y * self.scale);
            for (nearest, part) in nearest.iter_mut().zip(self.driven) {
                *nearest = part.map_or(f32::INFINITY, |part| nearest.min(rest.positions[part].distance_squared(point.at)));
            }
        }
        let body: Vec<usize> = self.body.iter().map(|(joint, _)| *joint).collect();
        let mut hulls = skin::hulls(rig, &self.driven, &body, &rest, skin);
        // A mesh may be of the head alone.
        let has_trunk = hulls.iter().any(|hull| hull.region == Region::Trunk);
        if !has_trunk {
            hulls.append(&mut self.hulls);
        }
        self.hulls = hulls;
        self.flesh_m = nearest.map(|nearest| (has_trunk && nearest.is_finite()).then(|| nearest.sqrt() * self.scale));
        self.lift_m = lift_m(self.ankles_m - floor_m, self.ankle_over_toes_m);
    }
}

/// A trunk that rests more upright than this, 35°, stands.
const UPRIGHT: f32 = 0.82;
/// How far toes are ahead of the ankle, as a share of the way to them, and in metres of ours.
const AHEAD: f32 = 0.3;
const AHEAD_M: f32 = 0.06;
/// Ankles of a rig that stands are this high over the floor: none at all, or in boots as high as half a leg. Metres of ours.
const ANKLES_M: Range<f32> = -0.03..0.45;
/// So are toes.
const TOES_M: Range<f32> = -0.03..0.12;

/// How much higher ankles that are this high over the floor stand than ours. Many rigs rest with the pelvis in the origin, or anywhere; then
/// toes, which lie on the floor as ours do, tell; without them there is no telling.
fn lift_m(ankles_m: f32, over_toes_m: Option<f32>) -> f32 {
    let stands = ANKLES_M.contains(&ankles_m) && over_toes_m.is_none_or(|over_toes_m| TOES_M.contains(&(ankles_m - over_toes_m)));
    let by_toes = over_toes_m.map(|over_toes_m| over_toes_m + rest_height_m(Joint::LFoot));
    let ankles_m = Some(ankles_m).filter(|_| stands).or(by_toes.filter(|ankles_m| ANKLES_M.contains(ankles_m)));
    ankles_m.map_or(0.0, |ankles_m| ankles_m - rest_height_m(Joint::LAnkle))
}

/// The nearest joint above the pelvis that is called so and rests on the ground.
fn ground_bone(rig: &Rig, pelvis: usize, rest: &RigWorld, ours_from_rig_world: Quat, scale: f32) -> Option<usize> {
    const LOW_M: f32 = 0.3;
    let height_m = |joint: usize| (ours_from_rig_world * rest.positions[joint]).y * scale;
    rig.ancestors(pelvis).find(|joint| names::is_ground(&rig.names()[*joint]) && height_m(*joint).abs() < LOW_M)
}

/// What the joints above our parts take their rotation from. Joints between driven ones stand as in the reference pose, those above all of
/// them as in the rest pose.
fn body(
    rig: &Rig,
    driven: &Parts,
    spine: &[SpineJoint],
    necks: &[(usize, f32, Quat)],
    ground: Option<usize>,
    reference: &RigWorld,
) -> Vec<(usize, Driver)> {
    let mut leads_on = vec![false; rig.len()];
    for joint in driven.iter().flatten().copied().chain(spine.iter().map(|joint| joint.joint)) {
        leads_on[joint] = true;
        rig.ancestors(joint).for_each(|above| leads_on[above] = true);
    }
    let neutral = |joint: usize| match rig.parents()[joint] {
        Some(parent) => (reference.rotations[parent].inverse() * reference.rotations[joint]).normalize(),
        None => rig.rest_rotations()[joint],
    };
    let driver = |joint: usize| {
        if let Some(place) = spine.iter().skip(1).position(|spine| spine.joint == joint) {
            return Driver::Spine(place + 1);
        }
        if let Some((_, share, from_ours)) = necks.iter().find(|neck| neck.0 == joint) {
            return Driver::Neck(*share, *from_ours);
        }
        match driven.iter().position(|part| *part == Some(joint)) {
            Some(part) => Driver::Joint(part),
            None if ground == Some(joint) => Driver::Ground,
            None => Driver::Parent(neutral(joint)),
        }
    };
    (0..rig.len()).filter(|joint| leads_on[*joint]).map(|joint| (joint, driver(joint))).collect()
}
