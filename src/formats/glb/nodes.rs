//! The node tree of a glTF file as a skeleton: parents before children, scales worked into the lengths, the bind pose as rest.

use super::container::Container;
use crate::formats::clips::quoted;
use crate::formats::error::Fault;
use crate::formats::rigged::skeleton;
use crate::motion::Joint;
use crate::motion::rig::Rig;
use glam::{Mat4, Quat, Vec3};
use gltf_json::Node;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

/// More nodes than any character has.
const MAX_JOINTS: usize = 4096;
/// What helps against nodes that make no tree.
const AGAIN: &str = "export its skeleton again: each joint hangs on one other";

/// The nodes that make the skeleton.
pub(super) struct Tree {
    pub(super) rig: Rig,
    /// Place of each node in the skeleton.
    pub(super) joint_of_node: HashMap<usize, usize>,
    /// What the scales of its ancestors make of a length given in the joint's parent.
    pub(super) scales: Vec<f32>,
    /// Rotation of each node where nothing is animated, which need not be the bind pose.
    pub(super) still_rotations: Vec<Quat>,
    /// How many of the nodes a skin calls its joints; all of them where there is no skin.
    pub(super) bones: usize,
    /// The node that each node hangs on.
    pub(super) parents: Vec<Option<usize>>,
}

impl Tree {
    /// The node of each joint.
    pub(super) fn nodes(&self) -> Vec<usize> {
        let mut nodes = vec![0; self.rig.len()];
        self.joint_of_node.iter().for_each(|(node, joint)| nodes[*joint] = *node);
        nodes
    }
}

/// Translation, rotation and mean scale of a node.
fn parts(node: &Node) -> (Vec3, Quat, f32) {
    if let Some(matrix) = &node.matrix {
        let (scale, rotation, translation) = Mat4::from_cols_array(matrix).to_scale_rotation_translation();
        return (translation, rotation, scale.abs().element_sum() / 3.0);
    }
    let rotation = Quat::from_array(node.rotation.unwrap_or_default().0);
    let scale = Vec3::from_array(node.scale.unwrap_or([1.0; 3])).abs().element_sum() / 3.0;
    (Vec3::from_array(node.translation.unwrap_or_default()), rotation, scale)
}

/// The skeleton of a file: the joints of its skins, what is animated, and the nodes above them; every node where there is no skin.
pub(super) fn tree(container: &Container<'_>) -> Result<Tree, Fault> {
    let nodes = &container.root.nodes;
    let parents = parents(nodes)?;
    let order = order(nodes, &parents)?;
    let humanoid = humanoid_bones(&container.json);
    if let Some((node, bone)) = humanoid.iter().find(|(node, _)| **node >= nodes.len()) {
        let cause = format!("a table of human bones whose {} is node {node}, which does not exist", quoted(bone));
        return Err(Fault::new(cause, "export the character again"));
    }
    let wanted = wanted(container, &parents, humanoid.keys().copied());

    let mut tree =
        Tree { rig: Rig::default(), joint_of_node: HashMap::new(), scales: Vec::new(), still_rotations: Vec::new(), bones: 0, parents };
    let mut inner_scales: Vec<f32> = Vec::new();
    for index in order.into_iter().filter(|&index| wanted[index]) {
        if tree.scales.len() == MAX_JOINTS {
            return Err(Fault::new(format!("a skeleton of more than {MAX_JOINTS} nodes"), "export only the character's skeleton"));
        }
        let (translation, rotation, scale) = parts(&nodes[index]);
        let rotation = rotation.normalize();
        let is_usable = translation.abs().max_element() < 1e7 && rotation.is_finite() && scale < 1e7;
        if !is_usable {
            let cause = format!("node {index} with a position, rotation or scale that is none");
            return Err(Fault::new(cause, "freeze its transform in the program that wrote it, and export it again"));
        }
        let parent = tree.parents[index].and_then(|parent| tree.joint_of_node.get(&parent).copied());
        let outer_scale = parent.map_or(1.0, |parent| inner_scales[parent]);
        tree.joint_of_node.insert(index, tree.scales.len());
        tree.scales.push(outer_scale);
        inner_scales.push(outer_scale * scale);
        let name = nodes[index].name.as_deref().unwrap_or_default();
        let joint = tree.rig.push(name, parent, translation * outer_scale, rotation);
        if let Some(part) = humanoid.get(&index).and_then(|bone| part_of(bone)) {
            tree.rig.tell(part, joint);
        }
        tree.still_rotations.push(rotation);
    }
    let skinned: HashSet<usize> = container.root.skins.iter().flat_map(|skin| &skin.joints).map(|joint| joint.value()).collect();
    tree.bones = if skinned.is_empty() { tree.scales.len() } else { skinned.len() };
    let binds = bind_rotations(container, &tree)?;
    skeleton::rest_in_bind_pose(&mut tree.rig, &binds);
    Ok(tree)
}

fn parents(nodes: &[Node]) -> Result<Vec<Option<usize>>, Fault> {
    let mut parents = vec![None; nodes.len()];
    for (index, node) in nodes.iter().enumerate() {
        for child in node.children.iter().flatten().map(|child| child.value()) {
            let parent =
                parents.get_mut(child).ok_or_else(|| Fault::new(format!("node {child}, which does not exist, as a child"), AGAIN))?;
            if parent.replace(index).is_some() || child == index {
                return Err(Fault::new(format!("node {child} hangs on more than one node"), AGAIN));
            }
        }
    }
    Ok(parents)
}

/// All nodes, parents before children. Fails where nodes go round in a circle.
fn order(nodes: &[Node], parents: &[Option<usize>]) -> Result<Vec<usize>, Fault> {
    let mut stack: Vec<usize> = (0..nodes.len()).rev().filter(|&index| parents[index].is_none()).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(index) = stack.pop() {
        order.push(index);
        stack.extend(nodes[index].children.iter().flatten().rev().map(|child| child.value()));
    }
    if order.len() < nodes.len() {
        return Err(Fault::new("nodes that hang on each other in a circle", AGAIN));
    }
    Ok(order)
}

/// `told` are nodes that the file calls bones of a body.
fn wanted(container: &Container<'_>, parents: &[Option<usize>], told: impl Iterator<Item = usize>) -> Vec<bool> {
    // Some meshes are bound to a face alone, while the body that carries it is only animated.
    let skinned = container.root.skins.iter().flat_map(|skin| &skin.joints).map(|joint| joint.value());
    let animated = container.root.animations.iter().flat_map(|animation| &animation.channels).map(|channel| channel.target.node.value());
    let joints = skinned.chain(animated).chain(told);
    let mut wanted = vec![false; parents.len()];
    for joint in joints {
        let mut above = Some(joint).filter(|&joint| joint < parents.len());
        while let Some(index) = above.filter(|&index| !wanted[index]) {
            wanted[index] = true;
            above = parents[index];
        }
    }
    if container.root.skins.is_empty() { vec![true; parents.len()] } else { wanted }
}

/// How each joint was turned when its skin was bound, in a space common to the skin.
fn bind_rotations(container: &Container<'_>, tree: &Tree) -> Result<Vec<Option<Quat>>, Fault> {
    let mut binds = vec![None; tree.scales.len()];
    for skin in &container.root.skins {
        // One for each joint is all that is asked for.
        let Some(matrices) = skin.inverse_bind_matrices.filter(|matrices| container.numbers::<16>(*matrices) <= 16 * MAX_JOINTS) else {
            continue;
        };
        for (joint, matrix) in skin.joints.iter().zip(container.floats::<16>(matrices)?) {
            let Some(&joint) = tree.joint_of_node.get(&joint.value()) else { continue };
            let matrix = Mat4::from_cols_array(&matrix);
            if matrix.is_finite() && matrix.determinant().abs() > 1e-20 {
                let (_, rotation, _) = matrix.inverse().to_scale_rotation_translation();
                binds[joint] = Some(rotation).filter(|rotation| rotation.is_finite());
            }
        }
    }
    Ok(binds)
}

/// The part that a bone of VRM's table plays; those of the spine lie between others.
fn part_of(bone: &str) -> Option<Joint> {
    Some(match bone {
        "hips" => Joint::Pelvis,
        "leftUpperLeg" => Joint::LHip,
        "rightUpperLeg" => Joint::RHip,
        "leftLowerLeg" => Joint::LKnee,
        "rightLowerLeg" => Joint::RKnee,
        "leftFoot" => Joint::LAnkle,
        "rightFoot" => Joint::RAnkle,
        "leftToes" => Joint::LFoot,
        "rightToes" => Joint::RFoot,
        "neck" => Joint::Neck,
        "head" => Joint::Head,
        "leftShoulder" => Joint::LCollar,
        "rightShoulder" => Joint::RCollar,
        "leftUpperArm" => Joint::LShoulder,
        "rightUpperArm" => Joint::RShoulder,
        "leftLowerArm" => Joint::LElbow,
        "rightLowerArm" => Joint::RElbow,
        "leftHand" => Joint::LWrist,
        "rightHand" => Joint::RWrist,
        _ => return None,
    })
}

/// VRM and VRMA files say which node is which bone of a person, whatever the nodes are called.
fn humanoid_bones(json: &[u8]) -> HashMap<usize, String> {
    #[derive(Deserialize, Default)]
    struct Document {
        #[serde(default)]
        extensions: Extensions,
    }
    #[derive(Deserialize, Default)]
    struct Extensions {
        #[serde(rename = "VRMC_vrm", alias = "VRMC_vrm_animation")]
        one: Option<Vrm<HashMap<String, Bone>>>,
        #[serde(rename = "VRM")]
        zero: Option<Vrm<Vec<Bone>>>,
    }
    #[derive(Deserialize)]
    struct Vrm<Bones> {
        humanoid: Humanoid<Bones>,
    }
    #[derive(Deserialize)]
    struct Humanoid<Bones> {
        #[serde(rename = "humanBones")]
        bones: Bones,
    }
    #[derive(Deserialize)]
    struct Bone {
        #[serde(default)]
        bone: String,
        node: usize,
    }
    let Ok(document) = serde_json::from_slice::<Document>(json) else { return HashMap::new() };
    let one = document.extensions.one.into_iter().flat_map(|vrm| vrm.humanoid.bones).map(|(name, bone)| (bone.node, name));
    let zero = document.extensions.zero.into_iter().flat_map(|vrm| vrm.humanoid.bones).map(|bone| (bone.node, bone.bone));
    one.chain(zero).collect()
}
