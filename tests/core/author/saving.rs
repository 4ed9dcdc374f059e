//! What a save and an autosave write: takes once, whatever becomes of the file meanwhile.

use super::desk::{run_tasks, session_with};
use std::fs;
use std::path::{Path, PathBuf};
use zoetrope::author::session::{ClipAction, ProjectAction, SelectionAction, Session, TimelineAction};
use zoetrope::author::toast::ToastKind;
use zoetrope::formats::open_project;

/// A session with twenty takes of a second and a clip, saved to a file.
fn saved(folder: &Path) -> (Session, PathBuf) {
    let (mut session, file) = (session_with(&["a walk"; 20]), folder.join("scene.zoetrope"));
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(ProjectAction::Save(file.clone()));
    run_tasks(&mut session);
    session.apply(SelectionAction::SelectClip(0));
    (session, file)
}

/// Edits and saves.
fn save_more(session: &mut Session) {
    session.apply(ClipAction::Duplicate);
    session.apply(ProjectAction::SaveProject);
    run_tasks(session);
    assert!(!session.is_unsaved(), "{:?}", session.toasts().list());
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).expect("the file")
}

#[track_caller]
fn holds(file: &Path, session: &Session) {
    let opened = open_project(file).expect("a project");
    assert_eq!(opened.document.arrangement(), session.timeline().arrangement());
    assert_eq!(opened.document.takes().len(), session.timeline().take_count());
}

/// The copies of unsaved work in a folder that are offered.
fn offered(keep: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(keep).expect("the folder").flatten().map(|entry| entry.path());
    files.filter(|file| file.extension().is_some_and(|ending| ending == "zoetrope")).collect()
}

#[test]
fn a_saved_and_an_opened_project_grow_by_what_is_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut session, file) = saved(folder.path());
    let first = read(&file);
    save_more(&mut session);
    assert!(read(&file).starts_with(&first) && read(&file).len() < first.len() + 20_000);
    let mut later = session_with(&[]);
    later.apply(ProjectAction::Open(file.clone()));
    run_tasks(&mut later);
    later.apply(SelectionAction::SelectClip(0));
    let second = read(&file);
    save_more(&mut later);
    assert!(read(&file).starts_with(&second));
    holds(&file, &later);
}

#[test]
fn a_file_that_is_gone_and_one_for_another_name_are_written_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut session, file) = saved(folder.path());
    fs::remove_file(&file).expect("removed");
    save_more(&mut session);
    holds(&file, &session);

    let (left, other) = (read(&file), folder.path().join("other.zoetrope"));
    session.apply(ClipAction::Duplicate);
    session.apply(ProjectAction::Save(other.clone()));
    run_tasks(&mut session);
    holds(&other, &session);
    let whole = read(&other);
    save_more(&mut session);
    assert!(read(&other).starts_with(&whole));
    assert_eq!(read(&file), left, "nobody has saved to it since");
}

#[test]
fn a_save_goes_to_its_own_documents_file_also_when_another_is_opened_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut session, file) = saved(folder.path());
    let other = folder.path().join("other.zoetrope");
    zoetrope::formats::save_project(&other, session_with(&["a jump", "a run"]).timeline().document(), None).expect("saved");
    let (before, theirs) = (read(&file), read(&other));
    session.apply(ClipAction::Duplicate);
    session.apply(ProjectAction::SaveProject);
    let arrangement = session.timeline().arrangement().clone();
    session.apply(ProjectAction::Open(other.clone()));
    run_tasks(&mut session);
    assert!(read(&file).starts_with(&before));
    assert_eq!(*open_project(&file).expect("a project").document.arrangement(), arrangement);
    // The other one grows by itself.
    session.apply(ClipAction::AddToTimeline(1));
    session.apply(ProjectAction::SaveProject);
    run_tasks(&mut session);
    assert!(read(&other).starts_with(&theirs));
    holds(&other, &session);
}

#[test]
fn a_file_whose_last_save_was_cut_off_is_opened_as_before_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut session, file) = saved(folder.path());
    let before = session.timeline().arrangement().clone();
    save_more(&mut session);
    let whole = read(&file);
    fs::write(&file, &whole[..whole.len() - 30]).expect("cut off");
    let mut later = session_with(&[]);
    later.apply(ProjectAction::Open(file.clone()));
    run_tasks(&mut later);
    assert_eq!(*later.timeline().arrangement(), before);
    let warned = later.toasts().list().iter().any(|toast| toast.kind == ToastKind::Warning && toast.text.contains("cut off"));
    assert!(warned, "{:?}", later.toasts().list());
    later.apply(SelectionAction::SelectClip(0));
    save_more(&mut later);
    holds(&file, &later);
    assert!(!open_project(&file).expect("a project").cut_off);
}

#[test]
fn copies_of_unsaved_work_have_takes_once_also_across_saves() {
    let folder = tempfile::tempdir().expect("a folder");
    let (keep, file) = (folder.path().join("recovery"), folder.path().join("scene.zoetrope"));
    let mut session = session_with(&["a walk"; 20]);
    session.autosave_in(&keep).expect("a folder");
    session.apply(ClipAction::AddToTimeline(0));
    let copied = |session: &mut Session| {
        session.update(6.0);
        run_tasks(session);
        offered(&keep).pop().map(|copy| (read(&copy), open_project(&copy).expect("a copy").document))
    };
    let (first, _) = copied(&mut session).expect("a copy");
    session.apply(SelectionAction::SelectClip(0));
    session.apply(ClipAction::Duplicate);
    let (second, document) = copied(&mut session).expect("a copy");
    assert!(second.starts_with(&first) && document.arrangement() == session.timeline().arrangement());
    // Saved, it is offered to nobody, and is there for the next.
    session.apply(ProjectAction::Save(file));
    run_tasks(&mut session);
    assert!(copied(&mut session).is_none());
    session.apply(ClipAction::Duplicate);
    let (third, document) = copied(&mut session).expect("a copy");
    assert!(third.starts_with(&second) && document.arrangement() == session.timeline().arrangement());
    // Taken back to what is saved, and on to something else.
    session.apply(TimelineAction::Undo);
    assert!(copied(&mut session).is_none());
    session.apply(TimelineAction::Redo);
    assert!(copied(&mut session).expect("a copy").0.starts_with(&third));
    // Another document has nothing of this one.
    session.apply(ProjectAction::NewProject);
    session.apply(ProjectAction::Leave { saving: false });
    run_tasks(&mut session);
    let names: Vec<_> = fs::read_dir(&keep).expect("the folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(names.len(), 2, "guard and lock: {names:?}");
    assert!(session.end());
    assert_eq!(fs::read_dir(&keep).expect("the folder").count(), 1, "the guard");
}

#[test]
fn a_recovered_copy_grows_and_the_project_it_was_of_is_saved_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let keep = folder.path().join("recovery");
    let (mut dead, file) = saved(folder.path());
    dead.autosave_in(&keep).expect("a folder");
    dead.apply(ClipAction::Duplicate);
    dead.update(6.0);
    run_tasks(&mut dead);
    let left = dead.timeline().arrangement().clone();
    drop(dead);
    let before = read(&offered(&keep)[0]);
    let mut session = session_with(&[]);
    session.autosave_in(&keep).expect("a folder");
    session.apply(ProjectAction::Recover(true));
    run_tasks(&mut session);
    assert_eq!(*session.timeline().arrangement(), left);
    session.apply(SelectionAction::SelectClip(0));
    session.apply(ClipAction::Duplicate);
    session.update(6.0);
    run_tasks(&mut session);
    assert!(read(&offered(&keep)[0]).starts_with(&before));
    save_more(&mut session);
    holds(&file, &session);
}
