//! A rig as files have it: names of a style where it is our own, depth-first order, a ground bone where one is wanted, where the last
//! bones end.

use crate::body::Character;
use crate::motion::mapping::Mapping;
use crate::motion::rig::{Rig, RigMotion, RigWorld};
use crate::motion::{JOINT_COUNT, Joint, NameStyle};
use glam::{Quat, Vec3, vec3};
use std::collections::BTreeSet;

/// The name of the bone that carries the ground motion.
const GROUND: &str = "root";

/// One bone of an exported rig.
#[derive(Clone, Debug)]
pub(super) struct Bone {
    pub(super) name: String,
    /// The joint of the character's rig that it is; `None` for a bone that is added: one that carries the ground motion, which moves, or
    /// a root for several trees, which does not.
    pub(super) joint: Option<usize>,
    pub(super) parent: Option<usize>,
    /// Rest transform relative to its parent, metres.
    pub(super) rest_m: Vec3,
    pub(super) rest_rotation: Quat,
    /// Whether its translation moves.
    pub(super) moves: bool,
    /// Where it ends, in its own frame, metres, where nothing hangs on it.
    pub(super) end_m: Option<Vec3>,
}

/// The bones of our own skeleton in a style, with a ground bone or without, parents before children, depth-first.
pub(super) fn ours(style: NameStyle, has_ground: bool, rest_offsets_m: &[Vec3; JOINT_COUNT]) -> Vec<Bone> {
    of_shared(&Rig::ours(style, rest_offsets_m), style, has_ground)
}

/// The bones of a character: of our own skeleton with names of a style and a ground bone or without, of any other as they are.
pub(super) fn of(character: &Character, style: NameStyle, has_ground: bool) -> Vec<Bone> {
    let mapping = character.mapping();
    if mapping.is_shared() { of_shared(mapping.rig(), style, has_ground) } else { of_foreign(mapping) }
}

fn of_shared(rig: &Rig, style: NameStyle, has_ground: bool) -> Vec<Bone> {
    let mut bones = Vec::with_capacity(rig.len() + 1);
    if has_ground {
        let (name, rest_m, rest_rotation) = (GROUND.to_owned(), Vec3::ZERO, Quat::IDENTITY);
        bones.push(Bone { name, joint: None, parent: None, rest_m, rest_rotation, moves: true, end_m: None });
    }
    let ground = bones.len().checked_sub(1);
    let name = |joint: usize| match style.joint_names().get(joint) {
        Some(name) => format!("{}{name}", style.prefix()),
        None => rig.names()[joint].clone(),
    };
    push_with_children(&mut bones, rig, 0, ground, &|joint| (name(joint), joint == 0, end_m(joint)));
    bones
}

fn of_foreign(mapping: &Mapping) -> Vec<Bone> {
    let rig = mapping.rig();
    let pelvis = mapping.parts()[Joint::Pelvis as usize];
    let rest = rig.rest_world();
    let mut bones = Vec::with_capacity(rig.len());
    let about = |joint: usize| {
        let moves = pelvis == Some(joint) || mapping.ground() == Some(joint);
        (rig.names()[joint].clone(), moves, onward_m(rig, &rest, joint))
    };
    for root in (0..rig.len()).filter(|joint| rig.parents()[*joint].is_none()) {
        push_with_children(&mut bones, rig, root, None, &about);
    }
    bones
}

/// Which bone each joint of the rig is `[joints]`.
pub(super) fn of_joints(bones: &[Bone], rig: &Rig) -> Vec<usize> {
    let mut of_joints = vec![0; rig.len()];
    for (index, joint) in bones.iter().enumerate().filter_map(|(index, bone)| Some((index, bone.joint?))) {
        of_joints[joint] = index;
    }
    of_joints
}

/// The same under one root, which is added where there are several: FBX's programs make a skeleton of one tree.
pub(super) fn under_one_root(bones: Vec<Bone>) -> Vec<Bone> {
    if bones.iter().filter(|bone| bone.parent.is_none()).count() <= 1 {
        return bones;
    }
    let root = Bone {
        name: GROUND.to_owned(),
        joint: None,
        parent: None,
        rest_m: Vec3::ZERO,
        rest_rotation: Quat::IDENTITY,
        moves: false,
        end_m: None,
    };
    let below = |bone: Bone| Bone { parent: Some(bone.parent.map_or(0, |parent| parent + 1)), ..bone };
    std::iter::once(root).chain(bones.into_iter().map(below)).collect()
}

/// The same with every bone above one that moves a hair aside in the rest pose; what hangs on it stays, and when it plays all is in place.
/// Blender joins a bone to the tip of the one above where they meet, and a joined bone does not move any more.
pub(super) fn untied(mut bones: Vec<Bone>) -> Vec<Bone> {
    const ASIDE_M: Vec3 = vec3(1e-4, 0.0, 1e-4);
    let above: BTreeSet<usize> = bones.iter().filter(|bone| bone.moves).filter_map(|bone| bone.parent).collect();
    for parent in above {
        let Bone { rest_rotation, joint, moves, .. } = bones[parent];
        if joint.is_none() && !moves {
            continue;
        }
        bones[parent].rest_m += rest_rotation * ASIDE_M;
        bones[parent].moves = true;
        for child in bones.iter_mut().filter(|bone| bone.parent == Some(parent)) {
            child.rest_m -= ASIDE_M;
            child.moves = true;
        }
    }
    bones
}

/// Adds a joint and what hangs on it; `about` tells its name, whether it moves, and where it ends.
fn push_with_children(
    bones: &mut Vec<Bone>,
    rig: &Rig,
    joint: usize,
    parent: Option<usize>,
    about: &dyn Fn(usize) -> (String, bool, Option<Vec3>),
) {
    let (name, moves, end_m) = about(joint);
    let (rest_m, rest_rotation) = (rig.rest_translations()[joint], rig.rest_rotations()[joint]);
    bones.push(Bone { name, joint: Some(joint), parent, rest_m, rest_rotation, moves, end_m });
    let bone = bones.len() - 1;
    for child in rig.children(joint) {
        push_with_children(bones, rig, child, Some(bone), about);
    }
}

/// Where the bone of a last joint of ours ends, relative to it, metres: toe tips, knuckles, the top of the head.
fn end_m(joint: usize) -> Option<Vec3> {
    match Joint::ALL.get(joint)? {
        Joint::LFoot | Joint::RFoot => Some(vec3(0.0, -0.012, 0.07)),
        Joint::LWrist => Some(vec3(0.10, 0.0, 0.0)),
        Joint::RWrist => Some(vec3(-0.10, 0.0, 0.0)),
        Joint::Head => Some(vec3(0.0, 0.19, 0.015)),
        _ => None,
    }
}

/// Where the bone of a last joint ends: half as far on as it is from its parent.
fn onward_m(rig: &Rig, rest: &RigWorld, joint: usize) -> Option<Vec3> {
    let parent = rig.parents()[joint].filter(|_| rig.children(joint).next().is_none())?;
    Some(rest.rotations[joint].inverse() * (rest.positions[joint] - rest.positions[parent]) * 0.5)
}

/// Where a pose's ground bone stands: under the pelvis, turned to where the body faces.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ground {
    position_m: Vec3,
    rotation: Quat,
}

/// The ground bone of each frame, of a rig whose pelvis is its root. Its heading is the pelvis's turn about the vertical, which a fall or a
/// somersault leaves alone; where that is not defined (head down) the heading before it stays.
fn grounds(clip: &RigMotion) -> Vec<Ground> {
    let mut rotation = Quat::IDENTITY;
    (0..clip.frame_count())
        .map(|frame| {
            let (translations, rotations) = clip.frame(frame);
            let (root_m, pelvis) = (translations[0], rotations[0]);
            let twist = Quat::from_xyzw(0.0, pelvis.y, 0.0, pelvis.w);
            if twist.length_squared() > 1e-4 {
                rotation = twist.normalize();
            }
            Ground { position_m: vec3(root_m.x, 0.0, root_m.z), rotation }
        })
        .collect()
}

/// Parent-relative translation and rotation of each bone, frame by frame.
pub(super) fn locals(bones: &[Bone], clip: &RigMotion) -> Vec<Vec<(Vec3, Quat)>> {
    let of_frame = |(frame, ground): (usize, Ground)| {
        let (translations, rotations) = clip.frame(frame);
        let of_bone = |bone: &Bone| {
            let Some(joint) = bone.joint else {
                return if bone.moves { (ground.position_m, ground.rotation) } else { (bone.rest_m, bone.rest_rotation) };
            };
            let hangs_on_ground = bone.parent.is_some_and(|parent| bones[parent].joint.is_none() && bones[parent].moves);
            if hangs_on_ground {
                let ground_from_world = ground.rotation.inverse();
                return (ground_from_world * (translations[joint] - ground.position_m), ground_from_world * rotations[joint]);
            }
            (if bone.moves { translations[joint] } else { bone.rest_m }, rotations[joint])
        };
        bones.iter().map(of_bone).collect()
    };
    grounds(clip).into_iter().enumerate().map(of_frame).collect()
}

/// `world_from_bone` of each bone in the rest pose, metres.
pub(super) fn rest_world(bones: &[Bone]) -> Vec<(Vec3, Quat)> {
    let mut world: Vec<(Vec3, Quat)> = Vec::with_capacity(bones.len());
    for bone in bones {
        let (from, turn) = bone.parent.map_or((Vec3::ZERO, Quat::IDENTITY), |parent| world[parent]);
        world.push((from + turn * bone.rest_m, turn * bone.rest_rotation));
    }
    world
}
