//! Retargeting: the motion of any humanoid skeleton onto SMPL-22.
//!
//! Every joint keeps the source's rotation away from a *reference pose* in which both skeletons stand alike; limb bones therefore
//! keep the source's direction exactly. The pelvis path is scaled by the leg lengths (so the file's unit does not matter), and the
//! clip is put on the floor by whatever of the body bears it.

mod axes;
pub mod fidelity;
mod names;
mod reference;
mod source;

pub use axes::stand_up;
pub use source::{SourceClip, SourceSkeleton};

use super::rotation::{heading, shortest_arc};
use super::skeleton::{JOINT_COUNT, Joint, PARENTS, REST_OFFSETS_M, rest_positions};
use super::{FPS, Motion, Pose, WorldPose, supports};
use glam::{Quat, Vec3};
use source::SourceWorld;
use std::collections::HashSet;

/// Why a skeleton cannot be retargeted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetargetError {
    /// A part of the body has no joint with a known name.
    #[error(
        "no joint of the skeleton is named like {part} (known: the names of Mixamo, HumanIK, Unity, Unreal, VRM, Biped, Daz, Rigify, MMD, SMPL, CMU and others)"
    )]
    MissingPart {
        /// The missing part, as an SMPL name.
        part: &'static str,
    },
    /// The skeleton has no extent.
    #[error("the skeleton's legs have no length")]
    NoLegs,
    /// No frames.
    #[error("the animation has no frames")]
    NoFrames,
}

/// A foreign skeleton matched to ours: computed once, applied to each frame.
pub struct Retarget {
    /// The source joint that plays each of ours.
    parts: [Option<usize>; JOINT_COUNT],
    /// `source_joint_from_ours` of each part: how our joint's axes lie in the source joint's.
    source_joint_from_ours: [Quat; JOINT_COUNT],
    /// The source's spine from pelvis to chest with the same rotation of each; ours turns with it by the share of its length.
    spine: Vec<(usize, Quat)>,
    ours_from_source_world: Quat,
    /// Metres of ours per unit of the source.
    scale: f32,
    /// From the source's toe to ours when both feet stand flat with the ankles in the same place, in the foot's own heading, metres;
    /// left, right.
    toe_from_source_m: [Vec3; 2],
}

/// The joints of a skeleton that play a part of the body, told by their names.
#[must_use]
pub fn body_joints(skeleton: &SourceSkeleton) -> HashSet<usize> {
    names::parts(&skeleton.names, &skeleton.parents).into_iter().flatten().collect()
}

/// Hip, knee, ankle and toe of each leg.
const LEGS: [[Joint; 4]; 2] =
    [[Joint::LHip, Joint::LKnee, Joint::LAnkle, Joint::LFoot], [Joint::RHip, Joint::RKnee, Joint::RAnkle, Joint::RFoot]];

/// The joints without which there is no body.
const REQUIRED: [(Joint, &str); 11] = [
    (Joint::Pelvis, "the pelvis"),
    (Joint::LHip, "the left thigh"),
    (Joint::RHip, "the right thigh"),
    (Joint::LKnee, "the left shin"),
    (Joint::RKnee, "the right shin"),
    (Joint::LAnkle, "the left foot"),
    (Joint::RAnkle, "the right foot"),
    (Joint::LShoulder, "the left upper arm"),
    (Joint::RShoulder, "the right upper arm"),
    (Joint::LElbow, "the left forearm"),
    (Joint::RElbow, "the right forearm"),
];

/// The whole clip on our skeleton, at 30 fps, standing on the floor.
///
/// # Errors
/// Where a part of the body cannot be found by name, or the clip is empty.
pub fn retarget(clip: &SourceClip) -> Result<Motion, RetargetError> {
    if clip.frame_count() == 0 {
        return Err(RetargetError::NoFrames);
    }
    let retarget = Retarget::new(clip)?;
    let mut motion = Motion::from_poses_at(clip.frame_count(), clip.fps, |frame| retarget.pose(&clip.world(frame)));
    put_on_floor(&mut motion);
    Ok(motion)
}

impl Retarget {
    /// Matches a skeleton by its names and its reference pose.
    ///
    /// # Errors
    /// See [`retarget`].
    pub fn new(clip: &SourceClip) -> Result<Self, RetargetError> {
        let mut parts = names::parts(&clip.skeleton.names, &clip.skeleton.parents);
        for (joint, part) in REQUIRED {
            if parts[joint as usize].is_none() {
                return Err(RetargetError::MissingPart { part });
            }
        }
        let [pelvis, left_arm, right_arm] =
            [Joint::Pelvis, Joint::LShoulder, Joint::RShoulder].map(|joint| parts[joint as usize].unwrap_or_default());
        let spine =
            spine_chain(&clip.skeleton.parents, pelvis, left_arm, right_arm).ok_or(RetargetError::MissingPart { part: "the spine" })?;
        // Skeletons without a neck (or a nameless one) look where the chest looks.
        if parts[Joint::Neck as usize].is_none() {
            parts[Joint::Neck as usize] = parts[Joint::Head as usize].or(spine.last().copied());
        }

        let mut reference = reference::reference_pose(clip, &parts);
        let ours_from_source_world = reference::ours_from_source_axes(clip, &parts, &reference);
        for position in &mut reference.positions {
            *position = ours_from_source_world * *position;
        }
        for rotation in &mut reference.rotations {
            *rotation = ours_from_source_world * *rotation;
        }
        let at = |joint: Joint, parts: &[Option<usize>]| parts[joint as usize].map_or(Vec3::ZERO, |index| reference.positions[index]);
        let source_leg = 0.5
            * LEGS
                .iter()
                .map(|[hip, knee, ankle, _]| {
                    let [hip, knee, ankle] = [hip, knee, ankle].map(|joint| at(*joint, &parts));
                    hip.distance(knee) + knee.distance(ankle)
                })
                .sum::<f32>();
        let our_leg_m = REST_OFFSETS_M[Joint::LKnee as usize].length() + REST_OFFSETS_M[Joint::LAnkle as usize].length();
        if !(source_leg.is_finite() && source_leg > 1e-6) {
            return Err(RetargetError::NoLegs);
        }

        let scale = our_leg_m / source_leg;
        for [_, _, ankle, toe] in LEGS {
            let foot = at(toe, &parts) - at(ankle, &parts);
            if foot.x.hypot(foot.z) < 0.3 * foot.length() {
                parts[toe as usize] = None; // an end below the ankle, not a toe
            }
        }
        let alignment = align(&parts, &reference);
        let toe_from_source_m = LEGS.map(|[_, _, ankle, toe]| {
            let source_foot_m = alignment[ankle as usize].inverse() * (at(toe, &parts) - at(ankle, &parts)) * scale;
            REST_OFFSETS_M[toe as usize] - source_foot_m
        });
        let source_from_ours = |source: usize, alignment: Quat| (reference.rotations[source].inverse() * alignment).normalize();
        Ok(Self {
            parts,
            source_joint_from_ours: std::array::from_fn(|joint| {
                parts[joint].map_or(Quat::IDENTITY, |source| source_from_ours(source, alignment[joint]))
            }),
            spine: spine.into_iter().map(|source| (source, source_from_ours(source, alignment[0]))).collect(),
            ours_from_source_world,
            scale,
            toe_from_source_m,
        })
    }

    /// One frame of the source as a pose of ours, not yet on the floor.
    fn pose(&self, source: &SourceWorld) -> Pose {
        let turned = |joint: usize, from_ours: Quat| (self.ours_from_source_world * source.rotations[joint] * from_ours).normalize();
        let mut world = WorldPose { positions_m: [Vec3::ZERO; JOINT_COUNT], rotations: [Quat::IDENTITY; JOINT_COUNT] };
        for (joint, parent) in PARENTS.into_iter().enumerate() {
            world.rotations[joint] = match (self.parts[joint], parent) {
                (Some(index), _) => turned(index, self.source_joint_from_ours[joint]),
                (None, Some(parent)) => world.rotations[parent],
                (None, None) => Quat::IDENTITY,
            };
            if let Some(share) = spine_share(joint) {
                let at = share * (self.spine.len() - 1) as f32;
                let (below, above) = (at.floor() as usize, at.ceil() as usize);
                let [below, above] = [below, above].map(|i| turned(self.spine[i].0, self.spine[i].1));
                world.rotations[joint] = below.slerp(above, at.fract());
            }
        }
        // The middle of the hips is where the source's is; where the pelvis joint itself lies differs between skeletons.
        let hip = |joint: Joint| source.positions[self.parts[joint as usize].unwrap_or_default()];
        let middle = self.ours_from_source_world * ((hip(Joint::LHip) + hip(Joint::RHip)) * 0.5) * self.scale;
        let our_middle_m = 0.5 * (REST_OFFSETS_M[Joint::LHip as usize] + REST_OFFSETS_M[Joint::RHip as usize]);
        world.positions_m[0] = middle - world.rotations[0] * our_middle_m;
        self.direct(&mut world, source, Joint::Neck, &[Joint::Spine1, Joint::Spine2, Joint::Spine3], Joint::Pelvis);
        self.direct(&mut world, source, Joint::Head, &[Joint::Neck], Joint::Neck);
        for (leg, toe_from_source_m) in LEGS.iter().zip(self.toe_from_source_m) {
            self.plant(&mut world, source, *leg, toe_from_source_m);
        }
        world.to_pose()
    }

    /// A joint of the source in our world, metres.
    fn source_m(&self, source: &SourceWorld, joint: Joint) -> Option<Vec3> {
        Some(self.ours_from_source_world * source.positions[self.parts[joint as usize]?] * self.scale)
    }

    /// Turns `joints` alike until the line `from` → `to` has the source's direction: between the two the source may bend elsewhere
    /// than we do.
    fn direct(&self, world: &mut WorldPose, source: &SourceWorld, to: Joint, joints: &[Joint], from: Joint) {
        let (Some(source_from), Some(source_to)) = (self.source_m(source, from), self.source_m(source, to)) else { return };
        // Two rounds: not all of the line hangs on the joints that are turned.
        for _ in 0..2 {
            let positions_m = world.to_pose().world().positions_m;
            let arc = shortest_arc(positions_m[to as usize] - positions_m[from as usize], source_to - source_from);
            for joint in joints {
                world.rotations[*joint as usize] = arc * world.rotations[*joint as usize];
            }
        }
    }

    /// Puts the ankle and the toe of a leg at the heights of the source's and lets the toe follow the source's over the floor: with
    /// other proportions of thigh, shin and foot they would sink, hover and slide. Thigh and shin leave the source's directions by
    /// no more than [`MOST_SWUNG_RAD`] for it.
    fn plant(&self, world: &mut WorldPose, source: &SourceWorld, [hip, knee, ankle, toe]: [Joint; 4], toe_from_source_m: Vec3) {
        let (Some(source_ankle_m), Some(source_toe_m)) = (self.source_m(source, ankle), self.source_m(source, toe)) else { return };
        let positions_m = world.to_pose().world().positions_m;
        let foot_heading = Quat::from_rotation_y(heading(world.rotations[ankle as usize]));
        let toe_m = source_toe_m + foot_heading * toe_from_source_m;
        let foot_m = world.rotations[ankle as usize] * REST_OFFSETS_M[toe as usize];
        let pitch = pitched_to(foot_m, toe_m.y - source_ankle_m.y);
        world.rotations[ankle as usize] = (pitch * world.rotations[ankle as usize]).normalize();

        let ankle_m = toe_m - pitch * foot_m;
        let shift_m = (ankle_m.with_y(source_ankle_m.y) - positions_m[ankle as usize]).clamp_length_max(FARTHEST_M);
        let bones_m = [knee, ankle].map(|joint| REST_OFFSETS_M[joint as usize]);
        let leg = [hip, knee].map(|joint| world.rotations[joint as usize]);
        let shifted = |share: f32| reach(positions_m[hip as usize], leg, bones_m, positions_m[ankle as usize] + share * shift_m);
        let swung_rad = |turned: &[Quat; 2]| {
            std::iter::zip(bones_m, std::iter::zip(leg, turned))
                .map(|(bone_m, (before, after))| (before * bone_m).angle_between(*after * bone_m))
                .fold(0.0, f32::max)
        };
        let (mut share, mut turned) = (1.0, shifted(1.0));
        // A bent leg swings far for a little way, and not in proportion.
        for _ in 0..3 {
            let swung_rad = swung_rad(&turned);
            if swung_rad <= MOST_SWUNG_RAD {
                break;
            }
            share *= 0.99 * MOST_SWUNG_RAD / swung_rad;
            turned = shifted(share);
        }
        [world.rotations[hip as usize], world.rotations[knee as usize]] = turned;
    }
}

/// Seven degrees of a straight leg.
const FARTHEST_M: f32 = 0.1;
/// How far a thigh or a shin may swing away from the source's direction, 8°.
const MOST_SWUNG_RAD: f32 = 0.14;
/// How far a foot is pitched, 20°.
const MOST_PITCHED_RAD: f32 = 0.35;

/// The turn about a level axis that gives a foot (from ankle to toe) the rise `rise_m`, or as much of it as is no other pose.
fn pitched_to(foot_m: Vec3, rise_m: f32) -> Quat {
    let Some(axis) = foot_m.cross(Vec3::Y).try_normalize() else { return Quat::IDENTITY };
    let slope_rad = |rise_m: f32| (rise_m / foot_m.length()).clamp(-1.0, 1.0).asin();
    let angle_rad = slope_rad(rise_m) - slope_rad(foot_m.y);
    Quat::from_axis_angle(axis, angle_rad.clamp(-MOST_PITCHED_RAD, MOST_PITCHED_RAD))
}

/// Two-bone inverse kinematics: the rotations of the upper and lower bone, changed as little as possible, so that the chain from
/// `root_m` ends at `target_m`, or points to it where that is out of reach. The plane in which the chain bends is kept.
///
/// `bones_m` are the two bones in their joints' own frames; all else in the world.
#[must_use]
pub fn reach(root_m: Vec3, [upper, lower]: [Quat; 2], bones_m: [Vec3; 2], target_m: Vec3) -> [Quat; 2] {
    let (a, b) = (upper * bones_m[0], lower * bones_m[1]);
    let (upper_m, lower_m) = (a.length(), b.length());
    let wanted_m = (target_m - root_m).length().clamp((upper_m - lower_m).abs() + 1e-4, (upper_m + lower_m) * 0.9999);
    let angle_between =
        |near: f32, other: f32, far: f32| ((near * near + other * other - far * far) / (2.0 * near * other)).clamp(-1.0, 1.0).acos();
    // Opening the angle at the knee, about the axis about which it is bent now; then swinging the whole chain.
    let now = (-a).angle_between(b);
    let axis = (-a).cross(b).try_normalize().unwrap_or_else(|| upper * Vec3::X);
    let lower = Quat::from_axis_angle(axis, angle_between(upper_m, lower_m, wanted_m) - now) * lower;
    let swing = shortest_arc(a + lower * bones_m[1], target_m - root_m);
    [(swing * upper).normalize(), (swing * lower).normalize()]
}

/// Where along pelvis (0) to chest (1) each of our spine joints turns.
fn spine_share(joint: usize) -> Option<f32> {
    match Joint::ALL[joint] {
        Joint::Spine1 => Some(1.0 / 3.0),
        Joint::Spine2 => Some(2.0 / 3.0),
        Joint::Spine3 => Some(1.0),
        _ => None,
    }
}

/// The joints from the pelvis to the chest, where the arms come together; `None` where they do not meet above the pelvis.
fn spine_chain(parents: &[Option<usize>], pelvis: usize, left_arm: usize, right_arm: usize) -> Option<Vec<usize>> {
    let ancestors = |joint: usize| std::iter::successors(parents[joint], |joint| parents[*joint]);
    let chest = ancestors(left_arm).find(|joint| ancestors(right_arm).any(|other| other == *joint))?;
    let mut chain: Vec<usize> =
        std::iter::once(chest).chain(ancestors(chest)).take_while(|joint| *joint != pelvis).chain([pelvis]).collect();
    chain.reverse();
    (chest != pelvis && ancestors(chest).any(|joint| joint == pelvis)).then_some(chain)
}

/// How our rest pose has to be turned, joint by joint, to stand as the source's reference pose does.
///
/// The trunk faces where the hips face. Limb bones take the direction of the source's bone by the shortest arc from their parent;
/// collar bones, hands and feet keep their neutral relation to the body, because their drawn direction says where a rig puts its
/// joints rather than how the body is held.
fn align(parts: &[Option<usize>; JOINT_COUNT], reference: &SourceWorld) -> [Quat; JOINT_COUNT] {
    use Joint::*;
    let at = |joint: Joint| parts[joint as usize].map(|index| reference.positions[index]);
    let trunk = match (at(LHip), at(RHip)) {
        (Some(left), Some(right)) => reference::facing(left, right),
        _ => Quat::IDENTITY,
    };
    let mut alignment = [trunk; JOINT_COUNT];
    let mut along = |joint: Joint, child: Joint, parent: Quat| {
        let ours = parent * REST_OFFSETS_M[child as usize];
        let arc = match (at(joint), at(child)) {
            (Some(from), Some(to)) => shortest_arc(ours, to - from),
            _ => Quat::IDENTITY,
        };
        alignment[joint as usize] = arc * parent;
        arc * parent
    };
    for [shoulder, elbow, wrist] in [[LShoulder, LElbow, LWrist], [RShoulder, RElbow, RWrist]] {
        let upper_arm = along(shoulder, elbow, trunk);
        along(elbow, wrist, upper_arm);
    }
    for [hip, knee, ankle, _] in LEGS {
        let thigh = along(hip, knee, trunk);
        along(knee, ankle, thigh);
    }
    alignment[LWrist as usize] = alignment[LElbow as usize];
    alignment[RWrist as usize] = alignment[RElbow as usize];
    for [hip, knee, ankle, toe] in LEGS {
        let our_leg_m = REST_OFFSETS_M[knee as usize] + REST_OFFSETS_M[ankle as usize];
        let foot = foot_alignment(trunk, [at(hip), at(ankle), at(toe)], our_leg_m, REST_OFFSETS_M[toe as usize]);
        alignment[ankle as usize] = foot;
        alignment[toe as usize] = foot;
    }
    alignment
}

/// A flat foot: turned to the side with a leg that stands apart (CMU's legs spread by 20°, their feet with them), and about the
/// vertical to where its toes point.
fn foot_alignment(trunk: Quat, [hip, ankle, toe]: [Option<Vec3>; 3], our_leg_m: Vec3, our_toe_m: Vec3) -> Quat {
    let (Some(hip), Some(ankle)) = (hip, ankle) else { return trunk };
    let sideways = |leg: Vec3| leg.x.atan2(-leg.y);
    let spread = trunk * Quat::from_rotation_z(sideways(trunk.inverse() * (ankle - hip)) - sideways(our_leg_m));
    let Some(toe) = toe else { return spread };
    let ahead = spread.inverse() * (toe - ankle);
    spread * Quat::from_rotation_y(ahead.x.atan2(ahead.z) - our_toe_m.x.atan2(our_toe_m.z))
}

/// The joints that a body stands on.
const FOOT_JOINTS: [Joint; 4] = [Joint::LAnkle, Joint::LFoot, Joint::RAnkle, Joint::RFoot];
/// Where the [`FOOT_JOINTS`] are.
type FeetM = [Vec3; FOOT_JOINTS.len()];

/// Moves the clip vertically so that what bears the body is on the floor.
fn put_on_floor(motion: &mut Motion) {
    let floor_m = supports::floor_m(&supports::surfaces(motion));
    for pose in &mut motion.frames {
        pose.root_m.y -= floor_m;
    }
}

/// Where the [`FOOT_JOINTS`] are in a pose.
fn feet_m(world: &WorldPose) -> FeetM {
    FOOT_JOINTS.map(|joint| world.positions_m[joint as usize])
}

/// Heights of the [`FOOT_JOINTS`] when both feet stand flat on the floor.
fn rest_levels_m() -> [f32; FOOT_JOINTS.len()] {
    FOOT_JOINTS.map(|joint| rest_positions()[joint as usize].y)
}

/// Heights of the lowest foot joint above its level, in the frames in which that joint hardly moves: somebody stands on it.
fn standing_heights(feet: &[FeetM], levels_m: [f32; FOOT_JOINTS.len()]) -> Vec<f32> {
    const STANDING_M_PER_SEC: f32 = 0.25;
    feet.windows(2)
        .filter_map(|pair| {
            let (joint, above_m) = lowest(&pair[0], levels_m);
            let step_m = pair[1][joint].distance(pair[0][joint]);
            (step_m * FPS < STANDING_M_PER_SEC).then_some(above_m)
        })
        .collect()
}

/// The foot joint that is lowest against its level, and that difference in metres.
fn lowest(feet: &FeetM, levels_m: [f32; FOOT_JOINTS.len()]) -> (usize, f32) {
    let above_m = (0..feet.len()).map(|joint| (joint, feet[joint].y - levels_m[joint]));
    above_m.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::NameStyle;
    use glam::vec3;

    /// Our own skeleton as a foreign one: renamed, in centimetres, every joint with axes of its own.
    fn foreign(motion: &Motion, style: NameStyle, axes: impl Fn(usize) -> Quat) -> SourceClip {
        let parent_axes = |joint: usize| PARENTS[joint].map_or(Quat::IDENTITY, &axes);
        let skeleton = SourceSkeleton {
            names: style.joint_names().iter().map(|name| format!("{}{name}", style.prefix())).collect(),
            parents: PARENTS.to_vec(),
            rest_translations: (0..JOINT_COUNT).map(|joint| parent_axes(joint).inverse() * REST_OFFSETS_M[joint] * 100.0).collect(),
            rest_rotations: (0..JOINT_COUNT).map(|joint| parent_axes(joint).inverse() * axes(joint)).collect(),
        };
        let mut clip = SourceClip { skeleton, fps: FPS, ..SourceClip::default() };
        for pose in &motion.frames {
            for joint in 0..JOINT_COUNT {
                let rest = clip.skeleton.rest_translations[joint];
                clip.translations.push(if joint == 0 { pose.root_m * 100.0 } else { rest });
                clip.rotations.push(parent_axes(joint).inverse() * pose.local[joint] * axes(joint));
            }
        }
        clip
    }

    /// Stands, bends a knee, lifts an arm and turns; the left foot never leaves the floor.
    fn moving() -> Motion {
        let frames = (0..40).map(|frame| {
            let t = frame as f32 / 40.0;
            let mut pose = Pose::REST;
            pose.root_m.x = 0.001 * frame as f32;
            pose.local[Joint::RHip as usize] = Quat::from_rotation_x(-0.8 * t);
            pose.local[Joint::RKnee as usize] = Quat::from_rotation_x(1.2 * t);
            pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(0.9 * t) * Quat::from_rotation_y(0.4 * t);
            pose.local[Joint::LElbow as usize] = Quat::from_rotation_y(-0.7 * t);
            pose.local[Joint::Spine2 as usize] = Quat::from_rotation_y(0.3 * t);
            pose
        });
        Motion { frames: frames.collect() }
    }

    #[test]
    fn a_skeleton_with_other_axes_unit_and_names_comes_back_as_it_was() {
        let motion = moving();
        for style in [NameStyle::Smpl, NameStyle::Mixamo, NameStyle::Unreal] {
            let clip =
                foreign(&motion, style, |joint| Quat::from_rotation_y(0.7 * joint as f32) * Quat::from_rotation_x(1.1 * joint as f32));
            let again = retarget(&clip).expect("every part has a name");
            for (before, after) in motion.frames.iter().zip(&again.frames) {
                let (before, after) = (before.world(), after.world());
                for joint in 0..JOINT_COUNT {
                    let apart_m = before.positions_m[joint].distance(after.positions_m[joint]);
                    assert!(apart_m < 0.004, "{style:?} {:?} is {apart_m} m away", Joint::ALL[joint]);
                    let turned = before.rotations[joint].angle_between(after.rotations[joint]).to_degrees();
                    assert!(turned < 1.0, "{style:?} {:?} is turned by {turned}°", Joint::ALL[joint]);
                }
            }
        }
    }

    #[test]
    fn a_file_with_z_up_is_stood_upright() {
        let motion = moving();
        let mut clip = foreign(&motion, NameStyle::Unreal, |_| Quat::IDENTITY);
        let z_up = Quat::from_rotation_x(std::f32::consts::FRAC_PI_2);
        for offset in &mut clip.skeleton.rest_translations {
            *offset = z_up * *offset;
        }
        for (translation, rotation) in clip.translations.iter_mut().zip(&mut clip.rotations) {
            *translation = z_up * *translation;
            *rotation = z_up * *rotation * z_up.inverse();
        }
        let head = retarget(&clip).expect("every part has a name").frames[0].world().positions_m[Joint::Head as usize];
        assert!(head.y > 1.4, "head at {head}");
    }

    #[test]
    fn a_body_is_put_on_the_floor_by_what_bears_it() {
        // On the back with the legs up; and a dance with the feet always on the move, which ends standing still and deeper.
        let lying = (0..40).map(|_| {
            let mut pose = Pose { root_m: vec3(0.0, 0.6, 0.0), ..Pose::REST };
            pose.local[0] = Quat::from_rotation_x(-1.57);
            pose.local[Joint::LHip as usize] = Quat::from_rotation_x(-1.4);
            pose.local[Joint::RHip as usize] = Quat::from_rotation_x(-1.4);
            pose
        });
        let dancing = (0..100).map(|frame: usize| {
            let (height_m, sway_m) = if frame < 80 { (0.15, 0.1 * (0.12 * frame as f32).sin()) } else { (0.0, 0.0) };
            Pose { root_m: Pose::REST.root_m + vec3(sway_m, height_m, 0.0), ..Pose::REST }
        });
        for (motion, frame) in [(Motion { frames: lying.collect() }, 20), (Motion { frames: dancing.collect() }, 40)] {
            let clip = foreign(&motion, NameStyle::Mixamo, |_| Quat::IDENTITY);
            let again = retarget(&clip).expect("every part has a name");
            let (point, height_m) = supports::surfaces(&again)[frame].bearing();
            assert!(height_m.abs() < 0.02, "point {point} is at {height_m} m");
        }
    }

    #[test]
    fn a_missing_leg_is_named() {
        let mut clip = foreign(&moving(), NameStyle::Mixamo, |_| Quat::IDENTITY);
        clip.skeleton.names[Joint::LKnee as usize] = "tail".to_owned();
        let error = retarget(&clip).expect_err("there is no left shin");
        assert!(error.to_string().contains("the left shin"), "{error}");
    }

    #[test]
    fn reach_lands_on_targets_within_reach_and_keeps_bone_lengths() {
        let bones_m = [Vec3::new(0.0, -0.4, 0.0), Vec3::new(0.0, -0.39, 0.0)];
        for target in [vec3(0.1, -0.6, 0.2), vec3(-0.3, -0.5, 0.1), vec3(0.0, -0.75, 0.05)] {
            let [upper, lower] = reach(Vec3::ZERO, [Quat::from_rotation_x(-0.1), Quat::from_rotation_x(0.2)], bones_m, target);
            let end = upper * bones_m[0] + lower * bones_m[1];
            assert!(end.distance(target) < 1e-3, "{end} is not {target}");
        }
    }
}
