//! The skeleton as files have it: names of a style, depth-first order, a ground bone where one is wanted, where the last bones end.

use crate::motion::{JOINT_COUNT, Joint, NameStyle, PARENTS, Pose};
use glam::{Quat, Vec3, vec3};

/// The name of the bone that carries the ground motion.
const GROUND: &str = "root";

/// One bone of an exported skeleton.
#[derive(Clone, Debug)]
pub(super) struct Bone {
    pub(super) name: String,
    /// The joint of ours that it is; `None` for the ground bone.
    pub(super) joint: Option<usize>,
    pub(super) parent: Option<usize>,
    /// Rest position relative to its parent, metres. Rest rotations are the identity.
    pub(super) rest_m: Vec3,
    /// Whether its translation moves.
    pub(super) moves: bool,
}

/// The bones of a style on a skeleton, with a ground bone or without, parents before children, depth-first.
pub(super) fn bones(style: NameStyle, has_ground: bool, rest_offsets_m: &[Vec3; JOINT_COUNT]) -> Vec<Bone> {
    let mut bones = Vec::with_capacity(JOINT_COUNT + 1);
    if has_ground {
        bones.push(Bone { name: GROUND.to_owned(), joint: None, parent: None, rest_m: Vec3::ZERO, moves: true });
    }
    let ground = bones.len().checked_sub(1);
    push_with_children(&mut bones, style, rest_offsets_m, 0, ground);
    bones
}

fn push_with_children(bones: &mut Vec<Bone>, style: NameStyle, rest_offsets_m: &[Vec3; JOINT_COUNT], joint: usize, parent: Option<usize>) {
    let name = format!("{}{}", style.prefix(), style.joint_names()[joint]);
    bones.push(Bone { name, joint: Some(joint), parent, rest_m: rest_offsets_m[joint], moves: joint == 0 });
    let bone = bones.len() - 1;
    for child in (0..JOINT_COUNT).filter(|&child| PARENTS[child] == Some(joint)) {
        push_with_children(bones, style, rest_offsets_m, child, Some(bone));
    }
}

/// Where the bone of a last joint ends, relative to it, metres: toe tips, knuckles, the top of the head.
pub(super) fn end_m(joint: usize) -> Option<Vec3> {
    match Joint::ALL[joint] {
        Joint::LFoot | Joint::RFoot => Some(vec3(0.0, -0.012, 0.07)),
        Joint::LWrist => Some(vec3(0.10, 0.0, 0.0)),
        Joint::RWrist => Some(vec3(-0.10, 0.0, 0.0)),
        Joint::Head => Some(vec3(0.0, 0.19, 0.015)),
        _ => None,
    }
}

/// Where a pose's ground bone stands: under the pelvis, turned to where the body faces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ground {
    pub(super) position_m: Vec3,
    pub(super) rotation: Quat,
}

/// The ground bone of each pose. Its heading is the pelvis's turn about the vertical, which a fall or a somersault leaves alone;
/// where that is not defined (head down) the heading before it stays.
pub(super) fn grounds(poses: &[Pose]) -> Vec<Ground> {
    let mut rotation = Quat::IDENTITY;
    poses
        .iter()
        .map(|pose| {
            let pelvis = pose.local[0];
            let twist = Quat::from_xyzw(0.0, pelvis.y, 0.0, pelvis.w);
            if twist.length_squared() > 1e-4 {
                rotation = twist.normalize();
            }
            Ground { position_m: vec3(pose.root_m.x, 0.0, pose.root_m.z), rotation }
        })
        .collect()
}

/// Parent-relative translation and rotation of each bone, one pose.
pub(super) fn locals(bones: &[Bone], pose: &Pose, ground: Ground) -> Vec<(Vec3, Quat)> {
    bones
        .iter()
        .map(|bone| match (bone.joint, bone.parent) {
            (None, _) => (ground.position_m, ground.rotation),
            (Some(0), Some(_)) => {
                let ground_from_world = ground.rotation.inverse();
                (ground_from_world * (pose.root_m - ground.position_m), ground_from_world * pose.local[0])
            }
            (Some(0), None) => (pose.root_m, pose.local[0]),
            (Some(joint), _) => (bone.rest_m, pose.local[joint]),
        })
        .collect()
}
