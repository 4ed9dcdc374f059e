//! Where the nodes of a glTF file are in the rest pose.

use super::container::Container;
use super::nodes::Tree;
use glam::{Affine3A, Mat4, Quat, Vec3};
use gltf_json::Node;

/// `world_from_joint` of each joint in the rest pose, with all scales.
pub(super) fn rest_world(container: &Container<'_>, tree: &Tree) -> Vec<Affine3A> {
    let mut world: Vec<Affine3A> = Vec::with_capacity(tree.rig.len());
    for (joint, node) in tree.nodes().into_iter().enumerate() {
        let node = &container.root.nodes[node];
        let (still, rest) = (tree.still_rotations[joint], tree.rig.rest_rotations()[joint]);
        // Where the bind pose has taken the place of the node's, only its turn has.
        let local = if still.angle_between(rest) < 1e-4 {
            local(node)
        } else {
            let (scale, _, translation) = local(node).to_scale_rotation_translation();
            Affine3A::from_scale_rotation_translation(scale, rest, translation)
        };
        world.push(tree.rig.parents()[joint].map_or(Affine3A::IDENTITY, |parent| world[parent]) * local);
    }
    world
}

/// The matrix of a node against the one that it hangs on.
pub(super) fn local(node: &Node) -> Affine3A {
    match &node.matrix {
        Some(matrix) => Affine3A::from_mat4(Mat4::from_cols_array(matrix)),
        None => Affine3A::from_scale_rotation_translation(
            Vec3::from_array(node.scale.unwrap_or([1.0; 3])),
            Quat::from_array(node.rotation.unwrap_or_default().0).normalize(),
            Vec3::from_array(node.translation.unwrap_or_default()),
        ),
    }
}
