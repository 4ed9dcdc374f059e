//! The materials of a character as FBX has them, their textures within the file.

use super::binary::{Node, SEPARATORS};
use super::document::{Objects, color, number, properties, property};
use crate::body::{Alpha, Image, Material, Texture, Wrap};
use crate::formats::rigged::pictures;
use std::collections::HashMap;
use std::sync::Arc;

/// The materials of a document: pictures that several share are in it once.
#[derive(Default)]
pub(super) struct Materials {
    videos: HashMap<*const Image, i64>,
}

impl Materials {
    /// Adds a material. What FBX has in the place of metal and roughness is Phong's shine and reflection, by the rule that Blender reads and
    /// writes.
    pub(super) fn add(&mut self, objects: &mut Objects, material: &Material) -> i64 {
        let [red, green, blue, alpha] = material.base_color.map(f64::from);
        let shine = ((1.0 - f64::from(material.roughness)) * 10.0).powi(2);
        let node = Node::new("Material")
            .object(objects.next_id(), &material.name, "Material", "")
            .with(Node::new("Version").i32(102))
            .with(Node::new("ShadingModel").text("phong"))
            .with(Node::new("MultiLayer").i32(0))
            .with(properties([
                color("DiffuseColor", [red, green, blue]),
                color("EmissiveColor", material.emissive.map(f64::from)),
                number("TransparencyFactor", 1.0 - alpha),
                color("SpecularColor", [0.2; 3]),
                number("ShininessExponent", shine),
                number("ReflectionFactor", f64::from(material.metallic)),
            ]));
        let id = objects.push("Material", node);
        let cut_out = material.base_color_texture.as_ref().filter(|_| material.alpha != Alpha::Opaque);
        let textures = [
            (material.base_color_texture.as_ref(), "DiffuseColor"),
            (cut_out, "TransparentColor"),
            (material.normal_texture.as_ref(), "NormalMap"),
            (material.emissive_texture.as_ref(), "EmissiveColor"),
        ];
        for (texture, slot) in textures {
            let Some(texture) = texture else { continue };
            let texture = self.texture(objects, texture);
            objects.connect_to(texture, id, slot);
        }
        id
    }

    fn texture(&mut self, objects: &mut Objects, texture: &Texture) -> i64 {
        let name = name(&texture.image);
        let [first, second] = SEPARATORS;
        let wrap = texture.wrap.map(|wrap| i32::from(wrap == Wrap::Clamp));
        let node = Node::new("Texture")
            .object(objects.next_id(), &name, "Texture", "")
            .with(Node::new("Type").text("TextureVideoClip"))
            .with(Node::new("Version").i32(202))
            .with(Node::new("TextureName").text(&format!("{name}{first}{second}Texture")))
            .with(properties([
                property("WrapModeU", "enum", "", "").i32(wrap[0]),
                property("WrapModeV", "enum", "", "").i32(wrap[1]),
                property("UseMaterial", "bool", "", "").i32(1),
            ]))
            .with(Node::new("Media").text(&format!("{name}{first}{second}Video")))
            .with(Node::new("FileName").text(&file_name(&name)))
            .with(Node::new("RelativeFilename").text(&file_name(&name)))
            .with(Node::new("ModelUVTranslation").f64s([0.0; 2]))
            .with(Node::new("ModelUVScaling").f64s([1.0; 2]))
            .with(Node::new("Texture_Alpha_Source").text("Alpha_Black"));
        let id = objects.push("Texture", node);
        let video = self.video(objects, &texture.image, &name);
        objects.connect(video, id);
        id
    }

    /// The bytes of a picture, which go into the file.
    fn video(&mut self, objects: &mut Objects, picture: &Arc<Image>, name: &str) -> i64 {
        *self.videos.entry(Arc::as_ptr(picture)).or_insert_with(|| {
            let node = Node::new("Video")
                .object(objects.next_id(), name, "Video", "Clip")
                .with(Node::new("Type").text("Clip"))
                .with(properties([property("Path", "KString", "XRefUrl", "").text(&file_name(name))]))
                .with(Node::new("UseMipMap").i32(0))
                .with(Node::new("Filename").text(&file_name(name)))
                .with(Node::new("RelativeFilename").text(&file_name(name)))
                .with(Node::new("Content").raw(&pictures::pack(picture)));
            objects.push("Video", node)
        })
    }
}

/// A picture's name as that of a file without its ending.
fn name(picture: &Image) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() || "-_. ".contains(letter) { letter } else { '_' };
    let name: String = picture.name().chars().map(plain).collect();
    let name = name.trim_end_matches(".png").trim_end_matches(".jpg").trim_end_matches(".jpeg").trim();
    if name.is_empty() { "texture".to_owned() } else { name.to_owned() }
}

fn file_name(name: &str) -> String {
    format!("{name}.png")
}
