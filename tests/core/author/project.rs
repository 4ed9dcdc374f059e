//! Projects: saving, opening, and what becomes of the work under way.

use super::desk::{Desk, quits, run_tasks, session_with, wanted};
use crate::formats::{chunks, glb, lively};
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zoetrope::author::session::{
    CharacterAction, ClipAction, Dialog, DialogAction, ExportAction, FilePurpose, Next, ProjectAction, SelectionAction, Session,
    TakeAction, TimelineAction, ViewMode,
};
use zoetrope::author::toast::ToastKind;
use zoetrope::formats::{self, Project, WriteOptions};
use zoetrope::timeline::{Chain, Document};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn opened(file: &Path) -> Project {
    formats::open_project(file).expect("a project")
}

/// A file of a project with these takes.
fn project_of(folder: &Path, name: &str, prompts: &[&str]) -> PathBuf {
    let file = folder.join(name);
    formats::save_project(&file, session_with(prompts).timeline().document(), None).expect("saved");
    file
}

/// A session with one take, saved to a file.
fn saved(folder: &Path) -> (Session, PathBuf) {
    let (mut session, file) = (session_with(&["a walk"]), folder.join("scene.zoetrope"));
    session.apply(ProjectAction::Save(file.clone()));
    run_tasks(&mut session);
    assert!(!session.is_unsaved());
    (session, file)
}

/// A place where nothing can be written.
fn nowhere(folder: &Path) -> PathBuf {
    folder.join("gone/scene.zoetrope")
}

fn clips_in(file: &Path) -> usize {
    opened(file).document.arrangement().clips.len()
}

#[test]
fn a_whole_session_needs_no_window() {
    let folder = folder();
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(ClipAction::Trim { clip: 0, from: 0.2, to: 1.2 });
    let trimmed = desk.session.timeline().document().clone();
    desk.act(ClipAction::Duplicate);
    desk.act(SelectionAction::SelectAll);
    desk.act(ClipAction::Duplicate);
    desk.act(TimelineAction::Undo);
    assert_eq!(desk.session.timeline().clips().len(), 1);
    let [project, motion] = ["scene.zoetrope", "walk.bvh"].map(|name| folder.path().join(name));
    desk.act(ProjectAction::Save(project.clone()));
    desk.until_idle();
    assert!(!desk.session.is_unsaved());
    desk.act(ProjectAction::NewProject);
    assert_eq!(desk.session.timeline().take_count(), 0);
    desk.act(ProjectAction::Open(project));
    desk.until_idle();
    assert_eq!(desk.session.timeline().arrangement(), trimmed.arrangement());
    desk.act(ExportAction::Export(motion.clone()));
    desk.until_idle();
    assert_eq!(formats::read(&motion).expect("a motion").len(), 30);
}

#[test]
fn a_project_is_saved_to_the_file_that_was_asked_for_once() {
    let folder = folder();
    let mut session = session_with(&["a walk"]);
    assert!(session.is_unsaved());
    session.apply(ProjectAction::SaveProject);
    assert!(matches!(session.dialog(), Dialog::File { purpose: FilePurpose::Save, .. }));
    session.apply(ClipAction::AddToTimeline(0));
    let file = folder.path().join("scene.zoetrope");
    session.apply(ProjectAction::Save(file.clone()));
    assert!(*session.dialog() == Dialog::None && session.busy().working);
    run_tasks(&mut session);
    assert_eq!(opened(&file).document.arrangement(), session.timeline().arrangement());
    assert!(!session.busy().working && !session.is_unsaved());
    assert_eq!(session.project().path(), Some(file.as_path()));
    session.apply(SelectionAction::SelectClip(0));
    session.apply(ClipAction::Duplicate);
    assert!(session.is_unsaved());
    session.apply(TimelineAction::Undo);
    assert!(!session.is_unsaved(), "as it was when it was saved");
    session.apply(ClipAction::Duplicate);
    session.apply(ProjectAction::SaveProject);
    run_tasks(&mut session);
    assert!(!session.is_unsaved() && clips_in(&file) == session.timeline().clips().len());
}

#[test]
fn saving_while_a_file_is_written_waits_for_it() {
    let folder = folder();
    let (mut session, file) = (session_with(&["a walk"]), folder.path().join("scene.zoetrope"));
    session.apply(ProjectAction::Save(file.clone()));
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(ProjectAction::Save(file.clone()));
    assert!(session.run_task() && session.busy().working, "two writers of a file are one too many");
    assert_eq!(clips_in(&file), 0);
    assert!(session.run_task() && !session.run_task());
    assert!(clips_in(&file) == 1 && !session.is_unsaved());
}

#[test]
fn a_save_that_ends_after_its_document_was_left_says_nothing_of_the_new_one() {
    let folder = folder();
    let other = project_of(folder.path(), "other.zoetrope", &["a jump", "a bow"]);
    for action in [ProjectAction::NewProject, ProjectAction::OpenRecent(other)] {
        let (mut session, file) = (session_with(&["a walk"]), folder.path().join("scene.zoetrope"));
        session.apply(ProjectAction::Save(file.clone()));
        let old = session.timeline().arrangement().clone();
        // What is done meanwhile is not saved, and the user does not want it to be.
        session.apply(ClipAction::AddToTimeline(0));
        session.apply(action);
        assert!(matches!(session.dialog(), Dialog::Unsaved(_)));
        session.apply(ProjectAction::Leave { saving: false });
        run_tasks(&mut session);
        assert!(session.toasts().list().iter().any(|toast| toast.text.contains("saved") && toast.text.contains("scene.zoetrope")));
        assert_ne!(session.project().path(), Some(file.as_path()), "the new document has nothing to do with the old file");
        assert!(!session.is_unsaved() && *session.timeline().arrangement() != old);
        // The next save asks, or goes to the new document's own file.
        session.add_take(zoetrope::timeline::Take::clone(session_with(&["a bow"]).timeline().take_at(0).expect("a take").take));
        session.apply(ProjectAction::SaveProject);
        run_tasks(&mut session);
        assert_eq!(opened(&file).document.arrangement(), &old);
    }
}

#[test]
fn a_save_that_waits_goes_over_the_one_before_it_also_when_its_document_was_left() {
    let folder = folder();
    let (mut session, file) = saved(folder.path());
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(ProjectAction::SaveProject);
    session.apply(SelectionAction::SelectClip(0));
    session.apply(ClipAction::Duplicate);
    session.apply(ProjectAction::SaveProject);
    session.apply(ClipAction::Duplicate);
    session.apply(ProjectAction::NewProject);
    session.apply(ProjectAction::Leave { saving: false });
    assert_eq!(session.timeline().take_count(), 0);
    run_tasks(&mut session);
    assert_eq!(clips_in(&file), 2, "what was asked for is written");
    assert!(session.project().path().is_none() && !session.busy().working && session.toasts().last_error().is_none());
}

#[test]
fn leaving_while_all_of_it_is_being_saved_waits_for_that() {
    let folder = folder();
    let (mut session, file) = (session_with(&["a walk"]), folder.path().join("scene.zoetrope"));
    session.apply(ProjectAction::Save(file.clone()));
    session.apply(ProjectAction::NewProject);
    assert!(*session.dialog() == Dialog::None && session.timeline().take_count() == 1, "no question: nothing is lost");
    run_tasks(&mut session);
    assert!(session.timeline().take_count() == 0 && session.project().path().is_none() && !session.busy().working);

    // One that cannot be saved stays.
    let mut session = session_with(&["a walk"]);
    session.apply(ProjectAction::Save(nowhere(folder.path())));
    session.apply(ProjectAction::Close);
    run_tasks(&mut session);
    assert!(!quits(&mut session) && session.timeline().take_count() == 1 && session.is_unsaved());

    // What is done while the last save is written is asked about.
    session.apply(ProjectAction::Close);
    session.apply(ProjectAction::Leave { saving: true });
    session.apply(ProjectAction::Save(file));
    session.apply(ClipAction::AddToTimeline(0));
    run_tasks(&mut session);
    assert_eq!(*session.dialog(), Dialog::Unsaved(Next::Close));
}

#[test]
fn work_that_is_done_while_another_project_is_read_is_asked_about() {
    let folder = folder();
    let (mut session, file) = saved(folder.path());
    let other = project_of(folder.path(), "other.zoetrope", &["a jump"]);
    session.apply(ProjectAction::Open(other.clone()));
    session.apply(ClipAction::AddToTimeline(0));
    run_tasks(&mut session);
    assert_eq!(*session.dialog(), Dialog::Unsaved(Next::Open(other)));
    assert_eq!((session.timeline().clips().len(), session.project().path()), (1, Some(file.as_path())));
}

#[test]
fn a_file_that_another_window_has_written_is_not_saved_over_without_a_question() {
    let folder = folder();
    let file = project_of(folder.path(), "scene.zoetrope", &["a walk"]);
    let mut session = session_with(&[]);
    session.apply(ProjectAction::Open(file.clone()));
    run_tasks(&mut session);
    session.apply(ClipAction::AddToTimeline(0));
    let theirs = || drop(project_of(folder.path(), "scene.zoetrope", &["a walk", "a run", "a jump"]));
    theirs();
    session.apply(ProjectAction::SaveProject);
    run_tasks(&mut session);
    assert_eq!(*session.dialog(), Dialog::Replace { path: file.clone(), next: None });
    assert!(session.is_unsaved());
    assert_eq!(opened(&file).document.takes().len(), 3, "it is as it was");
    session.apply(ProjectAction::SaveOver(file.clone()));
    run_tasks(&mut session);
    assert!(!session.is_unsaved() && *session.dialog() == Dialog::None);
    assert_eq!(opened(&file).document.takes().len(), 1);

    // On the way out: the window closes behind the save to another file.
    session.apply(SelectionAction::SelectClip(0));
    session.apply(ClipAction::Duplicate);
    theirs();
    session.apply(ProjectAction::Close);
    session.apply(ProjectAction::Leave { saving: true });
    run_tasks(&mut session);
    session.apply(ProjectAction::SaveProjectAs);
    assert!(matches!(session.dialog(), Dialog::File { purpose: FilePurpose::Save, next: Some(Next::Close), .. }), "{:?}", session.dialog());
    session.apply(ProjectAction::Save(folder.path().join("mine.zoetrope")));
    run_tasks(&mut session);
    assert!(quits(&mut session));
}

#[test]
fn a_name_that_is_taken_is_said_so() {
    let folder = folder();
    std::fs::write(folder.path().join("scene.zoetrope"), "somebody's").expect("a file");
    let mut session = session_with(&["a walk"]);
    session.apply(ProjectAction::SaveProjectAs);
    for (name, there) in [("scene.zoetrope", true), ("other.zoetrope", false)] {
        session.apply(DialogAction::FilePath(folder.path().join(name)));
        assert!(matches!(session.dialog(), Dialog::File { taken, .. } if *taken == there), "{:?}", session.dialog());
    }
}

#[test]
fn closing_while_an_export_is_written_asks_and_waits_or_does_not() {
    let folder = folder();
    let exporting = |to: PathBuf| {
        let (mut session, _) = saved(folder.path());
        session.apply(TakeAction::Select(0));
        session.apply(ExportAction::Export(to));
        session.apply(ProjectAction::Close);
        assert_eq!(*session.dialog(), Dialog::Exporting);
        session
    };
    let walk = || folder.path().join("walk.bvh");
    let mut session = exporting(walk());
    assert!(wanted(&mut session, ProjectAction::CloseExporting { waiting: true }).is_empty());
    run_tasks(&mut session);
    assert!(quits(&mut session));

    let mut session = exporting(walk());
    session.apply(ProjectAction::CloseExporting { waiting: false });
    assert!(quits(&mut session) && !session.end(), "what is being written is finished");

    // One that fails is seen.
    let mut session = exporting(folder.path().join("gone/walk.bvh"));
    session.apply(ProjectAction::CloseExporting { waiting: true });
    run_tasks(&mut session);
    assert!(!quits(&mut session) && session.toasts().last_error().is_some_and(|text| text.contains("gone")));

    // What was agreed to be lost is not asked about again, what came since is.
    for (edits, closed) in [(false, true), (true, false)] {
        let mut session = exporting(walk());
        session.apply(DialogAction::CloseDialog);
        session.apply(ClipAction::AddToTimeline(0));
        session.apply(ProjectAction::Close);
        session.apply(ProjectAction::Leave { saving: false });
        session.apply(ProjectAction::CloseExporting { waiting: true });
        if edits {
            session.apply(ClipAction::AddToTimeline(0));
        }
        run_tasks(&mut session);
        assert_eq!((quits(&mut session), matches!(session.dialog(), Dialog::Unsaved(_))), (closed, !closed));
    }

    // Whoever stays, stays, also having agreed to wait before.
    let mut session = exporting(walk());
    session.apply(ProjectAction::CloseExporting { waiting: true });
    session.apply(ProjectAction::Close);
    session.apply(DialogAction::CloseDialog);
    run_tasks(&mut session);
    assert!(!quits(&mut session));
    session.apply(ProjectAction::Close);
    assert!(quits(&mut session));
}

#[test]
fn a_project_that_cannot_be_saved_stays_unsaved_and_says_why() {
    let folder = folder();
    let mut session = session_with(&["a walk"]);
    session.apply(ProjectAction::Save(nowhere(folder.path())));
    run_tasks(&mut session);
    assert!(session.is_unsaved() && session.project().path().is_none());
    assert!(session.toasts().last_error().is_some_and(|text| text.contains("scene.zoetrope")), "{:?}", session.toasts().last_error());
}

#[test]
fn an_opened_project_takes_the_place_of_this_one_and_its_work_ends() {
    let folder = folder();
    let mut other = session_with(&["a jump", "a bow"]);
    other.apply(ClipAction::AddToTimeline(1));
    let file = folder.path().join("other.zoetrope");
    formats::save_project(&file, other.timeline().document(), None).expect("saved");

    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(SelectionAction::SelectClip(0));
    desk.prompt("a person runs");
    desk.act(ProjectAction::Open(file));
    desk.until(|session| session.project().path().is_some());
    let session = &mut desk.session;
    assert!(session.generation().jobs().is_empty() && !session.is_unsaved());
    let timeline = session.timeline();
    assert_eq!((timeline.take_count(), timeline.clips().len(), timeline.selected_count()), (2, 1, 0));
    assert!(matches!(session.view().mode(), ViewMode::Timeline));
    assert_eq!(*timeline.chain().motion(), *Chain::of(timeline.arrangement(), timeline.document().takes()).motion());
    session.apply(TimelineAction::Undo);
    assert_eq!(session.timeline().take_count(), 2, "the undo of the old project is gone with it");
    // The cancelled work is heard of later, and does nothing.
    desk.prompt("a person jumps");
    desk.until_idle();
    assert_eq!(desk.session.timeline().take_count(), 3);
}

#[test]
fn a_project_that_cannot_be_read_leaves_everything_as_it_is() {
    let folder = folder();
    let file = folder.path().join("scene.zoetrope");
    std::fs::write(&file, "no project").expect("a file");
    let mut session = session_with(&["a walk"]);
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(ProjectAction::Open(file));
    assert!(session.busy().working);
    run_tasks(&mut session);
    assert!(!session.busy().working);
    assert_eq!((session.timeline().take_count(), session.timeline().clips().len()), (1, 1));
    assert!(session.toasts().last_error().is_some_and(|text| text.contains("scene.zoetrope")));
}

#[test]
fn leaving_unsaved_work_asks_first_and_goes_on_when_it_is_saved() {
    let folder = folder();
    let mut session = session_with(&["a walk"]);
    session.apply(ProjectAction::Close);
    assert_eq!(*session.dialog(), Dialog::Unsaved(Next::Close));
    session.apply(DialogAction::CloseDialog);
    session.apply(ProjectAction::Leave { saving: false });
    assert!(!quits(&mut session), "nobody asked");

    // It has no file yet: that is asked for, and then the window closes.
    session.apply(ProjectAction::Close);
    session.apply(ProjectAction::Leave { saving: true });
    assert!(matches!(session.dialog(), Dialog::File { purpose: FilePurpose::Save, .. }));
    let file = folder.path().join("scene.zoetrope");
    session.apply(ProjectAction::Save(file.clone()));
    run_tasks(&mut session);
    assert!(quits(&mut session));

    // It has one: no further question. What comes next cannot be read.
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(ProjectAction::OpenRecent(folder.path().join("other.zoetrope")));
    session.apply(ProjectAction::Leave { saving: true });
    run_tasks(&mut session);
    assert!(clips_in(&file) == 1 && session.toasts().last_error().is_some_and(|text| text.contains("other.zoetrope")));

    // A file that cannot be written keeps the window open.
    session.apply(SelectionAction::SelectClip(0));
    session.apply(ClipAction::Duplicate);
    std::fs::remove_file(&file).expect("the project");
    std::fs::create_dir(&file).expect("a folder in its place");
    session.apply(ProjectAction::Close);
    session.apply(ProjectAction::Leave { saving: true });
    run_tasks(&mut session);
    assert!(!quits(&mut session));
    session.apply(DialogAction::CloseDialog);
    session.apply(ProjectAction::NewProject);
    session.apply(ProjectAction::Leave { saving: false });
    assert!(session.timeline().take_count() == 0 && session.project().path().is_none() && !session.is_unsaved());
    session.apply(ProjectAction::Close);
    assert!(quits(&mut session));
    assert_eq!(session.settings().recent.len(), 1);
}

/// The files in a folder of copies beside lock and guard.
fn copies(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("the folder").flatten().map(|entry| entry.path());
    files.filter(|file| file.extension().is_some_and(|ending| ending == "zoetrope")).collect()
}

#[test]
fn unsaved_work_is_copied_now_and_then_and_the_copy_goes_when_it_is_saved() {
    let folder = folder();
    let keep = folder.path().join("recovery");
    let mut session = session_with(&["a walk"]);
    session.autosave_in(&keep).expect("a folder");
    session.update(1.0);
    assert!(!session.run_task(), "not every frame");
    session.update(5.5);
    session.update(5.5);
    assert!(session.run_task() && !session.run_task(), "one at a time");
    let copy = copies(&keep).pop().expect("a copy");
    assert_eq!(opened(&copy).document.arrangement(), session.timeline().arrangement());
    session.update(5.5);
    assert!(!session.run_task(), "nothing has changed");
    // What fails is tried again, and told once.
    session.apply(ClipAction::AddToTimeline(0));
    std::fs::remove_file(&copy).expect("the copy");
    std::fs::create_dir(&copy).expect("a folder in its place");
    for _ in 0..2 {
        session.update(5.5);
        assert!(session.run_task());
        let warnings = session.toasts().list().iter().filter(|toast| toast.kind == ToastKind::Warning).count();
        assert_eq!(warnings, 1);
    }
    std::fs::remove_dir(&copy).expect("the folder");
    session.update(5.5);
    run_tasks(&mut session);
    assert_eq!(clips_in(&copy), 1);
    session.apply(ProjectAction::Save(folder.path().join("scene.zoetrope")));
    run_tasks(&mut session);
    session.update(5.5);
    run_tasks(&mut session);
    assert!(copies(&keep).is_empty());
    session.update(9.0);
    assert!(!session.run_task());
}

/// What a window that died leaves in a folder, with one clip; it had this project.
fn died(keep: &Path, project: &Path) {
    let mut dead = session_with(&["a walk"]);
    dead.autosave_in(keep).expect("a folder");
    dead.apply(ProjectAction::Save(project.to_owned()));
    run_tasks(&mut dead);
    dead.apply(ClipAction::AddToTimeline(0));
    dead.update(9.0);
    run_tasks(&mut dead);
}

#[test]
fn recovered_work_is_there_again_and_not_saved_yet() {
    let folder = folder();
    let [keep, project] = ["recovery", "scene.zoetrope"].map(|name| folder.path().join(name));
    died(&keep, &project);
    let mut session = session_with(&[]);
    session.autosave_in(&keep).expect("a folder");
    assert_eq!(*session.dialog(), Dialog::Recover { project: Some(project.clone()) });
    // Files that were given to the window wait for the answer.
    session.open_files([folder.path().join("walk.bvh")]);
    session.update(0.1);
    assert!(!session.run_task());
    session.apply(ProjectAction::Recover(true));
    run_tasks(&mut session);
    assert!(session.is_unsaved() && !session.busy().working);
    assert_eq!((session.timeline().clips().len(), session.project().path()), (1, Some(project.as_path())));
    assert!(session.toasts().last_error().is_some_and(|text| text.contains("walk.bvh")), "it was read then, and is not there");
    session.update(9.0);
    assert!(!session.run_task(), "its copy is this one's now");
    assert_eq!(copies(&keep).len(), 1);
    assert!(session.end(), "all is written");
    assert!(copies(&keep).is_empty(), "a window that closes as it should offers nothing");
}

#[test]
fn work_that_was_done_while_a_copy_was_read_comes_first() {
    let folder = folder();
    let [keep, project] = ["recovery", "scene.zoetrope"].map(|name| folder.path().join(name));
    died(&keep, &project);
    let mut session = session_with(&["a jump", "a run"]);
    session.autosave_in(&keep).expect("a folder");
    session.apply(ProjectAction::Recover(true));
    session.apply(ClipAction::AddToTimeline(1));
    run_tasks(&mut session);
    assert_eq!((session.timeline().take_count(), session.timeline().clips().len()), (2, 1));
    assert!(matches!(session.dialog(), Dialog::Recover { .. }), "it is offered again");
    session.apply(ProjectAction::Recover(true));
    run_tasks(&mut session);
    assert_eq!((session.timeline().take_count(), session.timeline().clips().len()), (1, 1));
}

#[test]
fn an_imported_file_is_the_newest_take() {
    let folder = folder();
    let [run, notes] = ["run.bvh", "notes.txt"].map(|name| folder.path().join(name));
    std::fs::write(&notes, "no motion").expect("a file");
    let mut session = session_with(&["a walk"]);
    session.apply(TakeAction::Select(0));
    session.apply(ExportAction::Export(run.clone()));
    run_tasks(&mut session);
    // Its last row is cut off.
    let text = std::fs::read_to_string(&run).expect("a file");
    std::fs::write(&run, &text[..text.trim_end().len() - 60]).expect("a file");
    session.apply(TakeAction::Import(run));
    run_tasks(&mut session);
    assert_eq!((session.timeline().take_count(), session.shown_index()), (2, Some(1)));
    assert!(session.toasts().list().iter().any(|toast| toast.kind == ToastKind::Warning), "{:?}", session.toasts().list());
    session.apply(TakeAction::Import(notes));
    run_tasks(&mut session);
    assert!(session.toasts().last_error().is_some_and(|text| text.contains("notes.txt")));
}

#[test]
fn of_several_animations_in_a_file_the_user_chooses() {
    let folder = folder();
    let file = folder.path().join("both.glb");
    formats::write(&file, &lively(12), &WriteOptions::default()).expect("written");
    let (mut json, bin) = chunks(&file);
    json["animations"] = ["idle", "run"]
        .map(|name| json!({ "name": name, "channels": json["animations"][0]["channels"], "samplers": json["animations"][0]["samplers"] }))
        .to_vec()
        .into();
    std::fs::write(&file, glb(&json.to_string(), &bin)).expect("a file");
    let mut session = session_with(&[]);
    session.apply(TakeAction::Import(file.clone()));
    // A second one is asked about when the first is answered.
    session.apply(TakeAction::Import(file));
    run_tasks(&mut session);
    assert_eq!(session.timeline().take_count(), 0, "nothing is taken before");
    let Dialog::Clip { path, clips } = session.dialog().clone() else { panic!("{:?}", session.dialog()) };
    session.apply(TakeAction::ImportClips { path, clips: vec![clips[1].number] });
    run_tasks(&mut session);
    assert!(session.timeline().take_count() == 1 && matches!(session.dialog(), Dialog::Clip { .. }));
    session.apply(DialogAction::CloseDialog);
    session.update(0.1);
    assert_eq!((session.timeline().take_count(), session.dialog()), (1, &Dialog::None));
    let take = session.timeline().take_at(0).expect("a take").take;
    assert!(take.provenance.prompt().contains(&clips[1].name), "{}", take.provenance.prompt());
}

#[test]
fn an_opened_project_brings_its_character_and_one_whose_file_is_damaged_is_told_once() {
    use zoetrope::body::{CharacterChoice, CharacterKind, MannequinLook};
    let folder = folder();
    let look = MannequinLook { color: [120, 90, 60], build: 1.0 };
    let path = folder.path().join("me.npz");
    std::fs::write(&path, "no body").expect("a file");
    let kind = CharacterKind::Smpl { path, shape: vec![1.5] };
    let character = CharacterChoice { mannequin: look, kind: kind.clone() };
    let file = folder.path().join("scene.zoetrope");
    formats::save_project(&file, session_with(&["a walk"]).timeline().document(), Some(&character)).expect("saved");
    let mut session = session_with(&[]);
    session.apply(ProjectAction::Open(file.clone()));
    assert!(session.run_task() && session.busy().working && !session.is_unsaved());
    run_tasks(&mut session);
    assert_eq!(session.toasts().list().len(), 1);
    assert!(session.toasts().last_error().is_some_and(|text| text.contains("me.npz") && text.contains("the mannequin stands in")));
    assert!(session.character().body().is_none() && session.character().character().is_some(), "the mannequin has its look");
    assert!(!session.is_unsaved() && session.settings().character.kind == kind, "its disk may be back tomorrow");
    session.apply(CharacterAction::DropBody);
    assert!(session.is_unsaved());
    session.apply(ProjectAction::SaveProject);
    run_tasks(&mut session);
    assert_eq!(opened(&file).character, Some(CharacterChoice { mannequin: look, kind: CharacterKind::Mannequin }));
    assert!(!session.is_unsaved());
}

#[test]
fn a_driver_that_leaks_is_told_once() {
    let mut session = session_with(&[]);
    for (driver, told) in [("Mesa 22.3.6", 1), ("Mesa 22.3.6", 1), ("Mesa 22.3.7", 2)] {
        session.warn_of_driver(driver.to_owned());
        assert_eq!(session.toasts().list().len(), told);
    }
    assert_eq!(session.settings().told_driver.as_deref(), Some("Mesa 22.3.7"), "the next start knows it from the settings");
}

#[test]
fn an_empty_document_has_nothing_to_save() {
    let session = session_with(&[]);
    assert!(!session.is_unsaved() && *session.timeline().arrangement() == *Document::default().arrangement());
}
