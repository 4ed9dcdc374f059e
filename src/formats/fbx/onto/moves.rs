//! How a rig's motion moves the nodes of its file: from places and turns in the world to what `Lcl Translation` and `Lcl Rotation` must be for
//! them, among pivots, offsets, pre- and post-rotations.

use crate::formats::euler::nearest_euler_in;
use crate::formats::fbx::animation::Track;
use crate::formats::fbx::read::scene::{transform, vector};
use crate::formats::fbx::read::skeleton::Skeleton;
use crate::motion::rig::RigMotion;
use glam::{DAffine3, DQuat, DVec3};
use ufbx::{Node, RotationOrder, Scene};

/// A turn that rounding does not make, radians.
const TURNS_RAD: f64 = 2e-5;
/// A way that rounding does not make, metres, a metre from the origin.
const GOES_M: f64 = 1e-5;

/// The nodes of a rig.
pub(super) struct Moves {
    joints: Vec<Joint>,
    /// What is above the topmost.
    above: DAffine3,
    /// Metres of the rig for a unit of ours.
    unit_m: f64,
}

struct Joint {
    parent: Option<usize>,
    /// The object of the file; none of a node that was added while it was read.
    object: Option<i64>,
    /// How it stands in the file.
    still: DAffine3,
    space: Space,
}

/// What FBX has around the translation and the rotation of a node: the local transform is
/// `T · Roff · Rp · Rpre · R · Rpost⁻¹ · Rp⁻¹ · Soff · Sp · S · Sp⁻¹`.
struct Space {
    /// Axes in the order in which the rotation turns about them.
    order: [usize; 3],
    pre: DQuat,
    post: DQuat,
    /// `Roff · Rp`
    before: DVec3,
    /// `Rp⁻¹ · Soff · Sp · S · Sp⁻¹`, as far as it moves.
    behind: DVec3,
    /// What the parent's scale does to translations where it is kept from the node itself.
    stretched: DVec3,
    /// `Lcl Rotation` as the file has it, radians.
    rotation: DVec3,
}

impl Moves {
    /// None where the file's space is the mirror of ours.
    pub(super) fn of(scene: &Scene, skeleton: &Skeleton, unit_m: f32) -> Option<Self> {
        let joint = |(at, node): (usize, &usize)| {
            let node = &scene.nodes[*node];
            let object = node.element.dom_node.as_ref().filter(|_| !node.is_scale_helper);
            let object = object.and_then(|object| object.values.first().map(|id| id.value_int));
            Joint { parent: skeleton.rig.parents()[at], object, still: transform(&node.local_transform), space: Space::of(node) }
        };
        let joints: Vec<Joint> = skeleton.nodes.iter().enumerate().map(joint).collect();
        let turns_over = |affine: &DAffine3| affine.matrix3.determinant() <= 0.0;
        let is_mirrored = turns_over(&skeleton.above) || joints.iter().any(|joint| turns_over(&joint.still));
        (!is_mirrored).then_some(Self { joints, above: skeleton.above, unit_m: unit_m.into() })
    }

    /// The tracks of the nodes that move.
    pub(super) fn tracks(&self, clip: &RigMotion) -> Vec<Track> {
        let frames = clip.frame_count();
        let mut tracks: Vec<Track> = Vec::new();
        let mut moved: Vec<(Vec<DVec3>, Vec<DVec3>, [bool; 2])> =
            self.joints.iter().map(|_| (Vec::with_capacity(frames), Vec::with_capacity(frames), [false; 2])).collect();
        for frame in 0..frames {
            let wanted = clip.world(frame);
            let mut world: Vec<DAffine3> = Vec::with_capacity(self.joints.len());
            for (at, joint) in self.joints.iter().enumerate() {
                let above = joint.parent.map_or(self.above, |parent| world[parent]);
                if joint.object.is_none() {
                    world.push(above * joint.still);
                    continue;
                }
                let (scale, still_turn, still_place) = joint.still.to_scale_rotation_translation();
                let (_, above_turn, _) = above.to_scale_rotation_translation();
                let place_m = wanted.positions[at].as_dvec3();
                let place = above.inverse().transform_point3(place_m / self.unit_m);
                let turn = (above_turn.inverse() * wanted.rotations[at].as_dquat()).normalize();
                let (places, turned, moves) = &mut moved[at];
                let before = turned.last().copied().unwrap_or(joint.space.rotation);
                turned.push(joint.space.lcl_rotation(turn, before));
                let lcl = joint.space.lcl_translation(place, turn);
                // A joint that turns about a pivot elsewhere has to go so that it stays.
                let aside_m = above.transform_vector3(lcl - joint.space.lcl_translation(still_place, still_turn)).length() * self.unit_m;
                moves[0] |= aside_m > GOES_M * (1.0 + place_m.length());
                moves[1] |= turn.angle_between(still_turn) > TURNS_RAD;
                places.push(lcl);
                world.push(above * DAffine3::from_scale_rotation_translation(scale, turn, place));
            }
        }
        for (joint, (places, turned, [goes, turns])) in self.joints.iter().zip(moved) {
            let Some(model) = joint.object.filter(|_| goes || turns) else { continue };
            let turned = turned.into_iter().map(|angles| angles.map(f64::to_degrees)).collect();
            tracks.push(Track { model, places: goes.then_some(places), turns: turns.then_some(turned) });
        }
        tracks
    }
}

impl Space {
    fn of(node: &Node) -> Self {
        let property = |name: &str| {
            ufbx::find_prop(&node.element.props, name).map(|found| {
                let ufbx::Vec4 { x, y, z, .. } = found.value_vec4;
                DVec3::new(x, y, z)
            })
        };
        let or_none = |name: &str| property(name).unwrap_or_default();
        let turn = |name: &str| {
            let [x, y, z] = or_none(name).map(f64::to_radians).to_array();
            DQuat::from_rotation_z(z) * DQuat::from_rotation_y(y) * DQuat::from_rotation_x(x)
        };
        let (pivot, scaling_pivot) = (or_none("RotationPivot"), or_none("ScalingPivot"));
        let scale = property("Lcl Scaling").unwrap_or(DVec3::ONE);
        let is_used = node.use_rotation_space;
        let parents_scale = node.parent.as_ref().and_then(|parent| parent.scale_helper.as_ref());
        Self {
            order: if is_used { order(node.rotation_order) } else { [0, 1, 2] },
            pre: if is_used { turn("PreRotation") } else { DQuat::IDENTITY },
            post: if is_used { turn("PostRotation") } else { DQuat::IDENTITY },
            before: or_none("RotationOffset") + pivot,
            behind: scaling_pivot - scale * scaling_pivot + or_none("ScalingOffset") - pivot,
            stretched: parents_scale.map_or(DVec3::ONE, |helper| vector(helper.local_transform.scale)),
            rotation: or_none("Lcl Rotation").map(f64::to_radians),
        }
    }

    /// Angles that turn the node like this, radians, nearest to those before.
    fn lcl_rotation(&self, turn: DQuat, before: DVec3) -> DVec3 {
        let rotation = (self.pre.inverse() * turn * self.post).normalize().as_quat();
        nearest_euler_in(self.order, rotation, before)
    }

    fn lcl_translation(&self, place: DVec3, turn: DQuat) -> DVec3 {
        (place - self.before - turn * self.behind) / self.stretched
    }
}

/// The axes of an order, the first one first.
fn order(order: RotationOrder) -> [usize; 3] {
    match order {
        RotationOrder::Xyz | RotationOrder::Spheric => [0, 1, 2],
        RotationOrder::Xzy => [0, 2, 1],
        RotationOrder::Yzx => [1, 2, 0],
        RotationOrder::Yxz => [1, 0, 2],
        RotationOrder::Zxy => [2, 0, 1],
        RotationOrder::Zyx => [2, 1, 0],
    }
}
