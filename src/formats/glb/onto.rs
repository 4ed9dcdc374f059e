//! More animations in the user's own glTF file, which else stays as it is: every member that is not touched keeps its text.
//!
//! Only what moves gets key frames: turns of joints that leave their place in the file, and places of the joints that carry the body; and what
//! other animations of the file move, which a program that plays one after the other would else leave where the last one had it. An animated
//! node may have no matrix, so one that has becomes translation, rotation and scale. A `.gltf` takes the buffers and pictures that
//! lie beside it into its text, so that the new file stands alone.

use super::container::{self, Container};
use super::nodes;
use super::rest::{local, rest_world};
use super::write::extras;
use crate::formats::error::Fault;
use crate::formats::rigged::{metres_per_unit, skeleton};
use crate::formats::unique::UniqueNames;
use crate::formats::writing::NamedClip;
use crate::motion::rig::RigMotion;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use glam::{Affine3A, Quat, Vec3};
use gltf::binary::{Glb, Header};
use gltf_json::animation::Property;
use gltf_json::extras::RawValue;
use gltf_json::validation::Checked::Valid;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::path::Path;

const AGAIN: &str = "export the character again, as one .glb";
/// A turn that rounding does not make, radians.
const TURNS_RAD: f32 = 1e-4;

/// What the file becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Form {
    /// One binary file.
    Glb,
    /// The same, of a VRM character.
    Vrm,
    /// One text.
    Gltf,
}

/// The bytes of the file at `path` with one more animation for each of these motions of its own rig in metres.
pub(in crate::formats) fn onto(path: &Path, bytes: &[u8], clips: &[NamedClip], form: Form) -> Result<Vec<u8>, Fault> {
    let container = container::open(path, bytes)?;
    let tree = nodes::tree(&container)?;
    let rest = rest_world(&container, &tree);
    let rig = skeleton::placed(&tree.rig, &rest);
    if clips.iter().any(|clip| rig.names() != clip.clip.rig.names() || rig.parents() != clip.clip.rig.parents()) {
        return Err(Fault::new("a character that has changed since it was read", "choose the character again"));
    }
    let moves = Moves { container: &container, nodes: tree.nodes(), unit_m: metres_per_unit(&rig) };

    let (text, bin) = container::split(bytes)?;
    let mut document: Members = serde_json::from_slice(&text).map_err(|error| Fault::new(format!("no glTF document ({error})"), AGAIN))?;
    if form == Form::Vrm && !document.is_vrm() {
        return Err(Fault::new(format!("no VRM character: {}", path.display()), "write .glb, or choose a .vrm character"));
    }
    let mut data = Data { bytes: Vec::new(), views: Vec::new(), accessors: Vec::new() };
    let others = document.list("accessors")?.len();
    let (mut animations, mut decomposed) = (Vec::new(), Vec::<Decomposed>::new());
    let mut names = UniqueNames::default();
    container.root.animations.iter().filter_map(|other| other.name.clone()).for_each(|name| drop(names.take(name)));
    for clip in clips {
        let (tracks, found) = moves.tracks(&clip.clip);
        animations.push(raw(&data.animation(&names.take(clip.name.clone()), clip, &tracks, others))?);
        decomposed.extend(found.into_iter().filter(|found| !decomposed.iter().any(|known| known.node == found.node)).collect::<Vec<_>>());
    }
    let bin = data.enter(&mut document, bin.map(Cow::into_owned))?;
    document.push("animations", animations)?;
    document.decompose(&decomposed)?;
    document.take_in(path)?;
    let bin = if form == Form::Gltf { document.take_in_bin(bin)? } else { bin };
    let json = serde_json::to_vec(&document).map_err(|error| Fault::new(format!("the glTF cannot be made ({error})"), AGAIN))?;
    if form == Form::Gltf {
        return Ok(json);
    }
    let header = Header { magic: *b"glTF", version: 2, length: 0 };
    let glb = Glb { header, json: Cow::Owned(json), bin: bin.map(Cow::Owned) };
    glb.to_vec().map_err(|error| Fault::new(format!("the glTF cannot be made ({error})"), "write a shorter clip"))
}

/// Key frames of a node.
struct Track {
    node: usize,
    translations: Option<Vec<[f32; 3]>>,
    rotations: Option<Vec<[f32; 4]>>,
    scales: Option<Vec<[f32; 3]>>,
}

/// What the matrix of a node was made of.
struct Decomposed {
    node: usize,
    scale: Vec3,
    rotation: Quat,
    translation: Vec3,
}

/// How a rig's motion moves the nodes of its file.
struct Moves<'a> {
    container: &'a Container<'a>,
    /// Of each joint.
    nodes: Vec<usize>,
    /// Metres of the rig for a unit of the file.
    unit_m: f32,
}

impl Moves<'_> {
    /// Whether another animation of the file moves this of a node.
    fn is_animated(&self, node: usize, path: Property) -> bool {
        let channels = self.container.root.animations.iter().flat_map(|animation| &animation.channels);
        channels.map(|channel| &channel.target).any(|target| target.node.value() == node && target.path == Valid(path))
    }

    /// The tracks of the nodes that move, and those among them that had a matrix, with what it was made of.
    fn tracks(&self, clip: &RigMotion) -> (Vec<Track>, Vec<Decomposed>) {
        let still: Vec<(Vec3, Quat, Vec3)> = self
            .nodes
            .iter()
            .map(|node| {
                let (scale, rotation, translation) = local(&self.container.root.nodes[*node]).to_scale_rotation_translation();
                (scale, rotation.normalize(), translation)
            })
            .collect();
        let joints = self.nodes.len();
        let mut translations = vec![Vec::with_capacity(clip.frame_count()); joints];
        let mut rotations: Vec<Vec<Quat>> = vec![Vec::with_capacity(clip.frame_count()); joints];
        for frame in 0..clip.frame_count() {
            let world = clip.world(frame);
            let mut nodes: Vec<Affine3A> = Vec::with_capacity(joints);
            for joint in 0..joints {
                let above = clip.rig.parents()[joint].map_or(Affine3A::IDENTITY, |parent| nodes[parent]);
                let (scale, before, _) = still[joint];
                let translation = above.inverse().transform_point3(world.positions[joint] / self.unit_m);
                let rotation = (skeleton::turn(above).inverse() * world.rotations[joint]).normalize();
                // Signs never flip from one key to the next.
                let before = rotations[joint].last().copied().unwrap_or(before);
                let rotation = if rotation.dot(before) < 0.0 { -rotation } else { rotation };
                nodes.push(above * Affine3A::from_scale_rotation_translation(scale, rotation, translation));
                translations[joint].push(translation);
                rotations[joint].push(rotation);
            }
        }
        let (mut tracks, mut decomposed) = (Vec::new(), Vec::new());
        for (joint, (scale, rotation, translation)) in still.into_iter().enumerate() {
            let node = self.nodes[joint];
            // What rounding makes of a place that is far from the origin counts as staying.
            let near = 1e-4 * (0.01 / self.unit_m + translation.length());
            let goes = translations[joint].iter().any(|other: &Vec3| other.distance(translation) > near);
            let turns = rotations[joint].iter().any(|other| other.angle_between(rotation) > TURNS_RAD);
            let [goes, turns, scales] = [
                goes || self.is_animated(node, Property::Translation),
                turns || self.is_animated(node, Property::Rotation),
                self.is_animated(node, Property::Scale),
            ];
            if !goes && !turns && !scales {
                continue;
            }
            if self.container.root.nodes[node].matrix.is_some() {
                decomposed.push(Decomposed { node, scale, rotation, translation });
            }
            tracks.push(Track {
                node,
                translations: goes.then(|| translations[joint].iter().map(|place| place.to_array()).collect()),
                rotations: turns.then(|| rotations[joint].iter().map(|turn| turn.to_array()).collect()),
                scales: scales.then(|| vec![scale.to_array(); clip.frame_count()]),
            });
        }
        (tracks, decomposed)
    }
}

/// What is added to buffers, views and accessors.
struct Data {
    bytes: Vec<u8>,
    /// Begin and length of each view.
    views: Vec<(usize, usize)>,
    /// Without their view, which is the one of their number.
    accessors: Vec<Value>,
}

impl Data {
    fn floats<const N: usize>(&mut self, items: &[[f32; N]], kind: &str) -> usize {
        let begin = self.bytes.len();
        self.bytes.extend(items.iter().flatten().flat_map(|value| value.to_le_bytes()));
        self.views.push((begin, self.bytes.len() - begin));
        self.accessors.push(json!({ "componentType": 5126, "count": items.len(), "type": kind }));
        self.accessors.len() - 1
    }

    /// The animation, whose accessors come after so many others.
    fn animation(&mut self, name: &str, NamedClip { clip, provenance, .. }: &NamedClip, tracks: &[Track], others: usize) -> Value {
        let times: Vec<[f32; 1]> = (0..clip.frame_count()).map(|frame| [(frame as f64 / f64::from(clip.fps)) as f32]).collect();
        let input = self.floats(&times, "SCALAR");
        let last = times.last().map_or(0.0, |[secs]| *secs);
        self.accessors[input]["min"] = json!([0.0]);
        self.accessors[input]["max"] = json!([last]);
        let (mut samplers, mut channels) = (Vec::new(), Vec::new());
        let mut add = |output: usize, node: usize, path: &str| {
            channels.push(json!({ "sampler": samplers.len(), "target": { "node": node, "path": path } }));
            samplers.push(json!({ "input": others + input, "interpolation": "LINEAR", "output": others + output }));
        };
        for track in tracks {
            if let Some(translations) = &track.translations {
                add(self.floats(translations, "VEC3"), track.node, "translation");
            }
            if let Some(rotations) = &track.rotations {
                add(self.floats(rotations, "VEC4"), track.node, "rotation");
            }
            if let Some(scales) = &track.scales {
                add(self.floats(scales, "VEC3"), track.node, "scale");
            }
        }
        let mut animation = json!({ "name": name, "channels": channels, "samplers": samplers });
        let extras = provenance.as_ref().and_then(extras);
        if let Some(from) = extras.and_then(|extras| serde_json::from_str::<Value>(extras.get()).ok()) {
            animation["extras"] = from;
        }
        animation
    }

    /// Enters it into a document: behind the binary part that it has, else as a buffer of its own in the text.
    fn enter(self, document: &mut Members, bin: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Fault> {
        let mut buffers = document.list("buffers")?;
        let mut first: Option<Members> = buffers.first().and_then(|buffer| serde_json::from_str(buffer.get()).ok());
        let own = first.as_mut().filter(|first| first.find("uri").is_none());
        let (buffer, offset, bin) = match (own, bin) {
            (Some(first), Some(mut bin)) => {
                bin.resize(bin.len().next_multiple_of(4), 0);
                let offset = bin.len();
                bin.extend(&self.bytes);
                first.set("byteLength", raw(&bin.len())?);
                buffers[0] = raw(first)?;
                (0, offset, Some(bin))
            }
            (_, bin) => {
                let uri = format!("data:application/octet-stream;base64,{}", STANDARD.encode(&self.bytes));
                buffers.push(raw(&json!({ "byteLength": self.bytes.len(), "uri": uri }))?);
                (buffers.len() - 1, 0, bin)
            }
        };
        document.set("buffers", raw(&buffers)?);
        let first_view = document.list("bufferViews")?.len();
        let view = |(begin, length): &(usize, usize)| raw(&json!({ "buffer": buffer, "byteOffset": offset + begin, "byteLength": length }));
        document.push("bufferViews", self.views.iter().map(view).collect::<Result<Vec<_>, _>>()?)?;
        let accessor = |(at, mut accessor): (usize, Value)| {
            accessor["bufferView"] = (first_view + at).into();
            raw(&accessor)
        };
        document.push("accessors", self.accessors.into_iter().enumerate().map(accessor).collect::<Result<Vec<_>, _>>()?)?;
        Ok(bin)
    }
}

fn raw(value: &impl Serialize) -> Result<Box<RawValue>, Fault> {
    serde_json::value::to_raw_value(value).map_err(|error| Fault::new(format!("the glTF cannot be made ({error})"), AGAIN))
}

/// The members of an object in their order, each as the text that it is.
#[derive(Default)]
struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    fn find(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(member, _)| member == name).map(|(_, value)| &**value)
    }

    fn set(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(member, _)| member == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// The items of a list, none where there is no such list.
    fn list(&self, name: &str) -> Result<Vec<Box<RawValue>>, Fault> {
        let Some(list) = self.find(name) else { return Ok(Vec::new()) };
        serde_json::from_str(list.get()).map_err(|error| Fault::new(format!("{name} that are no list ({error})"), AGAIN))
    }

    fn push(&mut self, name: &str, items: impl IntoIterator<Item = Box<RawValue>>) -> Result<(), Fault> {
        let mut list = self.list(name)?;
        list.extend(items);
        self.set(name, raw(&list)?);
        Ok(())
    }

    fn is_vrm(&self) -> bool {
        let extensions = self.find("extensions").and_then(|extensions| serde_json::from_str::<Self>(extensions.get()).ok());
        extensions.is_some_and(|extensions| ["VRM", "VRMC_vrm"].iter().any(|name| extensions.find(name).is_some()))
    }

    /// Takes the binary part into the text, as the buffer that it is.
    fn take_in_bin(&mut self, bin: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Fault> {
        let Some(bin) = bin else { return Ok(None) };
        let mut buffers = self.list("buffers")?;
        if let Some(text) = buffers.first_mut() {
            let mut members: Self = serde_json::from_str(text.get()).map_err(|error| Fault::new(format!("no buffer ({error})"), AGAIN))?;
            members.set("byteLength", raw(&bin.len())?);
            members.set("uri", raw(&format!("data:application/octet-stream;base64,{}", STANDARD.encode(&bin)))?);
            *text = raw(&members)?;
        }
        self.set("buffers", raw(&buffers)?);
        Ok(None)
    }

    /// Gives nodes a translation, rotation and scale instead of their matrix.
    fn decompose(&mut self, nodes: &[Decomposed]) -> Result<(), Fault> {
        let mut list = self.list("nodes")?;
        for Decomposed { node, scale, rotation, translation } in nodes {
            let Some(text) = list.get_mut(*node) else { continue };
            let mut members: Self = serde_json::from_str(text.get()).map_err(|error| Fault::new(format!("no node ({error})"), AGAIN))?;
            members.0.retain(|(name, _)| name != "matrix");
            members.set("translation", raw(&translation.to_array())?);
            members.set("rotation", raw(&rotation.to_array())?);
            members.set("scale", raw(&scale.to_array())?);
            *text = raw(&members)?;
        }
        if !nodes.is_empty() {
            self.set("nodes", raw(&list)?);
        }
        Ok(())
    }

    /// Takes buffers and pictures beside the file at `path` into the text.
    fn take_in(&mut self, path: &Path) -> Result<(), Fault> {
        for (name, what) in [("buffers", "buffer"), ("images", "texture")] {
            let mut list = self.list(name)?;
            let mut changed = false;
            for text in &mut list {
                let Ok(mut members) = serde_json::from_str::<Self>(text.get()) else { continue };
                let uri = members.find("uri").and_then(|uri| serde_json::from_str::<String>(uri.get()).ok());
                let Some(uri) = uri.filter(|uri| !uri.starts_with("data:")) else { continue };
                let bytes = match container::load(path, &uri, what) {
                    Ok(bytes) => bytes,
                    // A picture that is missing stays missing.
                    Err(_) if what == "texture" => continue,
                    Err(fault) => return Err(fault),
                };
                let kind = if bytes.starts_with(b"\x89PNG") {
                    "image/png"
                } else if bytes.starts_with(&[0xff, 0xd8]) {
                    "image/jpeg"
                } else {
                    "application/octet-stream"
                };
                members.set("uri", raw(&format!("data:{kind};base64,{}", STANDARD.encode(&bytes)))?);
                *text = raw(&members)?;
                changed = true;
            }
            if changed {
                self.set(name, raw(&list)?);
            }
        }
        Ok(())
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
