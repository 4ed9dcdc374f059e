//! Motions that research keeps in arrays: read where they hold a person, named for what they are where not.

use super::dialects::walk;
use super::formats::{apart_m, floats, npy, npz};
use super::pickles::aist;
use glam::{Quat, Vec3, vec3};
use std::path::Path;
use zoetrope::formats::{self, ReadOptions, Reading};
use zoetrope::motion::mapping::Presets;
use zoetrope::motion::{JOINT_COUNT, Motion, features};

const AT_30: ReadOptions = ReadOptions { clip: None, source_fps: Some(30.0), presets: Presets::NONE };

fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Reading, String> {
    formats::decode(Path::new(name), bytes, options).map_err(|error| error.to_string())
}

fn places(motion: &Motion, turn: Quat, scale: f32) -> Vec<f32> {
    let frame = |pose: &zoetrope::motion::Pose| pose.world().positions_m.map(|place| (turn * place * scale).to_array());
    motion.frames.iter().flat_map(|pose| frame(pose).into_iter().flatten()).collect()
}

#[track_caller]
fn assert_same(motion: &Motion, reading: &Reading) {
    let shift_m = motion.frames[0].root_m - reading.motion.frames[0].root_m;
    let apart_m = apart_m(motion, &reading.motion.placed(0.0, shift_m));
    assert!(apart_m < 0.01 && shift_m.y.abs() < 0.01, "{apart_m} m apart, {shift_m}");
}

#[test]
fn places_of_joints_are_a_motion() {
    let walk = walk();
    let shape = format!("({}, 22, 3)", walk.len());
    for (turn, scale) in [(Quat::IDENTITY, 1.0), (Quat::IDENTITY, 100.0), (Quat::from_rotation_x(std::f32::consts::FRAC_PI_2), 1.0)] {
        let array = npy(&shape, "'<f4'", &floats(&places(&walk, turn, scale)));
        assert_same(&walk, &read("walk.npy", &array, &AT_30).expect("places"));
        assert_same(&walk, &read("walk.npz", &npz(&[("joints", array.clone())]), &AT_30).expect("places"));
        assert_same(&walk, &read("walk.npz", &npz(&[("posed_joints", array)]), &AT_30).expect("places"));
    }
    // The rate is said to be a guess.
    let guessed = read("walk.npy", &npy(&shape, "'<f4'", &floats(&places(&walk, Quat::IDENTITY, 1.0))), &ReadOptions::default());
    let guessed = guessed.expect("places");
    assert!(guessed.recorded.fps == 20.0 && guessed.notes.iter().any(|note| note.contains("--source-fps")), "{:?}", guessed.notes);
}

/// A walk as HumanML3D has it: half turns and steps of the root, its height, places in its heading, and what is not read.
fn humanml(walk: &Motion) -> Vec<f32> {
    let heading_rad = |frame: usize| 0.2 * frame as f32 / 30.0;
    let mut values = Vec::new();
    for (frame, pose) in walk.frames.iter().enumerate() {
        let heading_from_world = Quat::from_rotation_y(-heading_rad(frame));
        let places = pose.world().positions_m;
        let next = walk.frames.get(frame + 1).map_or(pose.root_m, |next| next.root_m);
        let step = Quat::from_rotation_y(-heading_rad(frame + 1)) * (next - pose.root_m);
        let root = vec3(pose.root_m.x, 0.0, pose.root_m.z);
        values.extend([-0.5 * (heading_rad(frame + 1) - heading_rad(frame)), step.x, step.z, pose.root_m.y]);
        values.extend(places[1..].iter().flat_map(|place| (heading_from_world * (*place - root)).to_array()));
        values.extend([1.0, 0.0, 0.0, 0.0, 1.0, 0.0].repeat(21));
        values.extend([0.0; 66]);
        values.extend([1.0, 1.0, 0.0, 0.0]);
    }
    values
}

#[test]
fn humanml3d_is_a_motion_and_its_normalised_form_is_named() {
    let walk = walk();
    let shape = format!("({}, 263)", walk.len());
    let values = humanml(&walk);
    assert_same(&walk, &read("walk.npy", &npy(&shape, "'<f4'", &floats(&values)), &AT_30).expect("features"));
    let normalised: Vec<f32> = values.iter().map(|value| (value - 0.4) / 0.3).collect();
    let message = read("walk.npy", &npy(&shape, "'<f4'", &floats(&normalised)), &AT_30).expect_err("no motion");
    assert!(["HumanML3D", "normalised", "Std.npy", "Mean.npy"].iter().all(|word| message.contains(word)), "{message}");
}

#[test]
fn normalised_features_of_ours_are_named() {
    let rows = features::encode(&walk());
    let shape = format!("({}, 272)", rows.frames());
    assert!(read("walk.npy", &npy(&shape, "'<f4'", &floats(rows.values())), &ReadOptions::default()).is_ok());
    let normalised: Vec<f32> = rows.values().iter().map(|value| (value - 0.3) / 0.05).collect();
    let message = read("walk.npy", &npy(&shape, "'<f4'", &floats(&normalised)), &ReadOptions::default()).expect_err("no motion");
    assert!(message.contains("normalised features") && message.contains("std.npy"), "{message}");
}

#[test]
fn a_dance_of_aist_in_an_archive_is_read_too() {
    let walk = walk();
    let [poses, trans] = aist(&walk, 90.0);
    let shape = |columns: usize| format!("({}, {columns})", walk.len());
    let bytes = npz(&[
        ("smpl_poses", npy(&shape(72), "'<f4'", &floats(&poses))),
        ("smpl_trans", npy(&shape(3), "'<f4'", &floats(&trans))),
        ("smpl_scaling", npy("(1,)", "'<f4'", &floats(&[90.0]))),
    ]);
    assert_same(&walk, &read("dance.npz", &bytes, &AT_30).expect("AIST++"));
    assert_eq!(read("dance.npz", &bytes, &ReadOptions::default()).expect("AIST++").recorded.fps, 60.0);
}

#[test]
fn a_fault_of_an_array_names_the_file_and_the_array() {
    let array = |shape: &str, count: usize| npy(shape, "'<f4'", &floats(&vec![0.25; count]));
    let mut not_finite = vec![0.25; 2 * 63];
    not_finite[63 + 5] = f32::NAN;
    let not_finite = npy("(2, 63)", "'<f4'", &floats(&not_finite));
    let cases: [(&str, Vec<u8>, &[&str]); 6] = [
        ("pose_body", array("(2, 63)", 100), &["pose_body.npy:", "declared"]),
        ("root_orient", b"nothing".to_vec(), &["root_orient.npy:", "no npy header"]),
        ("trans", npy("(2, 3)", "'<U1'", &[0; 24]), &["trans.npy:", "kind"]),
        ("pose_body", not_finite, &["pose_body:", "frame 1", "not finite"]),
        ("root_orient", array("(1, 3)", 3), &["root_orient", "2 frames of trans"]),
        ("mocap_frame_rate", b"\x93NUMPY\x01".to_vec(), &["mocap_frame_rate.npy:"]),
    ];
    for (changed, bytes, words) in cases {
        let whole = [
            ("trans", array("(2, 3)", 6)),
            ("root_orient", array("(2, 3)", 6)),
            ("pose_body", array("(2, 63)", 126)),
            ("mocap_frame_rate", npy("()", "'<f8'", &30f64.to_le_bytes())),
        ];
        let arrays = whole.map(|(name, array)| (name, if name == changed { bytes.clone() } else { array }));
        let message = read("clip.npz", &npz(&arrays), &ReadOptions::default()).expect_err(changed);
        assert!(words.iter().chain([&"clip.npz"]).all(|word| message.contains(word)), "{message}");
    }
    let message = read("places.npz", &npz(&[("joints", b"nothing".to_vec())]), &ReadOptions::default()).expect_err("no array");
    assert!(message.contains("joints.npy:") && message.contains("places.npz"), "{message}");
}

#[test]
fn archives_of_something_else_are_called_what_they_are() {
    let numbers = |shape: &str, count: usize| npy(shape, "'<f4'", &floats(&vec![0.5; count]));
    type Members = Vec<(&'static str, Vec<u8>)>;
    let cases: [(&str, Members, &[&str]); 4] = [
        ("robot.npz", vec![("posed_joints", numbers("(2, 34, 3)", 204))], &["Kimodo", "34 joints", "BVH"]),
        ("body.npz", vec![("v_template", numbers("(2, 3)", 6)), ("weights", numbers("(2, 1)", 2))], &["body model", "--character"]),
        ("other.npz", vec![("run1/contacts", numbers("(2, 2)", 4))], &["no AMASS file", "run1/contacts"]),
        ("joints.npz", vec![("joints", numbers("(2, 17, 3)", 102))], &["[2, 17, 3]", "22 joints"]),
    ];
    for (name, arrays, words) in cases {
        let message = read(name, &npz(&arrays), &ReadOptions::default()).expect_err(name);
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
    let message = read("betas.npy", &numbers("(300,)", 300), &ReadOptions::default()).expect_err("no motion");
    assert!(message.contains("300 numbers"), "{message}");
}

#[test]
fn an_amass_body_stands_at_the_height_of_its_pelvis() {
    // A standing body of AMASS: its template's origin is 0.92 m above the floor, and 0.35 m above its pelvis' place in the file's Y.
    let upright = [std::f32::consts::FRAC_PI_2, 0.0, 0.0];
    let bytes = npz(&[
        ("trans", npy("(1, 3)", "'<f4'", &floats(&[1.0, 2.351, 0.923]))),
        ("root_orient", npy("(1, 3)", "'<f4'", &floats(&upright))),
        ("pose_body", npy("(1, 63)", "'<f4'", &floats(&[0.0; 63]))),
        ("mocap_frame_rate", npy("()", "'<f8'", &120f64.to_le_bytes())),
    ]);
    let reading = read("body.npz", &bytes, &ReadOptions::default()).expect("a body");
    let pose = reading.motion.frames[0];
    assert!(pose.root_m.distance(vec3(1.003, 0.935, -2.0)) < 1e-3, "{}", pose.root_m);
    assert!(pose.local[0].angle_between(Quat::IDENTITY) < 1e-3 && pose.world().positions_m.len() == JOINT_COUNT);
    assert!((pose.local[0] * Vec3::Y).y > 0.999);
}
