//! The rigged character of a glTF file: its skeleton in the rest pose, and the meshes that it moves.
//!
//! A mesh is moved by its skin, whose bind matrices count for it; one without a skin follows the joint that it hangs on. What hangs on no
//! joint is no part of the character.

use super::accessors::Budget;
use super::container::{self, Container};
use super::materials::Materials;
use super::moves::Moves;
use super::nodes::{self, Tree};
use super::primitives;
use super::rest::{local, rest_world};
use super::rights;
use crate::formats::error::Fault;
use crate::formats::rigged::{self, ReadCharacter, skeleton};
use glam::{Affine3A, Mat4};
use gltf_json::{Node, Skin};
use std::path::Path;

/// What helps against a file without a skeleton.
const WITH_SKELETON: &str = "export the character with its skeleton and skin, or choose another file";

/// The character in the bytes of the file at `path`.
pub(in crate::formats) fn character(path: &Path, bytes: &[u8]) -> Result<ReadCharacter, Fault> {
    let mut container = container::open(path, bytes)?;
    container.decompressible()?;
    let tree = nodes::tree(&container)?;
    if tree.rig.is_empty() {
        return Err(Fault::new("no nodes", WITH_SKELETON));
    }
    let mut notes = std::mem::take(&mut container.notes);
    let world = rest_world(&container, &tree);
    let materials = Materials::read(path, &container);
    let shown = shown(&container);
    let (mut meshes, mut morphs, mut left_out) = (Vec::new(), 0, 0);
    let mut budget = Budget::default();
    budget.holds(primitives::numbers(&container, &shown))?;
    for (index, node) in container.root.nodes.iter().enumerate().filter(|(index, node)| shown[*index] && node.mesh.is_some()) {
        let Some(moves) = moves(&container, &tree, &world, index, node)? else {
            left_out += 1;
            continue;
        };
        let found = primitives::read(&container, node, &moves, &materials, &mut budget, &mut notes)?;
        morphs += found.morphs;
        meshes.extend(found.meshes);
    }
    if left_out > 0 {
        notes.push(format!("{left_out} meshes that hang on no joint are left out"));
    }
    notes.extend(materials.into_notes());
    let mut read = ReadCharacter {
        rig: skeleton::placed(&tree.rig, &world),
        meshes,
        nodes: tree.nodes(),
        morphs,
        clips: container.root.animations.iter().map(|animation| animation.name.clone().unwrap_or_default()).collect(),
        rights: rights::of(&container),
        notes,
    };
    rigged::into_metres(&mut read);
    Ok(read)
}

/// The nodes of the scene that the file shows; all where it has none.
fn shown(container: &Container<'_>) -> Vec<bool> {
    let root = &container.root;
    let scene = root.scene.map_or(0, |scene| scene.value());
    let Some(scene) = root.scenes.get(scene) else { return vec![true; root.nodes.len()] };
    let mut shown = vec![false; root.nodes.len()];
    let mut stack: Vec<usize> = scene.nodes.iter().map(|node| node.value()).collect();
    while let Some(index) = stack.pop() {
        if shown.get(index) == Some(&false) {
            shown[index] = true;
            stack.extend(root.nodes[index].children.iter().flatten().map(|child| child.value()));
        }
    }
    shown
}

/// What moves the mesh of a node; `None` where it hangs on no joint.
fn moves(container: &Container<'_>, tree: &Tree, world: &[Affine3A], index: usize, node: &Node) -> Result<Option<Moves>, Fault> {
    if let Some(skin) = node.skin.and_then(|skin| container.root.skins.get(skin.value())) {
        return skinned(container, tree, world, skin).map(|joints| Some(Moves::Skin(joints)));
    }
    let mut local_from_mesh = Affine3A::IDENTITY;
    let mut at = Some(index);
    while let Some(index) = at {
        if let Some(&joint) = tree.joint_of_node.get(&index) {
            return Ok(Some(Moves::Joint(joint as u16, world[joint] * local_from_mesh)));
        }
        local_from_mesh = local(&container.root.nodes[index]) * local_from_mesh;
        at = tree.parents[index];
    }
    Ok(None)
}

fn skinned(container: &Container<'_>, tree: &Tree, world: &[Affine3A], skin: &Skin) -> Result<Vec<(u16, Affine3A)>, Fault> {
    let binds = match skin.inverse_bind_matrices {
        Some(matrices) => container.floats::<16>(matrices)?,
        None => Vec::new(),
    };
    let joint = |(place, node): (usize, &gltf_json::Index<Node>)| {
        let joint = *tree.joint_of_node.get(&node.value())?;
        let bind = binds.get(place).map_or(Affine3A::IDENTITY, |matrix| Affine3A::from_mat4(Mat4::from_cols_array(matrix)));
        let bind = if bind.is_finite() { bind } else { Affine3A::IDENTITY };
        Some((joint as u16, world[joint] * bind))
    };
    let joints: Option<Vec<_>> = skin.joints.iter().enumerate().map(joint).collect();
    joints.ok_or_else(|| Fault::new("a skin with a joint that does not exist", "export the character again"))
}
