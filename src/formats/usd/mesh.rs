//! The meshes of a character as USD prims.

use super::names::{MATERIALS, SKELETON};
use super::text::{Text, list, matrix, tuple, vector};
use crate::body::BodyMesh;
use glam::{Quat, Vec3};

/// Adds a mesh with its skin. `bone_of_joint` says which bone each joint of the rig is.
pub(super) fn add(text: &mut Text, name: &str, body: &BodyMesh, bone_of_joint: &[usize]) {
    let least = body.positions_m.iter().copied().reduce(Vec3::min).unwrap_or_default();
    let most = body.positions_m.iter().copied().reduce(Vec3::max).unwrap_or_default();
    let joints = body.joints.iter().flatten().map(|joint| bone_of_joint[usize::from(*joint)]);
    let weights = body.weights.iter().flat_map(|weights| {
        let sum: f32 = weights.iter().sum();
        weights.map(|weight| weight / sum)
    });
    text.prim("Mesh", name, &["MaterialBindingAPI", "SkelBindingAPI"], |text| {
        text.line(format_args!("uniform bool doubleSided = {}", u8::from(body.material.double_sided)));
        text.line(format_args!("float3[] extent = {}", list([least, most].map(vector))));
        text.line(format_args!("int[] faceVertexCounts = {}", list(body.triangles.iter().map(|_| 3))));
        text.line(format_args!("int[] faceVertexIndices = {}", list(body.triangles.as_flattened())));
        text.line(format_args!("rel material:binding = <{MATERIALS}/{name}>"));
        primvar(text, "normal3f[] normals", 1, &list(body.normals.iter().map(|normal| vector(normal.normalize_or(Vec3::Y)))));
        text.line(format_args!("point3f[] points = {}", list(body.positions_m.iter().copied().map(vector))));
        if !body.colors.is_empty() {
            primvar(text, "color3f[] primvars:displayColor", 1, &list(body.colors.iter().copied().map(tuple)));
        }
        if !body.uvs.is_empty() {
            // USD counts from the picture's lower edge.
            primvar(text, "texCoord2f[] primvars:st", 1, &list(body.uvs.iter().map(|[u, v]| tuple([*u, 1.0 - *v]))));
        }
        text.line(format_args!("matrix4d primvars:skel:geomBindTransform = {}", matrix(Vec3::ZERO, Quat::IDENTITY)));
        primvar(text, "int[] primvars:skel:jointIndices", 4, &list(joints));
        primvar(text, "float[] primvars:skel:jointWeights", 4, &list(weights));
        text.line(format_args!("rel skel:skeleton = <{SKELETON}>"));
        text.line("uniform token subdivisionScheme = \"none\"");
    });
}

/// A value for each vertex, of so many elements.
fn primvar(text: &mut Text, attribute: &str, elements: usize, values: &str) {
    text.line(format_args!("{attribute} = {values} ("));
    if elements > 1 {
        text.line(format_args!("    elementSize = {elements}"));
    }
    text.line("    interpolation = \"vertex\"");
    text.line(")");
}
