//! The joints of a rig as FBX's limb nodes, and the pose in which meshes are bound to them.

use super::binary::{self, Node, Property};
use super::document::{Objects, SCENE_ROOT, choice, properties, property, vector};
use crate::formats::bones::{self, Bone};
use crate::formats::euler::nearest_euler;
use crate::formats::unique::UniqueNames;
use glam::{DVec3, Mat4};

/// What a joint or mesh is called that has no name.
const NAMELESS: &str = "node";

/// FBX is in centimetres.
pub(super) const CM_PER_M: f64 = 100.0;

/// The skeleton of a document.
pub(super) struct Skeleton {
    /// The model of each bone.
    pub(super) models: Vec<i64>,
    /// `world_from_bone` of each in the rest pose, centimetres.
    pub(super) binds: Vec<Mat4>,
}

/// Adds a model for each bone, in the rest pose.
pub(super) fn add(objects: &mut Objects, bones: &[Bone], names: &mut Names) -> Skeleton {
    let mut models: Vec<i64> = Vec::with_capacity(bones.len());
    for bone in bones {
        let name = names.unique(&bone.name);
        let attribute = Node::new("NodeAttribute").object(objects.next_id(), &name, "NodeAttribute", "LimbNode");
        let attribute = objects.push("NodeAttribute", attribute.with(Node::new("TypeFlags").text("Skeleton")));
        let rotation = nearest_euler(bone.rest_rotation, DVec3::ZERO);
        let model = model(objects, &name, "LimbNode", bone.rest_m.as_dvec3() * CM_PER_M, rotation);
        objects.connect(model, bone.parent.map_or(SCENE_ROOT, |parent| models[parent]));
        objects.connect(attribute, model);
        models.push(model);
    }
    let bind = |(place_m, rotation)| Mat4::from_rotation_translation(rotation, place_m * CM_PER_M as f32);
    Skeleton { models, binds: bones::rest_world(bones).into_iter().map(bind).collect() }
}

/// Adds a model of some kind with its place in centimetres and its turn in radians, relative to its parent.
pub(super) fn model(objects: &mut Objects, name: &str, kind: &str, place_cm: DVec3, rotation: DVec3) -> i64 {
    let degrees = rotation.map(f64::to_degrees);
    let model = Node::new("Model")
        .object(objects.next_id(), name, "Model", kind)
        .with(Node::new("Version").i32(232))
        .with(properties([
            choice("InheritType", 1),
            property("DefaultAttributeIndex", "int", "Integer", "").i32(0),
            vector("Lcl Translation", place_cm),
            vector("Lcl Rotation", degrees),
            vector("Lcl Scaling", [1.0; 3]),
        ]))
        .with(Node::new("Shading").flag(true))
        .with(Node::new("Culling").text("CullingOff"));
    objects.push("Model", model)
}

/// Says where everything is while the meshes are bound: programs that rebuild the bind pose from the first frame get it wrong.
pub(super) fn add_bind_pose(objects: &mut Objects, skeleton: &Skeleton, meshes: &[i64]) {
    let places = skeleton.models.iter().zip(&skeleton.binds).map(|(model, bind)| (*model, *bind));
    let places: Vec<_> = places.chain(meshes.iter().map(|mesh| (*mesh, Mat4::IDENTITY))).collect();
    let place = |(model, bind): &(i64, Mat4)| {
        Node::new("PoseNode").with(Node::new("Node").i64(*model)).with(Node::new("Matrix").array(&matrix(bind)))
    };
    let pose = Node::new("Pose")
        .object(objects.next_id(), "BindPose", "Pose", "BindPose")
        .with(Node::new("Type").text("BindPose"))
        .with(Node::new("Version").i32(100))
        .with(Node::new("NbPoseNodes").i32(places.len() as i32))
        .with_all(places.iter().map(place));
    objects.push("Pose", pose);
}

/// The sixteen numbers of a matrix, the translation last.
pub(super) fn matrix(matrix: &Mat4) -> Property {
    Property::f64s(matrix.to_cols_array().map(f64::from))
}

/// The names that the models of a document have: programs tell them apart by nothing else.
#[derive(Default)]
pub(super) struct Names(UniqueNames);

impl Names {
    /// The name, with a number behind it where another model has it.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let plain: String = name.chars().filter(|letter| !binary::SEPARATORS.contains(letter)).collect();
        self.0.take(if plain.is_empty() { NAMELESS.to_owned() } else { plain })
    }
}
