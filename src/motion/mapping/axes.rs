//! Which way is up in the frames of a clip whose rest pose stands upright: some programs write a skeleton with Y up and a take with Z up.

use super::found::{find_parts, parts_of};
use super::parts::LEGS;
use crate::motion::Joint;
use crate::motion::rig::RigMotion;
use glam::{Quat, Vec3};
use std::f32::consts::FRAC_PI_2;

/// Frames that are looked at.
const MOST_FRAMES: usize = 100;
/// The share of them that must look as if Z were up.
const MOST: f32 = 0.9;

/// Turns the frames of a clip upright that were recorded with Z up on a skeleton that rests with Y up.
pub fn stand_up(clip: &mut RigMotion) {
    if !is_z_up_take(clip) {
        return;
    }
    let y_up_from_z_up = Quat::from_rotation_x(-FRAC_PI_2);
    let joints = clip.joint_count();
    let roots: Vec<usize> = (0..joints).filter(|joint| clip.rig.parents()[*joint].is_none()).collect();
    for frame in 0..clip.frame_count() {
        for root in &roots {
            let at = frame * joints + root;
            clip.translations[at] = y_up_from_z_up * clip.translations[at];
            clip.rotations[at] = (y_up_from_z_up * clip.rotations[at]).normalize();
        }
    }
}

/// Whether the body rests along Y but in the take stands along Z, over feet that tread on the plane where Z is zero. A person who lies on the
/// floor lies along Z too; but then nothing of the body is under that floor, and the feet are no floor themselves.
fn is_z_up_take(clip: &RigMotion) -> bool {
    let parts = parts_of(&find_parts(&clip.rig));
    let part = |joint: Joint| parts[joint as usize];
    let legs = LEGS.map(|[hip, knee, ankle, _]| [part(hip), part(knee), part(ankle)]);
    let (Some(pelvis), Some(head)) = (part(Joint::Pelvis), part(Joint::Neck).or(part(Joint::Head))) else { return false };
    let [[Some(hip), Some(knee), Some(ankle)], [_, _, Some(other_ankle)]] = legs else { return false };
    let rest = clip.rig.rest_world().positions;
    let leg = rest[hip].distance(rest[knee]) + rest[knee].distance(rest[ankle]);
    let along = |from: Vec3, to: Vec3, axis: Vec3| (to - from).normalize_or_zero().dot(axis) > 0.7;
    let frames = clip.frame_count();
    if leg <= 0.0 || frames == 0 || !along(rest[pelvis], rest[head], Vec3::Y) {
        return false;
    }
    let (mut standing, mut seen, mut lowest_y) = (0, 0, f32::INFINITY);
    for frame in (0..frames).step_by(frames.div_ceil(MOST_FRAMES)) {
        let at = clip.world(frame).positions;
        let lowest_foot = at[ankle].z.min(at[other_ankle].z);
        let treads = (-0.1..0.4).contains(&(lowest_foot / leg));
        let is_over_feet = at[pelvis].z - lowest_foot > 0.4 * leg;
        seen += 1;
        standing += usize::from(along(at[pelvis], at[head], Vec3::Z) && treads && is_over_feet);
        lowest_y = at.iter().map(|place| place.y).fold(lowest_y, f32::min);
    }
    let lies_on_y = (-0.1..0.3).contains(&(lowest_y / leg));
    standing as f32 >= MOST * seen as f32 && !lies_on_y
}
