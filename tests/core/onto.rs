//! A motion in the user's own file: it moves there as on the stage, and everything else is as it was.

use super::characters::seen_in;
use super::formats::{Folder, chunks};
use super::rigged::File;
use crate::motion::rigs::walk;
use glam::{Mat4, Vec3};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use zoetrope::body::{Character, skin};
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::mapping::Presets;
use zoetrope::motion::{Joint, Motion};
use zoetrope::timeline::{Provenance, Request};

/// The file with a walk in it, the character that walks, and the walk.
fn walking(folder: &Folder, file: &File) -> (PathBuf, PathBuf, Character, Motion) {
    let whose = file.written(folder);
    let (character, _) = formats::read_humanoid(&whose, &Presets::NONE).expect("a human");
    let motion = Motion { frames: walk().frames[..20].to_vec() };
    let path = folder.file("walking.glb");
    let provenance = Provenance {
        origin: Request::new("a person walks").into(),
        model: "starter".to_owned(),
        licence: "CC BY-NC 4.0".to_owned(),
        ..Provenance::default()
    };
    let options = WriteOptions {
        character: Some(Arc::new(character.clone())),
        onto: Some(whose.clone()),
        provenance: Some(provenance),
        ..WriteOptions::default()
    };
    formats::write(&path, &motion, &options).expect("written");
    (whose, path, character, motion)
}

#[test]
fn the_file_moves_as_the_stage_shows_it() {
    let mut by_matrix = File::dressed();
    // glTF lets no animation move a node with a matrix.
    for joint in [Joint::Pelvis, Joint::LElbow, Joint::RKnee] {
        let node = &mut by_matrix.json["nodes"][joint as usize];
        let place: Vec<f32> =
            node["translation"].as_array().expect("a place").iter().map(|value| value.as_f64().expect("a number") as f32).collect();
        node["matrix"] = Mat4::from_translation(Vec3::from_slice(&place)).to_cols_array().to_vec().into();
        node.as_object_mut().expect("a node").remove("translation");
    }
    for file in [File::dressed(), File::under_armature(0.01, false), File::under_armature(100.0, true), by_matrix] {
        let folder = Folder::new();
        let (_, path, character, motion) = walking(&folder, &file);
        for frame in [0, 7, 19] {
            let shown = skin(&character, &motion.frames[frame]);
            let seen = seen_in(&path, frame);
            assert_eq!(shown.len(), seen.len());
            let apart = shown.iter().zip(&seen).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max);
            assert!(apart < 1e-4, "frame {frame}: {apart} m");
        }
    }
}

#[test]
fn what_other_animations_move_is_keyed_so_that_nothing_of_them_stays() {
    let folder = Folder::new();
    let mut file = File::dressed();
    let elbow = Joint::LElbow as usize;
    let channel = |path: &str| json!({ "sampler": 0, "target": { "node": elbow, "path": path } });
    let inputs = json!([{ "input": 0, "output": 0 }]);
    file.json["animations"] = json!([{ "name": "Old", "channels": [channel("translation"), channel("scale")], "samplers": inputs }]);
    let whose = file.written(&folder);
    let before = chunks(&whose).0;
    let (_, path, ..) = walking(&folder, &file);
    let after = chunks(&path).0;
    let keyed = |path: &str| {
        let channels = after["animations"][1]["channels"].as_array().expect("channels");
        channels.iter().any(|channel| channel["target"]["node"] == elbow && channel["target"]["path"] == path)
    };
    assert_eq!(before["animations"], json!([after["animations"][0]]));
    assert!(keyed("translation") && keyed("rotation") && keyed("scale"));
}

#[test]
fn everything_else_in_the_file_is_as_it_was() {
    let folder = Folder::new();
    let mut file = File::dressed();
    file.json["extensions"] = json!({ "ACME_mood": { "happy": [1.25, 1e-7, "ja"] }, "A": 1 });
    file.json["extensionsUsed"] = json!(["ACME_mood"]);
    file.json["meshes"][0]["extras"] = json!({ "targetNames": ["smile"] });
    file.json["animations"] = json!([{ "name": "Old", "channels": [], "samplers": [] }]);
    let (whose, path, ..) = walking(&folder, &file);
    let ((before, old_bin), (after, new_bin)) = (chunks(&whose), chunks(&path));
    assert_eq!(new_bin[..old_bin.len()], old_bin[..]);
    let grown = ["animations", "accessors", "bufferViews"];
    for (name, value) in before.as_object().expect("a document") {
        if grown.contains(&name.as_str()) {
            let (old, new) = (value.as_array().expect("a list"), after[name].as_array().expect("a list"));
            assert!(new.len() > old.len() && new[..old.len()] == old[..], "{name}");
        } else if name != "buffers" {
            assert_eq!(value, &after[name], "{name}");
        }
    }
    let text = |path: &PathBuf| String::from_utf8_lossy(&std::fs::read(path).expect("bytes")).into_owned();
    let kept = r#""happy":[1.25,1e-7,"ja"]"#;
    assert!(text(&whose).contains(kept) && text(&path).contains(kept), "numbers keep their form");
    let walk = &after["animations"][1];
    assert_eq!((walk["name"].as_str(), walk["extras"]["prompt"].as_str()), (Some("a person walks"), Some("a person walks")));
    // Joints that stay have no key frames; of places the hips alone go.
    let paths: Vec<&str> =
        walk["channels"].as_array().expect("channels").iter().filter_map(|channel| channel["target"]["path"].as_str()).collect();
    assert_eq!(paths.iter().filter(|path| **path == "translation").count(), 1, "{paths:?}");
    assert!(paths.len() < 30, "{paths:?}");
}

#[test]
fn a_document_with_files_beside_it_becomes_one_that_stands_alone() {
    let folder = Folder::new();
    let file = File::dressed();
    let (json, bin) = chunks(&file.written(&folder));
    let mut json: Value = json;
    json["buffers"][0]["uri"] = "figure.bin".into();
    json["images"] = json!([{ "uri": "skin.png" }, { "uri": "missing.png" }]);
    std::fs::write(folder.file("figure.bin"), &bin).expect("written");
    std::fs::write(folder.file("skin.png"), b"\x89PNG").expect("written");
    let whose = folder.file("figure.gltf");
    std::fs::write(&whose, json.to_string()).expect("written");
    let (character, _) = formats::read_humanoid(&whose, &Presets::NONE).expect("a human");
    let motion = Motion { frames: walk().frames[..5].to_vec() };
    let away = Folder::new();
    let path = away.file("walking.glb");
    let options = WriteOptions { character: Some(Arc::new(character)), onto: Some(whose.clone()), ..WriteOptions::default() };
    formats::write(&path, &motion, &options).expect("written");
    let (again, read) = formats::read_humanoid(&path, &Presets::NONE).expect("a human");
    assert_eq!((again.meshes().len(), read.clips), (1, vec!["Motion".to_owned()]));
    assert_eq!(formats::read(&path).expect("a motion").len(), 5);

    let other = WriteOptions { character: Some(Arc::new(Character::mannequin())), onto: Some(whose), ..WriteOptions::default() };
    let error = formats::write(&path, &motion, &other).expect_err("refused").to_string();
    assert!(error.contains("changed since it was read"), "{error}");
}

#[test]
fn a_vrm_stays_a_vrm_a_gltf_becomes_one_text_and_neither_is_made_of_nothing() {
    let folder = Folder::new();
    let mut file = File::dressed();
    let (whose, _, character, motion) = walking(&folder, &file);
    let options = WriteOptions { character: Some(Arc::new(character)), onto: Some(whose), ..WriteOptions::default() };
    let [vrm, gltf] = ["out.vrm", "out.gltf"].map(|name| folder.file(name));
    let error = formats::write(&vrm, &motion, &options).expect_err("no VRM").to_string();
    assert!(error.contains("no VRM") && error.contains(".glb") && !vrm.exists(), "{error}");
    formats::write(&gltf, &motion, &options).expect("written");
    let document: Value = serde_json::from_slice(&std::fs::read(&gltf).expect("bytes")).expect("a text");
    assert!(document["buffers"].as_array().expect("buffers").iter().all(|buffer| buffer["uri"].as_str().is_some()));
    file.json["extensions"] = json!({ "VRMC_vrm": { "specVersion": "1.0", "humanoid": { "humanBones": { "hips": { "node": 0 } } } } });
    file.written(&folder);
    formats::write(&vrm, &motion, &options).expect("written");
    assert!(chunks(&vrm).0["extensions"]["VRMC_vrm"].is_object());
    let [glb, seen] = ["walking.glb", "out.glb"].map(|name| folder.file(name));
    std::fs::copy(&vrm, &seen).expect("copied");
    assert_eq!(seen_in(&seen, 7), seen_in(&glb, 7));
    for path in [&vrm, &gltf] {
        assert_eq!(formats::read(path).expect("a motion"), formats::read(&glb).expect("a motion"));
        assert_eq!(formats::read_character(path).expect("a character").clips.len(), 1);
    }
    let bare = WriteOptions { contents: formats::Contents::Skeleton, ..options };
    for (path, options, way_out) in [(&vrm, WriteOptions::default(), "--character"), (&gltf, bare, "leave out --skeleton-only")] {
        let error = formats::write(path, &motion, &options).expect_err("no character").to_string();
        assert!(error.contains(way_out) && error.contains(".glb"), "{error}");
    }
}
