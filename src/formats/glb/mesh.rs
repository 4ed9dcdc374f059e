//! A character as a glTF mesh.

use super::binary::{Binary, Use};
use crate::body::Character;
use crate::motion::JOINT_COUNT;
use gltf_json::material::{Material, PbrBaseColorFactor, PbrMetallicRoughness, StrengthFactor};
use gltf_json::mesh::{Mode, Primitive, Semantic};
use gltf_json::validation::Checked::Valid;
use gltf_json::{Index, Mesh, Root};
use std::collections::BTreeMap;

/// Adds the mesh. `skin_joints` says at which place of the skin each of our joints stands.
pub(super) fn add(root: &mut Root, binary: &mut Binary, character: &Character, skin_joints: &[u8; JOINT_COUNT]) -> Index<Mesh> {
    let positions_m: Vec<[f32; 3]> = character.positions_m.iter().map(|position_m| position_m.to_array()).collect();
    let normals: Vec<[f32; 3]> = character.normals.iter().map(|normal| normal.normalize_or(glam::Vec3::Y).to_array()).collect();
    let colors: Vec<[f32; 3]> = character.colors.iter().map(|color| color.map(|value| value.clamp(0.0, 1.0))).collect();
    let (joints, weights): (Vec<_>, Vec<_>) =
        character.joints.iter().zip(&character.weights).map(|(joints, weights)| influences(joints, weights, skin_joints)).unzip();

    let attributes = BTreeMap::from([
        (Valid(Semantic::Positions), binary.bounded_floats(root, &positions_m, Use::Vertices)),
        (Valid(Semantic::Normals), binary.floats(root, &normals, Use::Vertices)),
        (Valid(Semantic::Colors(0)), binary.floats(root, &colors, Use::Vertices)),
        (Valid(Semantic::Joints(0)), binary.joints(root, &joints)),
        (Valid(Semantic::Weights(0)), binary.floats(root, &weights, Use::Vertices)),
    ]);
    let indices = binary.indices(root, character.triangles.as_flattened());
    let material = root.push(Material {
        name: Some("Body".to_owned()),
        // White, so that the vertex colours show as they are; a matt plastic under any light.
        pbr_metallic_roughness: PbrMetallicRoughness {
            base_color_factor: PbrBaseColorFactor([1.0; 4]),
            metallic_factor: StrengthFactor(0.0),
            roughness_factor: StrengthFactor(0.6),
            ..PbrMetallicRoughness::default()
        },
        ..Material::default()
    });
    root.push(Mesh {
        name: Some("Character".to_owned()),
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
    })
}

/// Joints in the skin's order and weights that sum to one as exactly as f32 can; no joint where there is no weight.
fn influences(joints: &[u8; 4], weights: &[f32; 4], skin_joints: &[u8; JOINT_COUNT]) -> ([u8; 4], [f32; 4]) {
    let sum: f32 = weights.iter().sum();
    let mut weights = weights.map(|weight| weight / sum);
    weights[0] = 1.0 - weights[1..].iter().sum::<f32>();
    (std::array::from_fn(|i| if weights[i] > 0.0 { skin_joints[usize::from(joints[i])] } else { 0 }), weights)
}
