//! Writing `.glb`: a skinned character (or its bare skeleton, or no more than nodes) and its animations, to the letter of the Khronos validator.
//!
//! The nodes stand in the rest pose, which is also the bind pose; an animation has one key a frame.

use super::binary::{Binary, Use};
use super::look::Looks;
use super::mesh;
use crate::body::Character;
use crate::formats::bones::{self, Bone};
use crate::formats::error::Fault;
use crate::formats::unique::UniqueNames;
use crate::formats::writing::{Contents, NamedClip, WriteOptions, credits};
use crate::motion::rig::RigMotion;
use crate::timeline::Provenance;
use glam::{Mat4, Quat, Vec3};
use gltf::binary::{Glb, Header};
use gltf_json::animation::{Channel, Interpolation, Property, Sampler, Target};
use gltf_json::extras::RawValue;
use gltf_json::scene::UnitQuaternion;
use gltf_json::validation::Checked::Valid;
use gltf_json::{Accessor, Animation, Asset, Index, Node, Root, Scene, Skin};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// The bytes of a `.glb` file of motions of the character's own rig, with its skin and meshes or without.
pub(in crate::formats) fn encode(clips: &[NamedClip], character: &Character, options: &WriteOptions) -> Result<Vec<u8>, Fault> {
    let bones = bones::of(character, options.names, options.has_root_bone());
    let (mut root, mut binary) = (Root::default(), Binary::default());
    // Of several motions each says where it came from.
    let only = if let [clip] = clips { clip.provenance.as_ref() } else { None };
    root.asset = Asset { copyright: credits(clips), ..asset(only) };
    let mut scene_nodes = add_bones(&mut root, &bones);
    let skin = (options.contents != Contents::Animation).then(|| add_skin(&mut root, &mut binary, &bones));
    if options.contents == Contents::Character {
        let skin_joints: Vec<u16> = bones::of_joints(&bones, character.rig()).into_iter().map(|bone| bone as u16).collect();
        let mut looks = Looks::default();
        for body in character.meshes() {
            let mesh = mesh::add(&mut root, &mut binary, &mut looks, body, &skin_joints)?;
            scene_nodes.push(root.push(Node { mesh: Some(mesh), skin, name: Some(body.name.clone()), ..Node::default() }));
        }
    }
    let mut names = UniqueNames::default();
    for clip in clips {
        let extras = clip.provenance.as_ref().filter(|_| only.is_none()).and_then(extras);
        let name = Some(names.take(clip.name.clone()));
        let animation = animation(&mut root, &mut binary, &bones, &clip.clip);
        root.push(Animation { name, extras, ..animation });
    }
    let scene = root.push(Scene { name: Some("Scene".to_owned()), nodes: scene_nodes, extensions: None, extras: None });
    root.scene = Some(scene);
    pack(root, binary, None)
}

/// Adds the bones as the first nodes, in their own order; those that nothing is above.
pub(super) fn add_bones(root: &mut Root, bones: &[Bone]) -> Vec<Index<Node>> {
    root.nodes.extend(bones.iter().enumerate().map(|(index, bone)| bone_node(bones, index, bone)));
    let roots = (0..bones.len()).filter(|bone| bones[*bone].parent.is_none());
    roots.map(|bone| Index::new(bone as u32)).collect()
}

/// A document with extensions, which `gltf_json` knows none of.
#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    root: Root,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Value>,
}

/// The bytes of a `.glb` file of a document, its buffer, and what else stands at its top.
pub(super) fn pack(mut root: Root, binary: Binary, extensions: Option<Value>) -> Result<Vec<u8>, Fault> {
    let bin = binary.finish(&mut root);
    let failed = |error: &dyn std::fmt::Display| Fault::new(format!("the glTF cannot be made ({error})"), "write a shorter clip");
    let json = serde_json::to_vec(&Document { root, extensions }).map_err(|error| failed(&error))?;
    let header = Header { magic: *b"glTF", version: 2, length: 0 };
    Glb { header, json: Cow::Owned(json), bin: Some(Cow::Owned(bin)) }.to_vec().map_err(|error| failed(&error))
}

/// Where a motion came from: its data, and beside it what people look for first.
#[derive(Serialize)]
struct Extras<'a> {
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    settings: String,
    #[serde(flatten)]
    from: &'a Provenance,
}

pub(super) fn asset(provenance: Option<&Provenance>) -> Asset {
    Asset {
        copyright: provenance.map(Provenance::credit),
        generator: Some(concat!("Zoetrope ", env!("CARGO_PKG_VERSION")).to_owned()),
        extras: provenance.and_then(extras),
        ..Asset::default()
    }
}

/// Where a motion came from, for the document or the animation.
pub(super) fn extras(from: &Provenance) -> Option<Box<RawValue>> {
    let extras = Extras { prompt: &from.prompt(), seed: from.origin.seed(), settings: from.origin.settings(), from };
    RawValue::from_string(serde_json::to_string(&extras).ok()?).ok()
}

fn bone_node(bones: &[Bone], index: usize, bone: &Bone) -> Node {
    let children: Vec<_> =
        (0..bones.len()).filter(|&child| bones[child].parent == Some(index)).map(|child| Index::new(child as u32)).collect();
    Node {
        name: Some(bone.name.clone()),
        children: (!children.is_empty()).then_some(children),
        translation: Some(bone.rest_m.to_array()),
        rotation: Some(UnitQuaternion(bone.rest_rotation.to_array())),
        ..Node::default()
    }
}

fn add_skin(root: &mut Root, binary: &mut Binary, bones: &[Bone]) -> Index<Skin> {
    let inverse_bind = |&(rest_m, rotation): &(Vec3, Quat)| {
        let bone_from_world = rotation.inverse();
        Mat4::from_rotation_translation(bone_from_world, -(bone_from_world * rest_m)).to_cols_array()
    };
    let inverse_binds: Vec<[f32; 16]> = bones::rest_world(bones).iter().map(inverse_bind).collect();
    let inverse_binds = binary.floats(root, &inverse_binds, Use::Values);
    root.push(Skin {
        inverse_bind_matrices: Some(inverse_binds),
        joints: (0..bones.len()).map(|bone| Index::new(bone as u32)).collect(),
        name: Some("Skeleton".to_owned()),
        skeleton: Some(Index::new(0)),
        extensions: None,
        extras: None,
    })
}

/// The animation of a clip, still without a name.
pub(super) fn animation(root: &mut Root, binary: &mut Binary, bones: &[Bone], clip: &RigMotion) -> Animation {
    let times: Vec<[f32; 1]> = (0..clip.frame_count()).map(|frame| [(frame as f64 / f64::from(clip.fps)) as f32]).collect();
    let times = binary.bounded_floats(root, &times, Use::Values);
    let frames = bones::locals(bones, clip);

    let mut tracks = Tracks { times, samplers: Vec::new(), channels: Vec::new() };
    for (index, bone) in bones.iter().enumerate() {
        if bone.moves {
            let translations: Vec<[f32; 3]> = frames.iter().map(|frame| frame[index].0.to_array()).collect();
            let values = binary.floats(root, &translations, Use::Values);
            tracks.add(index, Property::Translation, values);
        }
        let rotations = continuous(frames.iter().map(|frame| frame[index].1));
        let values = binary.floats(root, &rotations, Use::Values);
        tracks.add(index, Property::Rotation, values);
    }
    Animation { name: None, channels: tracks.channels, samplers: tracks.samplers, extensions: None, extras: None }
}

struct Tracks {
    times: Index<Accessor>,
    samplers: Vec<Sampler>,
    channels: Vec<Channel>,
}

impl Tracks {
    fn add(&mut self, node: usize, property: Property, values: Index<Accessor>) {
        let sampler = Index::new(self.samplers.len() as u32);
        self.samplers.push(Sampler {
            input: self.times,
            interpolation: Valid(Interpolation::Linear),
            output: values,
            extensions: None,
            extras: None,
        });
        let target = Target { node: Index::new(node as u32), path: Valid(property), extensions: None, extras: None };
        self.channels.push(Channel { sampler, target, extensions: None, extras: None });
    }
}

/// Unit quaternions whose signs never flip from one key to the next.
fn continuous(rotations: impl Iterator<Item = Quat>) -> Vec<[f32; 4]> {
    let mut before = Quat::IDENTITY;
    rotations
        .map(|rotation| {
            let rotation = rotation.normalize();
            before = if rotation.dot(before) < 0.0 { -rotation } else { rotation };
            before.to_array()
        })
        .collect()
}
