//! Project files: what is saved comes back to the letter, and damage is named.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};
use zoetrope::formats::{Project, open_project, save_project};
use zoetrope::motion::layer::PoseOffset;
use zoetrope::timeline::{ClipSettings, Constraints, Context, Edit, Length, PoseKey, Request, Sampling};

use crate::documents::{after_steps, same, take};

#[test]
fn a_project_comes_back_to_the_letter() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    let mut document = after_steps(5);
    save_project(&path, &document, None).expect("saved");
    assert!(same(&open_project(&path).expect("opened").document, &document));

    // A discarded take leaves the file; numbers are not given twice.
    let late = document.add(take(3));
    document.apply(&Edit::Discard(late)).expect("nobody shows it");
    save_project(&path, &document, None).expect("saved again");
    let mut opened = open_project(&path).expect("opened again").document;
    assert_eq!(opened.arrangement(), document.arrangement());
    assert!(!opened.takes().contains_key(&late));
    let next = opened.add(take(0));
    assert!(opened.arrangement().clips.iter().all(|clip| clip.take != next));
    assert!(save_project(&folder.path().join("no/such/folder/x.zoetrope"), &document, None).is_err());
}

#[test]
fn constraints_of_a_take_and_poses_of_a_clip_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    let mut document = after_steps(1);
    let constraints: Constraints = serde_json::from_str(
        r#"{"path": [{"x": 0, "z": 0.1}, {"x": 2, "z": 1, "t": 3.5}], "end": {"facing_deg": 90},
            "keys": [{"t": 1.5, "joints": {"L_Wrist": [0.4, null, 0.3]}}]}"#,
    )
    .expect("constraints");
    let mut directed = take(1);
    directed.provenance.origin = Request { constraints, candidates: 16, ..Request::new("a person walks") }.into();
    let id = document.add(directed);
    document.apply(&Edit::Insert { take: id, at: 0 }).expect("a take");
    let clip = document.arrangement().clips[0].clone();
    let mut settings = clip.settings;
    let mut offset = PoseOffset { root_m: glam::Vec3::Y * 0.123, ..PoseOffset::default() };
    offset.turns[16] = glam::Vec3::new(0.1, -0.7, 1e-3);
    settings.layer.set(PoseKey::new(7, offset));
    document.apply(&Edit::Set { clip: clip.id, settings }).expect("settings");
    save_project(&path, &document, None).expect("saved");
    assert!(same(&open_project(&path).expect("opened").document, &document));
}

/// The members of an archive.
pub(crate) fn members(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(fs::File::open(path).expect("a file")).expect("an archive");
    let count = archive.len();
    let read = |at: usize| {
        let mut member = archive.by_index(at).expect("a member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("bytes");
        (member.name().expect("a name").into_owned(), bytes)
    };
    (0..count).map(read).collect()
}

/// An archive of these members as they are.
pub(crate) fn pack(path: &Path, members: &BTreeMap<String, Vec<u8>>) {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(fs::File::create(path).expect("a file"));
    for (name, bytes) in members {
        archive.start_file(name.as_str(), stored).expect("a member");
        archive.write_all(bytes).expect("bytes");
    }
    archive.finish().expect("an archive");
}

#[test]
fn what_is_wrong_with_a_project_is_one_line_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    save_project(&path, &after_steps(2), None).expect("saved");
    let whole = members(&path);
    let json = String::from_utf8(whole["project.json"].clone()).expect("text");
    let with = |name: &str, bytes: Vec<u8>| {
        let mut members = whole.clone();
        members.insert(name.to_owned(), bytes);
        members
    };
    let without =
        |name: &str| whole.iter().filter(|(other, _)| *other != name).map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
    let changed = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        with("project.json", json.replacen(from, to, 1).into_bytes())
    };
    // The first number of the second frame.
    let mut not_finite = whole["takes/1.npy"].clone();
    let at = not_finite.len() % (91 * 4) + 91 * 4;
    not_finite[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    let cases: [(BTreeMap<String, Vec<u8>>, &str); 10] = [
        (changed("\"format\":2", "\"format\":3"), "newer Zoetrope"),
        (changed("\"version\":1", "\"version\":2"), "newer Zoetrope"),
        (changed("\"to\":18", "\"to\":99"), "frames"),
        (changed("\"to\":18", "\"to\":-1"), "project.json"),
        (changed("\"arrangement\"", "\"derangement\""), "project.json"),
        (without("project.json"), "no project"),
        (without("takes/2.npy"), "takes/2.npy"),
        (with("takes/2.npy", b"nothing".to_vec()), "takes/2.npy: no npy header"),
        (with("takes/1.npy", whole["takes/1.npy"][..900].to_vec()), "takes/1.npy: shape"),
        (with("takes/1.npy", not_finite), "takes/1.npy: frame 1 holds"),
    ];
    for (members, says) in cases {
        pack(&path, &members);
        let error = open_project(&path).expect_err(says).to_string();
        assert!(error.contains(says) && error.contains("scene.zoetrope") && !error.contains('\n'), "{error}");
    }
    // Members and fields that a newer program adds do not matter.
    let mut more = changed("\"format\":2,", "\"format\": 2, \"mood\": \"sunny\",");
    more.insert("thumbnail.png".to_owned(), vec![1, 2, 3]);
    pack(&path, &more);
    assert!(same(&open_project(&path).expect("opened").document, &after_steps(2)));
    fs::write(&path, b"PK nothing").expect("a file");
    assert!(open_project(&path).is_err());
}

/// Makes a project one of Zoetrope 0.1, whose takes were all made by the same sentence.
pub(crate) fn make_format_1(path: &Path) {
    let mut members = members(path);
    members.retain(|name, _| !name.contains("before"));
    let mut contents: serde_json::Value = serde_json::from_slice(&members["project.json"]).expect("JSON");
    contents["format"] = 1.into();
    for take in contents["takes"].as_array_mut().expect("takes") {
        take["provenance"] = serde_json::json!({
            "prompt": "a person walks", "understood": "walk", "seed": u64::MAX, "model": "starter", "licence": "CC0",
            "settings": "4 s, guidance 2.5, cleaned up, to the letter",
        });
    }
    // Names of that version.
    let contents = contents.to_string().replace("\"take_list\"", "\"shelf\"").replace("\"loops\"", "\"rounds\"");
    assert!(contents.contains("\"shelf\"") && contents.contains("\"rounds\""), "{contents}");
    members.insert("project.json".to_owned(), contents.into_bytes());
    pack(path, &members);
}

#[test]
fn a_project_of_zoetrope_0_1_opens_with_the_requests_that_made_its_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    let mut document = after_steps(1);
    let (clip, settings) = (document.arrangement().clips[0].id, ClipSettings { loops: 3, ..ClipSettings::default() });
    document.apply(&Edit::Set { clip, settings }).expect("a loop");
    save_project(&path, &document, None).expect("saved");
    make_format_1(&path);
    let opened = open_project(&path).expect("opened").document;
    assert_eq!(opened.arrangement(), document.arrangement());
    let sampling = Sampling { guidance: Some(2.5), ..Sampling::default() };
    let length = Length::Exact { secs: 4.0 };
    let request = Request { seed: u64::MAX, literal: true, sampling, length, ..Request::new("a person walks") };
    for (id, take) in opened.takes() {
        let kept = &document.takes()[id];
        assert_eq!((&take.motion, &take.raw), (&kept.motion, &kept.raw));
        assert_eq!(take.provenance.origin.asked(), Some((&request, &Context::default())));
    }
}

#[test]
fn cut_off_and_garbled_projects_are_refused_without_a_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    let document = after_steps(2);
    save_project(&path, &document, None).expect("saved");
    let whole = fs::read(&path).expect("bytes");
    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..300 {
        let mut bytes = whole.clone();
        if rng.random() {
            bytes.truncate(rng.random_range(0..whole.len()));
        } else {
            for _ in 0..rng.random_range(1..20) {
                let at = rng.random_range(0..bytes.len());
                bytes[at] = rng.random();
            }
        }
        fs::write(&path, &bytes).expect("written");
        if let Ok(Project { document: opened, .. }) = open_project(&path) {
            assert_eq!(opened.fault(), None);
        }
    }
}

#[test]
fn a_project_remembers_who_is_on_the_stage_and_moves_with_the_bodys_file() {
    use zoetrope::body::{CharacterChoice, CharacterKind, MannequinLook};
    let folder = tempfile::tempdir().expect("a folder");
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    fs::create_dir_all(here.join("bodies")).expect("a folder");
    let character = |path: &Path| CharacterChoice {
        mannequin: MannequinLook { color: [1, 2, 3], build: 0.5 },
        kind: CharacterKind::Smpl { path: path.to_owned(), shape: vec![0.5, -1.0] },
    };
    let document = after_steps(2);
    let inside = character(&here.join("bodies/me.npz"));
    save_project(&here.join("scene.zoetrope"), &document, Some(&inside)).expect("saved");
    assert_eq!(open_project(&here.join("scene.zoetrope")).expect("opened").character, Some(inside));
    fs::rename(&here, &there).expect("moved");
    let moved = open_project(&there.join("scene.zoetrope")).expect("opened");
    assert_eq!(moved.character, Some(character(&there.join("bodies/me.npz"))));
    assert!(same(&moved.document, &document));
    let elsewhere = character(&folder.path().join("other/me.npz"));
    save_project(&there.join("scene.zoetrope"), &document, Some(&elsewhere)).expect("saved");
    assert_eq!(open_project(&there.join("scene.zoetrope")).expect("opened").character, Some(elsewhere));
    save_project(&there.join("scene.zoetrope"), &document, None).expect("saved");
    assert_eq!(open_project(&there.join("scene.zoetrope")).expect("opened").character, None);
    let mut wild = character(Path::new("me.npz"));
    wild.mannequin.build = 99.0;
    save_project(&there.join("scene.zoetrope"), &document, Some(&wild)).expect("saved");
    assert_eq!(open_project(&there.join("scene.zoetrope")).expect("opened").character.expect("a character").mannequin.build, 1.0);
}

#[test]
fn who_is_on_the_stage_is_read_by_the_names_of_older_files_too() {
    use zoetrope::author::settings::Settings;
    use zoetrope::body::{CharacterChoice, CharacterKind, MannequinLook};
    let mannequin = MannequinLook { color: [1, 2, 3], build: 0.5 };
    let choice = CharacterChoice { mannequin, kind: CharacterKind::Smpl { path: "/elsewhere/me.npz".into(), shape: vec![1.5] } };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    save_project(&path, &after_steps(1), Some(&choice)).expect("saved");
    let mut members = members(&path);
    let json = String::from_utf8(members["project.json"].clone()).expect("text");
    let older = json.replacen("\"character\"", "\"cast\"", 1).replacen("\"kind\"", "\"wears\"", 1);
    assert!(older.contains("\"cast\"") && older.contains("\"wears\""), "{older}");
    members.insert("project.json".to_owned(), older.into_bytes());
    pack(&path, &members);
    assert_eq!(open_project(&path).expect("opened").character, Some(choice));
    let older = "(cast: (mannequin: (color: (9, 8, 7), build: -1.0), wears: Smpl(path: \"/elsewhere/me.npz\", shape: [1.5])))";
    let settings: Settings = ron::from_str(older).expect("settings");
    assert_eq!(settings.character.mannequin.color, [9, 8, 7]);
    assert!(matches!(settings.character.kind, CharacterKind::Smpl { .. }));
}
