//! What a mesh is made of as a glTF material, its pictures as PNG, each once.

use super::binary::Binary;
use crate::body::{self, Alpha, Image, Wrap};
use crate::formats::error::Fault;
use gltf_json::image::MimeType;
use gltf_json::material::{
    AlphaCutoff, AlphaMode, EmissiveFactor, Material, NormalTexture, PbrBaseColorFactor, PbrMetallicRoughness, StrengthFactor,
};
use gltf_json::texture::{Info, MagFilter, Sampler, WrappingMode};
use gltf_json::validation::Checked::Valid;
use gltf_json::{Index, Root, Texture};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use std::collections::HashMap;
use std::sync::Arc;

/// The looks of a document under construction.
#[derive(Default)]
pub(super) struct Looks {
    /// Of each picture, by where it is kept.
    images: HashMap<*const Image, Index<gltf_json::Image>>,
}

impl Looks {
    /// Adds a material. Of one that is shown in no light the document has the colours alone.
    pub(super) fn add(&mut self, root: &mut Root, binary: &mut Binary, body: &body::Material) -> Result<Index<Material>, Fault> {
        let mut texture = |texture: &Option<body::Texture>| texture.as_ref().map(|texture| self.texture(root, binary, texture)).transpose();
        let info = |index: Index<Texture>| Info { index, tex_coord: 0, extensions: None, extras: None };
        let base_color_texture = texture(&body.base_color_texture)?.map(info);
        let metallic_roughness_texture = texture(&body.metal_rough_texture)?.map(info);
        let normal = |index: Index<Texture>| NormalTexture { index, scale: 1.0, tex_coord: 0, extensions: None, extras: None };
        let normal_texture = texture(&body.normal_texture)?.map(normal);
        let emissive_texture = texture(&body.emissive_texture)?.map(info);
        let (alpha_mode, alpha_cutoff) = match body.alpha {
            Alpha::Opaque => (AlphaMode::Opaque, None),
            Alpha::Mask(cutoff) => (AlphaMode::Mask, Some(AlphaCutoff(cutoff))),
            Alpha::Blend => (AlphaMode::Blend, None),
        };
        Ok(root.push(Material {
            name: Some(body.name.clone()),
            pbr_metallic_roughness: PbrMetallicRoughness {
                base_color_factor: PbrBaseColorFactor(body.base_color),
                metallic_factor: StrengthFactor(body.metallic),
                roughness_factor: StrengthFactor(body.roughness),
                base_color_texture,
                metallic_roughness_texture,
                ..PbrMetallicRoughness::default()
            },
            normal_texture,
            emissive_texture,
            emissive_factor: EmissiveFactor(body.emissive.map(|value| value.clamp(0.0, 1.0))),
            alpha_mode: Valid(alpha_mode),
            alpha_cutoff,
            double_sided: body.double_sided,
            ..Material::default()
        }))
    }

    fn texture(&mut self, root: &mut Root, binary: &mut Binary, texture: &body::Texture) -> Result<Index<Texture>, Fault> {
        let source = self.image(root, binary, &texture.image)?;
        let [wrap_s, wrap_t] = texture.wrap.map(|wrap| {
            Valid(match wrap {
                Wrap::Repeat => WrappingMode::Repeat,
                Wrap::Mirror => WrappingMode::MirroredRepeat,
                Wrap::Clamp => WrappingMode::ClampToEdge,
            })
        });
        let mag_filter = Some(Valid(if texture.is_pixelated { MagFilter::Nearest } else { MagFilter::Linear }));
        let sampler = root.push(Sampler { mag_filter, wrap_s, wrap_t, ..Sampler::default() });
        Ok(root.push(Texture { name: None, sampler: Some(sampler), source, extensions: None, extras: None }))
    }

    fn image(&mut self, root: &mut Root, binary: &mut Binary, image: &Arc<Image>) -> Result<Index<gltf_json::Image>, Fault> {
        if let Some(index) = self.images.get(&Arc::as_ptr(image)) {
            return Ok(*index);
        }
        let mut bytes = Vec::new();
        let packed = PngEncoder::new(&mut bytes).write_image(image.pixels(), image.width(), image.height(), ExtendedColorType::Rgba8);
        packed.map_err(|error| Fault::new(format!("texture {} cannot be packed ({error})", image.name()), "export the skeleton alone"))?;
        let view = binary.blob(root, &bytes);
        let index = root.push(gltf_json::Image {
            buffer_view: Some(view),
            mime_type: Some(MimeType("image/png".to_owned())),
            name: Some(image.name().to_owned()),
            uri: None,
            extensions: None,
            extras: None,
        });
        self.images.insert(Arc::as_ptr(image), index);
        Ok(index)
    }
}
