//! The bytes of exports of the two characters that ship or are known for long: they change only where somebody means to change them.

use glam::{Quat, Vec3, vec3};
use std::fmt::Write;
use std::sync::Arc;
use zoetrope::body::{BodyModel, Character, PoseShapes};
use zoetrope::formats::{self, Contents, Units, WriteOptions};
use zoetrope::motion::{JOINT_COUNT, Motion, NameStyle, PARENTS, Pose, rest_positions};

/// A clip that turns every joint, made without a sine, whose last bit differs between platforms.
fn motion() -> Motion {
    let turn = |a: f32, b: f32, c: f32| Quat::from_xyzw(a, b, c, 1.0).normalize();
    let pose = |frame: usize| {
        let t = frame as f32 / 8.0;
        let local = std::array::from_fn(|joint| {
            let j = joint as f32 / JOINT_COUNT as f32;
            turn(0.5 * j * t, 0.3 - 0.6 * t * (1.0 - j), 0.25 * t - 0.2 * j)
        });
        Pose { root_m: vec3(0.5 * t, 0.9 + 0.05 * t * t, 0.75 * t * t), local }
    };
    Motion { frames: (0..9).map(pose).collect() }
}

/// A made-up body of SMPL's kind, half as large again as our skeleton, with a hand more on each side: a little solid about each joint.
fn body() -> Character {
    let ours = rest_positions();
    let joints = JOINT_COUNT + 2;
    let joint_m = |joint: usize| 1.5 * if joint < JOINT_COUNT { ours[joint] } else { ours[joint - 2] + Vec3::Y * 0.05 } - Vec3::Y;
    let corners = [Vec3::X, Vec3::Y, Vec3::Z, -Vec3::ONE];
    let template_m: Vec<Vec3> = (0..joints).flat_map(|joint| corners.map(|corner| joint_m(joint) + 0.03 * corner)).collect();
    let share = |vertex: usize, joint: usize| match (vertex / 4 == joint, vertex / 4 == joint + 1) {
        (true, _) => 0.75,
        (_, true) => 0.25,
        _ => 0.0,
    };
    let model = BodyModel {
        shapes_m: vec![template_m.iter().map(|vertex_m| 0.1 * *vertex_m).collect()],
        joint_of_vertices: (0..JOINT_COUNT as u32).map(|joint| (0..4).map(|corner| (4 * joint + corner, 0.25)).collect()).collect(),
        weights: (0..template_m.len()).map(|vertex| (0..joints).map(|joint| share(vertex, joint)).collect()).collect(),
        parents: (0..joints).map(|joint| if joint < JOINT_COUNT { PARENTS[joint].unwrap_or(0) } else { joint - 2 }).collect(),
        triangles: (0..joints as u32).flat_map(|j| [[0, 1, 2], [1, 0, 3], [2, 1, 3], [0, 2, 3]].map(|t| t.map(|v| 4 * j + v))).collect(),
        pose_shapes: Arc::new(PoseShapes::of(template_m.len(), |number, vertex| if number == vertex { Vec3::X } else { Vec3::ZERO })),
        template_m,
    };
    model.check().expect("a body");
    model.character(&[0.5])
}

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The bytes without the program's version.
fn lasting(bytes: &[u8]) -> Vec<u8> {
    let version = concat!("Zoetrope ", env!("CARGO_PKG_VERSION")).as_bytes();
    let Some(at) = bytes.windows(version.len()).position(|window| window == version) else { return bytes.to_vec() };
    [&bytes[20..at], &bytes[at + version.len()..]].concat()
}

#[test]
#[cfg(target_arch = "x86_64")]
fn exports_of_today_s_characters_keep_their_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut found = String::new();
    for (who, character) in [("mannequin", None), ("smpl", Some(Arc::new(body())))] {
        for (ending, contents) in [
            ("bvh", Contents::Character),
            ("glb", Contents::Character),
            ("glb", Contents::Skeleton),
            ("glb", Contents::Animation),
            ("npz", Contents::Character),
        ] {
            for names in [NameStyle::Smpl, NameStyle::Mixamo, NameStyle::Unreal] {
                for (root_bone, fps, units, in_place) in
                    [(None, 30.0, Units::Cm, false), (Some(true), 60.0, Units::M, true), (Some(false), 24.0, Units::M, false)]
                {
                    let character = character.clone();
                    let options = WriteOptions { names, fps, units, in_place, root_bone, contents, character, ..WriteOptions::default() };
                    let path = folder.path().join(format!("clip.{ending}"));
                    formats::write(&path, &motion(), &options).expect("written");
                    let bytes = lasting(&std::fs::read(&path).expect("read"));
                    writeln!(found, "{who} {ending} {contents:?} {names:?} {root_bone:?} {fps} {:016x}", hash(&bytes)).expect("a line");
                }
            }
        }
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/exported_bytes.txt");
    if std::env::var_os("ZOETROPE_BLESS").is_some() {
        std::fs::write(golden, &found).expect("written");
    }
    let expected = std::fs::read_to_string(golden).expect("the golden hashes");
    let changed: Vec<&str> = found.lines().zip(expected.lines()).filter(|(new, old)| new != old).map(|(new, _)| new).collect();
    assert!(changed.is_empty() && found.lines().count() == expected.lines().count(), "changed:\n{}", changed.join("\n"));
}
