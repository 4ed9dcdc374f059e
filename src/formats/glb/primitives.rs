//! The primitives of a glTF mesh: triangles with their vertices, as far as they use them.

use super::accessors::Budget;
use super::container::Container;
use super::materials::{Laid, Materials};
use super::moves::Moves;
use crate::body::BodyMesh;
use crate::formats::error::Fault;
use crate::formats::rigged::skin::{Influences, Unposed};
use glam::{Affine3A, Vec3};
use gltf_json::accessor::Type;
use gltf_json::mesh::{Mode, Primitive, Semantic};
use gltf_json::validation::Checked::Valid;
use gltf_json::{Accessor, Index, Node};

const AGAIN: &str = "export the character again";
/// Sets of four joints of a vertex that are looked at.
const MOST_JOINT_SETS: u32 = 4;
/// Morph targets whose weight at rest is looked at.
const MOST_MORPHS: usize = 4096;

/// The meshes of a node.
pub(super) struct Found {
    pub(super) meshes: Vec<BodyMesh>,
    pub(super) morphs: usize,
}

/// The mesh of a node, one of ours for each of its primitives that has triangles.
pub(super) fn read(
    container: &Container<'_>,
    node: &Node,
    moves: &Moves,
    materials: &Materials,
    budget: &mut Budget,
    notes: &mut Vec<String>,
) -> Result<Found, Fault> {
    let mesh = node.mesh.and_then(|mesh| container.root.meshes.get(mesh.value()));
    let mesh = mesh.ok_or_else(|| Fault::new("a node with a mesh that does not exist", AGAIN))?;
    let name = mesh.name.as_ref().or(node.name.as_ref()).map_or("Mesh", String::as_str);
    let weights = node.weights.as_ref().or(mesh.weights.as_ref());
    let weights = weights.map_or(&[][..], |weights| &weights[..]);
    let (mut meshes, mut morphs) = (Vec::new(), 0);
    for (part, primitive) in mesh.primitives.iter().enumerate() {
        morphs = morphs.max(primitive.targets.as_ref().map_or(0, Vec::len));
        let name = if mesh.primitives.len() > 1 { format!("{name}.{part}") } else { name.to_owned() };
        let laid = materials.of(primitive.material.map(|material| material.value()));
        let read = Reader { container, primitive, moves, laid: &laid, weights };
        match read.unposed(name, budget).map_err(|fault| fault.in_member(&format!("mesh {}", shown(mesh.name.as_deref()))))? {
            Some((unposed, matrices)) => meshes.push(unposed.posed(&matrices, laid.material)),
            None => notes.push(format!("points and lines of mesh {} are left out", shown(mesh.name.as_deref()))),
        }
    }
    Ok(Found { meshes, morphs })
}

/// How many numbers the places of all vertices of these nodes are at most.
pub(super) fn numbers(container: &Container<'_>, shown: &[bool]) -> usize {
    let nodes = container.root.nodes.iter().zip(shown).filter(|(_, shown)| **shown);
    let meshes = nodes.filter_map(|(node, _)| container.root.meshes.get(node.mesh?.value()));
    let positions = meshes.flat_map(|mesh| &mesh.primitives).filter_map(|primitive| primitive.attributes.get(&Valid(Semantic::Positions)));
    positions.fold(0, |sum: usize, positions| sum.saturating_add(container.numbers::<3>(*positions)))
}

fn shown(name: Option<&str>) -> String {
    name.unwrap_or("without a name").chars().take(60).collect()
}

struct Reader<'a> {
    container: &'a Container<'a>,
    primitive: &'a Primitive,
    moves: &'a Moves,
    laid: &'a Laid,
    /// Weights of the morph targets at rest.
    weights: &'a [f32],
}

impl Reader<'_> {
    fn attribute(&self, semantic: Semantic) -> Option<Index<Accessor>> {
        self.primitive.attributes.get(&Valid(semantic)).copied()
    }

    /// The vertices that triangles use, and the matrices of the joints of the rig; `None` where there are no triangles.
    fn unposed(&self, name: String, budget: &mut Budget) -> Result<Option<(Unposed, Vec<Affine3A>)>, Fault> {
        let Valid(mode) = self.primitive.mode else { return Err(Fault::new("an unknown kind of primitive", AGAIN)) };
        let Some(positions) = self.attribute(Semantic::Positions) else { return Ok(None) };
        let positions = self.container.vertices::<3>(positions, budget)?;
        let indices = match self.primitive.indices {
            Some(indices) => self.container.indices(indices, budget)?,
            None => (0..positions.len() as u32).collect(),
        };
        let Some(triangles) = triangles(mode, &indices) else { return Ok(None) };
        // Exporters share the vertices of a whole character among its materials: only what a primitive uses is taken.
        let (used, triangles) =
            compacted(triangles, positions.len()).ok_or_else(|| Fault::new("a triangle of a vertex that is not there", AGAIN))?;
        let pick = |values: &[[f32; 3]]| -> Vec<Vec3> { used.iter().map(|vertex| Vec3::from_array(values[*vertex as usize])).collect() };
        let same = |count: usize| if count == positions.len() { Ok(()) } else { Err(Fault::new("vertices of different numbers", AGAIN)) };
        let mut unposed = Unposed { name, triangles, positions: pick(&positions), ..Unposed::default() };
        if let Some(normals) = self.attribute(Semantic::Normals) {
            let normals = self.container.vertices::<3>(normals, budget)?;
            same(normals.len())?;
            unposed.normals = pick(&normals);
        }
        if let Some(uvs) = self.laid.set.and_then(|set| self.attribute(Semantic::TexCoords(set))) {
            let uvs = self.container.vertices::<2>(uvs, budget)?;
            same(uvs.len())?;
            unposed.uvs = used.iter().map(|vertex| self.laid.transform.transform_point2(uvs[*vertex as usize].into()).to_array()).collect();
        }
        if let Some(colors) = self.attribute(Semantic::Colors(0)) {
            let colors = self.colors(colors, budget)?;
            same(colors.len())?;
            unposed.colors = used.iter().map(|vertex| colors[*vertex as usize].map(|value| value.clamp(0.0, 1.0))).collect();
        }
        self.morph(&mut unposed, &used, budget)?;
        let finite = |values: &[Vec3]| values.iter().all(|value| value.is_finite() && value.abs().max_element() < 1e9);
        if !finite(&unposed.positions) || !finite(&unposed.normals) || unposed.uvs.iter().flatten().any(|value| !value.is_finite()) {
            return Err(Fault::new("a vertex that is nowhere", AGAIN));
        }
        let (influences, matrices) = self.influences(&used, positions.len(), budget)?;
        unposed.influences = influences;
        Ok(Some((unposed, matrices)))
    }

    fn colors(&self, accessor: Index<Accessor>, budget: &mut Budget) -> Result<Vec<[f32; 3]>, Fault> {
        let kind = self.container.root.accessors.get(accessor.value()).map(|accessor| accessor.type_);
        if kind == Some(Valid(Type::Vec4)) {
            let colors = self.container.vertices::<4>(accessor, budget)?;
            return Ok(colors.into_iter().map(|[red, green, blue, _]| [red, green, blue]).collect());
        }
        self.container.vertices::<3>(accessor, budget)
    }

    /// Adds the morph targets as far as they are on at rest.
    fn morph(&self, unposed: &mut Unposed, used: &[u32], budget: &mut Budget) -> Result<(), Fault> {
        let targets = self.primitive.targets.iter().flatten().zip(self.weights).take(MOST_MORPHS);
        for (target, weight) in targets.filter(|(_, weight)| weight.abs() > 1e-4 && weight.abs() < 100.0) {
            for (values, accessor) in [(&mut unposed.positions, target.positions), (&mut unposed.normals, target.normals)] {
                let Some(accessor) = accessor.filter(|_| !values.is_empty()) else { continue };
                let moved = self.container.vertices::<3>(accessor, budget)?;
                for (value, vertex) in values.iter_mut().zip(used) {
                    *value += *weight * moved.get(*vertex as usize).map_or(Vec3::ZERO, |moved| Vec3::from_array(*moved));
                }
            }
        }
        Ok(())
    }

    fn influences(&self, used: &[u32], vertices: usize, budget: &mut Budget) -> Result<(Vec<Influences>, Vec<Affine3A>), Fault> {
        let joints = match self.moves {
            Moves::Joint(joint, matrix) => {
                let mut matrices = vec![Affine3A::IDENTITY; usize::from(*joint) + 1];
                matrices[usize::from(*joint)] = *matrix;
                return Ok((vec![vec![(*joint, 1.0)]; used.len()], matrices));
            }
            Moves::Skin(joints) => joints,
        };
        let mut matrices = vec![Affine3A::IDENTITY; joints.iter().map(|(joint, _)| usize::from(*joint) + 1).max().unwrap_or(1)];
        joints.iter().for_each(|(joint, matrix)| matrices[usize::from(*joint)] = *matrix);
        let mut influences = vec![Influences::new(); used.len()];
        for set in 0..MOST_JOINT_SETS {
            let (Some(places), Some(weights)) = (self.attribute(Semantic::Joints(set)), self.attribute(Semantic::Weights(set))) else {
                break;
            };
            let (places, weights) = (self.container.vertices::<4>(places, budget)?, self.container.vertices::<4>(weights, budget)?);
            if places.len() != vertices || weights.len() != vertices {
                return Err(Fault::new("vertices of different numbers", AGAIN));
            }
            for (influences, vertex) in influences.iter_mut().zip(used) {
                for (place, weight) in
                    places[*vertex as usize].into_iter().zip(weights[*vertex as usize]).filter(|(_, weight)| *weight > 0.0)
                {
                    let joint = joints.get(place as usize).ok_or_else(|| Fault::new("a vertex of a joint that its skin has not", AGAIN))?;
                    influences.push((joint.0, weight));
                }
            }
        }
        // A vertex without weights stays with the first joint of its skin.
        if let Some((first, _)) = joints.first() {
            influences.iter_mut().filter(|influences| influences.is_empty()).for_each(|influences| influences.push((*first, 1.0)));
        }
        Ok((influences, matrices))
    }
}

/// The triangles of a primitive, counter-clockwise; `None` for points and lines.
fn triangles(mode: Mode, indices: &[u32]) -> Option<Vec<[u32; 3]>> {
    match mode {
        Mode::Triangles => Some(indices.as_chunks::<3>().0.to_vec()),
        Mode::TriangleStrip => {
            let triangle = |(at, corners): (usize, &[u32])| {
                let [a, b, c] = [corners[0], corners[1], corners[2]];
                if at % 2 == 0 { [a, b, c] } else { [b, a, c] }
            };
            let whole = |[a, b, c]: &[u32; 3]| a != b && b != c && a != c;
            Some(indices.windows(3).enumerate().map(triangle).filter(whole).collect())
        }
        Mode::TriangleFan => {
            let (first, rest) = indices.split_first()?;
            Some(rest.windows(2).map(|corners| [*first, corners[0], corners[1]]).collect())
        }
        Mode::Points | Mode::Lines | Mode::LineLoop | Mode::LineStrip => None,
    }
}

/// The vertices that triangles use, and the triangles of these; `None` where one is not among so many.
fn compacted(mut triangles: Vec<[u32; 3]>, vertices: usize) -> Option<(Vec<u32>, Vec<[u32; 3]>)> {
    let mut new = vec![u32::MAX; vertices];
    let mut used = Vec::new();
    for corner in triangles.iter_mut().flatten() {
        let place = new.get_mut(*corner as usize)?;
        if *place == u32::MAX {
            *place = used.len() as u32;
            used.push(*corner);
        }
        *corner = *place;
    }
    Some((used, triangles))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_and_fans_become_triangles_that_all_turn_the_same_way() {
        assert_eq!(triangles(Mode::TriangleStrip, &[0, 1, 2, 3, 3]), Some(vec![[0, 1, 2], [2, 1, 3]]));
        assert_eq!(triangles(Mode::TriangleFan, &[0, 1, 2, 3]), Some(vec![[0, 1, 2], [0, 2, 3]]));
        assert_eq!(triangles(Mode::Triangles, &[0, 1, 2, 3]), Some(vec![[0, 1, 2]]));
        assert_eq!(triangles(Mode::Lines, &[0, 1]), None);
    }

    #[test]
    fn vertices_that_no_triangle_uses_are_left_out() {
        assert_eq!(compacted(vec![[5, 3, 4], [3, 5, 7]], 8), Some((vec![5, 3, 4, 7], vec![[0, 1, 2], [1, 0, 3]])));
        assert_eq!(compacted(vec![[0, 1, 8]], 8), None);
    }
}
