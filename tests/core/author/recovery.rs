//! The copy of what was not saved, when a window died.

use std::fs;
use std::path::Path;
use zoetrope::author::recovery::{Orphan, Recovery};

/// What lies in a folder beside the file that guards it.
fn left(folder: &Path) -> usize {
    fs::read_dir(folder).expect("the folder").flatten().filter(|entry| entry.file_name() != "guard").count()
}

#[test]
fn a_copy_that_was_left_behind_is_offered_once_and_adopted() {
    let folder = tempfile::tempdir().expect("a folder");
    let dead = Recovery::begin(folder.path()).expect("a place");
    fs::write(dead.copy(), "work").expect("a copy");
    dead.note(Some(Path::new("scene.zoetrope"))).expect("noted");
    assert!(Orphan::newest(folder.path()).is_none(), "its window lives");
    drop(dead);
    let mine = Recovery::begin(folder.path()).expect("a place of its own");
    let orphan = Orphan::newest(folder.path()).expect("left behind");
    assert!(Orphan::newest(folder.path()).is_none(), "it is offered to one window");
    assert_eq!(orphan.project.as_deref(), Some(Path::new("scene.zoetrope")));
    mine.adopt(orphan).expect("renamed");
    assert_eq!(fs::read(mine.copy()).expect("a copy"), b"work");
    mine.end();
    assert_eq!(left(folder.path()), 0, "nothing stays behind");
}

#[test]
fn a_window_that_died_with_everything_saved_leaves_nothing_to_offer() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Recovery::begin(folder.path()).expect("a place"));
    assert!(Orphan::newest(folder.path()).is_none());
    assert_eq!(left(folder.path()), 0);
}

#[test]
fn windows_that_start_at_once_never_take_each_others_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let starts = |_| {
        let folder = folder.path().to_owned();
        let work = move || {
            (0..40)
                .map(|_| {
                    let mine = Recovery::begin(&folder).expect("a place");
                    // Looking for what others left behind removes locks without a copy.
                    assert!(Orphan::newest(&folder).is_none());
                    mine
                })
                .collect::<Vec<_>>()
        };
        std::thread::Builder::new().name("window".to_owned()).spawn(work).expect("a thread")
    };
    let windows: Vec<_> = (0..4).map(starts).collect::<Vec<_>>().into_iter().flat_map(|window| window.join().expect("a window")).collect();
    let mut places: Vec<_> = windows.iter().map(Recovery::copy).collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), 160, "each has its own");
    assert!(places.iter().all(|copy| copy.with_extension("lock").exists()));
}
