//! What a character is drawn with, on the graphics device.

use super::material::{CharacterMaterial, Textures};
use super::posed::Shapes;
use super::prepare::{Prepared, PreparedMesh, has_fine_parts};
use super::studio::{CurrentStudio, Decor};
use crate::body::{Alpha, BodyMesh, Character};
use bevy::asset::InvalidGenerationError;
use bevy::ecs::system::SystemParam;
use bevy::mesh::skinning::SkinnedMeshInverseBindposes;
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;
use std::sync::Arc;

/// Where what characters are drawn with is kept.
#[derive(SystemParam)]
pub(super) struct AssetStores<'w> {
    meshes: ResMut<'w, Assets<Mesh>>,
    bindposes: ResMut<'w, Assets<SkinnedMeshInverseBindposes>>,
    buffers: ResMut<'w, Assets<ShaderBuffer>>,
    images: ResMut<'w, Assets<Image>>,
    materials: ResMut<'w, Assets<CharacterMaterial>>,
    studio: Res<'w, CurrentStudio>,
}

/// What one character is drawn with, by however many actors.
pub(super) struct CharacterAssets {
    pub(super) character: Arc<Character>,
    /// Whether all of its materials is drawn.
    fine: bool,
    pub(super) inverse_bindposes: Handle<SkinnedMeshInverseBindposes>,
    /// In the order of the character's meshes.
    pub(super) parts: Vec<MeshAssets>,
    /// What throws its shadow into a small map.
    pub(super) shadow_proxy: Option<Handle<Mesh>>,
    /// Its bones alone.
    pub(super) bones: Handle<Mesh>,
}

/// One mesh of a character.
pub(super) struct MeshAssets {
    pub(super) body: Handle<Mesh>,
    pub(super) material: Handle<CharacterMaterial>,
    /// Whether what is behind shines through: it throws no shadow and has no ghost.
    pub(super) is_translucent: bool,
    /// How poses move its vertices, if they do.
    pub(super) shapes: Option<Shapes>,
}

impl CharacterAssets {
    /// Hands a character that was made ready to the device.
    pub(super) fn new(character: Arc<Character>, fine: bool, prepared: Prepared, stores: &mut AssetStores<'_>) -> Self {
        let decor = stores.studio.decor();
        let images: Vec<_> = prepared.images.into_iter().map(|image| stores.images.add(image)).collect();
        let part = |(body, prepared): (_, PreparedMesh)| MeshAssets {
            body: stores.meshes.add(prepared.mesh),
            material: stores.materials.add(material(body, &prepared.textures, &images, fine, decor)),
            is_translucent: body.material.alpha == Alpha::Blend,
            shapes: Shapes::of(body, &mut stores.buffers),
        };
        Self {
            parts: character.meshes().iter().zip(prepared.meshes).map(part).collect(),
            fine,
            inverse_bindposes: stores.bindposes.add(SkinnedMeshInverseBindposes::from(prepared.inverse_bindposes)),
            shadow_proxy: prepared.shadow_proxy.map(|mesh| stores.meshes.add(mesh)),
            bones: stores.meshes.add(prepared.bones),
            character,
        }
    }

    /// Whether this is what a character is drawn with, in as much detail.
    pub(super) fn is_of(&self, character: &Arc<Character>, fine: bool) -> bool {
        Arc::ptr_eq(&self.character, character) && (self.fine == fine || !has_fine_parts(character))
    }

    /// Whether this would look the same for a character, in as much detail.
    pub(super) fn looks_like(&self, character: &Character, fine: bool) -> bool {
        self.character.looks_like(character) && (self.fine == fine || !has_fine_parts(character))
    }

    /// Whether another character without pictures can be drawn by the same entities.
    pub(super) fn fits(&self, other: &Character) -> bool {
        let is_plain = |character: &Character| character.meshes().iter().all(|mesh| mesh.material.textures().next().is_none());
        self.parts.len() == other.meshes().len()
            && self.character.rig().parents() == other.rig().parents()
            && is_plain(other)
            && is_plain(&self.character)
    }

    /// Another character that fits, under the same handles.
    pub(super) fn change(
        &mut self,
        character: Arc<Character>,
        fine: bool,
        prepared: Prepared,
        stores: &mut AssetStores<'_>,
    ) -> Result<(), InvalidGenerationError> {
        let decor = stores.studio.decor();
        for (place, prepared) in prepared.meshes.into_iter().enumerate() {
            let (part, body, before) = (&mut self.parts[place], &character.meshes()[place], &self.character.meshes()[place]);
            stores.meshes.insert(&part.body, prepared.mesh)?;
            // Another shape of the same body has the same pose shapes, and they are large.
            if !Arc::ptr_eq(&before.pose_shapes, &body.pose_shapes) {
                part.shapes = Shapes::of(body, &mut stores.buffers);
            }
            if before.material != body.material || self.fine != fine {
                stores.materials.insert(&part.material, material(body, &prepared.textures, &[], fine, decor))?;
                part.is_translucent = body.material.alpha == Alpha::Blend;
            }
        }
        match (&self.shadow_proxy, prepared.shadow_proxy) {
            (Some(handle), Some(mesh)) => stores.meshes.insert(handle, mesh)?,
            (_, mesh) => self.shadow_proxy = mesh.map(|mesh| stores.meshes.add(mesh)),
        }
        stores.meshes.insert(&self.bones, prepared.bones)?;
        stores.bindposes.insert(&self.inverse_bindposes, SkinnedMeshInverseBindposes::from(prepared.inverse_bindposes))?;
        (self.character, self.fine) = (character, fine);
        Ok(())
    }
}

fn material(body: &BodyMesh, textures: &Textures<usize>, images: &[Handle<Image>], fine: bool, decor: &Decor) -> CharacterMaterial {
    let image = |place: Option<usize>| place.and_then(|place| images.get(place)).cloned();
    let textures = Textures {
        base: image(textures.base),
        normal: image(textures.normal),
        metal_rough: image(textures.metal_rough),
        emissive: image(textures.emissive),
    };
    CharacterMaterial::of(&body.material, textures, fine, decor)
}
