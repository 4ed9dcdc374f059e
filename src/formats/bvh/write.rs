//! Writing BVH: offsets of the rest pose along the axes of the world (the format has no other rest rotations), six channels where a bone moves, `Z Y X` rotations, six decimals.

use crate::formats::Units;
use crate::formats::bones::{self, Bone};
use crate::formats::euler::nearest_euler;
use crate::motion::rig::RigMotion;
use glam::{DVec3, Quat, Vec3};
use std::f64::consts::PI;
use std::fmt::{self, Write};

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
    let mut before = vec![DVec3::ZERO; bones.len()];
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
