//! What every FBX document has around its objects: header, settings, definitions, connections, takes.

use super::binary::{CREATION_TIME, FILE_ID, Node, VERSION, Value};
use crate::formats::writing::{NamedClip, credits};
use crate::timeline::Provenance;
use std::collections::BTreeMap;

/// FBX counts time in these, so that frames of all usual rates are whole numbers.
pub(super) const TICKS_PER_SECOND: f64 = 46_186_158_000.0;

/// The scene's root, which is no object of its own.
pub(super) const SCENE_ROOT: i64 = 0;
const FIRST_ID: i64 = 1_000_000;

const APPLICATION: &str = concat!("Zoetrope ", env!("CARGO_PKG_VERSION"));

/// The rates that have a number of their own; any other is [`CUSTOM_RATE`].
const TIME_MODES: [(f32, i32); 9] =
    [(24.0, 11), (25.0, 10), (30.0, 6), (48.0, 5), (50.0, 4), (60.0, 3), (100.0, 2), (120.0, 1), (1000.0, 12)];
const CUSTOM_RATE: i32 = 14;

/// An animation of the document: its name and how long it takes, in ticks.
pub(super) struct Stack {
    pub(super) name: String,
    pub(super) ticks: i64,
}

/// The objects of a document and how they hang together.
pub(super) struct Objects {
    first_id: i64,
    nodes: Vec<Node>,
    connections: Vec<Node>,
    /// How many there are of each type, which the definitions say.
    counts: BTreeMap<&'static str, i32>,
}

impl Objects {
    /// None yet, in a document that has no others.
    pub(super) fn new() -> Self {
        Self::after(FIRST_ID - 1)
    }

    /// None yet, in a document whose objects have ids up to this one.
    pub(super) fn after(last_id: i64) -> Self {
        Self { first_id: last_id + 1, nodes: Vec::new(), connections: Vec::new(), counts: BTreeMap::new() }
    }

    /// The id that the next object gets.
    pub(super) fn next_id(&self) -> i64 {
        self.first_id + self.nodes.len() as i64
    }

    /// Adds an object under [`Objects::next_id`].
    pub(super) fn push(&mut self, kind: &'static str, node: Node) -> i64 {
        let id = self.next_id();
        self.nodes.push(node);
        *self.counts.entry(kind).or_default() += 1;
        id
    }

    /// Hangs an object on another.
    pub(super) fn connect(&mut self, child: i64, parent: i64) {
        self.connections.push(Node::new("C").text("OO").i64(child).i64(parent));
    }

    /// Hangs an object on a property of another.
    pub(super) fn connect_to(&mut self, child: i64, parent: i64, property: &str) {
        self.connections.push(Node::new("C").text("OP").i64(child).i64(parent).text(property));
    }

    /// The whole document, with a stack for each of these clips.
    pub(super) fn document(self, stacks: &[Stack], clips: &[NamedClip]) -> Vec<Node> {
        let definitions = definitions(&self.counts);
        let active = stacks.first().map(|stack| stack.name.as_str()).unwrap_or_default();
        let fps = clips.first().map(|clip| clip.clip.fps).unwrap_or_default();
        vec![
            header(clips),
            Node::new("FileId").raw(&FILE_ID),
            Node::new("CreationTime").text(CREATION_TIME),
            Node::new("Creator").text(APPLICATION),
            global_settings(fps, longest(stacks)),
            documents(self.next_id(), active),
            Node::new("References"),
            definitions,
            Node::new("Objects").with_all(self.nodes),
            Node::new("Connections").with_all(self.connections),
            Node::new("Takes").with(Node::new("Current").text(active)).with_all(stacks.iter().map(take)),
        ]
    }

    /// Adds the objects to the document of another program, which knows the first stack among them as its current one.
    pub(super) fn enter(self, document: &mut Vec<Node>, stacks: &[Stack], fps: f32) {
        let active = stacks.first().map(|stack| stack.name.as_str()).unwrap_or_default();
        if !document.iter().any(|top| top.name() == "Takes") {
            document.push(Node::new("Takes"));
        }
        let (mut nodes, mut connections) = (self.nodes, self.connections);
        for top in document.iter_mut() {
            match top.name() {
                "FBXHeaderExtension" => {
                    let versions = top.children_mut().iter_mut().filter(|node| node.name() == "FBXVersion");
                    versions.for_each(|node| *node = version());
                }
                "Objects" => top.children_mut().append(&mut nodes),
                "Connections" => top.children_mut().append(&mut connections),
                "GlobalSettings" => replace_properties(top, rate_and_span(fps, longest(stacks))),
                "Documents" => {
                    let scenes = top.children_mut().iter_mut().filter(|node| node.name() == "Document");
                    scenes.for_each(|scene| replace_properties(scene, [text("ActiveAnimStackName", active)]));
                }
                "Takes" => {
                    let takes = top.children_mut();
                    takes.retain(|node| node.name() != "Current");
                    takes.insert(0, Node::new("Current").text(active));
                    takes.extend(stacks.iter().map(take));
                }
                _ => {}
            }
        }
        count(document);
        // These and the file's end agree with each other, or Autodesk's readers call the file corrupt.
        document.retain(|top| !["FileId", "CreationTime"].contains(&top.name()));
        let behind_header = document.len().min(1);
        document.insert(behind_header, Node::new("CreationTime").text(CREATION_TIME));
        document.insert(behind_header, Node::new("FileId").raw(&FILE_ID));
    }
}

/// What the head says of the file's version, which is also in its first bytes.
fn version() -> Node {
    Node::new("FBXVersion").i32(VERSION as i32)
}

/// Puts properties in the place of those of the same names.
fn replace_properties(node: &mut Node, new: impl IntoIterator<Item = Node>) {
    if node.child("Properties70").is_none() {
        node.children_mut().push(properties([]));
    }
    let Some(list) = node.children_mut().iter_mut().find(|child| child.name() == "Properties70") else { return };
    for property in new {
        let name = property.values().first().copied();
        list.children_mut().retain(|old| old.values().first().copied() != name);
        list.children_mut().push(property);
    }
}

/// Says in a document's definitions how many objects of each type it has now.
fn count(document: &mut [Node]) {
    let mut counts: BTreeMap<String, i32> = BTreeMap::from([("GlobalSettings".to_owned(), 1)]);
    for object in document.iter().filter(|top| top.name() == "Objects").flat_map(Node::children) {
        *counts.entry(object.name().to_owned()).or_default() += 1;
    }
    let all: i32 = counts.values().sum();
    let Some(definitions) = document.iter_mut().find(|top| top.name() == "Definitions") else { return };
    let definitions = definitions.children_mut();
    let mut new = Vec::new();
    for mut node in std::mem::take(definitions) {
        match (node.name(), node.values().first()) {
            ("Count", _) => new.push(Node::new("Count").i32(all)),
            ("ObjectType", Some(Value::Text(kind))) => {
                if let Some(count) = counts.remove(&*String::from_utf8_lossy(kind)) {
                    node.children_mut().retain(|child| child.name() != "Count");
                    node.children_mut().insert(0, Node::new("Count").i32(count));
                    new.push(node);
                }
            }
            _ => new.push(node),
        }
    }
    new.extend(counts.iter().map(|(kind, count)| object_type(kind, *count)));
    *definitions = new;
}

/// The longest of some stacks, in ticks.
fn longest(stacks: &[Stack]) -> i64 {
    stacks.iter().map(|stack| stack.ticks).max().unwrap_or_default()
}

/// One property of an object: its name, type and label, and flags. The value follows.
pub(super) fn property(name: &str, kind: &str, label: &str, flags: &str) -> Node {
    Node::new("P").text(name).text(kind).text(label).text(flags)
}

/// A property of three numbers that can be animated and whose type is its name.
pub(super) fn vector(name: &str, value: impl Into<[f64; 3]>) -> Node {
    property(name, name, "", "A").f64s(value.into())
}

pub(super) fn color(name: &str, value: [f64; 3]) -> Node {
    property(name, "Color", "", "A").f64s(value)
}

pub(super) fn number(name: &str, value: f64) -> Node {
    property(name, "Number", "", "A").f64(value)
}

fn double(name: &str, value: f64) -> Node {
    property(name, "double", "Number", "").f64(value)
}

fn integer(name: &str, value: i32) -> Node {
    property(name, "int", "Integer", "").i32(value)
}

pub(super) fn choice(name: &str, value: i32) -> Node {
    property(name, "enum", "", "").i32(value)
}

fn switch(name: &str, value: bool) -> Node {
    property(name, "bool", "", "").i32(i32::from(value))
}

pub(super) fn time(name: &str, ticks: i64) -> Node {
    property(name, "KTime", "Time", "").i64(ticks)
}

fn text(name: &str, value: &str) -> Node {
    property(name, "KString", "", "").text(value)
}

pub(super) fn properties(list: impl IntoIterator<Item = Node>) -> Node {
    Node::new("Properties70").with_all(list)
}

fn header(clips: &[NamedClip]) -> Node {
    let stamp = ["Year", "Month", "Day", "Hour", "Minute", "Second", "Millisecond"].into_iter().zip([1970, 1, 1, 10, 0, 0, 0]);
    let prompts: Vec<_> = clips.iter().filter_map(|clip| clip.provenance.as_ref()).map(Provenance::prompt).collect();
    let (prompt, credit) = (prompts.join("; "), credits(clips).unwrap_or_default());
    let meta = [("Title", &*prompt), ("Subject", ""), ("Author", ""), ("Keywords", ""), ("Revision", ""), ("Comment", &credit)];
    let written_by = |whose: &str| {
        [
            property(whose, "Compound", "", ""),
            text(&format!("{whose}|ApplicationVendor"), "Zoetrope"),
            text(&format!("{whose}|ApplicationName"), "Zoetrope"),
            text(&format!("{whose}|ApplicationVersion"), env!("CARGO_PKG_VERSION")),
        ]
    };
    Node::new("FBXHeaderExtension")
        .with(Node::new("FBXHeaderVersion").i32(1003))
        .with(version())
        .with(Node::new("EncryptionType").i32(0))
        .with(
            Node::new("CreationTimeStamp")
                .with(Node::new("Version").i32(1000))
                .with_all(stamp.map(|(name, value)| Node::new(name).i32(value))),
        )
        .with(Node::new("Creator").text(APPLICATION))
        .with(
            Node::new("SceneInfo")
                .text("GlobalInfo\0\x01SceneInfo")
                .text("UserData")
                .with(Node::new("Type").text("UserData"))
                .with(Node::new("Version").i32(100))
                .with(
                    Node::new("MetaData")
                        .with(Node::new("Version").i32(100))
                        .with_all(meta.map(|(name, value)| Node::new(name).text(value))),
                )
                .with(properties(written_by("Original").into_iter().chain(written_by("LastSaved")))),
        )
}

/// Y up, +Z ahead, centimetres.
fn global_settings(fps: f32, longest: i64) -> Node {
    let fixed = [
        integer("UpAxis", 1),
        integer("UpAxisSign", 1),
        integer("FrontAxis", 2),
        integer("FrontAxisSign", 1),
        integer("CoordAxis", 0),
        integer("CoordAxisSign", 1),
        integer("OriginalUpAxis", 1),
        integer("OriginalUpAxisSign", 1),
        double("UnitScaleFactor", 1.0),
        double("OriginalUnitScaleFactor", 1.0),
        property("AmbientColor", "ColorRGB", "Color", "").f64s([0.0; 3]),
        text("DefaultCamera", "Producer Perspective"),
    ];
    let all = fixed.into_iter().chain(rate_and_span(fps, longest));
    Node::new("GlobalSettings").with(Node::new("Version").i32(1000)).with(properties(all))
}

fn rate_and_span(fps: f32, longest: i64) -> [Node; 4] {
    let time_mode = TIME_MODES.iter().find(|(rate, _)| (rate - fps).abs() < 1e-3).map_or(CUSTOM_RATE, |(_, mode)| *mode);
    [
        choice("TimeMode", time_mode),
        time("TimeSpanStart", 0),
        time("TimeSpanStop", longest),
        double("CustomFrameRate", if time_mode == CUSTOM_RATE { f64::from(fps) } else { -1.0 }),
    ]
}

fn documents(id: i64, active: &str) -> Node {
    Node::new("Documents").with(Node::new("Count").i32(1)).with(
        Node::new("Document")
            .i64(id)
            .text("Scene")
            .text("Scene")
            .with(properties([property("SourceObject", "object", "", ""), text("ActiveAnimStackName", active)]))
            .with(Node::new("RootNode").i64(SCENE_ROOT)),
    )
}

/// How many objects there are of each type, and the values of what they do not say.
fn definitions(counts: &BTreeMap<&'static str, i32>) -> Node {
    Node::new("Definitions")
        .with(Node::new("Version").i32(100))
        .with(Node::new("Count").i32(1 + counts.values().sum::<i32>()))
        .with(Node::new("ObjectType").text("GlobalSettings").with(Node::new("Count").i32(1)))
        .with_all(counts.iter().map(|(kind, count)| object_type(kind, *count)))
}

fn object_type(kind: &str, count: i32) -> Node {
    let templates = template(kind).map(|(name, defaults)| Node::new("PropertyTemplate").text(name).with(properties(defaults)));
    Node::new("ObjectType").text(kind).with(Node::new("Count").i32(count)).with_all(templates)
}

/// The values of what objects of a type do not say.
fn template(kind: &str) -> Option<(&'static str, Vec<Node>)> {
    Some(match kind {
        "Model" => (
            "FbxNode",
            vec![
                choice("QuaternionInterpolate", 0),
                property("RotationOffset", "Vector3D", "Vector", "").f64s([0.0; 3]),
                property("RotationPivot", "Vector3D", "Vector", "").f64s([0.0; 3]),
                property("ScalingOffset", "Vector3D", "Vector", "").f64s([0.0; 3]),
                property("ScalingPivot", "Vector3D", "Vector", "").f64s([0.0; 3]),
                choice("RotationOrder", 0),
                switch("RotationActive", false),
                property("PreRotation", "Vector3D", "Vector", "").f64s([0.0; 3]),
                property("PostRotation", "Vector3D", "Vector", "").f64s([0.0; 3]),
                choice("InheritType", 1),
                property("ScalingMax", "Vector3D", "Vector", "").f64s([0.0; 3]),
                vector("Lcl Translation", [0.0; 3]),
                vector("Lcl Rotation", [0.0; 3]),
                vector("Lcl Scaling", [1.0; 3]),
                property("Visibility", "Visibility", "", "A").f64(1.0),
                integer("DefaultAttributeIndex", -1),
            ],
        ),
        "NodeAttribute" => ("FbxSkeleton", vec![color("Color", [0.8; 3]), double("Size", 100.0)]),
        "Geometry" => ("FbxMesh", vec![switch("Primary Visibility", true), switch("Casts Shadows", true)]),
        "Material" => (
            "FbxSurfacePhong",
            vec![
                property("ShadingModel", "KString", "", "").text("Phong"),
                color("DiffuseColor", [0.8; 3]),
                number("DiffuseFactor", 1.0),
                number("TransparencyFactor", 0.0),
                color("SpecularColor", [0.2; 3]),
                number("SpecularFactor", 1.0),
                number("ShininessExponent", 20.0),
                number("ReflectionFactor", 0.0),
            ],
        ),
        "AnimationStack" => ("FbxAnimStack", vec![time("LocalStart", 0), time("LocalStop", 0)]),
        "AnimationLayer" => ("FbxAnimLayer", vec![number("Weight", 100.0)]),
        "AnimationCurveNode" => ("FbxAnimCurveNode", vec![property("d", "Compound", "", "")]),
        _ => return None,
    })
}

fn take(stack: &Stack) -> Node {
    Node::new("Take")
        .text(&stack.name)
        .with(Node::new("FileName").text(&format!("{}.tak", stack.name)))
        .with(Node::new("LocalTime").i64(0).i64(stack.ticks))
        .with(Node::new("ReferenceTime").i64(0).i64(stack.ticks))
}
