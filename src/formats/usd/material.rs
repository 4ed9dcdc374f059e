//! The materials of a character as USD's preview surfaces, which all programs read, and the pictures that they are laid with.

use super::names::MATERIALS;
use super::text::{Text, quoted, tuple};
use crate::body::{Alpha, BodyMesh, Image, Texture, Wrap};
use crate::formats::rigged::pictures;
use crate::formats::unique::UniqueNames;
use std::sync::Arc;

/// The pictures of a document, each in it once.
pub(super) struct Textures {
    folder: String,
    names: UniqueNames,
    files: Vec<(Arc<Image>, String)>,
}

impl Textures {
    /// None yet; they will lie in a folder that is called after the file.
    pub(super) fn new(stem: &str) -> Self {
        let plain: String =
            stem.chars().map(|letter| if letter.is_alphanumeric() || "-_".contains(letter) { letter } else { '_' }).collect();
        Self { folder: format!("{plain}-textures"), names: UniqueNames::default(), files: Vec::new() }
    }

    /// The paths of the pictures, and what is in them.
    pub(super) fn into_files(self) -> Vec<(String, Vec<u8>)> {
        self.files.into_iter().map(|(image, path)| (path, pictures::pack(&image))).collect()
    }

    fn path(&mut self, image: &Arc<Image>) -> String {
        if let Some((_, path)) = self.files.iter().find(|(other, _)| Arc::ptr_eq(other, image)) {
            return path.clone();
        }
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-_".contains(letter) { letter } else { '_' };
        let name: String = image.name().trim_end_matches(".png").trim_end_matches(".jpg").chars().map(plain).collect();
        let name = self.names.take(if name.is_empty() { "texture".to_owned() } else { name });
        let path = format!("{}/{name}.png", self.folder);
        self.files.push((Arc::clone(image), path.clone()));
        path
    }
}

/// How the numbers of a picture are read.
struct Reader<'a> {
    name: &'static str,
    texture: &'a Texture,
    is_color: bool,
    scale: [f32; 4],
    bias: [f32; 4],
}

/// Adds the material of a mesh.
pub(super) fn add(text: &mut Text, name: &str, body: &BodyMesh, textures: &mut Textures) {
    let material = &body.material;
    let [red, green, blue, alpha] = material.base_color;
    let path = format!("{MATERIALS}/{name}");
    let laid = !body.uvs.is_empty();
    let [base, normal, metal_rough, emissive] =
        [&material.base_color_texture, &material.normal_texture, &material.metal_rough_texture, &material.emissive_texture]
            .map(|texture| texture.as_ref().filter(|_| laid));
    let [glow_red, glow_green, glow_blue] = material.emissive;
    let still = [0.0; 4];
    let readers: Vec<Reader<'_>> = [
        base.map(|texture| Reader { name: "BaseColor", texture, is_color: true, scale: material.base_color, bias: still }),
        normal.map(|texture| Reader {
            name: "Normal",
            texture,
            is_color: false,
            scale: [2.0, 2.0, 2.0, 1.0],
            bias: [-1.0, -1.0, -1.0, 0.0],
        }),
        metal_rough.map(|texture| Reader {
            name: "MetalRough",
            texture,
            is_color: false,
            scale: [1.0, material.roughness, material.metallic, 1.0],
            bias: still,
        }),
        emissive.map(|texture| Reader {
            name: "Glow",
            texture,
            is_color: true,
            scale: [glow_red, glow_green, glow_blue, 1.0],
            bias: still,
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    text.prim("Material", name, &[], |text| {
        text.line(format_args!("token outputs:surface.connect = <{path}/Surface.outputs:surface>"));
        text.prim("Shader", "Surface", &[], |text| {
            text.line("uniform token info:id = \"UsdPreviewSurface\"");
            let mut input = |kind: &str, name: &str, from: Option<&str>, value: String| match from {
                Some(from) => text.line(format_args!("{kind} inputs:{name}.connect = <{path}/{from}>")),
                None => text.line(format_args!("{kind} inputs:{name} = {value}")),
            };
            let colors = (!body.colors.is_empty()).then_some("Colors.outputs:result");
            input("color3f", "diffuseColor", base.map(|_| "BaseColor.outputs:rgb").or(colors), tuple([red, green, blue]));
            input("color3f", "emissiveColor", emissive.map(|_| "Glow.outputs:rgb"), tuple(material.emissive));
            input("float", "metallic", metal_rough.map(|_| "MetalRough.outputs:b"), material.metallic.to_string());
            if normal.is_some() {
                input("normal3f", "normal", Some("Normal.outputs:rgb"), String::new());
            }
            let see_through = base.map(|_| "BaseColor.outputs:a");
            match material.alpha {
                Alpha::Opaque => {}
                Alpha::Mask(threshold) => {
                    input("float", "opacity", see_through, alpha.to_string());
                    input("float", "opacityThreshold", None, threshold.to_string());
                }
                Alpha::Blend => input("float", "opacity", see_through, alpha.to_string()),
            }
            input("float", "roughness", metal_rough.map(|_| "MetalRough.outputs:g"), material.roughness.to_string());
            text.line("token outputs:surface");
        });
        if !body.colors.is_empty() && base.is_none() {
            text.prim("Shader", "Colors", &[], |text| primvar_reader(text, "float3", "displayColor"));
        }
        if !readers.is_empty() {
            text.prim("Shader", "Place", &[], |text| primvar_reader(text, "float2", "st"));
        }
        for reader in readers {
            let file = textures.path(&reader.texture.image);
            text.prim("Shader", reader.name, &[], |text| texture(text, &reader, &file, &path));
        }
    });
}

fn primvar_reader(text: &mut Text, kind: &str, variable: &str) {
    text.line(format_args!("uniform token info:id = \"UsdPrimvarReader_{kind}\""));
    text.line(format_args!("string inputs:varname = {}", quoted(variable)));
    text.line(format_args!("{kind} outputs:result"));
}

fn texture(text: &mut Text, reader: &Reader<'_>, file: &str, path: &str) {
    let wrap = |wrap: Wrap| match wrap {
        Wrap::Repeat => "repeat",
        Wrap::Mirror => "mirror",
        Wrap::Clamp => "clamp",
    };
    let [across, up] = reader.texture.wrap.map(wrap);
    text.line("uniform token info:id = \"UsdUVTexture\"");
    text.line(format_args!("float4 inputs:bias = {}", tuple(reader.bias)));
    text.line(format_args!("asset inputs:file = @{file}@"));
    text.line(format_args!("float4 inputs:scale = {}", tuple(reader.scale)));
    text.line(format_args!("token inputs:sourceColorSpace = {}", quoted(if reader.is_color { "sRGB" } else { "raw" })));
    text.line(format_args!("float2 inputs:st.connect = <{path}/Place.outputs:result>"));
    text.line(format_args!("token inputs:wrapS = {}", quoted(across)));
    text.line(format_args!("token inputs:wrapT = {}", quoted(up)));
    for (kind, output) in [("float", "a"), ("float", "b"), ("float", "g"), ("float3", "rgb")] {
        text.line(format_args!("{kind} outputs:{output}"));
    }
}
