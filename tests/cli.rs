//! The program from outside: what it writes, what it says, and how it exits.

use glam::{Quat, Vec3};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Motion, Pose};

fn zoetrope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(arguments).output().expect("the program runs")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Runs a command that must succeed; answers what it printed on the result channel.
fn succeeds(arguments: &[&str]) -> String {
    let output = zoetrope(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Runs a command that must fail in one line; answers the line.
fn fails(arguments: &[&str]) -> String {
    let output = zoetrope(arguments);
    let complaint = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {complaint}");
    assert_eq!(complaint.lines().count(), 1, "{arguments:?}: {complaint}");
    assert!(complaint.starts_with("error: "), "{complaint}");
    complaint
}

/// A person who walks along a bend and swings an arm, 2 s.
fn walk() -> Motion {
    let pose = |frame: usize| {
        let secs = frame as f32 / 30.0;
        let mut pose = Pose::REST;
        pose.root_m += Vec3::new(0.3 * secs * secs, 0.0, secs);
        pose.local[0] = Quat::from_rotation_y(0.4 * secs);
        pose.local[16] = Quat::from_rotation_z(-1.2) * Quat::from_rotation_x((4.0 * secs).sin());
        pose.local[1] = Quat::from_rotation_x(0.5 * (6.0 * secs).sin());
        pose.local[2] = Quat::from_rotation_x(-0.5 * (6.0 * secs).sin());
        pose
    };
    Motion { frames: (0..60).map(pose).collect() }
}

fn folder_with_walk(name: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join(name);
    formats::write(&file, &walk(), &WriteOptions::default()).expect("a file");
    (folder, file)
}

/// The largest distance between joints of two motions, metres.
fn apart_m(a: &Motion, b: &Motion) -> f32 {
    assert_eq!(a.len(), b.len());
    let mut most = 0.0_f32;
    for (a, b) in a.frames.iter().zip(&b.frames) {
        let (a, b) = (a.world().positions_m, b.world().positions_m);
        most = a.iter().zip(&b).map(|(a, b)| a.distance(*b)).fold(most, f32::max);
    }
    most
}

#[test]
fn convert_carries_a_motion_through_every_format_that_keeps_its_place() {
    let (folder, first) = folder_with_walk("walk.bvh");
    let mut before = first;
    for name in ["a.npz", "c.bvh"] {
        let next = folder.path().join(name);
        succeeds(&["convert", text(&before), text(&next)]);
        let motion = formats::read(&next).expect("readable");
        let apart = apart_m(&motion, &walk());
        assert!(apart < 0.001, "{name} is {apart} m away");
        before = next;
    }
}

#[test]
fn convert_resamples_and_keeps_the_duration() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    for fps in ["24", "60"] {
        let out = folder.path().join(format!("walk{fps}.bvh"));
        succeeds(&["convert", text(&walk_file), text(&out), "--fps", fps, "--names", "mixamo", "--units", "m"]);
        let written = std::fs::read_to_string(&out).expect("text");
        assert!(written.contains("Hips"), "mixamo names");
        let frames: f32 = written.lines().find_map(|line| line.strip_prefix("Frames:")).expect("Frames").trim().parse().expect("a number");
        let expected = 59.0 / 30.0 * fps.parse::<f32>().expect("a number") + 1.0;
        assert!((frames - expected).abs() <= 1.0, "{frames} frames at {fps}, expected {expected}");
    }
}

#[test]
fn convert_in_place_keeps_the_root_where_it_is() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let out = folder.path().join("in-place.bvh");
    succeeds(&["convert", text(&walk_file), text(&out), "--in-place"]);
    let motion = formats::read(&out).expect("readable");
    let roots: Vec<Vec3> = motion.frames.iter().map(|pose| pose.root_m).collect();
    assert!(roots.iter().all(|root| (root.x - roots[0].x).abs() < 1e-3 && (root.z - roots[0].z).abs() < 1e-3));
}

#[test]
fn what_goes_wrong_is_one_line_that_names_the_file() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let missing = folder.path().join("missing.bvh");
    assert!(fails(&["convert", text(&missing), "out.glb"]).contains("missing.bvh"));
    let unknown = folder.path().join("walk.fbx");
    assert!(fails(&["convert", text(&walk_file), text(&unknown)]).contains("walk.fbx"));
    let damaged = folder.path().join("damaged.bvh");
    std::fs::write(&damaged, "HIERARCHY\nROOT Hips\n{\n").expect("written");
    assert!(fails(&["convert", text(&damaged), "out.glb"]).contains("damaged.bvh"));
    assert!(fails(&["eval", "starter", text(folder.path())]).contains("motion_data"));
    let nowhere = folder.path().join("no such folder").join("walk.glb");
    assert!(fails(&["convert", text(&walk_file), text(&nowhere)]).contains("no such folder"));
}

#[test]
fn a_failed_conversion_leaves_the_old_file_alone() {
    let (folder, _) = folder_with_walk("walk.bvh");
    let damaged = folder.path().join("damaged.bvh");
    std::fs::write(&damaged, "HIERARCHY").expect("written");
    let out = folder.path().join("out.glb");
    std::fs::write(&out, "precious").expect("written");
    fails(&["convert", text(&damaged), text(&out)]);
    assert_eq!(std::fs::read_to_string(&out).expect("still there"), "precious");
}

#[test]
fn wrong_usage_exits_with_two() {
    for arguments in
        [&["convert", "in.bvh"][..], &["dance"], &["generate", "walk", "-o", "a.glb", "--seconds", "-1"], &["--screenshots", "x"]]
    {
        assert_eq!(zoetrope(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[cfg(not(feature = "app"))]
#[test]
fn without_its_window_the_program_says_so_in_one_line() {
    assert!(fails(&[]).contains("without its window"));
}
