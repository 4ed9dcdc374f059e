//! Runs the program, and what its tests hand to it.

use glam::{Quat, Vec3};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Motion, Pose};

pub(crate) fn zoetrope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(arguments).output().expect("the program runs")
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Runs a command that must succeed; answers what it printed on the result channel.
pub(crate) fn succeeds(arguments: &[&str]) -> String {
    let output = zoetrope(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Runs a command that must fail; answers the line that says why, which is the last and the only one of its kind.
pub(crate) fn fails(arguments: &[&str]) -> String {
    let output = zoetrope(arguments);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    let complaints: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(complaints, [said.lines().last().expect("a line")], "{arguments:?}: {said}");
    complaints[0].to_owned()
}

/// A person who walks along a bend and swings an arm, 2 s.
pub(crate) fn walk() -> Motion {
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

pub(crate) fn folder_with_walk(name: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join(name);
    formats::write(&file, &walk(), &WriteOptions::default()).expect("a file");
    (folder, file)
}

/// The largest distance between joints of two motions, metres.
pub(crate) fn apart_m(a: &Motion, b: &Motion) -> f32 {
    assert_eq!(a.len(), b.len());
    let mut most = 0.0_f32;
    for (a, b) in a.frames.iter().zip(&b.frames) {
        let (a, b) = (a.world().positions_m, b.world().positions_m);
        most = a.iter().zip(&b).map(|(a, b)| a.distance(*b)).fold(most, f32::max);
    }
    most
}

pub(crate) fn read(file: &Path) -> Motion {
    formats::read(file).unwrap_or_else(|error| panic!("{error}"))
}

/// A short generation.
pub(crate) fn generates(folder: &Path, output: &str, options: &[&str]) -> PathBuf {
    let file = folder.join(output);
    succeeds(&[&["generate", "a person walks forward and waves", "-o", text(&file)], options].concat());
    file
}
