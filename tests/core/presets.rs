//! Mapping presets as files: kept, found, replaced and refused.

use zoetrope::library::{keep_mapping, mappings_in, read_mapping};
use zoetrope::motion::Joint;
use zoetrope::motion::mapping::{Preset, PresetJoint};

fn preset(name: &str, skeleton: &str) -> Preset {
    let joint = |part, joint: Option<&str>, against_file| PresetJoint { part, joint: joint.map(str::to_owned), against_file };
    let joints = vec![joint(Joint::Pelvis, Some("hüfte"), false), joint(Joint::Neck, None, false), joint(Joint::Head, Some("a/b"), true)];
    Preset { name: name.to_owned(), skeleton: skeleton.to_owned(), joints }
}

#[test]
fn a_preset_is_kept_as_text_and_one_about_the_same_skeleton_takes_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("mappings");
    assert!(mappings_in(&folder).0.is_empty());
    let first = keep_mapping(&folder, &preset("My robot!", "aa")).expect("kept");
    assert!(first.ends_with("My-robot.json") && std::fs::read_to_string(&first).expect("text").contains("\"Pelvis\": \"hüfte\""));
    let other = keep_mapping(&folder, &preset("my robot?", "bb")).expect("kept");
    keep_mapping(&folder, &preset("robot", "aa")).expect("kept");
    assert!(!first.exists() && other.exists());
    let (kept, errors) = mappings_in(&folder);
    assert_eq!((kept.len(), errors.len()), (2, 0));
    assert!(kept.contains(&preset("robot", "aa")) && kept.contains(&preset("my robot?", "bb")));
}

#[test]
fn what_is_no_preset_says_so_and_spoils_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text, says) in [
        ("a.json", "{", "no mapping preset"),
        ("b.json", r#"{ "joints": { "L_Tail": "x" } }"#, "L_Tail"),
        ("c.json", r#"{ "joints": {} }"#, "without joints"),
        ("d.json", r#"{ "joints": { "Head": 3 } }"#, "no mapping preset"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let error = read_mapping(&path).expect_err(name).to_string();
        assert!(error.contains(says) && error.contains(name), "{error}");
    }
    std::fs::write(folder.path().join("e.json"), r#"{ "joints": { "head": "x" } }"#).expect("written");
    let (kept, errors) = mappings_in(folder.path());
    assert_eq!((kept.len(), errors.len()), (1, 4));
    assert_eq!(kept[0].name, "e");
}
