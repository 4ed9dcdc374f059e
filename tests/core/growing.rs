//! Project files that grow with each save: what is written, and what is left of them when a save is cut off, fails, or finds another file.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use zoetrope::formats::{ProjectIndex, open_project, save_project, update_project};
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::{Document, Edit, Provenance, Take};

use crate::documents::{after_steps, same, step};
use crate::project::{make_format_1, members};

/// A document in a file, as a window has it.
struct Opened {
    _folder: TempDir,
    path: PathBuf,
    document: Document,
    index: ProjectIndex,
}

impl Opened {
    fn new(steps: usize) -> Self {
        Self::with(after_steps(steps))
    }

    fn with(document: Document) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("scene.zoetrope");
        let mut opened = Self { _folder: folder, path, document, index: ProjectIndex::default() };
        opened.save();
        opened
    }

    fn save(&mut self) {
        update_project(&self.path, &self.document, None, &mut self.index).expect("saved");
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).expect("the file")
    }

    fn move_clip(&mut self) {
        let clip = self.document.arrangement().clips[0].id;
        self.document.apply(&Edit::Move { clips: [clip].into(), to: 2 }).expect("a clip");
    }

    #[track_caller]
    fn is_saved(&self) {
        let opened = open_project(&self.path).expect("it opens");
        assert!(same(&opened.document, &self.document.snapshot()) && !opened.cut_off);
    }
}

#[test]
fn a_save_writes_what_is_new_behind_what_is_there() {
    let mut scene = Opened::new(6);
    let first = scene.bytes();
    scene.move_clip();
    scene.save();
    let second = scene.bytes();
    assert!(second.starts_with(&first), "what is there stays as it is");
    assert!(second.len() - first.len() < first.len() / 6, "{} then {}", first.len(), second.len());
    scene.is_saved();
    step(&mut scene.document, 7);
    scene.save();
    assert!(scene.bytes().starts_with(&second));
    scene.is_saved();
    // Any zip program reads it, with every checksum, and none of what is out of date.
    let listed = members(&scene.path);
    assert_eq!(listed.keys().filter(|name| *name == "project.json").count(), 1);
    let discarded = scene.document.add(crate::documents::take(2));
    scene.save();
    assert!(members(&scene.path).contains_key(&format!("takes/{}.npy", discarded.0)));
    scene.document.apply(&Edit::Discard(discarded)).expect("no clip has it");
    scene.save();
    assert_eq!(
        members(&scene.path),
        { listed }
            .into_iter()
            .map(|(name, bytes)| match name.as_str() {
                "project.json" => (name, members(&scene.path)["project.json"].clone()),
                _ => (name, bytes),
            })
            .collect()
    );
    scene.is_saved();
}

#[test]
fn an_opened_file_grows_too_and_one_of_zoetrope_0_1_becomes_a_new_one() {
    let mut scene = Opened::new(4);
    let before = scene.bytes();
    let opened = open_project(&scene.path).expect("it opens");
    (scene.document, scene.index) = (opened.document, opened.index);
    scene.move_clip();
    scene.save();
    assert!(scene.bytes().starts_with(&before));
    scene.is_saved();

    make_format_1(&scene.path);
    let before = scene.bytes();
    let opened = open_project(&scene.path).expect("it opens");
    (scene.document, scene.index) = (opened.document, opened.index);
    scene.save();
    assert!(!scene.bytes().starts_with(&before));
    scene.is_saved();
}

#[test]
fn cut_off_at_any_byte_it_opens_as_before_or_as_after() {
    let add_short = |document: &mut Document| {
        let motion = Arc::new(Motion { frames: vec![Pose::REST; 2] });
        let take = document.add(Take { motion, raw: None, provenance: Provenance::default() });
        document.apply(&Edit::Insert { take, at: 0 }).expect("a take");
    };
    let mut document = Document::default();
    (0..3).for_each(|_| add_short(&mut document));
    let mut scene = Opened::with(document);
    let (first, before) = (scene.bytes(), scene.document.clone());
    add_short(&mut scene.document);
    scene.save();
    let (second, between) = (scene.bytes(), scene.document.clone());
    scene.move_clip();
    scene.save();
    let third = scene.bytes();
    assert!(third.starts_with(&second) && second.starts_with(&first));
    let path = scene.path.with_file_name("cut.zoetrope");
    let opens_as = |bytes: &[u8], document: &Document, cut_off: bool| {
        fs::write(&path, bytes).expect("written");
        let opened = open_project(&path).unwrap_or_else(|error| panic!("{} bytes: {error}", bytes.len()));
        assert!(same(&opened.document, document), "{} bytes", bytes.len());
        assert_eq!(opened.cut_off, cut_off, "{} bytes", bytes.len());
    };
    for length in first.len()..third.len() {
        let document = if length < second.len() { &before } else { &between };
        opens_as(&third[..length], document, ![first.len(), second.len()].contains(&length));
    }
    opens_as(&third, &scene.document, false);
    // A disk that had not written what the file's length promised.
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..100 {
        let length = rng.random_range(second.len()..third.len());
        let mut torn = third[..length].to_vec();
        torn.resize(third.len() - 22, 0);
        opens_as(&torn, &between, true);
    }
    // The next save of it is a whole one.
    opens_as(&third[..second.len() + 5], &between, true);
    let mut opened = open_project(&path).expect("it opens");
    update_project(&path, &opened.document, None, &mut opened.index).expect("saved");
    opens_as(&fs::read(&path).expect("there"), &between, false);
}

#[test]
fn what_lies_behind_the_end_does_not_pass_for_a_save() {
    let scene = Opened::new(2);
    let whole = scene.bytes();
    let end = whole[whole.len() - 22..].to_vec();
    let mut empty = b"PK\x05\x06".to_vec();
    empty.resize(22, 0);
    let mut rng = StdRng::seed_from_u64(5);
    let noise: Vec<u8> = (0..300).map(|_| rng.random()).collect();
    for tail in [&end[..], &empty, b"PK\x03\x04", b"PK\x01\x02", &noise, &whole[..whole.len() / 2]] {
        fs::write(&scene.path, [&whole, tail].concat()).expect("written");
        let opened = open_project(&scene.path).unwrap_or_else(|error| panic!("{tail:?}: {error}"));
        assert!(same(&opened.document, &scene.document) && opened.cut_off);
    }
}

#[test]
fn garbled_files_that_have_grown_are_refused_without_a_panic() {
    let mut scene = Opened::new(2);
    for number in 3..6 {
        step(&mut scene.document, number);
        scene.save();
    }
    let whole = scene.bytes();
    let mut rng = StdRng::seed_from_u64(7);
    for _ in 0..300 {
        let mut bytes = whole.clone();
        for _ in 0..rng.random_range(1..20) {
            let at = if rng.random() { bytes.len() - 1 - rng.random_range(0..600) } else { rng.random_range(0..bytes.len()) };
            bytes[at] = rng.random();
        }
        fs::write(&scene.path, &bytes).expect("written");
        match open_project(&scene.path) {
            Ok(opened) => assert_eq!(opened.document.fault(), None),
            Err(error) => assert!(!error.to_string().contains('\n')),
        }
    }
}

#[test]
fn a_file_that_is_another_one_by_now_is_replaced_as_a_whole() {
    let theirs = after_steps(5);
    let replaced = |path: &Path| save_project(path, &theirs, None).expect("saved");
    let grown = |path: &Path| {
        let mut index = open_project(path).expect("it opens").index;
        update_project(path, &theirs, None, &mut index).expect("saved");
    };
    let deleted = |path: &Path| fs::remove_file(path).expect("removed");
    let cut = |path: &Path| fs::write(path, "PK").expect("written");
    for change in [&replaced as &dyn Fn(&Path), &grown, &deleted, &cut] {
        let mut scene = Opened::new(3);
        change(&scene.path);
        scene.move_clip();
        scene.save();
        scene.is_saved();
        // It is known again: the next save goes behind it.
        let before = scene.bytes();
        scene.move_clip();
        scene.save();
        assert!(scene.bytes().starts_with(&before));
    }
}

#[test]
fn saved_elsewhere_the_old_file_stays_and_the_new_one_grows() {
    let mut scene = Opened::new(3);
    let (old, before) = (scene.path.clone(), scene.bytes());
    scene.path = old.with_file_name("other.zoetrope");
    scene.move_clip();
    scene.save();
    assert_eq!(fs::read(&old).expect("there"), before);
    let whole = scene.bytes();
    scene.move_clip();
    scene.save();
    assert!(scene.bytes().starts_with(&whole));
    scene.is_saved();
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_copy_by_another_name_stays() {
    let mut scene = Opened::new(3);
    let (real, before) = (scene.path.clone(), scene.bytes());
    scene.path = real.with_file_name("link.zoetrope");
    std::os::unix::fs::symlink("scene.zoetrope", &scene.path).expect("a link");
    scene.move_clip();
    scene.save();
    assert!(scene.path.is_symlink() && fs::read(&real).expect("there").starts_with(&before));
    let backup = real.with_file_name("backup.zoetrope");
    fs::hard_link(&real, &backup).expect("a hard link");
    let before = fs::read(&backup).expect("there");
    scene.move_clip();
    scene.save();
    assert_eq!(fs::read(&backup).expect("there"), before);
    scene.is_saved();
}

#[test]
fn a_file_that_is_mostly_out_of_date_is_written_anew() {
    let mut scene = Opened::new(6);
    let whole = scene.bytes().len();
    let mut lengths = Vec::new();
    for _ in 0..100 {
        scene.move_clip();
        scene.save();
        lengths.push(scene.bytes().len());
    }
    assert!(lengths.iter().all(|length| *length < 2 * whole + whole / 2), "{lengths:?} of {whole}");
    let anew = lengths.windows(2).filter(|pair| pair[1] < pair[0]).count();
    assert!((1..50).contains(&anew), "{anew} of 100 saves wrote everything: {lengths:?}");
    scene.is_saved();
}

#[test]
fn another_windows_save_under_way_is_not_mixed_up_with() {
    let mut scene = Opened::new(3);
    let before = scene.bytes();
    let theirs = fs::File::open(&scene.path).expect("the file");
    theirs.lock().expect("locked");
    scene.move_clip();
    let error = update_project(&scene.path, &scene.document, None, &mut scene.index).expect_err("locked").to_string();
    assert!(error.contains("scene.zoetrope") && error.contains("another window"), "{error}");
    assert_eq!(scene.bytes(), before);
    drop(theirs);
    scene.save();
    scene.is_saved();
}

#[cfg(unix)]
const ROOM: &str = "ZOETROPE_TEST_SAVES_WITHOUT_ROOM_TO";

/// Not a test by itself: where the variable is set, saves something large to a file for which there is no room.
#[cfg(unix)]
#[test]
fn saves_where_there_is_no_room() {
    let Some(path) = std::env::var_os(ROOM).map(PathBuf::from) else { return };
    let opened = open_project(&path).expect("it opens");
    let (mut document, mut index) = (opened.document.clone(), opened.index);
    let (before, modified) = (fs::read(&path).expect("there"), fs::metadata(&path).and_then(|file| file.modified()).expect("a time"));
    for number in 3..40 {
        step(&mut document, number);
    }
    let error = update_project(&path, &document, None, &mut index).expect_err("no room").to_string();
    assert!(error.contains("scene.zoetrope") && error.contains("has room"), "{error}");
    assert_eq!(fs::read(&path).expect("there"), before);
    assert_eq!(fs::metadata(&path).and_then(|file| file.modified()).expect("a time"), modified, "for whoever looks, nobody has written it");
    // With less to write it goes on behind the same end.
    update_project(&path, &opened.document, None, &mut index).expect("saved");
}

/// The disk is full: stood in for by a limit on the length of files, which fails in the middle of a write as that does.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_in_the_middle_of_a_save_costs_nothing() {
    let scene = Opened::new(2);
    let before = scene.bytes();
    let blocks = (before.len() + 40_000) / 512;
    let test = std::env::current_exe().expect("this test");
    let output = Command::new("sh")
        .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --exact growing::saves_where_there_is_no_room")])
        .arg(test)
        .env(ROOM, &scene.path)
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    assert!(scene.bytes().starts_with(&before) && scene.bytes().len() > before.len());
    scene.is_saved();
}
