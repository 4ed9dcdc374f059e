//! A document without the meshes of its character and what they are made of.

use crate::formats::fbx::binary::{Node, Value};
use std::collections::HashSet;

/// Kinds of objects that meshes consist of.
const OF_MESHES: [&str; 8] = ["Geometry", "Material", "Texture", "LayeredTexture", "Video", "Deformer", "Implementation", "BindingTable"];

/// Takes meshes away, with their own nodes, and what animates them.
pub(super) fn strip(document: &mut [Node]) {
    let connections: Vec<(i64, i64)> = list(document, "Connections").iter().filter_map(ends).collect();
    let mut gone: HashSet<i64> = HashSet::new();
    let objects = list(document, "Objects");
    let of_kind = |kind: &'static str| objects.iter().filter(move |object| object.name() == kind);
    gone.extend(OF_MESHES.into_iter().flat_map(of_kind).filter_map(Node::id));
    // What hangs on a mesh may be a joint.
    let models: HashSet<i64> = of_kind("Model").filter_map(Node::id).collect();
    let parents: HashSet<i64> = connections.iter().filter(|(child, _)| models.contains(child)).map(|(_, parent)| *parent).collect();
    gone.extend(
        of_kind("Model").filter(|model| kind(model) == Some(b"Mesh")).filter_map(Node::id).filter(|model| !parents.contains(model)),
    );
    for animates in ["AnimationCurveNode", "AnimationCurve"] {
        let children: HashSet<i64> = connections.iter().filter(|(_, parent)| gone.contains(parent)).map(|(child, _)| *child).collect();
        let found: Vec<i64> = of_kind(animates).filter_map(Node::id).filter(|id| children.contains(id)).collect();
        gone.extend(found);
    }
    let is_gone = |node: &Node| node.id().is_some_and(|id| gone.contains(&id));
    for top in document {
        let nodes = match top.name() {
            "Objects" => top.children_mut(),
            "Connections" => {
                top.children_mut().retain(|node| !ends(node).is_some_and(|(a, b)| gone.contains(&a) || gone.contains(&b)));
                continue;
            }
            _ => continue,
        };
        nodes.retain(|node| !is_gone(node));
        nodes.iter_mut().filter(|node| node.name() == "Pose").for_each(|pose| without_nodes(pose, &is_gone));
    }
}

/// Takes nodes out of a pose.
fn without_nodes(pose: &mut Node, is_gone: &dyn Fn(&Node) -> bool) {
    let of = |node: &Node| node.name() == "PoseNode";
    pose.children_mut().retain(|node| !(of(node) && node.child("Node").is_some_and(is_gone)));
    let count = pose.children().iter().filter(|node| of(node)).count();
    for node in pose.children_mut().iter_mut().filter(|node| node.name() == "NbPoseNodes") {
        *node = Node::new("NbPoseNodes").i32(count as i32);
    }
}

/// What is in the top node of a name.
fn list<'a>(document: &'a [Node], name: &str) -> &'a [Node] {
    document.iter().find(|node| node.name() == name).map(Node::children).unwrap_or_default()
}

/// The child and the parent of a connection.
fn ends(connection: &Node) -> Option<(i64, i64)> {
    let values = connection.values();
    Some((values.get(1)?.integer()?, values.get(2)?.integer()?))
}

/// The kind of an object within its class.
fn kind(object: &Node) -> Option<&[u8]> {
    if let Some(Value::Text(kind)) = object.values().get(2) { Some(*kind) } else { None }
}
