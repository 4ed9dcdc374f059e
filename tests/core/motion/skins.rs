//! Skins round rigs that nobody made: balls about joints, hands that are long and shoes.

use super::generated::Generated;
use glam::{Vec3, vec3};
use zoetrope::motion::Joint;
use zoetrope::motion::mapping::SkinPoint;
use zoetrope::motion::rig::{Rig, RigWorld};

/// Directions from a joint to its skin.
fn ball() -> impl Iterator<Item = Vec3> {
    (0..60).map(|place| {
        let y = 1.0 - (2.0 * place as f32 + 1.0) / 60.0;
        let (sin, cos) = (2.4 * place as f32).sin_cos();
        vec3((1.0 - y * y).sqrt() * cos, y, (1.0 - y * y).sqrt() * sin)
    })
}

/// The skin of a rig in its rest pose.
pub(crate) fn skin(made: &Generated) -> Vec<SkinPoint> {
    use Joint::*;
    let flesh = made.flesh;
    let mut skin = Vec::new();
    let mut add = |joint: Joint, offset_m: Vec3| {
        let Some(joint) = made.parts[joint as usize] else { return };
        let (at, turn) = made.rests[joint];
        skin.push(SkinPoint { at: at + turn * offset_m * made.units_per_m, joint });
    };
    for direction in ball() {
        for joint in [Pelvis, LCollar, RCollar, Neck] {
            add(joint, flesh.trunk_m * if joint == Neck { 0.6 } else { 1.0 } * direction);
        }
        for joint in [LHip, RHip, LKnee, RKnee, LElbow, RElbow, LShoulder, RShoulder] {
            add(joint, flesh.limbs_m * direction);
        }
        add(Head, vec3(0.0, 0.8 * flesh.head_m, 0.02) + flesh.head_m * direction);
        for (wrist, side) in [(LWrist, 1.0), (RWrist, -1.0)] {
            add(wrist, vec3(side * flesh.hands_m, 0.0, 0.0) + vec3(1.0, 0.25, 0.5) * flesh.hands_m * direction);
        }
    }
    // Soles are where the floor is in the T-pose, which lies under the ankle by its height there.
    for (ankle, toe) in [(LAnkle, LFoot), (RAnkle, RFoot)] {
        for x in [-0.04, 0.04] {
            let sole_m = -zoetrope::motion::feet::rest_height_m(ankle);
            for (z, y) in [(-0.05, sole_m), (0.128 + flesh.shoes_m, sole_m), (0.1 + flesh.shoes_m, sole_m + 0.05), (-0.05, 0.02)] {
                add(ankle, vec3(x, y, z));
            }
        }
        add(toe, vec3(0.0, 0.02, 0.02));
    }
    skin
}

/// How low the lowest of the skin is in a pose, metres, and which joint moves it.
pub(crate) fn lowest_m(rig: &Rig, skin: &[SkinPoint], world: &RigWorld, units_per_m: f32) -> (f32, usize) {
    let rest = rig.rest_world();
    let height = |point: &SkinPoint| {
        let place = rest.rotations[point.joint].inverse() * (point.at - rest.positions[point.joint]);
        (world.positions[point.joint] + world.rotations[point.joint] * place).y / units_per_m
    };
    let heights = skin.iter().map(|point| (height(point), point.joint));
    heights.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, 0))
}
