//! Characters of the user's own on the command line: fingers, mapping presets, clips, and files of their own kind.

use super::program::{fails, folder_with_walk, succeeds, text, walk, zoetrope};
use glam::{Quat, vec3};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use zoetrope::body::{BodyMesh, Character};
use zoetrope::formats::{self, WriteOptions};
use zoetrope::library;
use zoetrope::motion::mapping::{MAPPED, Mapping, Preset};
use zoetrope::motion::rig::Rig;
use zoetrope::motion::skeleton::MIRRORED;
use zoetrope::motion::{Joint, Motion, NameStyle, REST_OFFSETS_M};

/// A figure with five fingers at each hand, in the mannequin's skin.
fn fingered(path: &Path) -> PathBuf {
    let mut rig = Rig::ours(NameStyle::Mixamo, &REST_OFFSETS_M);
    for (wrist, side) in [(Joint::LWrist, 1.0), (Joint::RWrist, -1.0)] {
        for finger in 0..5 {
            let is_thumb = finger == 0;
            let root = vec3(side * if is_thumb { 0.02 } else { 0.08 }, 0.0, if is_thumb { 0.04 } else { 0.05 - 0.02 * finger as f32 });
            let mut above = wrist as usize;
            for (place, offset) in [root, vec3(side * 0.03, 0.0, 0.0), vec3(side * 0.02, 0.0, 0.0)].into_iter().enumerate() {
                above = rig.push(&format!("{wrist:?}Finger{finger}_{place}"), Some(above), offset, Quat::IDENTITY);
            }
        }
    }
    let mesh: BodyMesh = Character::mannequin().meshes()[0].clone();
    let character = Character::new(Mapping::of(&rig).expect("a human"), vec![mesh]);
    let options = WriteOptions { character: Some(Arc::new(character)), ..WriteOptions::default() };
    formats::write(path, &walk(), &options).expect("written");
    path.to_owned()
}

/// A walk as a BVH whose joints have names that say nothing.
fn nameless(path: &Path) -> PathBuf {
    formats::write(path, &walk(), &WriteOptions::default()).expect("written");
    let mut bvh = std::fs::read_to_string(path).expect("a text");
    for (joint, name) in NameStyle::Smpl.joint_names().iter().enumerate() {
        for keyword in ["ROOT", "JOINT"] {
            bvh = bvh.replace(&format!("{keyword} {name}\n"), &format!("{keyword} n{joint}\n"));
        }
    }
    std::fs::write(path, bvh).expect("written");
    path.to_owned()
}

/// What a part of the body was taken for, and how.
fn taken(bones: &str, part: &str) -> (String, String) {
    let bones: Value = serde_json::from_str(bones).expect("JSON");
    let row = bones["bones"].as_array().expect("rows").iter().find(|row| row["part"] == part).expect("a part").clone();
    (row["joint"].as_str().unwrap_or("-").to_owned(), row["how"].as_str().expect("a reason").to_owned())
}

#[test]
fn fingers_are_held_as_they_are_asked_to() {
    let (folder, walk) = folder_with_walk("walk.bvh");
    let me = fingered(&folder.path().join("me.glb"));
    let held = |fingers: &str| {
        let out = folder.path().join(format!("{fingers}.bvh"));
        succeeds(&["convert", text(&walk), text(&out), "--character", text(&me), "--fingers", fingers]);
        let clip = formats::read_bvh(&out).expect("a clip");
        let knuckle = clip.rig.find("LWristFinger2_0").expect("a finger");
        let (_, rotations) = clip.frame(10);
        rotations[knuckle].angle_between(clip.rig.rest_rotations()[knuckle])
    };
    assert!(held("rest") < 0.01 && held("relaxed") > 0.2 && held("fist") > 1.0);
    let output = zoetrope(&["convert", text(&walk), "out.bvh", "--character", text(&me), "--fingers", "crossed"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("rest, relaxed, fist or flat"));
}

#[test]
fn a_mapping_decides_which_joint_is_which_and_is_found_again_by_itself() {
    let folder = TempDir::new().expect("a folder");
    let file = nameless(&folder.path().join("robot.bvh"));
    let bones = succeeds(&["inspect", text(&file), "--bones", "--json"]);
    assert_eq!(taken(&bones, "L_Elbow").0, "n18");
    // Left and right the other way round, and nobody is the head.
    let rig = formats::read_rig(&file).expect("a rig");
    let at = |joint: usize| rig.find(&format!("n{joint}"));
    let decided = MAPPED.map(|part| (part, if part == Joint::Head { None } else { at(MIRRORED[part as usize]) }));
    let preset = Preset::of("robot", &rig, &decided);
    let config = folder.path().join("config");
    let map = library::keep_mapping(&config.join("zoetrope/mappings"), &preset).expect("kept");
    let swapped = |bones: &str| {
        assert_eq!(taken(bones, "L_Elbow"), ("n19".to_owned(), "as the mapping preset says".to_owned()));
        assert_eq!(taken(bones, "Head").0, "-");
    };
    swapped(&succeeds(&["inspect", text(&file), "--bones", "--json", "--map", text(&map)]));
    let with_settings = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_zoetrope")).env("XDG_CONFIG_HOME", &config).args(arguments).output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    };
    if cfg!(target_os = "linux") {
        let output = with_settings(&["inspect", text(&file), "--bones", "--json"]);
        swapped(&String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stderr).contains("\"robot\""));
    }
    // What a motion becomes goes by it: left is right.
    let [plain, mapped] = ["plain.npz", "mapped.npz"].map(|name| folder.path().join(name));
    succeeds(&["convert", text(&file), text(&plain)]);
    succeeds(&["convert", text(&file), text(&mapped), "--map", text(&map)]);
    let arm = |path: &Path, joint: Joint| {
        let motion: Motion = formats::read(path).expect("a motion");
        let moved = |frame: usize| motion.frames[frame].local[joint as usize];
        moved(0).angle_between(moved(10))
    };
    let swings = |path: &Path| [Joint::LShoulder, Joint::RShoulder].map(|joint| arm(path, joint) > 0.02);
    let (before, after) = (swings(&plain), swings(&mapped));
    assert_eq!(before, [after[1], after[0]]);
    assert_ne!(before[0], before[1], "one arm swings in this walk");
}

#[test]
fn a_mapping_that_fits_nothing_is_refused_with_the_joint_that_is_missing() {
    let (folder, walk) = folder_with_walk("walk.bvh");
    let map = folder.path().join("map.json");
    std::fs::write(&map, r#"{ "joints": { "Pelvis": "hips", "L_Knee": "Q" } }"#).expect("written");
    let line = fails(&["convert", text(&walk), "out.glb", "--map", text(&map)]);
    assert!(line.contains("hips") && line.contains("map.json") && line.contains("--bones"), "{line}");
    std::fs::write(&map, r#"{ "joints": { "Tail": "Q" } }"#).expect("written");
    assert!(fails(&["inspect", text(&walk), "--map", text(&map)]).contains("Tail"));
}

#[test]
fn files_of_ones_own_kind_need_a_character_and_clips_are_chosen() {
    let (folder, walk) = folder_with_walk("walk.bvh");
    let [me, vrm, gltf] = ["me.glb", "out.vrm", "out.gltf"].map(|name| folder.path().join(name));
    fingered(&me);
    for out in [&vrm, &gltf] {
        assert!(fails(&["convert", text(&walk), text(out)]).contains("--character"));
    }
    assert!(fails(&["convert", text(&walk), text(&vrm), "--character", text(&me)]).contains("no VRM"));
    succeeds(&["convert", text(&walk), text(&gltf), "--character", text(&me)]);
    assert_eq!(formats::read_character(&gltf).expect("a character").clips.len(), 2);
    let json = succeeds(&["inspect", text(&gltf), "--json", "--clip", "2"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((json["clips"].as_array().map(Vec::len), &json["clip"]), (Some(2), &json["clips"][1]["name"]));
    assert!(fails(&["inspect", text(&gltf), "--clip", "3"]).contains("--clip"));
    // A body of SMPL has no fingers to hold, a rigged character no shape.
    let output = zoetrope(&["convert", text(&walk), text(&gltf), "--character", text(&me), "--shape", "1"]);
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(feature = "app")]
#[test]
fn a_picture_shows_the_users_own_character() {
    let (folder, walk) = folder_with_walk("walk.bvh");
    let me = fingered(&folder.path().join("me.glb"));
    let red = folder.path().join("red.glb");
    // The mannequin in red, as a file of the user's.
    let look = zoetrope::body::MannequinLook { color: [255, 0, 0], ..Default::default() };
    let character = Some(Arc::new(Character::mannequin_with(look)));
    formats::write(&red, &super::program::walk(), &WriteOptions { character, ..WriteOptions::default() }).expect("written");
    let output = zoetrope(&["render", text(&walk), "-o", text(&folder.path().join("a.png")), "--size", "64x48"]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("adapter") || complaint.contains("graphics") {
        return crate::graphics::skip(&complaint);
    }
    let reds = |who: &Path| {
        let picture = folder.path().join("picture.png");
        succeeds(&["render", text(&walk), "-o", text(&picture), "--size", "160x120", "--character", text(who), "--times", "0.5"]);
        let picture = image::open(&picture).expect("a picture").to_rgb8();
        let is_red = |[red, green, blue]: [u8; 3]| red > 60 && u16::from(red) > 2 * u16::from(green.max(blue));
        picture.pixels().filter(|pixel| is_red(pixel.0)).count()
    };
    assert!(reds(&red) > 100 && reds(&me) == 0);
}
