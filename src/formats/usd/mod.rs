//! USD as text (`.usda`), or with its textures as one package (`.usdz`): a skinned character, or its bare skeleton, and one animation, in
//! metres, Y up.
//!
//! The layer is one `SkelRoot` with a `Skeleton`, its `SkelAnimation`, and the meshes and materials. Bind transforms are in the world, rest
//! transforms relative to the parent; both say the rest pose. A time code is a frame.

mod material;
mod mesh;
mod names;
mod text;

use super::archive::Packer;
use super::bones::{self, Bone};
use super::error::Fault;
use super::writing::{Contents, WriteOptions};
use crate::body::Character;
use crate::motion::rig::RigMotion;
use glam::{Quat, Vec3};
use material::Textures;
use names::{ANIMATION, Names, ROOT};
use std::io::Cursor;
use text::{Text, list, matrix, quoted, strings, tuple, vector};
use zip::CompressionMethod;

/// What a package's files are aligned to, so that readers can map them.
const ALIGNED: u16 = 64;

/// A layer, and the pictures that it refers to: their paths, relative to it, and the bytes of their files.
pub(super) struct Layer {
    pub(super) text: String,
    pub(super) pictures: Vec<(String, Vec<u8>)>,
}

impl Layer {
    /// The bytes of a `.usdz` file: the layer and its pictures, stored as they are.
    pub(super) fn package(self, stem: &str) -> Result<Vec<u8>, Fault> {
        let mut packer = Packer::new(Cursor::new(Vec::new()), CompressionMethod::Stored).aligned(ALIGNED);
        let files = std::iter::once((format!("{stem}.usda"), self.text.into_bytes())).chain(self.pictures);
        let added = files.into_iter().try_for_each(|(name, bytes)| packer.add(&name, &bytes));
        let finished = added.and_then(|()| packer.finish()).map(Cursor::into_inner);
        finished.map_err(|error| Fault::new(format!("the package cannot be made ({error})"), "write a shorter clip"))
    }
}

/// A motion of the character's own rig, with its meshes or without. Pictures lie in a folder that is called after the file.
pub(super) fn encode(clip: &RigMotion, character: &Character, options: &WriteOptions, stem: &str) -> Layer {
    let bones = bones::of(character, options.names, options.has_root_bone());
    let meshes = if options.contents == Contents::Character { character.meshes() } else { &[] };
    let (mut text, mut textures) = (Text::default(), Textures::new(stem));
    text.line("#usda 1.0");
    text.block(["(", ")"], |text| layer(text, clip, options));
    text.line("");
    text.prim("SkelRoot", ROOT, &["SkelBindingAPI"], |text| {
        text.line(format_args!("float3[] extent = {}", list(extent(clip, character).map(vector))));
        skeleton(text, &bones, clip);
        let bone_of_joint = bones::of_joints(&bones, character.rig());
        let mut names = Names::default();
        let [_, _] = ["Skeleton", "Materials"].map(|taken| names.unique(taken));
        let materials: Vec<String> = meshes
            .iter()
            .map(|body| {
                let name = names.unique(&body.name);
                mesh::add(text, &name, body, &bone_of_joint);
                name
            })
            .collect();
        if !meshes.is_empty() {
            text.prim("Scope", "Materials", &[], |text| {
                materials.iter().zip(meshes).for_each(|(name, body)| material::add(text, name, body, &mut textures));
            });
        }
    });
    Layer { text: text.finish(), pictures: textures.into_files() }
}

fn layer(text: &mut Text, clip: &RigMotion, options: &WriteOptions) {
    let last = clip.frame_count().saturating_sub(1);
    text.block(["customLayerData = {", "}"], |text| {
        text.line(format_args!("string creator = {}", quoted(concat!("Zoetrope ", env!("CARGO_PKG_VERSION")))));
        if let Some(from) = &options.provenance {
            text.line(format_args!("string prompt = {}", quoted(&from.prompt())));
            text.line(format_args!("string copyright = {}", quoted(&from.credit())));
        }
    });
    text.line(format_args!("defaultPrim = {}", quoted(ROOT)));
    text.line(format_args!("endTimeCode = {last}"));
    text.line(format_args!("framesPerSecond = {}", clip.fps));
    text.line("metersPerUnit = 1");
    text.line("startTimeCode = 0");
    text.line(format_args!("timeCodesPerSecond = {}", clip.fps));
    text.line("upAxis = \"Y\"");
}

fn skeleton(text: &mut Text, bones: &[Bone], clip: &RigMotion) {
    let mut names = Names::default();
    let mut joints: Vec<String> = Vec::with_capacity(bones.len());
    for bone in bones {
        let name = names.unique(&bone.name);
        joints.push(bone.parent.map_or_else(|| name.clone(), |parent| format!("{}/{name}", joints[parent])));
    }
    let joints = strings(&joints);
    let names = strings(&bones.iter().map(|bone| bone.name.as_str()).collect::<Vec<_>>());
    let binds = bones::rest_world(bones).into_iter().map(|(place_m, rotation)| matrix(place_m, rotation));
    let rests = bones.iter().map(|bone| matrix(bone.rest_m, bone.rest_rotation));
    let frames = bones::locals(bones, clip);
    text.prim("Skeleton", "Skeleton", &["SkelBindingAPI"], |text| {
        text.line(format_args!("uniform matrix4d[] bindTransforms = {}", list(binds)));
        text.line(format_args!("uniform token[] jointNames = {names}"));
        text.line(format_args!("uniform token[] joints = {joints}"));
        text.line(format_args!("uniform matrix4d[] restTransforms = {}", list(rests)));
        text.line(format_args!("rel skel:animationSource = <{ANIMATION}>"));
        text.prim("SkelAnimation", "Animation", &[], |text| {
            text.line(format_args!("uniform token[] joints = {joints}"));
            let mut before = vec![Quat::IDENTITY; bones.len()];
            text.samples(
                "quatf[] rotations",
                frames.iter().map(|frame| {
                    let of_bone = |((_, rotation), before): (&(Vec3, Quat), &mut Quat)| {
                        let rotation = rotation.normalize();
                        *before = if rotation.dot(*before) < 0.0 { -rotation } else { rotation };
                        tuple([before.w, before.x, before.y, before.z])
                    };
                    list(frame.iter().zip(&mut before).map(of_bone))
                }),
            );
            text.line(format_args!("half3[] scales = {}", list(bones.iter().map(|_| "(1, 1, 1)"))));
            text.samples("float3[] translations", frames.iter().map(|frame| list(frame.iter().map(|(place_m, _)| vector(*place_m)))));
        });
    });
}

/// The corners of a box that holds the character in every frame, metres: its joints, and as much about each as the skin is away from it.
fn extent(clip: &RigMotion, character: &Character) -> [Vec3; 2] {
    let rest_m = character.rest_positions_m();
    let skin = character.meshes().iter().flat_map(|body| body.positions_m.iter().zip(&body.joints));
    let thickness_m = skin.map(|(place_m, joints)| place_m.distance(rest_m[usize::from(joints[0])])).fold(0.0, f32::max);
    let joints = || (0..clip.frame_count()).flat_map(|frame| clip.world(frame).positions);
    let least = joints().reduce(Vec3::min).unwrap_or_default();
    let most = joints().reduce(Vec3::max).unwrap_or_default();
    [least - thickness_m, most + thickness_m]
}
