//! The nodes of a scene that make its skeleton, in the pose in which it rests.

use super::super::super::error::Fault;
use super::super::super::rigged::skeleton;
use super::scene::{matrix, single, transform};
use crate::motion::Joint;
use crate::motion::rig::Rig;
use glam::{Affine3A, DAffine3, Quat};
use std::collections::HashMap;
use ufbx::{ElementType, Node, Scene};

/// More joints than any character has.
const MAX_JOINTS: usize = 4096;

/// The skeleton of a scene.
pub(in super::super) struct Skeleton {
    pub(in super::super) rig: Rig,
    /// The node of each joint, among those of the scene.
    pub(in super::super) nodes: Vec<usize>,
    pub(in super::super) joint_of_node: HashMap<usize, usize>,
    /// `world_from_joint` in the rest pose, with all scales.
    pub(in super::super) world: Vec<Affine3A>,
    /// What is above the topmost joints: the root of the scene, which may have a transform of its own.
    pub(in super::super) above: DAffine3,
    /// How many of its nodes are bones.
    pub(in super::super) bones: usize,
}

/// The place of a node among those of its scene.
pub(in super::super) fn place(node: &Node) -> usize {
    node.element.typed_id as usize
}

/// The skeleton: bones, what moves skins, what a characterisation names, and the nodes above them; every node where there are none.
pub(in super::super) fn of(scene: &Scene) -> Result<Skeleton, Fault> {
    let told = told(scene);
    let mut is_bone = vec![false; scene.nodes.len()];
    for node in &scene.nodes {
        is_bone[place(node)] = node.attrib_type == ElementType::Bone;
    }
    let bone_of = |cluster: &ufbx::SkinCluster| cluster.bone_node.as_ref().map(|node| place(node));
    scene.skin_clusters.iter().filter_map(|cluster| bone_of(cluster)).for_each(|bone| is_bone[bone] = true);
    told.iter().for_each(|(_, node)| is_bone[*node] = true);
    let bones = is_bone.iter().filter(|is_bone| **is_bone).count();
    let mut wanted = vec![bones == 0; scene.nodes.len()];
    for node in scene.nodes.iter().filter(|node| is_bone[place(node)]) {
        let mut above = Some(&**node);
        while let Some(node) = above.filter(|node| !wanted[place(node)]) {
            wanted[place(node)] = true;
            above = node.parent.as_deref();
        }
    }
    // Parents before children: the scene's own order goes by depth.
    let mut order: Vec<&Node> = scene.nodes.iter().map(|node| &**node).filter(|node| wanted[place(node)] && !node.is_root).collect();
    order.sort_by_key(|node| node.node_depth);
    if order.is_empty() {
        return Err(Fault::new("no skeleton", "export the character with its skeleton"));
    }
    if order.len() > MAX_JOINTS {
        return Err(Fault::new(format!("a skeleton of more than {MAX_JOINTS} nodes"), "export only the character's skeleton"));
    }
    let above = transform(&scene.root_node.local_transform);
    let mut joint_of_node = HashMap::new();
    let mut still = Rig::default();
    for node in &order {
        let parent = node.parent.as_ref().and_then(|parent| joint_of_node.get(&place(parent)).copied());
        let local = transform(&node.local_transform);
        joint_of_node.insert(place(node), still.len());
        let (_, rotation, _) = local.to_scale_rotation_translation();
        still.push(&node.element.name, parent, local.translation.as_vec3(), rotation.as_quat());
        if !(local.is_finite() && local.translation.abs().max_element() < 1e7) {
            let cause = format!("node {} with a position, rotation or scale that is none", &*node.element.name);
            return Err(Fault::new(cause, "freeze its transform in the program that wrote it, and export it again"));
        }
    }
    for (part, node) in told {
        if let Some(joint) = joint_of_node.get(&node) {
            still.tell(part, *joint);
        }
    }
    let world = bound(scene, &order, &joint_of_node, still.clone(), above);
    let nodes = order.iter().map(|node| place(node)).collect();
    let bones = if bones == 0 { still.len() } else { bones };
    Ok(Skeleton { rig: skeleton::placed(&still, &world), nodes, joint_of_node, world, above, bones })
}

/// The world matrices, with the turns of the bind pose where the nodes stand in another.
fn bound(scene: &Scene, order: &[&Node], joints: &HashMap<usize, usize>, mut rig: Rig, above: DAffine3) -> Vec<Affine3A> {
    let mut binds: Vec<Option<Quat>> = vec![None; order.len()];
    for cluster in &scene.skin_clusters {
        let Some(joint) = cluster.bone_node.as_ref().and_then(|node| joints.get(&place(node))) else { continue };
        let bind = matrix(&cluster.bind_to_world);
        if bind.is_finite() && bind.matrix3.determinant().abs() > 1e-20 {
            binds[*joint] = Some(skeleton::turn(single(&bind)));
        }
    }
    let still = rig.rest_rotations().to_vec();
    skeleton::rest_in_bind_pose(&mut rig, &binds);
    let mut placed: Vec<DAffine3> = Vec::with_capacity(order.len());
    for (joint, node) in order.iter().enumerate() {
        let (was, rest) = (still[joint], rig.rest_rotations()[joint]);
        let local = transform(&node.local_transform);
        let local = if was.angle_between(rest) < 1e-4 {
            local
        } else {
            let (scale, _, translation) = local.to_scale_rotation_translation();
            DAffine3::from_scale_rotation_translation(scale, rest.as_dquat().normalize(), translation)
        };
        placed.push(rig.parents()[joint].map_or(above, |parent| placed[parent]) * local);
    }
    placed.iter().map(single).collect()
}

/// What a HumanIK characterisation says: parts of the body, and the nodes that play them.
fn told(scene: &Scene) -> Vec<(Joint, usize)> {
    let links = scene.characters.iter().flat_map(|character| character.element.connections_dst.iter());
    let links = links.filter_map(|link| Some((part_of(link.dst_prop.trim_end_matches("Link"))?, place(ufbx::as_node(&link.src)?))));
    let mut told: Vec<(Joint, usize)> = Vec::new();
    for (part, node) in links {
        if !told.iter().any(|(other, _)| *other == part) {
            told.push((part, node));
        }
    }
    told
}

/// The part that a bone of HumanIK's table plays; those of the spine lie between others.
fn part_of(bone: &str) -> Option<Joint> {
    Some(match bone {
        "Hips" => Joint::Pelvis,
        "LeftUpLeg" => Joint::LHip,
        "RightUpLeg" => Joint::RHip,
        "LeftLeg" => Joint::LKnee,
        "RightLeg" => Joint::RKnee,
        "LeftFoot" => Joint::LAnkle,
        "RightFoot" => Joint::RAnkle,
        "LeftToeBase" => Joint::LFoot,
        "RightToeBase" => Joint::RFoot,
        "Neck" => Joint::Neck,
        "Head" => Joint::Head,
        "LeftShoulder" => Joint::LCollar,
        "RightShoulder" => Joint::RCollar,
        "LeftArm" => Joint::LShoulder,
        "RightArm" => Joint::RShoulder,
        "LeftForeArm" => Joint::LElbow,
        "RightForeArm" => Joint::RElbow,
        "LeftHand" => Joint::LWrist,
        "RightHand" => Joint::RWrist,
        _ => return None,
    })
}
