//! A kill never costs more than the last save, and what was saved opens again, however much it is.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use zoetrope::formats::{ProjectIndex, open_project, save_project, update_project};
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::{Document, Provenance, Take};

use crate::documents::{after_steps, same, step};

const CHILD: &str = "ZOETROPE_TEST_SAVES_TO";

/// Not a test by itself: where the variable is set, edits and saves until it is killed, and says what is saved. Saves go behind the one
/// before, and now and then into a new file.
#[test]
fn edits_and_saves_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let (mut document, mut index) = (Document::default(), ProjectIndex::default());
    for steps in (0..40).cycle() {
        if steps == 0 {
            document = Document::default();
        }
        step(&mut document, steps);
        println!("saving {steps}");
        update_project(Path::new(&path), &document, None, &mut index).expect("saved");
        println!("saved {steps}");
    }
}

#[test]
fn a_hundred_kills_cost_no_more_than_the_last_save() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    let mut rng = StdRng::seed_from_u64(2);
    for _ in 0..100 {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "project::edits_and_saves_until_it_is_killed", "--nocapture"])
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
fn a_project_of_more_than_256_mib_opens_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("day.zoetrope");
    let motion = Arc::new(Motion { frames: vec![Pose::REST; 108_000] });
    let mut document = Document::default();
    for _ in 0..7 {
        document.add(Take { motion: Arc::clone(&motion), raw: None, provenance: Provenance::default() });
    }
    save_project(&path, &document, None).expect("saved");
    assert!(std::fs::metadata(&path).expect("a file").len() > 256 << 20);
    assert_eq!(open_project(&path).expect("opened").document.takes().len(), 7);
}
