//! A mesh of a character as a glTF mesh.

use super::binary::{Binary, Use};
use super::look::Looks;
use crate::body::BodyMesh;
use crate::formats::error::Fault;
use gltf_json::mesh::{Mode, Primitive, Semantic};
use gltf_json::validation::Checked::Valid;
use gltf_json::{Index, Mesh, Root};
use std::collections::BTreeMap;

/// Adds the mesh. `skin_joints` says at which place of the skin each joint of the rig stands.
pub(super) fn add(
    root: &mut Root,
    binary: &mut Binary,
    looks: &mut Looks,
    body: &BodyMesh,
    skin_joints: &[u16],
) -> Result<Index<Mesh>, Fault> {
    let positions_m: Vec<[f32; 3]> = body.positions_m.iter().map(|position_m| position_m.to_array()).collect();
    let normals: Vec<[f32; 3]> = body.normals.iter().map(|normal| normal.normalize_or(glam::Vec3::Y).to_array()).collect();
    let colors: Vec<[f32; 3]> = body.colors.iter().map(|color| color.map(|value| value.clamp(0.0, 1.0))).collect();
    let (joints, weights): (Vec<_>, Vec<_>) =
        body.joints.iter().zip(&body.weights).map(|(joints, weights)| influences(joints, weights, skin_joints)).unzip();

    let mut attributes = BTreeMap::from([
        (Valid(Semantic::Positions), binary.bounded_floats(root, &positions_m, Use::Vertices)),
        (Valid(Semantic::Normals), binary.floats(root, &normals, Use::Vertices)),
    ]);
    if !colors.is_empty() {
        attributes.insert(Valid(Semantic::Colors(0)), binary.floats(root, &colors, Use::Vertices));
    }
    if !body.uvs.is_empty() {
        attributes.insert(Valid(Semantic::TexCoords(0)), binary.floats(root, &body.uvs, Use::Vertices));
    }
    attributes.insert(Valid(Semantic::Joints(0)), binary.joints(root, &joints));
    attributes.insert(Valid(Semantic::Weights(0)), binary.floats(root, &weights, Use::Vertices));
    let indices = binary.indices(root, body.triangles.as_flattened());
    let material = looks.add(root, binary, &body.material)?;
    Ok(root.push(Mesh {
        name: Some(body.name.clone()),
        primitives: vec![Primitive {
            attributes,
            indices: Some(indices),
            material: Some(material),
            mode: Valid(Mode::Triangles),
            targets: None,
            extensions: None,
            extras: None,
        }],
        weights: None,
        extensions: None,
        extras: None,
    }))
}

/// Joints in the skin's order and weights that sum to one as exactly as f32 can; no joint where there is no weight.
fn influences(joints: &[u16; 4], weights: &[f32; 4], skin_joints: &[u16]) -> ([u16; 4], [f32; 4]) {
    let sum: f32 = weights.iter().sum();
    let mut weights = weights.map(|weight| weight / sum);
    weights[0] = 1.0 - weights[1..].iter().sum::<f32>();
    (std::array::from_fn(|i| if weights[i] > 0.0 { skin_joints[usize::from(joints[i])] } else { 0 }), weights)
}
