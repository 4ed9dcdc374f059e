//! What a character is drawn with: its meshes and what throws their shadows, its bones, its bind pose, on the graphics device.

use super::posed::Shapes;
use super::shadow_proxy::shadow_proxy;
use super::surface::{Surface, skeleton_surface};
use crate::body::{BodyMesh, Character};
use bevy::asset::{InvalidGenerationError, RenderAssetUsages};
use bevy::ecs::system::SystemParam;
use bevy::mesh::skinning::SkinnedMeshInverseBindposes;
use bevy::mesh::{Indices, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;
use std::sync::Arc;

/// Where what characters are drawn with is kept.
#[derive(SystemParam)]
pub(super) struct AssetStores<'w> {
    meshes: ResMut<'w, Assets<Mesh>>,
    bindposes: ResMut<'w, Assets<SkinnedMeshInverseBindposes>>,
    buffers: ResMut<'w, Assets<ShaderBuffer>>,
}

/// What one character is drawn with, by however many actors.
pub(super) struct CharacterAssets {
    pub(super) character: Arc<Character>,
    pub(super) inverse_bindposes: Handle<SkinnedMeshInverseBindposes>,
    /// In the order of the character's meshes.
    pub(super) parts: Vec<MeshAssets>,
    /// Its bones alone.
    pub(super) bones: Handle<Mesh>,
}

/// One mesh of a character.
pub(super) struct MeshAssets {
    pub(super) body: Handle<Mesh>,
    /// What throws its shadow into a small map.
    pub(super) shadow_proxy: Handle<Mesh>,
    /// How poses move its vertices, if they do.
    pub(super) shapes: Option<Shapes>,
}

impl CharacterAssets {
    pub(super) fn new(character: Arc<Character>, stores: &mut AssetStores<'_>) -> Self {
        let part = |body: &BodyMesh| {
            let surface = Surface::of(body);
            let shapes = Shapes::of(body, &mut stores.buffers);
            MeshAssets { shadow_proxy: stores.meshes.add(mesh(shadow_proxy(&surface))), body: stores.meshes.add(mesh(surface)), shapes }
        };
        Self {
            parts: character.meshes().iter().map(part).collect(),
            inverse_bindposes: stores.bindposes.add(bind(&character)),
            bones: stores.meshes.add(mesh(skeleton_surface(character.rig()))),
            character,
        }
    }

    /// Whether another character can be drawn by the same entities.
    pub(super) fn fits(&self, other: &Character) -> bool {
        self.parts.len() == other.meshes().len() && self.character.rig().parents() == other.rig().parents()
    }

    /// Another character that fits, under the same handles.
    pub(super) fn change(&mut self, character: Arc<Character>, stores: &mut AssetStores<'_>) -> Result<(), InvalidGenerationError> {
        for ((part, body), before) in self.parts.iter_mut().zip(character.meshes()).zip(self.character.meshes()) {
            let surface = Surface::of(body);
            stores.meshes.insert(&part.shadow_proxy, mesh(shadow_proxy(&surface)))?;
            stores.meshes.insert(&part.body, mesh(surface))?;
            // Another shape of the same body has the same pose shapes, and they are large.
            if !Arc::ptr_eq(&before.pose_shapes, &body.pose_shapes) {
                part.shapes = Shapes::of(body, &mut stores.buffers);
            }
        }
        stores.meshes.insert(&self.bones, mesh(skeleton_surface(character.rig())))?;
        stores.bindposes.insert(&self.inverse_bindposes, bind(&character))?;
        self.character = character;
        Ok(())
    }
}

fn bind(character: &Character) -> SkinnedMeshInverseBindposes {
    let rest = character.rig().rest_world();
    let inverse = |(place_m, rotation): (&Vec3, &Quat)| {
        let joint_from_world = rotation.inverse();
        Mat4::from_rotation_translation(joint_from_world, -(joint_from_world * *place_m))
    };
    rest.positions.iter().zip(&rest.rotations).map(inverse).collect::<Vec<Mat4>>().into()
}

fn mesh(surface: Surface) -> Mesh {
    let mut mesh = Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, surface.positions_m)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, surface.normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_JOINT_INDEX, VertexAttributeValues::Uint16x4(surface.joints))
        .with_inserted_attribute(Mesh::ATTRIBUTE_JOINT_WEIGHT, surface.weights)
        .with_inserted_indices(Indices::U32(surface.indices));
    if !surface.colors.is_empty() {
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, surface.colors);
    }
    mesh
}
