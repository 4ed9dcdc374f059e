//! The meshes of a scene: polygons cut into triangles, one mesh for each material, each vertex with its influences.

use super::super::super::error::Fault;
use super::super::super::rigged::skin::{Influences, Unposed};
use super::materials::Materials;
use super::scene::{matrix, single, vector};
use super::skeleton::{Skeleton, place};
use crate::body::BodyMesh;
use glam::{Affine3A, DAffine3, Vec3};
use std::collections::{BTreeMap, HashMap};
use ufbx::{Mesh, Node, SkinDeformer};

/// Most corners of all polygons of a character.
const MAX_CORNERS: usize = 12_000_000;
/// A normal to be made anew.
const NONE: Vec3 = Vec3::ZERO;

/// How many corners of polygons may still be read.
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_CORNERS)
    }
}

/// The mesh of a node, which hangs on a joint, one of ours for each of its materials.
pub(super) fn read(
    node: &Node,
    mesh: &Mesh,
    skeleton: &Skeleton,
    (joint, joint_from_node): (usize, DAffine3),
    materials: &mut Materials<'_>,
    budget: &mut Budget,
) -> Result<Vec<BodyMesh>, Fault> {
    let left = budget.0.checked_sub(mesh.num_indices.max(mesh.num_triangles.saturating_mul(3)));
    budget.0 = left.ok_or_else(|| Fault::new("too many polygons", "reduce the mesh in a modelling program"))?;
    let skin = mesh.skin_deformers.iter().next().map(|skin| &**skin).filter(|skin| !skin.clusters.is_empty());
    let hung = skeleton.world[joint] * single(&(joint_from_node * matrix(&node.geometry_to_node)));
    let mut rest_from_mesh = vec![hung; skeleton.world.len()];
    let joints: Vec<Option<usize>> = skin.map_or_else(Vec::new, |skin| joints_of(skin, skeleton, &mut rest_from_mesh));
    let places = morphed(mesh);
    let source = Source { mesh, skin, joints, joint, places };
    let name = if node.element.name.is_empty() { "Mesh" } else { &*node.element.name };
    let parts = by_material(mesh);
    let is_one = parts.len() == 1;
    let mut meshes = Vec::with_capacity(parts.len());
    for (part, faces) in parts {
        let material = node.materials.get(part as usize).or_else(|| mesh.materials.get(part as usize));
        let material = materials.of(material.map(|material| &**material));
        let name = if is_one { name.to_owned() } else { format!("{name}.{part}") };
        let unposed = source.unposed(name, &faces);
        if unposed.positions.iter().any(|place| !place.is_finite() || place.abs().max_element() > 1e9) {
            return Err(Fault::damaged("a vertex that is nowhere"));
        }
        if !unposed.triangles.is_empty() {
            meshes.push(unposed.posed(&rest_from_mesh, material));
        }
    }
    Ok(meshes)
}

/// The joint of each cluster; what it makes of a vertex in the rest pose is entered.
fn joints_of(skin: &SkinDeformer, skeleton: &Skeleton, rest_from_mesh: &mut [Affine3A]) -> Vec<Option<usize>> {
    let joint = |cluster: &ufbx::SkinCluster| {
        let joint = *skeleton.joint_of_node.get(&place(cluster.bone_node.as_ref()?))?;
        let bind = matrix(&cluster.geometry_to_bone);
        rest_from_mesh[joint] = skeleton.world[joint] * single(&if bind.is_finite() { bind } else { DAffine3::IDENTITY });
        Some(joint)
    };
    skin.clusters.iter().map(|cluster| &**cluster).map(joint).collect()
}

/// The vertices with the shapes that are on at rest.
fn morphed(mesh: &Mesh) -> Vec<Vec3> {
    let mut places = mesh.vertices.to_vec();
    for deformer in &mesh.blend_deformers {
        ufbx::add_blend_vertex_offsets(deformer, &mut places, 1.0);
    }
    places.into_iter().map(|place| vector(place).as_vec3()).collect()
}

/// The faces of each material.
fn by_material(mesh: &Mesh) -> BTreeMap<u32, Vec<usize>> {
    let mut parts: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for face in 0..mesh.faces.len() {
        let material = mesh.face_material.get(face).copied().unwrap_or(0);
        parts.entry(material).or_default().push(face);
    }
    parts
}

struct Source<'a> {
    mesh: &'a Mesh,
    skin: Option<&'a SkinDeformer>,
    /// Of each cluster of the skin.
    joints: Vec<Option<usize>>,
    /// What an unskinned mesh follows.
    joint: usize,
    places: Vec<Vec3>,
}

impl Source<'_> {
    fn unposed(&self, name: String, faces: &[usize]) -> Unposed {
        let mesh = self.mesh;
        let mut unposed = Unposed { name, ..Unposed::default() };
        let (has_uvs, has_colors) = (mesh.vertex_uv.exists, mesh.vertex_color.exists);
        // Corners of the same vertex that look the same are one vertex of ours.
        let mut known: HashMap<[u32; 4], u32> = HashMap::new();
        let mut corners = Vec::new();
        for face in faces {
            let count = ufbx::triangulate_face_vec(&mut corners, mesh, mesh.faces[*face]) as usize;
            for triangle in corners[..count * 3].as_chunks::<3>().0 {
                let triangle = triangle.map(|corner| {
                    let corner = corner as usize;
                    let of = |indices: &[u32]| indices.get(corner).copied().unwrap_or(u32::MAX);
                    let key = [
                        of(&mesh.vertex_indices),
                        of(&mesh.vertex_normal.indices),
                        of(&mesh.vertex_uv.indices),
                        of(&mesh.vertex_color.indices),
                    ];
                    *known.entry(key).or_insert_with(|| {
                        let [vertex, normal, uv, color] = key.map(|index| index as usize);
                        unposed.positions.push(self.places.get(vertex).copied().unwrap_or_default());
                        unposed.normals.push(mesh.vertex_normal.values.get(normal).map_or(NONE, |normal| vector(*normal).as_vec3()));
                        if has_uvs {
                            let uv = mesh.vertex_uv.values.get(uv).copied().unwrap_or_default();
                            // FBX counts upwards.
                            unposed.uvs.push([uv.x, 1.0 - uv.y].map(|value| if value.is_finite() { value as f32 } else { 0.0 }));
                        }
                        if has_colors {
                            let color =
                                mesh.vertex_color.values.get(color).copied().unwrap_or(ufbx::Vec4 { x: 1.0, y: 1.0, z: 1.0, w: 1.0 });
                            unposed.colors.push([color.x, color.y, color.z].map(|value| (value as f32).clamp(0.0, 1.0)));
                        }
                        unposed.influences.push(self.influences(vertex));
                        unposed.positions.len() as u32 - 1
                    })
                });
                unposed.triangles.push(triangle);
            }
        }
        unposed
    }

    fn influences(&self, vertex: usize) -> Influences {
        let Some(skin) = self.skin else { return vec![(self.joint as u16, 1.0)] };
        let found = skin.vertices.get(vertex).map(|of| {
            let begin = of.weight_begin as usize;
            skin.weights.get(begin..begin + of.num_weights as usize).unwrap_or_default()
        });
        let influence = |weight: &ufbx::SkinWeight| {
            let joint = *self.joints.get(weight.cluster_index as usize)?;
            Some((joint? as u16, weight.weight as f32))
        };
        let influences: Influences = found.unwrap_or_default().iter().filter_map(influence).collect();
        if !influences.is_empty() {
            return influences;
        }
        // A vertex that the skin forgot stays with its first joint.
        let first = self.joints.iter().flatten().next().copied().unwrap_or(self.joint);
        vec![(first as u16, 1.0)]
    }
}
