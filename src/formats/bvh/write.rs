//! Writing BVH: offsets of the rest pose along the axes of the world (the format has no other rest rotations), six channels where a bone moves, `Z Y X` rotations, six decimals.

use crate::formats::Units;
use crate::formats::bones::{self, Bone};
use crate::motion::rig::RigMotion;
use glam::{DMat3, DQuat, DVec3, Quat, Vec3};
use std::f64::consts::{PI, TAU};
use std::fmt::{self, Write};

/// Angles about X, Y and Z, radians: the rotation is `Rz · Ry · Rx`.
type Euler = DVec3;

/// The text of a BVH file of a rig's motion, with its joints as these bones.
pub(in crate::formats) fn encode(clip: &RigMotion, bones: &[Bone], units: Units) -> String {
    let mut text = String::new();
    write(&mut text, clip, bones, units).expect("writing to a String cannot fail");
    text
}

fn write(text: &mut String, clip: &RigMotion, bones: &[Bone], units: Units) -> fmt::Result {
    let axes = axes(bones);
    text.push_str("HIERARCHY\n");
    for root in (0..bones.len()).filter(|bone| bones[*bone].parent.is_none()) {
        write_bone(text, bones, &axes, root, 0, units)?;
    }
    writeln!(text, "MOTION\nFrames: {}\nFrame Time: {:.6}", clip.frame_count(), 1.0 / clip.fps)?;
    let mut before = vec![Euler::ZERO; bones.len()];
    for locals in bones::locals(bones, clip) {
        let mut separator = "";
        for (((bone, axes), (translation_m, rotation)), before) in bones.iter().zip(&axes).zip(locals).zip(&mut before) {
            *before = nearest_euler(axes.parent * rotation * axes.own.inverse(), *before);
            if bone.moves {
                write_numbers(text, &mut separator, scaled(axes.parent * translation_m, units))?;
            }
            let degrees = *before * (180.0 / PI);
            write_numbers(text, &mut separator, [degrees.z, degrees.y, degrees.x])?;
        }
        text.push('\n');
    }
    Ok(())
}

/// How a bone and its parent are turned in the rest pose.
struct Axes {
    parent: Quat,
    own: Quat,
}

fn axes(bones: &[Bone]) -> Vec<Axes> {
    let rest = bones::rest_world(bones);
    let of_bone =
        |(index, bone): (usize, &Bone)| Axes { parent: bone.parent.map_or(Quat::IDENTITY, |parent| rest[parent].1), own: rest[index].1 };
    bones.iter().enumerate().map(of_bone).collect()
}

fn write_bone(text: &mut String, bones: &[Bone], axes: &[Axes], index: usize, depth: usize, units: Units) -> fmt::Result {
    let bone = &bones[index];
    let indent = "\t".repeat(depth);
    let kind = if depth == 0 { "ROOT" } else { "JOINT" };
    let channels =
        if bone.moves { "6 Xposition Yposition Zposition Zrotation Yrotation Xrotation" } else { "3 Zrotation Yrotation Xrotation" };
    write!(text, "{indent}{kind} {}\n{indent}{{\n{indent}\tOFFSET ", bone.name)?;
    write_numbers(text, &mut "", scaled(axes[index].parent * bone.rest_m, units))?;
    writeln!(text, "\n{indent}\tCHANNELS {channels}")?;
    for child in (index + 1..bones.len()).filter(|&child| bones[child].parent == Some(index)) {
        write_bone(text, bones, axes, child, depth + 1, units)?;
    }
    if let Some(end_m) = bone.end_m {
        write!(text, "{indent}\tEnd Site\n{indent}\t{{\n{indent}\t\tOFFSET ")?;
        write_numbers(text, &mut "", scaled(axes[index].own * end_m, units))?;
        writeln!(text, "\n{indent}\t}}")?;
    }
    writeln!(text, "{indent}}}")
}

fn scaled(metres: Vec3, units: Units) -> [f64; 3] {
    let scale = match units {
        Units::Cm => 100.0,
        Units::M => 1.0,
    };
    (metres.as_dvec3() * scale).to_array()
}

fn write_numbers(text: &mut String, separator: &mut &str, numbers: [f64; 3]) -> fmt::Result {
    for number in numbers {
        // Adding zero turns a rounded -0.000000 into 0.000000.
        write!(text, "{separator}{:.6}", (number * 1e6).round() / 1e6 + 0.0)?;
        *separator = " ";
    }
    Ok(())
}

/// Of all angles that make this rotation, those nearest to the frame before, so that curves neither jump by a turn nor flip.
fn nearest_euler(rotation: Quat, before: Euler) -> Euler {
    let m = DMat3::from_quat(DQuat::from_xyzw(rotation.x.into(), rotation.y.into(), rotation.z.into(), rotation.w.into()).normalize());
    // Rz Ry Rx = [[cy cz, sx sy cz - cx sz, …], [cy sz, sx sy sz + cx cz, …], [-sy, sx cy, cx cy]]; m.x_axis is its first column.
    let cos_y = m.x_axis.x.hypot(m.x_axis.y);
    let y = (-m.x_axis.z).atan2(cos_y);
    if cos_y < 1e-6 {
        // Gimbal lock: X and Z turn about the same axis, so Z stays and X makes up the rest.
        let (sin_z, cos_z) = before.z.sin_cos();
        let x = (sin_z * m.z_axis.x - cos_z * m.z_axis.y).atan2(cos_z * m.y_axis.y - sin_z * m.y_axis.x);
        return unwound(DVec3::new(x, y, before.z), before);
    }
    let first = unwound(DVec3::new(m.y_axis.z.atan2(m.z_axis.z), y, m.x_axis.y.atan2(m.x_axis.x)), before);
    let second = unwound(DVec3::new(first.x + PI, PI - y, first.z + PI), before);
    if second.distance_squared(before) < first.distance_squared(before) { second } else { first }
}

/// Whole turns added to each angle so that it is within half a turn of the frame before.
fn unwound(angles: Euler, before: Euler) -> Euler {
    angles - ((angles - before) / TAU).round() * TAU
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::EulerRot;

    fn composed(angles: Euler) -> DQuat {
        DQuat::from_euler(EulerRot::ZYX, angles.z, angles.y, angles.x)
    }

    #[test]
    fn angles_make_the_rotation_also_in_gimbal_lock() {
        for y in [-PI / 2.0, -1.57, -0.3, 0.0, 1.2, 1.57, PI / 2.0] {
            for (x, z) in [(0.0, 0.0), (0.4, -2.0), (-2.9, 0.7), (1.0, 3.1)] {
                let rotation = composed(DVec3::new(x, y, z)).as_quat();
                let angles = nearest_euler(rotation, DVec3::new(0.2, 0.1, -0.3));
                let difference = composed(angles).angle_between(rotation.as_dquat().normalize());
                assert!(difference < 2e-4, "{x} {y} {z}: {difference} rad");
            }
        }
    }

    #[test]
    fn a_spin_unwinds_instead_of_jumping_back() {
        let mut before = Euler::ZERO;
        for step in 0..200 {
            let angles = nearest_euler(Quat::from_rotation_y(0.1 * step as f32), before);
            assert!((angles - before).abs().max_element() < 0.11, "a jump at step {step}");
            before = angles;
        }
    }
}
