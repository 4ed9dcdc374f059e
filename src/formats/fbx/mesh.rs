//! The meshes of a character as FBX geometry, bound to its skeleton.

use super::binary::{Node, Property};
use super::document::{Objects, SCENE_ROOT};
use super::materials::Materials;
use super::skeleton::{CM_PER_M, Names, Skeleton, matrix, model};
use crate::body::{BodyMesh, srgb_from_linear};
use glam::{DVec3, Vec3};

/// Adds a mesh and its skin; its model. `bone_of_joint` says which bone each joint of the rig is.
pub(super) fn add(
    objects: &mut Objects,
    materials: &mut Materials,
    body: &BodyMesh,
    skeleton: &Skeleton,
    bone_of_joint: &[usize],
    names: &mut Names,
) -> i64 {
    let name = names.unique(&body.name);
    let model = model(objects, &name, "Mesh", DVec3::ZERO, DVec3::ZERO);
    objects.connect(model, SCENE_ROOT);
    let geometry = geometry(objects, &name, body);
    objects.connect(geometry, model);
    let material = materials.add(objects, &body.material);
    objects.connect(material, model);
    skin(objects, body, geometry, skeleton, bone_of_joint);
    model
}

fn geometry(objects: &mut Objects, name: &str, body: &BodyMesh) -> i64 {
    let corners = || body.triangles.iter().flatten().map(|vertex| *vertex as usize);
    let positions = body.positions_m.iter().flat_map(|place_m| (place_m.as_dvec3() * CM_PER_M).to_array());
    // The last corner of a polygon is told by its complement.
    let polygons = body.triangles.iter().flat_map(|[a, b, c]| [*a as i32, *b as i32, !(*c as i32)]);
    let normals = corners().flat_map(|vertex| body.normals[vertex].normalize_or(Vec3::Y).as_dvec3().to_array());
    let mut layers = vec![layer("LayerElementNormal", "ByPolygonVertex", "Direct").with(array("Normals", Property::f64s(normals)))];
    if !body.colors.is_empty() {
        let colors = body.colors.iter().flat_map(|linear| {
            let [red, green, blue] = linear.map(|value| f64::from(srgb_from_linear(value.clamp(0.0, 1.0))));
            [red, green, blue, 1.0]
        });
        let of_corner = Property::i32s(corners().map(|vertex| vertex as i32));
        let layer = layer("LayerElementColor", "ByPolygonVertex", "IndexToDirect");
        layers.push(layer.with(array("Colors", Property::f64s(colors))).with(array("ColorIndex", of_corner)));
    }
    if !body.uvs.is_empty() {
        // FBX counts from the picture's lower edge.
        let uvs = body.uvs.iter().flat_map(|[u, v]| [f64::from(*u), 1.0 - f64::from(*v)]);
        let of_corner = Property::i32s(corners().map(|vertex| vertex as i32));
        let layer = layer("LayerElementUV", "ByPolygonVertex", "IndexToDirect");
        layers.push(layer.with(array("UV", Property::f64s(uvs))).with(array("UVIndex", of_corner)));
    }
    layers.push(layer("LayerElementMaterial", "AllSame", "IndexToDirect").with(array("Materials", Property::i32s([0]))));
    let element = |kind: &&str| Node::new("LayerElement").with(Node::new("Type").text(kind)).with(Node::new("TypedIndex").i32(0));
    let kinds: Vec<&str> = layers.iter().map(Node::name).collect();
    let layer_list = Node::new("Layer").i32(0).with(Node::new("Version").i32(100)).with_all(kinds.iter().map(element));
    let geometry = Node::new("Geometry")
        .object(objects.next_id(), name, "Geometry", "Mesh")
        .with(array("Vertices", Property::f64s(positions)))
        .with(array("PolygonVertexIndex", Property::i32s(polygons)))
        .with(Node::new("GeometryVersion").i32(124))
        .with_all(layers)
        .with(layer_list);
    objects.push("Geometry", geometry)
}

fn layer(name: &'static str, mapping: &str, reference: &str) -> Node {
    Node::new(name)
        .i32(0)
        .with(Node::new("Version").i32(101))
        .with(Node::new("Name").text(""))
        .with(Node::new("MappingInformationType").text(mapping))
        .with(Node::new("ReferenceInformationType").text(reference))
}

fn array(name: &'static str, values: Property) -> Node {
    Node::new(name).array(&values)
}

/// A skin with a cluster for each bone that moves something.
fn skin(objects: &mut Objects, body: &BodyMesh, geometry: i64, skeleton: &Skeleton, bone_of_joint: &[usize]) {
    let skin = Node::new("Deformer").object(objects.next_id(), &body.name, "Deformer", "Skin");
    let skin = objects.push("Deformer", skin.with(Node::new("Version").i32(101)).with(Node::new("Link_DeformAcuracy").f64(50.0)));
    objects.connect(skin, geometry);
    let mut moved: Vec<Vec<(i32, f64)>> = vec![Vec::new(); skeleton.models.len()];
    for (vertex, (joints, weights)) in body.joints.iter().zip(&body.weights).enumerate() {
        let sum: f64 = weights.iter().map(|weight| f64::from(*weight)).sum();
        for (joint, weight) in joints.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
            let bone = &mut moved[bone_of_joint[usize::from(*joint)]];
            let weight = f64::from(*weight) / sum;
            match bone.last_mut().filter(|(last, _)| *last == vertex as i32) {
                Some((_, before)) => *before += weight,
                None => bone.push((vertex as i32, weight)),
            }
        }
    }
    for (bone, moved) in moved.iter().enumerate().filter(|(_, moved)| !moved.is_empty()) {
        let bind = skeleton.binds[bone];
        let cluster = Node::new("Deformer")
            .object(objects.next_id(), "", "SubDeformer", "Cluster")
            .with(Node::new("Version").i32(100))
            .with(Node::new("UserData").text("").text(""))
            .with(array("Indexes", Property::i32s(moved.iter().map(|(vertex, _)| *vertex))))
            .with(array("Weights", Property::f64s(moved.iter().map(|(_, weight)| *weight))))
            .with(array("Transform", matrix(&bind.inverse())))
            .with(array("TransformLink", matrix(&bind)));
        let cluster = objects.push("Deformer", cluster);
        objects.connect(cluster, skin);
        objects.connect(skeleton.models[bone], cluster);
    }
}
