//! A character made ready for the graphics device: meshes, what throws its shadow, textures with their mip maps. Plain work on plain
//! data, which may take a while and may be done on any thread.

use super::material::{Textures, is_fine};
use super::shadow_proxy::ShadowProxy;
use super::surface::{Surface, skeleton_surface};
use super::textures::{self, Content};
use crate::body::{BodyMesh, Character, Material, Texture};
use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use std::sync::Arc;

/// Characters without pictures and with no more vertices are made ready at once: it takes a few milliseconds.
const FEW_VERTICES: usize = 30_000;

/// What a character is drawn with, before it is handed to the device.
pub(super) struct Prepared {
    /// In the order of the character's meshes.
    pub(super) meshes: Vec<PreparedMesh>,
    /// What throws its shadow into a small map.
    pub(super) shadow_proxy: Option<Mesh>,
    /// Its bones alone.
    pub(super) bones: Mesh,
    pub(super) inverse_bindposes: Vec<Mat4>,
    /// Its pictures, each once.
    pub(super) images: Vec<Image>,
}

/// One mesh, and which of the pictures it has.
pub(super) struct PreparedMesh {
    pub(super) mesh: Mesh,
    pub(super) textures: Textures<usize>,
}

/// Whether a character is made ready in a moment.
pub(super) fn is_quick(character: &Character) -> bool {
    let vertices: usize = character.meshes().iter().map(|mesh| mesh.positions_m.len()).sum();
    vertices <= FEW_VERTICES && character.meshes().iter().all(|mesh| mesh.material.textures().next().is_none())
}

/// Whether a character looks different where all of its materials is drawn.
pub(super) fn has_fine_parts(character: &Character) -> bool {
    character.meshes().iter().any(|mesh| is_fine(&mesh.material))
}

impl Prepared {
    /// Makes a character ready; with normal, metal and roughness pictures where that is `fine`.
    pub(super) fn of(character: &Character, fine: bool) -> Self {
        let mut pictures = Pictures { fine, ..Pictures::default() };
        let mut proxy = ShadowProxy::new(character.scale());
        let meshes = character.meshes().iter().map(|body| {
            let surface = Surface::of(body);
            proxy.add(&surface, &body.material);
            PreparedMesh { textures: pictures.of(body), mesh: mesh(surface) }
        });
        let meshes = meshes.collect();
        Self {
            meshes,
            shadow_proxy: proxy.finish().map(mesh),
            bones: mesh(skeleton_surface(character.rig())),
            inverse_bindposes: inverse_bindposes(character),
            images: pictures.images,
        }
    }

    /// About as many bytes go to the device.
    pub(super) fn bytes(&self) -> usize {
        let of_images = self.images.iter().filter_map(|image| image.data.as_ref()).map(Vec::len);
        let of_meshes = self.meshes.iter().map(|prepared| prepared.mesh.get_vertex_buffer_size());
        of_images.chain(of_meshes).sum()
    }
}

/// The pictures of a character, as meshes ask for them.
#[derive(Default)]
struct Pictures {
    fine: bool,
    images: Vec<Image>,
    /// From what each was made.
    of: Vec<(Texture, Content)>,
}

impl Pictures {
    fn of(&mut self, body: &BodyMesh) -> Textures<usize> {
        if body.uvs.is_empty() {
            return Textures::default();
        }
        let Material { base_color_texture, normal_texture, metal_rough_texture, emissive_texture, unlit, .. } = &body.material;
        let is_fine = self.fine && !unlit;
        let mut make = |texture: &Option<Texture>, content| texture.as_ref().map(|texture| self.place(texture, content));
        Textures {
            base: make(base_color_texture, Content::Color),
            emissive: make(emissive_texture, Content::Color),
            normal: if is_fine { make(normal_texture, Content::Numbers) } else { None },
            metal_rough: if is_fine { make(metal_rough_texture, Content::Numbers) } else { None },
        }
    }

    fn place(&mut self, texture: &Texture, content: Content) -> usize {
        let is_it = |(other, of): &(Texture, Content)| {
            let laid_alike = (other.wrap, other.is_pixelated) == (texture.wrap, texture.is_pixelated);
            *of == content && laid_alike && Arc::ptr_eq(&other.image, &texture.image)
        };
        self.of.iter().position(is_it).unwrap_or_else(|| {
            self.images.push(textures::texture(texture, content, self.fine));
            self.of.push((texture.clone(), content));
            self.images.len() - 1
        })
    }
}

fn inverse_bindposes(character: &Character) -> Vec<Mat4> {
    let rest = character.rig().rest_world();
    let inverse = |(place_m, rotation): (&Vec3, &Quat)| {
        let joint_from_world = rotation.inverse();
        Mat4::from_rotation_translation(joint_from_world, -(joint_from_world * *place_m))
    };
    rest.positions.iter().zip(&rest.rotations).map(inverse).collect()
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
    if !surface.uvs.is_empty() {
        mesh.insert_attribute(Mesh::ATTRIBUTE_UV_0, surface.uvs);
    }
    mesh
}
