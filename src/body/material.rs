//! What meshes are made of: glTF's metal and roughness.

use super::Image;
use std::sync::Arc;

/// What a mesh is made of. Textures are laid by [`super::BodyMesh::uvs`], all of a mesh alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Material {
    /// Its name in files.
    pub name: String,
    /// Base colour, linear RGBA; vertex colours and the texture are multiplied by it.
    pub base_color: [f32; 4],
    /// Base colour and alpha, sRGB.
    pub base_color_texture: Option<Texture>,
    /// Normals in the space of the surface, green upwards: along the second texture coordinate's decrease.
    pub normal_texture: Option<Texture>,
    /// Roughness in green and metal in blue, multiplied by those below.
    pub metal_rough_texture: Option<Texture>,
    /// 0 for what is no metal, 1 for metal.
    pub metallic: f32,
    /// 0 for a mirror, 1 for chalk.
    pub roughness: f32,
    /// Light that it sends out itself, linear RGB.
    pub emissive: [f32; 3],
    /// The same in places, sRGB, multiplied by [`Material::emissive`].
    pub emissive_texture: Option<Texture>,
    /// What its alpha does.
    pub alpha: Alpha,
    /// Whether it is seen from behind too.
    pub double_sided: bool,
    /// Whether its base colour is shown as it is, in no light: drawn characters.
    pub unlit: bool,
}

/// What the alpha of a material does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Alpha {
    /// Nothing.
    #[default]
    Opaque,
    /// Below this it is not there.
    Mask(f32),
    /// It lets through what is behind.
    Blend,
}

/// A picture and how it is laid.
#[derive(Clone, Debug, PartialEq)]
pub struct Texture {
    /// The picture; several materials may share it.
    pub image: Arc<Image>,
    /// What is beyond its edges, to the sides and up and down.
    pub wrap: [Wrap; 2],
    /// Whether pixels are seen as squares when they are large, not blended.
    pub is_pixelated: bool,
}

/// What of a texture is beyond its edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wrap {
    /// The same again.
    #[default]
    Repeat,
    /// The same mirrored, then again.
    Mirror,
    /// Its edge.
    Clamp,
}

impl Default for Material {
    /// A white matt plastic.
    fn default() -> Self {
        Self {
            name: String::new(),
            base_color: [1.0; 4],
            base_color_texture: None,
            normal_texture: None,
            metal_rough_texture: None,
            metallic: 0.0,
            roughness: 0.6,
            emissive: [0.0; 3],
            emissive_texture: None,
            alpha: Alpha::Opaque,
            double_sided: false,
            unlit: false,
        }
    }
}

impl Material {
    /// The stuff of our own characters: a matt plastic under any light, white, so that the vertex colours show as they are.
    #[must_use]
    pub fn clay() -> Self {
        Self { name: "Body".to_owned(), ..Self::default() }
    }

    /// The textures that it has.
    pub fn textures(&self) -> impl Iterator<Item = &Texture> {
        [&self.base_color_texture, &self.normal_texture, &self.metal_rough_texture, &self.emissive_texture].into_iter().flatten()
    }
}
