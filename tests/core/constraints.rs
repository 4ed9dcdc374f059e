//! Files of constraints: what they say, and each fault with its place.

use std::path::PathBuf;
use tempfile::TempDir;
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Joint, Motion, Pose};
use zoetrope::timeline::Constraints;

fn written(folder: &TempDir, json: &str) -> PathBuf {
    let file = folder.path().join("walk.json");
    std::fs::write(&file, json).expect("written");
    file
}

#[test]
fn a_pose_is_a_frame_of_a_motion_file_beside_it() {
    let folder = TempDir::new().expect("a folder");
    let raised = |frame: usize| Pose { root_m: Pose::REST.root_m + glam::Vec3::Y * 0.01 * frame as f32, ..Pose::REST };
    let motion = Motion { frames: (0..5).map(raised).collect() };
    formats::write(&folder.path().join("pose.npz"), &motion, &WriteOptions::default()).expect("written");
    let file = written(
        &folder,
        r#"{"keys": [{"t": 1, "pose": "pose.npz", "frame": 3, "joints": {"Head": [0, null, 1]}}, {"t": 2, "pose": "pose.npz"}]}"#,
    );
    let constraints = formats::read_constraints(&file, 4.0).expect("constraints");
    let height_m = |key: usize| constraints.keys[key].pose.as_ref().expect("a pose").root_m.y - Pose::REST.root_m.y;
    assert!((height_m(0) - 0.03).abs() < 1e-4 && height_m(1).abs() < 1e-4, "{} {}", height_m(0), height_m(1));
    assert_eq!(constraints.keys[0].joints, [(Joint::Head, [Some(0.0), None, Some(1.0)])]);
    assert_eq!(formats::read_constraints(&written(&folder, "{}"), 4.0).expect("nothing"), Constraints::default());
}

#[test]
fn each_fault_names_the_file_the_place_in_it_and_the_way_out() {
    let folder = TempDir::new().expect("a folder");
    let motion = Motion { frames: vec![Pose::REST; 2] };
    formats::write(&folder.path().join("two.npz"), &motion, &WriteOptions::default()).expect("written");
    for (json, says) in [
        ("{", "no JSON (EOF while parsing an object at line 1"),
        ("[]", "no constraints"),
        (r#"{"paths": []}"#, "an unknown member paths"),
        (r#"{"path": 3}"#, "path that is no list"),
        (r#"{"path": [{"x": 0, "z": 0}, {"x": 1}]}"#, "path[1]: missing field `z`"),
        (r#"{"path": [{"x": 0, "z": 0}, {"x": 1, "y": 2}]}"#, "path[1]: unknown field `y`"),
        (r#"{"path": [{"x": 0, "z": 0}, {"x": 1, "z": 2, "t": 5}]}"#, "path[1].t is 5 s, beyond the motion's 4 s"),
        (r#"{"keys": [{"joints": {"Head": [0, 1, 2]}}]}"#, "keys[0]: missing field `t`"),
        (r#"{"keys": [{"t": 1, "joints": {"Hand": [0, 1, 2]}}]}"#, "keys[0]: no joint is called Hand"),
        (r#"{"keys": [{"t": 1, "joints": {"Head": [0, 1]}}]}"#, "keys[0]: invalid length 2"),
        (r#"{"keys": [{"t": 1, "pose": "none.npz"}]}"#, "keys[0].pose: cannot read"),
        (r#"{"keys": [{"t": 1, "pose": "two.npz", "frame": 2}]}"#, "keys[0].frame is 2, and two.npz has 2 frames"),
        (r#"{"keys": [{"t": 1, "frame": 2}]}"#, "keys[0]: unknown field `frame`"),
        (r#"{"end": {"facing": 3}}"#, "end: unknown field `facing`"),
        (r#"{"end": {"x": 1e999}}"#, "no JSON (number out of range"),
    ] {
        let error = formats::read_constraints(&written(&folder, json), 4.0).expect_err(json).to_string();
        assert!(error.contains(says) && error.contains("walk.json"), "{json}: {error}");
        assert!(!error.contains('\n') && error.contains("; "), "{error}");
    }
}
