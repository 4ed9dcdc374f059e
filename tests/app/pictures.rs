//! What the stage draws is what it drew before characters became rigs: six small pictures.

use crate::window::can_draw;
use glam::{Quat, Vec3};
use std::path::{Path, PathBuf};
use std::process::Command;
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Joint, Motion, Pose};

/// Drivers round colours and edges differently: so much a channel on average, and so many channels by more than a step that is seen.
const MEAN: f32 = 2.0;
const SEEN: u8 = 48;
const MOST_SEEN: f32 = 0.01;

/// Somebody who walks on a bend and waves.
fn waving() -> Motion {
    let frame = |frame: usize| {
        let secs = frame as f32 / 30.0;
        let mut pose = Pose::REST;
        pose.root_m += Vec3::new(0.1 * secs * secs, 0.0, 0.8 * secs);
        let turn = |pose: &mut Pose, joint: Joint, rotation: Quat| pose.local[joint as usize] = rotation;
        turn(&mut pose, Joint::LHip, Quat::from_rotation_x(0.5 * (6.0 * secs).sin()));
        turn(&mut pose, Joint::RHip, Quat::from_rotation_x(-0.5 * (6.0 * secs).sin()));
        turn(&mut pose, Joint::LKnee, Quat::from_rotation_x(0.6 * (6.0 * secs).cos().max(0.0)));
        turn(&mut pose, Joint::LShoulder, Quat::from_rotation_z(-1.2));
        turn(&mut pose, Joint::RShoulder, Quat::from_rotation_z(-0.9 + 0.4 * (9.0 * secs).sin()));
        turn(&mut pose, Joint::Head, Quat::from_rotation_y(0.4 * secs));
        pose
    };
    Motion { frames: (0..45).map(frame).collect() }
}

fn render(motion: &Path, camera: &str, time: &str, picture: &Path) {
    let [motion, picture] = [motion, picture].map(|path| path.to_str().expect("plain"));
    let arguments = ["render", motion, "-o", picture, "--size", "160x120", "--camera", camera, "--times", time];
    let output = Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(arguments).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn six_pictures_of_the_mannequin_are_as_they_were() {
    if !can_draw() {
        return;
    }
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/pictures");
    let folder = tempfile::tempdir().expect("a folder");
    let motion = folder.path().join("waving.bvh");
    formats::write(&motion, &waving(), &WriteOptions::default()).expect("written");
    for camera in ["front", "side", "three-quarter"] {
        for time in ["0.3", "1.2"] {
            let name = format!("{camera}-{time}.png");
            let picture = folder.path().join(&name);
            render(&motion, camera, time, &picture);
            let golden: PathBuf = goldens.join(&name);
            if std::env::var_os("ZOETROPE_BLESS").is_some() {
                std::fs::copy(&picture, &golden).expect("blessed");
            }
            let [now, then] = [&picture, &golden].map(|path| image::open(path).expect("a picture").into_rgb8());
            assert_eq!(now.dimensions(), then.dimensions(), "{name}");
            let apart: Vec<u8> = now.iter().zip(then.iter()).map(|(now, then)| now.abs_diff(*then)).collect();
            let mean = apart.iter().map(|apart| f32::from(*apart)).sum::<f32>() / apart.len() as f32;
            let seen = apart.iter().filter(|apart| **apart > SEEN).count() as f32 / apart.len() as f32;
            assert!(mean < MEAN && seen < MOST_SEEN, "{name} is another picture: {mean:.2} a channel, {:.2} % seen", 100.0 * seen);
        }
    }
}
