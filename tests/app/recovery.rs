//! The copy of what was not saved, when a window died.

use std::fs;
use std::path::Path;
use zoetrope::app::recovery::{Orphan, Recovery};

#[test]
fn a_copy_that_was_left_behind_is_offered_once_and_adopted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dead = Recovery::begin(folder.path()).expect("a place");
    fs::write(dead.copy(), "work").expect("a copy");
    dead.note(Some(Path::new("scene.zoetrope"))).expect("noted");
    assert!(Orphan::newest(folder.path()).is_none(), "its window lives");
    drop(dead);
    let mut mine = Recovery::begin(folder.path()).expect("a place of its own");
    let orphan = Orphan::newest(folder.path()).expect("left behind");
    assert!(Orphan::newest(folder.path()).is_none(), "it is offered to one window");
    assert_eq!(orphan.project.as_deref(), Some(Path::new("scene.zoetrope")));
    mine.adopt(orphan).expect("renamed");
    assert_eq!(fs::read(mine.copy()).expect("a copy"), b"work");
    mine.end();
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0, "nothing stays behind");
}

#[test]
fn a_window_that_died_with_everything_saved_leaves_nothing_to_offer() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Recovery::begin(folder.path()).expect("a place"));
    assert!(Orphan::newest(folder.path()).is_none());
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}
