//! What the meshes of a glTF file are made of: its materials with their textures, as the document has them, extensions included.

use super::container::{self, Container};
use crate::body::{Alpha, Image, Material, Texture, Wrap};
use crate::formats::rigged::pictures;
use glam::{Affine2, Vec2};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The part of a document that says how surfaces look.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Document {
    materials: Vec<MaterialEntry>,
    textures: Vec<TextureEntry>,
    images: Vec<ImageEntry>,
    samplers: Vec<Sampler>,
    extensions: Value,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct MaterialEntry {
    name: String,
    pbr_metallic_roughness: Surface,
    normal_texture: Option<TextureInfo>,
    emissive_texture: Option<TextureInfo>,
    emissive_factor: [f32; 3],
    alpha_mode: String,
    alpha_cutoff: f32,
    double_sided: bool,
    extensions: Value,
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Surface {
    base_color_factor: [f32; 4],
    base_color_texture: Option<TextureInfo>,
    metallic_factor: f32,
    roughness_factor: f32,
    metallic_roughness_texture: Option<TextureInfo>,
}

#[derive(Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
struct TextureInfo {
    index: usize,
    #[serde(default)]
    tex_coord: u32,
    #[serde(default)]
    extensions: Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TextureEntry {
    source: Option<usize>,
    sampler: Option<usize>,
    extensions: Value,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ImageEntry {
    name: String,
    uri: Option<String>,
    buffer_view: Option<usize>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(default, rename_all = "camelCase")]
struct Sampler {
    mag_filter: u32,
    wrap_s: u32,
    wrap_t: u32,
}

impl Default for MaterialEntry {
    fn default() -> Self {
        Self {
            name: String::new(),
            pbr_metallic_roughness: Surface::default(),
            normal_texture: None,
            emissive_texture: None,
            emissive_factor: [0.0; 3],
            alpha_mode: String::new(),
            alpha_cutoff: 0.5,
            double_sided: false,
            extensions: Value::Null,
        }
    }
}

impl Default for Surface {
    fn default() -> Self {
        Self {
            base_color_factor: [1.0; 4],
            base_color_texture: None,
            metallic_factor: 1.0,
            roughness_factor: 1.0,
            metallic_roughness_texture: None,
        }
    }
}

impl Default for Sampler {
    fn default() -> Self {
        Self { mag_filter: 0, wrap_s: REPEAT, wrap_t: REPEAT }
    }
}

const REPEAT: u32 = 10_497;
const CLAMP: u32 = 33_071;
const MIRROR: u32 = 33_648;
const NEAREST: u32 = 9728;

/// The materials of a file.
pub(super) struct Materials {
    laid: Vec<Laid>,
    notes: Vec<String>,
}

/// A material and how its textures lie on a mesh: by one set of texture coordinates, moved before they are used.
#[derive(Clone)]
pub(super) struct Laid {
    pub(super) material: Material,
    /// Which texture coordinates; none where there is no texture.
    pub(super) set: Option<u32>,
    pub(super) transform: Affine2,
}

impl Materials {
    pub(super) fn read(path: &Path, container: &Container<'_>) -> Self {
        // What is wrong in it concerns the looks alone.
        let document: Document = match serde_json::from_slice(&container.json) {
            Ok(document) => document,
            Err(error) => {
                let notes = vec![format!("its materials cannot be read ({error}) and are plain")];
                return Self { laid: Vec::new(), notes };
            }
        };
        let (images, mut notes) = images(path, container, &document);
        let laid = (0..document.materials.len()).map(|at| laid(&document, at, &images, &mut notes)).collect();
        Self { laid, notes }
    }

    /// The material of this number; glTF's own where there is none.
    pub(super) fn of(&self, material: Option<usize>) -> Laid {
        let plain = Material { roughness: 1.0, ..Material::default() };
        let found = material.and_then(|material| self.laid.get(material)).cloned();
        found.unwrap_or(Laid { material: plain, set: None, transform: Affine2::IDENTITY })
    }

    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes
    }
}

/// The image that a texture shows, without looking whether it can be read.
fn image_of(texture: &TextureEntry) -> Option<usize> {
    let extended = |name: &str| texture.extensions.get(name)?.get("source")?.as_u64();
    let others = ["KHR_texture_basisu", "EXT_texture_webp", "MSFT_texture_dds", "EXT_texture_avif"];
    texture.source.or_else(|| others.iter().find_map(|name| extended(name)).map(|image| image as usize))
}

/// The pictures that materials use, unpacked on all cores, and notes on those that are not shown.
fn images(path: &Path, container: &Container<'_>, document: &Document) -> (HashMap<usize, Arc<Image>>, Vec<String>) {
    let infos = document.materials.iter().flat_map(|material| {
        let surface = &material.pbr_metallic_roughness;
        [&surface.base_color_texture, &surface.metallic_roughness_texture, &material.normal_texture, &material.emissive_texture]
    });
    let used: BTreeSet<usize> = infos.flatten().filter_map(|info| image_of(document.textures.get(info.index)?)).collect();
    let waiting = Mutex::new(used.into_iter());
    let found: Mutex<Vec<(usize, Result<Image, String>)>> = Mutex::default();
    let take = || {
        while let Some(at) = waiting.lock().ok().and_then(|mut waiting| waiting.next()) {
            let picture = picture(path, container, document, at);
            let Ok(mut found) = found.lock() else { return };
            let taken: usize = found.iter().filter_map(|(_, picture)| picture.as_ref().ok()).map(|picture| picture.pixels().len()).sum();
            let picture = picture.and_then(|picture| {
                if taken + picture.pixels().len() > pictures::MOST_BYTES { Err("is one too many".to_owned()) } else { Ok(picture) }
            });
            found.push((at, picture));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(take))));
    let mut found = found.into_inner().unwrap_or_default();
    found.sort_by_key(|(at, _)| *at);
    let (mut images, mut notes) = (HashMap::new(), Vec::new());
    for (at, picture) in found {
        match picture {
            Ok(picture) => drop(images.insert(at, Arc::new(picture))),
            Err(why) => notes.push(format!("texture {} {why}; it is shown in plain colour", name_of(document, at))),
        }
    }
    (images, notes)
}

fn name_of(document: &Document, image: usize) -> String {
    let Some(entry) = document.images.get(image) else { return format!("{}", image + 1) };
    let uri = entry.uri.as_deref().filter(|uri| !uri.starts_with("data:"));
    let name = Some(entry.name.as_str()).filter(|name| !name.is_empty()).or(uri);
    name.map_or_else(|| format!("{}", image + 1), |name| name.chars().take(60).collect())
}

fn picture(path: &Path, container: &Container<'_>, document: &Document, at: usize) -> Result<Image, String> {
    let entry = document.images.get(at).ok_or("does not exist")?;
    let name = name_of(document, at);
    match (&entry.uri, entry.buffer_view) {
        (Some(uri), _) => {
            let bytes = container::load(path, uri, "texture").map_err(|fault| format!("is not there ({})", fault.cause()))?;
            pictures::unpack(&name, &bytes)
        }
        (None, Some(view)) => pictures::unpack(&name, container.view(view).ok_or("is cut off")?),
        (None, None) => Err("is nowhere".to_owned()),
    }
}

fn laid(document: &Document, at: usize, images: &HashMap<usize, Arc<Image>>, notes: &mut Vec<String>) -> Laid {
    let entry = &document.materials[at];
    let surface = &entry.pbr_metallic_roughness;
    // The base colour says how all textures lie: most meshes have one set of coordinates.
    let infos = [&surface.base_color_texture, &entry.normal_texture, &surface.metallic_roughness_texture, &entry.emissive_texture];
    let lies = infos.into_iter().flatten().next().map(how_it_lies);
    let mut texture = |info: &Option<TextureInfo>| {
        let info = info.as_ref()?;
        let entry_of_texture = document.textures.get(info.index)?;
        let image = Arc::clone(images.get(&image_of(entry_of_texture)?)?);
        if Some(how_it_lies(info)) != lies {
            notes.push(format!("a texture of material {} that lies otherwise than its colour is left out", shown(&entry.name)));
            return None;
        }
        let sampler = entry_of_texture.sampler.and_then(|sampler| document.samplers.get(sampler)).copied().unwrap_or_default();
        let wrap = [sampler.wrap_s, sampler.wrap_t].map(|wrap| match wrap {
            CLAMP => Wrap::Clamp,
            MIRROR => Wrap::Mirror,
            _ => Wrap::Repeat,
        });
        Some(Texture { image, wrap, is_pixelated: sampler.mag_filter == NEAREST })
    };
    let unit = |value: f32| if value.is_finite() { value.clamp(0.0, 1.0) } else { 1.0 };
    let strength = entry.extensions.pointer("/KHR_materials_emissive_strength/emissiveStrength").and_then(Value::as_f64);
    let emissive = entry.emissive_factor.map(|value| unit(value) * strength.unwrap_or(1.0).clamp(0.0, 100.0) as f32);
    let material = Material {
        name: entry.name.clone(),
        base_color: surface.base_color_factor.map(unit),
        base_color_texture: texture(&surface.base_color_texture),
        normal_texture: texture(&entry.normal_texture),
        metal_rough_texture: texture(&surface.metallic_roughness_texture),
        metallic: unit(surface.metallic_factor),
        roughness: unit(surface.roughness_factor),
        emissive,
        emissive_texture: texture(&entry.emissive_texture),
        alpha: match entry.alpha_mode.as_str() {
            "MASK" => Alpha::Mask(unit(entry.alpha_cutoff)),
            "BLEND" => Alpha::Blend,
            _ => Alpha::Opaque,
        },
        double_sided: entry.double_sided,
        unlit: is_unlit(document, at),
    };
    let (set, transform) = lies.unwrap_or((0, Affine2::IDENTITY));
    let has_texture = material.textures().next().is_some();
    Laid { material, set: has_texture.then_some(set), transform }
}

fn shown(name: &str) -> String {
    name.chars().take(60).collect()
}

/// Whether a material is shown in no light: as the file says, or drawn as a cartoon, whose base colour is nearest to that.
fn is_unlit(document: &Document, at: usize) -> bool {
    let extensions = &document.materials[at].extensions;
    let is_toon = || {
        let shader = document.extensions.pointer(&format!("/VRM/materialProperties/{at}/shader")).and_then(Value::as_str);
        shader.is_some_and(|shader| shader == "VRM/MToon" || shader.starts_with("VRM/Unlit"))
    };
    extensions.get("KHR_materials_unlit").is_some() || extensions.get("VRMC_materials_mtoon").is_some() || is_toon()
}

/// The set of coordinates of a texture, and what becomes of them (KHR_texture_transform).
fn how_it_lies(info: &TextureInfo) -> (u32, Affine2) {
    let Some(extension) = info.extensions.get("KHR_texture_transform") else { return (info.tex_coord, Affine2::IDENTITY) };
    let pair = |name: &str, otherwise: f32| {
        let at = |place: usize| extension.get(name)?.get(place)?.as_f64();
        Vec2::from_array([0, 1].map(|place| at(place).map_or(otherwise, |value| value as f32)))
    };
    let angle = extension.get("rotation").and_then(Value::as_f64).unwrap_or(0.0) as f32;
    let set = extension.get("texCoord").and_then(Value::as_u64).map_or(info.tex_coord, |set| set as u32);
    // The extension turns the other way round than mathematics, because coordinates go downwards.
    let transform = Affine2::from_scale_angle_translation(pair("scale", 1.0), -angle, pair("offset", 0.0));
    (set, if transform.is_finite() { transform } else { Affine2::IDENTITY })
}
