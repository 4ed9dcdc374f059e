//! Project files: what is saved comes back to the letter, damage is named, and a kill never costs more than the last save.

use glam::{Quat, Vec3};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};
use zoetrope::formats::{Project, open_project, save_project};
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::{Document, Edit, Provenance, Take};

fn take(number: usize) -> Take {
    let frame = |frame: usize| {
        let mut pose = Pose::REST;
        pose.root_m = Vec3::new(0.01 * frame as f32, 0.93, 0.1 * number as f32);
        pose.local[16] = Quat::from_rotation_x(0.1 * frame as f32 + number as f32).normalize();
        pose
    };
    let provenance = Provenance { prompt: format!("a person walks → größer {number}"), seed: u64::MAX - 1, ..Provenance::default() };
    let motion = Motion { frames: (0..20 + number).map(frame).collect() };
    let raw = number.is_multiple_of(2).then(|| Arc::new(motion.mirrored()));
    Take { motion: Arc::new(motion), raw, provenance }
}

/// A document after so many steps of a fixed course of edits.
fn after_steps(steps: usize) -> Document {
    let mut document = Document::default();
    for step in 0..=steps {
        let id = document.add(take(step % 7));
        document.apply(&Edit::Insert { take: id, at: step / 2 }).expect("a take");
        let clips = &document.arrangement().clips;
        let (clip, frames) = (clips[step / 2].id, document.arrangement().frames());
        document.apply(&Edit::Trim { clip, from: 1 + step % 3, to: 18 }).expect("a trim");
        document.apply(&Edit::Range(Some(0..frames / 2))).expect("a range");
    }
    document
}

fn same(one: &Document, other: &Document) -> bool {
    one.arrangement() == other.arrangement() && one.takes() == other.takes()
}

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

/// The members of an archive.
fn members(path: &Path) -> BTreeMap<String, Vec<u8>> {
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

fn pack(path: &Path, members: &BTreeMap<String, Vec<u8>>) {
    let mut archive = ZipWriter::new(fs::File::create(path).expect("a file"));
    for (name, bytes) in members {
        archive.start_file(name.as_str(), SimpleFileOptions::default()).expect("a member");
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
    let cases: [(BTreeMap<String, Vec<u8>>, &str); 8] = [
        (changed("\"format\": 1", "\"format\": 2"), "newer Zoetrope"),
        (changed("\"to\": 18", "\"to\": 99"), "frames"),
        (changed("\"to\": 18", "\"to\": -1"), "project.json"),
        (changed("\"arrangement\"", "\"derangement\""), "project.json"),
        (without("project.json"), "no project"),
        (without("takes/2.npy"), "takes/2.npy"),
        (with("takes/2.npy", b"nothing".to_vec()), "npy"),
        (with("takes/1.npy", whole["takes/1.npy"][..900].to_vec()), "declared"),
    ];
    for (members, says) in cases {
        pack(&path, &members);
        let error = open_project(&path).expect_err(says).to_string();
        assert!(error.contains(says) && error.contains("scene.zoetrope") && !error.contains('\n'), "{error}");
    }
    // Members and fields that a newer program adds do not matter.
    let mut more = changed("\"format\": 1,", "\"format\": 1, \"mood\": \"sunny\",");
    more.insert("thumbnail.png".to_owned(), vec![1, 2, 3]);
    pack(&path, &more);
    assert!(same(&open_project(&path).expect("opened").document, &after_steps(2)));
    fs::write(&path, b"PK nothing").expect("a file");
    assert!(open_project(&path).is_err());
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

const CHILD: &str = "ZOETROPE_TEST_SAVES_TO";

/// Not a test by itself: where the variable is set, edits and saves until it is killed, and says what is saved.
#[test]
fn edits_and_saves_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    for steps in 0.. {
        let document = after_steps(steps % 40);
        println!("saving {}", steps % 40);
        save_project(Path::new(&path), &document, None).expect("saved");
        println!("saved {}", steps % 40);
    }
}

#[test]
fn a_hundred_kills_cost_no_more_than_the_last_save() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    let mut rng = StdRng::seed_from_u64(2);
    for _ in 0..100 {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "edits_and_saves_until_it_is_killed", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        std::thread::sleep(Duration::from_millis(rng.random_range(5..60)));
        child.kill().expect("killed");
        let output = child.wait_with_output().expect("what it said");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let number = |line: &str, word: &str| line.split_once(word).and_then(|(_, number)| number.trim().parse::<usize>().ok());
        let saved = said.lines().filter_map(|line| number(line, "saved ")).next_back();
        let saving = said.lines().filter_map(|line| number(line, "saving ")).next_back();
        if !path.exists() {
            assert!(saved.is_none());
            continue;
        }
        let opened = open_project(&path).expect("it opens every time").document;
        let candidates: Vec<usize> = saved.into_iter().chain(saving).collect();
        let is_one = candidates.iter().any(|steps| same(&opened, &after_steps(*steps)));
        // Before a child's first save, the file is that of the child before.
        assert!(is_one || saved.is_none(), "saved {saved:?}, saving {saving:?}");
    }
    assert!(path.exists());
}

#[test]
fn a_project_remembers_who_is_on_the_stage_and_moves_with_the_bodys_file() {
    use zoetrope::body::{Cast, MannequinLook, Wears};
    let folder = tempfile::tempdir().expect("a folder");
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    fs::create_dir_all(here.join("bodies")).expect("a folder");
    let cast = |path: &Path| Cast {
        mannequin: MannequinLook { color: [1, 2, 3], build: 0.5 },
        wears: Wears::Smpl { path: path.to_owned(), shape: vec![0.5, -1.0] },
    };
    let document = after_steps(2);
    let inside = cast(&here.join("bodies/me.npz"));
    save_project(&here.join("scene.zoetrope"), &document, Some(&inside)).expect("saved");
    assert_eq!(open_project(&here.join("scene.zoetrope")).expect("opened").cast, Some(inside));
    fs::rename(&here, &there).expect("moved");
    let moved = open_project(&there.join("scene.zoetrope")).expect("opened");
    assert_eq!(moved.cast, Some(cast(&there.join("bodies/me.npz"))));
    assert!(same(&moved.document, &document));
    let elsewhere = cast(&folder.path().join("other/me.npz"));
    save_project(&there.join("scene.zoetrope"), &document, Some(&elsewhere)).expect("saved");
    assert_eq!(open_project(&there.join("scene.zoetrope")).expect("opened").cast, Some(elsewhere));
    save_project(&there.join("scene.zoetrope"), &document, None).expect("saved");
    assert_eq!(open_project(&there.join("scene.zoetrope")).expect("opened").cast, None);
    let mut wild = cast(Path::new("me.npz"));
    wild.mannequin.build = 99.0;
    save_project(&there.join("scene.zoetrope"), &document, Some(&wild)).expect("saved");
    assert_eq!(open_project(&there.join("scene.zoetrope")).expect("opened").cast.expect("a cast").mannequin.build, 1.0);
}
