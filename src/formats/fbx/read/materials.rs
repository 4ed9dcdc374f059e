//! What the meshes of a scene are made of, from any of FBX's shaders, with textures inside the file or beside it.

use super::super::super::file;
use super::super::super::rigged::pictures;
use crate::body::{Alpha, Image, Material, Texture, Wrap};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use ufbx::{MaterialMap, ShaderType, WrapMode};

/// The materials of a scene, each made once.
pub(super) struct Materials<'a> {
    path: &'a Path,
    made: HashMap<u32, Material>,
    pictures: HashMap<u32, Option<Arc<Image>>>,
    bytes: usize,
    notes: Vec<String>,
}

impl<'a> Materials<'a> {
    pub(super) fn new(path: &'a Path) -> Self {
        Self { path, made: HashMap::new(), pictures: HashMap::new(), bytes: 0, notes: Vec::new() }
    }

    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes
    }

    pub(super) fn of(&mut self, material: Option<&ufbx::Material>) -> Material {
        let Some(material) = material else { return Material::default() };
        if let Some(made) = self.made.get(&material.element.element_id) {
            return made.clone();
        }
        let made = self.make(material);
        self.made.insert(material.element.element_id, made.clone());
        made
    }

    fn make(&mut self, material: &ufbx::Material) -> Material {
        let pbr = &material.pbr;
        let unit = |value: f64| if value.is_finite() { value.clamp(0.0, 1.0) as f32 } else { 1.0 };
        let number = |map: &MaterialMap, otherwise: f32| if map.has_value { unit(map.value_vec4.x) } else { otherwise };
        let base_color_texture = self.texture(&pbr.base_color);
        let factor = number(&pbr.base_factor, 1.0);
        let color = pbr.base_color.value_vec4;
        // Where there is a picture, its colour is the whole of it.
        let base = if base_color_texture.is_some() || !pbr.base_color.has_value {
            [1.0; 3]
        } else {
            [color.x, color.y, color.z].map(|value| unit(value) * factor)
        };
        let emission = pbr.emission_color.value_vec4;
        let strength = number(&pbr.emission_factor, 1.0);
        let opacity = opacity(material);
        let sees_through = pbr.opacity.texture.is_some() || material.fbx.transparency_color.texture.is_some();
        let is_cut_out = sees_through && base_color_texture.is_some();
        Material {
            name: material.element.name.to_string(),
            base_color: [base[0], base[1], base[2], if is_cut_out { 1.0 } else { opacity }],
            base_color_texture,
            normal_texture: self.texture(&pbr.normal_map),
            metallic: number(&pbr.metalness, 0.0),
            // Shininess of old shaders makes mirrors where a mat skin was meant.
            roughness: number(&pbr.roughness, 0.6).max(0.3),
            emissive: if pbr.emission_color.has_value {
                [emission.x, emission.y, emission.z].map(|value| unit(value) * strength)
            } else {
                [0.0; 3]
            },
            emissive_texture: self.texture(&pbr.emission_color),
            alpha: match opacity {
                _ if is_cut_out => Alpha::Mask(0.5),
                opacity if opacity < 0.99 => Alpha::Blend,
                _ => Alpha::Opaque,
            },
            double_sided: material.features.double_sided.enabled || is_cut_out,
            ..Material::default()
        }
    }

    fn texture(&mut self, map: &MaterialMap) -> Option<Texture> {
        let texture = map.texture.as_ref().filter(|_| map.texture_enabled)?;
        // Of layers the lowest that is a picture.
        let file = texture.file_textures.iter().next().map_or(&**texture, |file| &**file);
        let id = file.element.element_id;
        let image = match self.pictures.get(&id) {
            Some(image) => image.clone(),
            None => {
                let image = self.picture(file).map(Arc::new);
                self.pictures.insert(id, image.clone());
                image
            }
        }?;
        let wrap = [texture.wrap_u, texture.wrap_v].map(|wrap| if wrap == WrapMode::Clamp { Wrap::Clamp } else { Wrap::Repeat });
        Some(Texture { image, wrap, is_pixelated: false })
    }

    fn picture(&mut self, texture: &ufbx::Texture) -> Option<Image> {
        let name = file_name(&texture.filename)
            .or_else(|| file_name(&texture.relative_filename))
            .unwrap_or_else(|| texture.element.name.to_string());
        let name: String = name.chars().take(60).collect();
        let unpacked = if texture.content.is_empty() {
            match beside(self.path, &[&texture.relative_filename, &texture.filename, &texture.absolute_filename]) {
                Some(bytes) => pictures::unpack(&name, &bytes),
                None => Err("is neither in the file nor beside it".to_owned()),
            }
        } else {
            pictures::unpack(&name, &texture.content)
        };
        let bytes = unpacked.as_ref().map_or(0, |image| image.pixels().len());
        let fits = unpacked
            .and_then(|image| if self.bytes + bytes > pictures::MOST_BYTES { Err("is one too many".to_owned()) } else { Ok(image) });
        match fits {
            Ok(image) => {
                self.bytes += bytes;
                Some(image)
            }
            Err(why) => {
                self.notes.push(format!("texture {name} {why}; it is shown in plain colour"));
                None
            }
        }
    }
}

/// How much a material covers. Old shaders say what it lets through: a colour times a factor.
fn opacity(material: &ufbx::Material) -> f32 {
    let old = [ShaderType::FbxLambert, ShaderType::FbxPhong, ShaderType::Unknown, ShaderType::BlenderPhong].contains(&material.shader_type);
    let (color, factor) = (&material.fbx.transparency_color, &material.fbx.transparency_factor);
    let opacity = if old && color.has_value {
        let ufbx::Vec4 { x, y, z, .. } = color.value_vec4;
        1.0 - (x + y + z) / 3.0 * if factor.has_value { factor.value_vec4.x } else { 1.0 }
    } else if material.pbr.opacity.has_value {
        material.pbr.opacity.value_vec4.x
    } else {
        1.0
    };
    // Nobody brings a character that is not seen: exporters disagree on which end is which.
    if opacity.is_finite() && opacity > 0.01 { opacity.min(1.0) as f32 } else { 1.0 }
}

/// The last part of a path of any system.
fn file_name(path: &str) -> Option<String> {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// A texture beside the file at `path`: where its own path leads below that folder, else by its name in the folders that programs use.
pub(in super::super) fn beside(path: &Path, names: &[&str]) -> Option<Vec<u8>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut places: Vec<PathBuf> = Vec::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        let relative = PathBuf::from(name.replace('\\', "/"));
        // A scene from somebody else must not open files elsewhere.
        if !name.contains(':') && relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            places.push(folder.join(&relative));
        }
        let Some(name) = file_name(name).filter(|name| name != ".." && !name.contains(':')) else { continue };
        let own = path.with_extension("fbm");
        places.extend([folder.join(&name), own.join(&name)]);
        places.extend(["textures", "Textures", "texture", "images"].map(|inside| folder.join(inside).join(&name)));
    }
    places.iter().find(|place| place.is_file()).and_then(|place| file::load(place).ok())
}
