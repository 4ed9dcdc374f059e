//! The rigged character of a scene: its skeleton with the meshes that it moves.

use super::super::super::error::Fault;
use super::super::super::rigged::{self, ReadCharacter};
use super::materials::Materials;
use super::meshes::{self, Budget};
use super::scene::transform;
use super::skeleton::{self, Skeleton, place};
use glam::DAffine3;
use std::path::Path;
use ufbx::{Node, Scene};

pub(super) fn of(path: &Path, scene: &Scene) -> Result<ReadCharacter, Fault> {
    let skeleton = skeleton::of(scene)?;
    let mut materials = Materials::new(path);
    let (mut found, mut morphs, mut left_out) = (Vec::new(), 0, 0);
    let mut budget = Budget::default();
    // Some old files say of everything that it is hidden.
    let all_hidden = !scene.nodes.iter().any(|node| node.visible && node.mesh.is_some());
    for node in scene.nodes.iter().filter(|node| node.visible || all_hidden) {
        let Some(mesh) = node.mesh.as_deref() else { continue };
        morphs += mesh.blend_deformers.iter().map(|deformer| deformer.channels.len()).sum::<usize>();
        match hangs_on(&skeleton, node) {
            Some(hangs) => found.extend(meshes::read(node, mesh, &skeleton, hangs, &mut materials, &mut budget)?),
            None if !mesh.skin_deformers.is_empty() => {
                found.extend(meshes::read(node, mesh, &skeleton, (0, DAffine3::IDENTITY), &mut materials, &mut budget)?);
            }
            None => left_out += 1,
        }
    }
    let mut notes = materials.into_notes();
    if left_out > 0 {
        notes.push(format!("{left_out} meshes that hang on no joint are left out"));
    }
    let mut read = ReadCharacter {
        nodes: skeleton.nodes,
        rig: skeleton.rig,
        meshes: found,
        morphs,
        clips: scene.anim_stacks.iter().map(|stack| stack.element.name.to_string()).collect(),
        rights: rights(scene),
        notes,
    };
    rigged::into_metres(&mut read);
    Ok(read)
}

/// The joint that a node hangs on, and how it lies against it.
fn hangs_on(skeleton: &Skeleton, node: &Node) -> Option<(usize, DAffine3)> {
    let mut joint_from_node = DAffine3::IDENTITY;
    let mut at = Some(node);
    while let Some(node) = at {
        if let Some(joint) = skeleton.joint_of_node.get(&place(node)) {
            return Some((*joint, joint_from_node));
        }
        joint_from_node = transform(&node.local_transform) * joint_from_node;
        at = node.parent.as_deref();
    }
    None
}

/// What the scene's information says of its maker, a line each.
fn rights(scene: &Scene) -> Vec<String> {
    const LINES: [(&str, &str); 4] = [("title", "Title"), ("author", "Author"), ("subject", "Subject"), ("comment", "Comment")];
    let props = &scene.metadata.scene_props;
    let line = |(what, name): &(&str, &str)| {
        let text = ufbx::find_prop(props, name)?.value_str.trim().to_owned();
        (!text.is_empty()).then(|| format!("{what}: {}", text.chars().take(200).collect::<String>()))
    };
    LINES.iter().filter_map(line).collect()
}
