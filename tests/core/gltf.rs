//! glTF as other programs write it: what is unusual and right reads the same, what cannot be read is named.

use super::formats::{Folder, apart_m, chunks, floats, glb, lively};
use glam::Quat;
use serde_json::{Value, json};
use zoetrope::formats::{self, ClipChoice, Contents, ReadOptions, Reading, WriteOptions};
use zoetrope::motion::{Joint, Motion, NameStyle, Pose};

/// Our own file with its document and its bytes changed.
fn changed(motion: &Motion, change: impl Fn(&mut Value, &mut Vec<u8>)) -> Result<Reading, String> {
    changed_with(motion, &ReadOptions::default(), change)
}

fn changed_with(motion: &Motion, options: &ReadOptions, change: impl Fn(&mut Value, &mut Vec<u8>)) -> Result<Reading, String> {
    let folder = Folder::new();
    let path = folder.file("clip.glb");
    formats::write(&path, motion, &WriteOptions { contents: Contents::Skeleton, ..WriteOptions::default() }).expect("written");
    let (mut json, mut bin) = chunks(&path);
    change(&mut json, &mut bin);
    json["buffers"][0]["byteLength"] = bin.len().into();
    formats::decode(&path, &glb(&json.to_string(), &bin), options).map_err(|error| error.to_string())
}

#[track_caller]
fn assert_same(motion: &Motion, reading: Result<Reading, String>) {
    let apart_m = apart_m(motion, &reading.expect("read").motion);
    assert!(apart_m < 1e-3, "{apart_m} m");
}

fn times_of(json: &Value) -> usize {
    json["animations"][0]["samplers"][0]["input"].as_u64().expect("an index") as usize
}

/// Adds a view of some bytes; its index.
fn view(json: &mut Value, bin: &mut Vec<u8>, bytes: &[u8]) -> usize {
    bin.resize(bin.len().next_multiple_of(4), 0);
    let views = json["bufferViews"].as_array_mut().expect("views");
    views.push(json!({ "buffer": 0, "byteOffset": bin.len(), "byteLength": bytes.len() }));
    bin.extend_from_slice(bytes);
    views.len() - 1
}

#[test]
fn sparse_key_frames_replace_zeros_or_what_lies_below() {
    let motion = lively(12);
    let times: Vec<f32> = (0..12).map(|frame| frame as f32 / 30.0).collect();
    for has_base in [false, true] {
        assert_same(
            &motion,
            changed(&motion, |json, bin| {
                let at = times_of(json);
                // The first time is 0 already; eleven are replaced.
                let indices = view(json, bin, &(1..12u8).collect::<Vec<_>>());
                let values = view(json, bin, &floats(&times[1..]));
                let base = view(json, bin, &floats(&[0.0; 12]));
                let accessor = &mut json["accessors"][at];
                accessor.as_object_mut().expect("an accessor").remove("bufferView");
                if has_base {
                    accessor["bufferView"] = base.into();
                }
                accessor["sparse"] = json!({
                    "count": 11, "indices": { "bufferView": indices, "componentType": 5121 }, "values": { "bufferView": values }
                });
            }),
        );
    }
    let beyond = changed(&motion, |json, bin| {
        let at = times_of(json);
        let indices = view(json, bin, &[200]);
        let values = view(json, bin, &floats(&[0.0]));
        json["accessors"][at]["sparse"] = json!({
            "count": 1, "indices": { "bufferView": indices, "componentType": 5121 }, "values": { "bufferView": values }
        });
    });
    assert!(beyond.expect_err("refused").contains("beyond the last"));
}

#[test]
fn key_times_begin_anywhere_and_one_key_is_a_still() {
    let motion = lively(12);
    for first_secs in [-0.2, 5.0] {
        let times: Vec<f32> = (0..12).map(|frame| first_secs + frame as f32 / 30.0).collect();
        assert_same(
            &motion,
            changed(&motion, |json, bin| {
                let at = times_of(json);
                json["accessors"][at]["bufferView"] = view(json, bin, &floats(&times)).into();
            }),
        );
    }
    // A time without bytes of its own is zero.
    let still = Motion { frames: lively(12).frames[..1].to_vec() };
    let reading = changed(&still, |json, _| {
        let at = times_of(json);
        json["accessors"][at].as_object_mut().expect("an accessor").remove("bufferView");
    });
    assert_eq!(reading.expect("a still").motion.len(), 1);
}

/// Adds an animation of the first as `name`, made of the channels that `keep` takes by node and path.
fn another(json: &mut Value, name: &str, at_front: bool, keep: impl Fn(u64, &str) -> bool) {
    let mut animation = json["animations"].as_array().and_then(|all| all.last().cloned()).expect("an animation");
    animation["name"] = name.into();
    let channels = animation["channels"].as_array_mut().expect("channels");
    channels.retain(|channel| keep(channel["target"]["node"].as_u64().unwrap_or(0), channel["target"]["path"].as_str().unwrap_or("")));
    let all = json["animations"].as_array_mut().expect("animations");
    if at_front { all.insert(0, animation) } else { all.push(animation) }
}

#[test]
fn the_first_animation_that_moves_a_body_is_taken_and_others_are_chosen() {
    let motion = Motion {
        frames: (0..20)
            .map(|frame| {
                let mut pose = Pose::REST;
                pose.local[Joint::LElbow as usize] = Quat::from_rotation_y(-0.05 * frame as f32);
                pose
            })
            .collect(),
    };
    let change = |json: &mut Value, _: &mut Vec<u8>| {
        let elbow = json["nodes"].as_array().expect("nodes").iter().position(|node| node["name"] == "L_Elbow").expect("an elbow") as u64;
        // In front one in which everything but the elbow has key frames: it moves nothing. Behind one of the elbow alone.
        another(json, "Armature|Poses", true, |node, _| node != elbow);
        another(json, "Armature|Wave", false, |node, _| node == elbow);
    };
    let reading = changed(&motion, change).expect("read");
    let found: Vec<(&str, bool)> = reading.animations.iter().map(|animation| (animation.name.as_str(), animation.moves)).collect();
    assert_eq!(found, [("Armature|Poses", false), ("Motion", true), ("Armature|Wave", true)]);
    assert_eq!(reading.taken, 1);
    assert!(reading.notes.iter().any(|note| note.contains("number 2 of 3 animations")), "{:?}", reading.notes);
    for (clip, taken) in [("Armature|Wave", 2), ("wave", 2), ("3", 2), ("Motion", 1), ("1", 0)] {
        let options = ReadOptions { clip: Some(ClipChoice::Named(clip.to_owned())), ..ReadOptions::default() };
        assert_eq!(changed_with(&motion, &options, change).expect(clip).taken, taken, "{clip}");
    }
    // A window asks for a number, whatever animations are called.
    let called_3 = |json: &mut Value, bin: &mut Vec<u8>| {
        change(json, bin);
        json["animations"][0]["name"] = "3".into();
    };
    for (clip, taken) in [(ClipChoice::Named("3".to_owned()), 0), (ClipChoice::Numbered(3), 2)] {
        let options = ReadOptions { clip: Some(clip), ..ReadOptions::default() };
        // The first one moves nothing and holds poses all the same.
        assert_eq!(changed_with(&motion, &options, called_3).expect("read").taken, taken);
    }
    for clip in ["Walk", "0", "4"] {
        let options = ReadOptions { clip: Some(ClipChoice::Named(clip.to_owned())), ..ReadOptions::default() };
        let message = changed_with(&motion, &options, change).expect_err(clip);
        assert!(["Poses", "Motion", "Wave", "--clip"].iter().all(|word| message.contains(word)), "{message}");
    }
}

/// Gives the animation at this place key frames that go back in time, in a sampler of their own accessor.
fn spoil(json: &mut Value, bin: &mut Vec<u8>, animation: usize) {
    let view = view(json, bin, &floats(&[1.0, 0.5, 0.0]));
    let at = json["accessors"].as_array().expect("accessors").len();
    json["accessors"].as_array_mut().expect("accessors").push(json!({
        "bufferView": view, "componentType": 5126, "type": "SCALAR", "count": 3
    }));
    json["animations"][animation]["samplers"].as_array_mut().expect("samplers").iter_mut().for_each(|sampler| sampler["input"] = at.into());
}

#[test]
fn an_animation_that_cannot_be_read_spoils_no_other() {
    let motion = lively(12);
    let by = |clip: &str| ReadOptions { clip: Some(ClipChoice::Named(clip.to_owned())), ..ReadOptions::default() };
    for spoilt in [0, 2] {
        let change = |json: &mut Value, bin: &mut Vec<u8>| {
            another(json, "Front", true, |_, _| true);
            another(json, "Back", false, |_, _| true);
            spoil(json, bin, spoilt);
        };
        let reading = changed(&motion, change).expect("the others are sound");
        let faults: Vec<bool> = reading.animations.iter().map(|animation| animation.fault.is_some()).collect();
        assert_eq!(faults, [spoilt == 0, false, spoilt == 2]);
        assert_eq!(reading.taken, usize::from(spoilt == 0), "the first that can be read");
        let note = format!("number {} of the animations cannot be read", spoilt + 1);
        assert!(reading.notes.iter().any(|found| found.contains(&note)), "{:?}", reading.notes);
        assert_same(&motion, changed(&motion, change));
        // One that is asked for is looked at alone.
        let chosen = changed_with(&motion, &by("Motion"), change).expect("sound");
        assert!(chosen.taken == 1 && chosen.notes.is_empty() && chosen.animations.iter().all(|animation| animation.fault.is_none()));
        assert!(chosen.animations[1].moves && chosen.animations[1].secs > 0.3);
        let name = if spoilt == 0 { "Front" } else { "Back" };
        let message = changed_with(&motion, &by(name), change).expect_err("spoilt");
        assert!(message.contains(&format!("animation \"{name}\":")) && message.contains("clip.glb"), "{message}");
    }
    // The only one.
    let message = changed(&motion, |json, bin| spoil(json, bin, 0)).expect_err("spoilt");
    assert!(message.contains("key frames whose times") && message.contains("clip.glb"), "{message}");
}

#[test]
fn more_key_frames_than_memory_should_hold_are_those_of_an_animation_alone() {
    // Each of the first animation's channels names the same long arrays: 14 times 5 million numbers.
    let motion = lively(3);
    let long = |json: &mut Value, _: &mut Vec<u8>| {
        another(json, "Sound", false, |_, _| true);
        let input = json["accessors"].as_array().expect("accessors").len();
        let accessors = json["accessors"].as_array_mut().expect("accessors");
        // Without bytes of their own they cost nothing to write.
        accessors.push(json!({ "componentType": 5126, "type": "SCALAR", "count": 1 << 20 }));
        accessors.push(json!({ "componentType": 5126, "type": "VEC4", "count": 1 << 20 }));
        let nodes = json["nodes"].as_array().expect("nodes").len();
        let channel = |number: usize| json!({ "sampler": 0, "target": { "node": number % nodes, "path": "rotation" } });
        let channels: Vec<Value> = (0..14).map(channel).collect();
        json["animations"][0] = json!({ "name": "Long", "channels": channels, "samplers": [{ "input": input, "output": input + 1 }] });
    };
    let message = changed_with(&motion, &ReadOptions { clip: Some(ClipChoice::Numbered(1)), ..ReadOptions::default() }, long);
    let message = message.expect_err("too much");
    assert!(message.contains("too many key frames") && message.contains("\"Long\""), "{message}");
    let sound = changed_with(&motion, &ReadOptions { clip: Some(ClipChoice::Numbered(2)), ..ReadOptions::default() }, long);
    assert_same(&motion, sound);
}

#[test]
fn an_accessor_that_says_more_than_it_has_is_named() {
    let motion = lively(3);
    for count in [1_u64 << 62, 1 << 24, 40] {
        let message = changed(&motion, |json, _| {
            let at = times_of(json);
            json["accessors"][at]["count"] = count.into();
        });
        let message = message.expect_err("more than there is");
        assert!(message.starts_with("accessor ") && (message.contains("too many values") || message.contains("cut off")), "{message}");
    }
}

#[test]
fn more_bind_matrices_than_joints_are_left_alone() {
    let motion = lively(3);
    let matrices = |count: usize| {
        changed(&motion, move |json, _| {
            let at = json["accessors"].as_array().expect("accessors").len();
            json["accessors"].as_array_mut().expect("accessors").push(json!({ "componentType": 5126, "type": "MAT4", "count": count }));
            json["skins"][0]["inverseBindMatrices"] = at.into();
        })
    };
    // A million zeros without a buffer: a skin is read without them.
    assert_same(&motion, matrices(1 << 20));
}

#[test]
fn what_a_file_requires_and_is_not_known_is_named() {
    let motion = lively(3);
    let with = |name: &str| changed(&motion, |json, _| json["extensionsRequired"] = json!([name]));
    for name in ["EXT_meshopt_compression", "KHR_meshopt_compression", "ACME_secret_rig"] {
        let message = with(name).expect_err(name);
        assert!(message.contains(name) && message.contains("export it"), "{message}");
    }
    let reading = with("KHR_draco_mesh_compression").expect("only meshes are hidden");
    assert!(reading.notes.iter().any(|note| note.contains("KHR_draco_mesh_compression")), "{:?}", reading.notes);
    assert_same(&motion, with("VRMC_materials_mtoon"));
}

#[test]
fn another_rate_is_another_pace() {
    let options = ReadOptions { source_fps: Some(60.0), ..ReadOptions::default() };
    let reading = changed_with(&lively(61), &options, |_, _| {}).expect("read");
    assert_eq!((reading.motion.len(), reading.recorded.fps), (31, 60.0));
}

#[test]
fn the_endings_of_vrm_are_gltf() {
    let folder = Folder::new();
    let path = folder.file("clip.glb");
    let motion = lively(5);
    formats::write(&path, &motion, &WriteOptions::default()).expect("written");
    for name in ["clip.vrm", "CLIP.VRMA"] {
        std::fs::copy(&path, folder.file(name)).expect("copied");
        assert!(apart_m(&motion, &formats::read(&folder.file(name)).expect(name)) < 1e-3, "{name}");
    }
}

#[test]
fn a_glb_of_version_one_is_called_so() {
    let folder = Folder::new();
    let path = folder.file("old.glb");
    std::fs::write(&path, [&b"glTF\x01\0\0\0\x20\0\0\0\x04\0\0\0\0\0\0\0{}  "[..], &[0; 8]].concat()).expect("written");
    let message = formats::read(&path).expect_err("too old").to_string();
    assert!(message.contains("glTF 1.0") && message.contains("2.0"), "{message}");
}

#[test]
fn a_vrma_has_the_bones_that_vrm_names_and_comes_back_exactly() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wave.vrma");
    let motion = crate::motion::rigs::walk();
    formats::write(&path, &motion, &WriteOptions { names: NameStyle::Unreal, ..WriteOptions::default() }).expect("written");
    let (document, _) = chunks(&path);
    assert_eq!(document["extensionsUsed"], json!(["VRMC_vrm_animation"]));
    let about = &document["extensions"]["VRMC_vrm_animation"];
    assert_eq!(about["specVersion"], "1.0");
    let humans = about["humanoid"]["humanBones"].as_object().expect("a table");
    assert_eq!(humans.len(), 22);
    let node = |bone: &str| humans[bone]["node"].as_u64().expect("a node") as usize;
    assert_eq!(document["nodes"][node("leftLowerArm")]["name"], "leftLowerArm");
    let channels = document["animations"][0]["channels"].as_array().expect("channels");
    let moves = |path: &str| channels.iter().filter(|channel| channel["target"]["path"] == path).count();
    assert_eq!((moves("rotation"), moves("translation"), moves("scale")), (22, 1, 0), "turns for all, a place for the hips alone");
    let again = formats::read(&path).expect("read");
    assert_eq!(again.len(), motion.len());
    for (found, expected) in again.frames.iter().zip(&motion.frames) {
        let apart_m = found.world().positions_m.iter().zip(expected.world().positions_m).map(|(a, b)| a.distance(b)).fold(0.0, f32::max);
        assert!(apart_m < 2e-3, "{apart_m} m");
    }
}
