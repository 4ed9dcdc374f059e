//! The reference pose of a foreign skeleton: upright, legs down, facing ahead. It says how each of its joints' axes lie against
//! ours, whatever its rest pose is.

use super::parts::Parts;
use crate::motion::rig::{RigMotion, RigWorld};
use crate::motion::{Joint, rotation::frame_of};
use glam::{Mat3, Quat, Vec3, vec3};

/// The rest pose where it is a standing human, else the T-pose that the joints' axes tell, else the first frame, if there is one.
pub(super) fn reference_pose(clip: &RigMotion, parts: &Parts) -> RigWorld {
    let rest = clip.rig.rest_world();
    if stands(&rest, parts) {
        rest
    } else if points_bones_along_x(clip, parts) {
        clip.rig.posed(x_axis_t_pose(clip.rig.parents(), parts))
    } else if clip.frame_count() > 0 {
        clip.world(0)
    } else {
        rest
    }
}

/// Whether the thighs point away from the trunk, as in every pose that a person stands in.
fn stands(pose: &RigWorld, parts: &Parts) -> bool {
    let at = |joint: Joint| parts[joint as usize].map(|index| pose.positions[index]);
    let (Some(hip), Some(knee), Some(other_hip), Some(other_knee)) = (at(Joint::LHip), at(Joint::LKnee), at(Joint::RHip), at(Joint::RKnee))
    else {
        return false;
    };
    let (Some(neck), Some(pelvis)) = (at(Joint::Neck), at(Joint::Pelvis)) else { return false };
    let up = (neck - pelvis).normalize_or_zero();
    let standing = |from: Vec3, to: Vec3| (to - from).normalize_or_zero().dot(up) < -0.6;
    standing(hip, knee) && standing(other_hip, other_knee) && (hip - other_hip).normalize_or_zero().dot(up).abs() < 0.5
}

/// Bandai Namco's convention: each bone lies along its own X axis, to the child on the left and away from it on the right.
fn points_bones_along_x(clip: &RigMotion, parts: &Parts) -> bool {
    let along_x = |joint: Joint, sign: f32| {
        parts[joint as usize].is_some_and(|index| {
            let offset = clip.rig.rest_translations()[index].normalize_or_zero();
            offset.x * sign > 0.99
        })
    };
    along_x(Joint::LKnee, 1.0) && along_x(Joint::RKnee, -1.0) && along_x(Joint::LElbow, 1.0) && along_x(Joint::RElbow, -1.0)
}

/// World rotations of the T-pose under that convention: on trunk and legs Y points left or ahead, on arms up.
fn x_axis_t_pose(parents: &[Option<usize>], parts: &Parts) -> Vec<Quat> {
    let axes = |x: Vec3, y: Vec3| Quat::from_mat3(&Mat3::from_cols(x, y, x.cross(y)));
    // Measured in frames that stand still: flat feet of this skeleton slope down to the toes by 39.6°, the toes by 23°.
    let foot = vec3(0.0, -0.637, 0.771).normalize();
    let toe = vec3(0.0, -0.39, 0.92).normalize();
    use Joint::*;
    let known = [
        (Pelvis, axes(Vec3::Y, Vec3::NEG_X)),
        (Neck, axes(Vec3::Y, Vec3::Z)),
        (Head, axes(Vec3::Y, Vec3::Z)),
        (LCollar, axes(Vec3::X, Vec3::Y)),
        (LShoulder, axes(Vec3::X, Vec3::Y)),
        (LElbow, axes(Vec3::X, Vec3::Y)),
        (LWrist, axes(Vec3::X, Vec3::Y)),
        (RCollar, axes(Vec3::X, Vec3::NEG_Y)),
        (RShoulder, axes(Vec3::X, Vec3::NEG_Y)),
        (RElbow, axes(Vec3::X, Vec3::NEG_Y)),
        (RWrist, axes(Vec3::X, Vec3::NEG_Y)),
        (LHip, axes(Vec3::NEG_Y, Vec3::X)),
        (LKnee, axes(Vec3::NEG_Y, Vec3::X)),
        (LAnkle, axes(foot, Vec3::X)),
        (LFoot, axes(toe, Vec3::X)),
        (RHip, axes(Vec3::Y, Vec3::X)),
        (RKnee, axes(Vec3::Y, Vec3::X)),
        (RAnkle, axes(-foot, Vec3::X)),
        (RFoot, axes(-toe, Vec3::X)),
    ];
    let mut rotations = vec![None; parents.len()];
    for (joint, rotation) in known {
        if let Some(index) = parts[joint as usize] {
            rotations[index] = Some(rotation);
        }
    }
    let pelvis = parts[Pelvis as usize];
    let mut world: Vec<Quat> = Vec::with_capacity(parents.len());
    for (index, parent) in parents.iter().enumerate() {
        // Joints without a part: above the pelvis unrotated, on it the spine's axes, elsewhere as their parent.
        let rotation = rotations[index].unwrap_or_else(|| match parent {
            None => Quat::IDENTITY,
            Some(parent) if Some(*parent) == pelvis => axes(Vec3::Y, Vec3::Z),
            Some(parent) => world[*parent],
        });
        world.push(rotation);
    }
    world
}

/// Rotation from a rig's world with Z up to ours with Y up; the identity where Y is up already. The trunk tells, in the reference
/// pose and in the frames. A rig without frames lives in our world, where its body may lie in its rest pose.
pub(super) fn ours_from_rig_axes(clip: &RigMotion, parts: &Parts, reference: &RigWorld) -> Quat {
    let (Some(neck), Some(pelvis)) = (parts[Joint::Neck as usize], parts[Joint::Pelvis as usize]) else { return Quat::IDENTITY };
    let trunk = |pose: &RigWorld| (pose.positions[neck] - pose.positions[pelvis]).normalize_or_zero();
    let frames = clip.frame_count();
    let stride = frames.div_ceil(100).max(1);
    let mean = (0..frames).step_by(stride).map(|frame| trunk(&clip.world(frame))).sum::<Vec3>();
    let rest = trunk(reference);
    if frames > 0 && rest.z > 0.7 && mean.z > 2.0 * mean.y.abs() {
        Quat::from_rotation_x(-std::f32::consts::FRAC_PI_2)
    } else {
        Quat::IDENTITY
    }
}

/// Orientation of the upright, forward-facing trunk in the reference pose (already in our axes): hips to the left, the world up.
pub(super) fn facing(left_hip: Vec3, right_hip: Vec3) -> Quat {
    frame_of((left_hip - right_hip) * vec3(1.0, 0.0, 1.0), Vec3::Y).unwrap_or(Quat::IDENTITY)
}
