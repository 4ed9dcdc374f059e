//! Animations as FBX's stacks: a curve for each number, a key a frame.

use super::binary::{Node, Property};
use super::document::{Objects, Stack, TICKS_PER_SECOND, properties, property, time};
use super::skeleton::{CM_PER_M, Skeleton};
use crate::formats::bones::{self, Bone};
use crate::formats::euler::nearest_euler;
use crate::formats::unique::UniqueNames;
use crate::formats::writing::NamedClip;
use glam::DVec3;

/// Keys that are joined by straight lines; nothing else about them is asked for.
const LINEAR: i32 = 4;
/// The weights that tangents have which nobody set.
const USUAL_WEIGHTS: u32 = 0x0d05_0d05;
/// What moves less than this (centimetres, degrees) is left to the rest pose.
const LEAST: f64 = 1e-5;

/// How a model moves: what it has for `Lcl Translation` and `Lcl Rotation` (degrees) in each frame, where it moves at all.
pub(super) struct Track {
    pub(super) model: i64,
    pub(super) places: Option<Vec<DVec3>>,
    pub(super) turns: Option<Vec<DVec3>>,
}

/// Adds a clip under a name that no other stack has.
pub(super) fn add(objects: &mut Objects, names: &mut UniqueNames, clip: &NamedClip, tracks: &[Track]) -> Stack {
    let fps = f64::from(clip.clip.fps);
    let ticks: Vec<i64> = (0..clip.clip.frame_count()).map(|frame| (frame as f64 / fps * TICKS_PER_SECOND).round() as i64).collect();
    let span = ticks.last().copied().unwrap_or_default();
    let name = names.take(plain(&clip.name));
    let mut about = vec![time("LocalStart", 0), time("LocalStop", span), time("ReferenceStart", 0), time("ReferenceStop", span)];
    about.extend(clip.provenance.as_ref().map(|from| property("Description", "KString", "", "").text(&from.credit())));
    let stack = Node::new("AnimationStack").object(objects.next_id(), &name, "AnimStack", "").with(properties(about));
    let stack = objects.push("AnimationStack", stack.list());
    let layer = Node::new("AnimationLayer").object(objects.next_id(), "BaseLayer", "AnimLayer", "");
    let layer = objects.push("AnimationLayer", layer.list());
    objects.connect(layer, stack);

    let curves = Curves { times: Property::i64s(ticks.iter().copied()), keys: ticks.len(), layer };
    for Track { model, places, turns } in tracks {
        if let Some(places) = places {
            curves.add(objects, *model, ("T", "Lcl Translation"), places);
        }
        if let Some(turns) = turns {
            curves.add(objects, *model, ("R", "Lcl Rotation"), turns);
        }
    }
    Stack { name, ticks: span }
}

/// The name, as far as programs take it for one.
fn plain(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | ',') { letter } else { '_' };
    name.chars().map(plain).collect()
}

/// How the models of a skeleton of our own move in a clip.
pub(super) fn tracks(clip: &NamedClip, bones: &[Bone], skeleton: &Skeleton) -> Vec<Track> {
    let frames = bones::locals(bones, &clip.clip);
    let of_bone = |(at, (bone, model)): (usize, (&Bone, &i64))| {
        let places = || frames.iter().map(|frame| frame[at].0.as_dvec3() * CM_PER_M).collect();
        let rest = nearest_euler(bone.rest_rotation, DVec3::ZERO);
        let mut before = rest;
        let turns = frames.iter().map(|frame| {
            before = nearest_euler(frame[at].1, before);
            before.map(f64::to_degrees)
        });
        let turns: Vec<DVec3> = turns.collect();
        let rest = rest.map(f64::to_degrees);
        let turns = turns.iter().any(|turn| (turn - rest).abs().max_element() > LEAST).then_some(turns);
        Track { model: *model, places: bone.moves.then(places), turns }
    };
    bones.iter().zip(&skeleton.models).enumerate().map(of_bone).collect()
}

/// What the curves of a clip share.
struct Curves {
    times: Property,
    keys: usize,
    layer: i64,
}

impl Curves {
    fn add(&self, objects: &mut Objects, model: i64, (name, target): (&str, &str), values: &[DVec3]) {
        let first = values.first().copied().unwrap_or_default();
        let axes = [("d|X", first.x), ("d|Y", first.y), ("d|Z", first.z)];
        let node = Node::new("AnimationCurveNode")
            .object(objects.next_id(), name, "AnimCurveNode", "")
            .with(properties(axes.map(|(axis, value)| property(axis, "Number", "", "A").f64(value))));
        let node = objects.push("AnimationCurveNode", node);
        objects.connect(node, self.layer);
        objects.connect_to(node, model, target);
        for (axis, (name, first)) in axes.into_iter().enumerate() {
            let curve = Node::new("AnimationCurve")
                .object(objects.next_id(), "", "AnimCurve", "")
                .with(Node::new("Default").f64(first))
                .with(Node::new("KeyVer").i32(4008))
                .with(Node::new("KeyTime").array(&self.times))
                .with(Node::new("KeyValueFloat").array(&Property::f32s(values.iter().map(|value| value[axis] as f32))))
                .with(Node::new("KeyAttrFlags").array(&Property::i32s([LINEAR])))
                .with(Node::new("KeyAttrDataFloat").array(&Property::f32s([0.0, 0.0, f32::from_bits(USUAL_WEIGHTS), 0.0])))
                .with(Node::new("KeyAttrRefCount").array(&Property::i32s([self.keys as i32])));
            let curve = objects.push("AnimationCurve", curve);
            objects.connect_to(curve, node, name);
        }
    }
}
