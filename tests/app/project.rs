//! Projects in the window: saving, opening, and what becomes of the work under way.

use super::desk::{Desk, session_with};
use std::path::PathBuf;
use std::time::Duration;
use zoetrope::author::Action;
use zoetrope::author::session::{Dialog, Effect, FileClip, ImportedFile, ModelTask, Next, Over, Purpose, Saved, Session, Showing, Unsaved};
use zoetrope::author::stamp::Stamp;
use zoetrope::author::toast::ToastKind;
use zoetrope::formats::Project;
use zoetrope::timeline::{Chain, Document};

fn path() -> PathBuf {
    "scene.zoetrope".into()
}

/// The file is written.
fn written() -> Saved {
    Saved::Done(path(), None)
}

/// The document that a session wants to have written.
fn saved_by(session: &mut Session, action: Action) -> Document {
    let effects = session.apply(action);
    let [Effect::Save { document, path: to, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*to, path());
    (**document).clone()
}

#[test]
fn a_project_is_saved_to_the_file_that_was_asked_for_once() {
    let mut session = session_with(&["a walk"]);
    assert!(session.is_unsaved());
    assert!(session.apply(Action::SaveProject).is_empty());
    assert!(matches!(&session.dialog, Dialog::File { purpose: Purpose::Save, .. }));
    session.apply(Action::AddToTimeline(0));
    let document = saved_by(&mut session, Action::Save(path()));
    assert_eq!(document.arrangement(), session.document().arrangement());
    assert!(session.dialog == Dialog::None && session.busy().working);
    assert!(session.saved(written()).is_empty());
    assert!(!session.busy().working && !session.is_unsaved());
    assert_eq!(session.project(), Some(path().as_path()));
    session.apply(Action::Duplicate);
    assert!(session.is_unsaved());
    session.apply(Action::Undo);
    assert!(!session.is_unsaved(), "as it was when it was saved");
    saved_by(&mut session, Action::SaveProject);
}

#[test]
fn saving_while_a_file_is_written_waits_for_it() {
    let mut session = session_with(&["a walk"]);
    saved_by(&mut session, Action::Save(path()));
    session.apply(Action::AddToTimeline(0));
    assert!(session.apply(Action::Save(path())).is_empty(), "two writers of a file are one too many");
    let effects = session.saved(written());
    let [Effect::Save { document, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(document.arrangement().clips.len(), 1);
    assert!(session.saved(written()).is_empty() && !session.is_unsaved());
}

#[test]
fn a_save_that_ends_after_its_document_was_left_says_nothing_of_the_new_one() {
    let leave = [Action::NewProject, Action::OpenRecent("other.zoetrope".into())];
    for action in leave {
        let mut session = session_with(&["a walk"]);
        let old = saved_by(&mut session, Action::Save(path()));
        // What is done meanwhile is not saved, and the user does not want it to be.
        session.apply(Action::AddToTimeline(0));
        session.apply(action);
        assert!(matches!(session.dialog, Dialog::Unsaved(_)));
        let effects = session.apply(Action::Leave { saving: false });
        if let [Effect::Open(other)] = &effects[..] {
            let document = session_with(&["a jump", "a bow"]).document().clone();
            session.opened(Ok((other.clone(), Project { document, cast: None })), None);
        }
        let own = session.project().map(PathBuf::from);
        assert!(session.saved(written()).is_empty());
        assert!(session.toasts.list().iter().any(|toast| toast.text.contains("saved scene.zoetrope")));
        assert_eq!(session.project().map(PathBuf::from), own, "the new document has nothing to do with the old file");
        assert_ne!(session.project(), Some(path().as_path()));
        assert!(!session.is_unsaved() && *session.document().arrangement() != *old.arrangement());
        // The next save asks, or goes to the new document's own file.
        session.apply(Action::AddToTimeline(0));
        let effects = session.apply(Action::SaveProject);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Save { path: to, .. } if *to == path())), "{effects:?}");
    }
}

#[test]
fn a_save_that_waits_goes_over_the_one_before_it_also_when_its_document_was_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scene.zoetrope");
    let stamp = |text: &str| {
        std::fs::write(&file, text).expect("a file");
        Stamp::of(&file)
    };
    let mut session = session_with(&["a walk"]);
    session.apply(Action::Save(file.clone()));
    session.saved(Saved::Done(file.clone(), stamp("first")));
    session.apply(Action::AddToTimeline(0));
    session.apply(Action::SaveProject);
    session.apply(Action::Duplicate);
    assert!(session.apply(Action::SaveProject).is_empty(), "it waits");
    session.apply(Action::Duplicate);
    session.apply(Action::NewProject);
    session.apply(Action::Leave { saving: false });
    assert_eq!(session.take_count(), 0);
    let second = stamp("the second");
    let effects = session.saved(Saved::Done(file.clone(), second));
    let [Effect::Save { document, over, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((document.arrangement().clips.len(), over), (2, &Over::Known(second)), "what was asked for is written");
    assert!(session.saved(Saved::Done(file.clone(), None)).is_empty() && session.project().is_none());
    assert!(!session.busy().working && session.toasts.last_error().is_none());
}

#[test]
fn leaving_while_all_of_it_is_being_saved_waits_for_that() {
    let mut session = session_with(&["a walk"]);
    saved_by(&mut session, Action::Save(path()));
    assert!(session.apply(Action::NewProject).is_empty());
    assert!(session.dialog == Dialog::None && session.take_count() == 1, "no question: nothing is lost");
    assert!(matches!(session.saved(written())[..], [Effect::Forget]));
    assert!(session.take_count() == 0 && session.project().is_none() && !session.busy().working);

    // One that cannot be saved stays.
    let mut session = session_with(&["a walk"]);
    saved_by(&mut session, Action::Save(path()));
    session.apply(Action::Close);
    assert!(session.saved(Saved::Failed("the disk is full".to_owned())).is_empty());
    assert!(session.take_count() == 1 && session.is_unsaved());

    // What is done while the last save is written is asked about.
    session.apply(Action::Close);
    session.apply(Action::Leave { saving: true });
    saved_by(&mut session, Action::Save(path()));
    session.apply(Action::AddToTimeline(0));
    assert!(session.saved(written()).is_empty());
    assert_eq!(session.dialog, Dialog::Unsaved(Next::Close));
}

#[test]
fn work_that_is_done_while_another_project_is_read_is_asked_about() {
    let mut session = session_with(&["a walk"]);
    saved_by(&mut session, Action::Save(path()));
    session.saved(written());
    session.apply(Action::Open("other.zoetrope".into()));
    session.apply(Action::AddToTimeline(0));
    let document = session_with(&["a jump"]).document().clone();
    assert!(session.opened(Ok(("other.zoetrope".into(), Project { document, cast: None })), None).is_empty());
    assert!(matches!(&session.dialog, Dialog::Unsaved(Next::Open(other)) if other.ends_with("other.zoetrope")));
    assert_eq!((session.clips().len(), session.project()), (1, Some(path().as_path())));
}

#[test]
fn a_file_that_another_window_has_written_is_not_saved_over_without_a_question() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scene.zoetrope");
    std::fs::write(&file, "as it was opened").expect("a file");
    let stamp = Stamp::of(&file);
    let document = session_with(&["a walk"]).document().clone();
    let mut session = session_with(&[]);
    session.opened(Ok((file.clone(), Project { document, cast: None })), stamp);
    session.apply(Action::AddToTimeline(0));
    let over = |effects: &[Effect]| match effects {
        [Effect::Save { over, .. }] => over.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(over(&session.apply(Action::SaveProject)), Over::Known(stamp));
    std::fs::write(&file, "as another window saved it").expect("a file");
    assert_ne!(Stamp::of(&file), stamp);
    session.saved(Saved::Changed(file.clone()));
    assert_eq!(session.dialog, Dialog::Replace { path: file.clone(), next: None });
    assert!(session.is_unsaved());
    assert_eq!(over(&session.apply(Action::SaveOver(file.clone()))), Over::Anything);
    let now = Stamp::of(&file);
    session.saved(Saved::Done(file.clone(), now));
    assert!(!session.is_unsaved() && session.dialog == Dialog::None);

    // On the way out: the window closes behind the save to another file.
    session.apply(Action::Duplicate);
    session.apply(Action::Close);
    session.apply(Action::Leave { saving: true });
    session.saved(Saved::Changed(file));
    session.apply(Action::SaveProjectAs);
    assert!(matches!(&session.dialog, Dialog::File { purpose: Purpose::Save, next: Some(Next::Close), .. }), "{:?}", session.dialog);
    let other = folder.path().join("mine.zoetrope");
    assert_eq!(over(&session.apply(Action::Save(other.clone()))), Over::Anything);
    assert!(matches!(session.saved(Saved::Done(other, None))[..], [Effect::Quit]));
}

#[test]
fn a_name_that_is_taken_is_said_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scene.zoetrope");
    std::fs::write(&file, "somebody's").expect("a file");
    let mut session = session_with(&["a walk"]);
    session.apply(Action::SaveProjectAs);
    for (name, there) in [("scene.zoetrope", true), ("other.zoetrope", false)] {
        session.apply(Action::FilePath(folder.path().join(name)));
        assert!(matches!(session.dialog, Dialog::File { taken, .. } if taken == there), "{:?}", session.dialog);
    }
}

#[test]
fn closing_while_an_export_is_written_asks_and_waits_or_does_not() {
    let exporting = || {
        let mut session = session_with(&["a walk"]);
        saved_by(&mut session, Action::Save(path()));
        session.saved(written());
        session.apply(Action::Select(0));
        assert!(matches!(session.apply(Action::Export("walk.bvh".into()))[..], [Effect::Export { .. }]));
        assert!(session.apply(Action::Close).is_empty());
        assert_eq!(session.dialog, Dialog::Exporting);
        session
    };
    let mut session = exporting();
    assert!(session.apply(Action::CloseExporting { waiting: true }).is_empty());
    assert!(matches!(session.exported(Ok("walk.bvh".into()))[..], [Effect::Quit]));

    let mut session = exporting();
    assert!(matches!(
        session.apply(Action::CloseExporting { waiting: false })[..],
        [Effect::CancelWork, Effect::Models(ModelTask::CancelWork), Effect::Quit]
    ));

    // One that fails is seen.
    let mut session = exporting();
    session.apply(Action::CloseExporting { waiting: true });
    assert!(session.exported(Err("the disk is full".to_owned())).is_empty());
    assert_eq!(session.toasts.last_error(), Some("the disk is full"));

    // What was agreed to be lost is not asked about again, what came since is.
    for (edits, closed) in [(false, true), (true, false)] {
        let mut session = exporting();
        session.apply(Action::CloseDialog);
        session.apply(Action::AddToTimeline(0));
        session.apply(Action::Close);
        session.apply(Action::Leave { saving: false });
        session.apply(Action::CloseExporting { waiting: true });
        if edits {
            session.apply(Action::AddToTimeline(0));
        }
        let effects = session.exported(Ok("walk.bvh".into()));
        assert_eq!((matches!(effects[..], [Effect::Quit]), matches!(session.dialog, Dialog::Unsaved(_))), (closed, !closed));
    }

    // Whoever stays, stays, also having agreed to wait before.
    let mut session = exporting();
    session.apply(Action::CloseExporting { waiting: true });
    session.apply(Action::Close);
    session.apply(Action::CloseDialog);
    assert!(session.exported(Ok("walk.bvh".into())).is_empty());
    assert!(matches!(session.apply(Action::Close)[..], [Effect::Quit]));
}

#[test]
fn a_project_that_cannot_be_saved_stays_unsaved_and_says_why() {
    let mut session = session_with(&["a walk"]);
    saved_by(&mut session, Action::Save(path()));
    session.saved(Saved::Failed("the disk is full".to_owned()));
    assert!(session.is_unsaved() && session.project().is_none());
    assert_eq!(session.toasts.last_error(), Some("the disk is full"));
}

#[test]
fn an_opened_project_takes_the_place_of_this_one_and_its_work_ends() {
    let mut other = session_with(&["a jump", "a bow"]);
    other.apply(Action::AddToTimeline(1));
    let document = other.document().clone();

    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::SelectClip(0));
    desk.prompt("a person runs");
    let effects = desk.session.apply(Action::Open(path()));
    assert!(matches!(&effects[..], [Effect::Open(file)] if *file == path()));
    let effects = desk.session.opened(Ok((path(), Project { document, cast: None })), None);
    assert!(matches!(&effects[..], [Effect::Tell(_), Effect::Forget]), "the generation is cancelled: {effects:?}");
    desk.check();
    let session = &mut desk.session;
    assert!(!session.busy().working && !session.is_unsaved());
    assert_eq!((session.take_count(), session.clips().len(), session.selected_count()), (2, 1, 0));
    assert!(matches!(session.showing, Showing::Timeline));
    assert_eq!(*session.chain().motion(), *Chain::of(session.document().arrangement(), session.document().takes()).motion());
    session.apply(Action::Undo);
    assert_eq!(session.take_count(), 2, "the undo of the old project is gone with it");
    // The cancelled work is heard of later, and does nothing.
    desk.prompt("a person jumps");
    desk.until_idle();
    assert_eq!(desk.session.take_count(), 3);
}

#[test]
fn a_project_that_cannot_be_read_leaves_everything_as_it_is() {
    let mut session = session_with(&["a walk"]);
    session.apply(Action::AddToTimeline(0));
    session.apply(Action::Open(path()));
    assert!(session.busy().working);
    session.opened(Err("no project: scene.zoetrope".to_owned()), None);
    assert!(!session.busy().working);
    assert_eq!((session.take_count(), session.clips().len()), (1, 1));
    assert_eq!(session.toasts.last_error(), Some("no project: scene.zoetrope"));
}

#[test]
fn leaving_unsaved_work_asks_first_and_goes_on_when_it_is_saved() {
    let mut session = session_with(&["a walk"]);
    assert!(session.apply(Action::Close).is_empty());
    assert_eq!(session.dialog, Dialog::Unsaved(Next::Close));
    session.apply(Action::CloseDialog);
    assert!(session.apply(Action::Leave { saving: false }).is_empty(), "nobody asked");

    // It has no file yet: that is asked for, and then the window closes.
    session.apply(Action::Close);
    session.apply(Action::Leave { saving: true });
    assert!(matches!(session.dialog, Dialog::File { purpose: Purpose::Save, .. }));
    saved_by(&mut session, Action::Save(path()));
    assert!(matches!(session.saved(written())[..], [Effect::Quit]));

    // It has one: no further question.
    session.apply(Action::AddToTimeline(0));
    session.apply(Action::OpenRecent("other.zoetrope".into()));
    saved_by(&mut session, Action::Leave { saving: true });
    assert!(matches!(&session.saved(written())[..], [Effect::Open(other)] if other.ends_with("other.zoetrope")));

    // A disk that is full keeps the window open.
    session.opened(Err("gone".to_owned()), None);
    session.apply(Action::Duplicate);
    session.apply(Action::Close);
    session.apply(Action::Leave { saving: true });
    assert!(session.saved(Saved::Failed("the disk is full".to_owned())).is_empty());
    session.apply(Action::NewProject);
    session.apply(Action::Leave { saving: false });
    assert!(session.take_count() == 0 && session.project().is_none() && !session.is_unsaved());
    assert!(matches!(session.apply(Action::Close)[..], [Effect::Quit]));
    assert_eq!(session.settings.recent.len(), 1);
}

#[test]
fn unsaved_work_is_copied_now_and_then_and_the_copy_goes_when_it_is_saved() {
    let mut session = session_with(&["a walk"]);
    assert!(session.copy_due(1.0).is_none(), "not every frame");
    let Some(Effect::KeepSafe(Unsaved { document, project: None, .. })) = session.copy_due(9.0) else { panic!("no copy") };
    assert_eq!(document.arrangement(), session.document().arrangement());
    assert!(session.copy_due(9.0).is_none(), "one at a time");
    session.copied(Ok(()));
    assert!(session.copy_due(9.0).is_none(), "nothing has changed");
    session.apply(Action::AddToTimeline(0));
    assert!(matches!(session.copy_due(9.0), Some(Effect::KeepSafe(_))));
    session.copied(Err("the disk is full".to_owned()));
    assert!(session.toasts.list().iter().any(|toast| toast.text.contains("the disk is full")));
    assert!(matches!(session.copy_due(9.0), Some(Effect::KeepSafe(_))), "what failed is tried again");
    session.copied(Err("the disk is full".to_owned()));
    assert_eq!(session.toasts.list().len(), 1, "and told once");
    assert!(matches!(session.copy_due(9.0), Some(Effect::KeepSafe(_))));
    session.copied(Ok(()));
    assert!(session.copy_due(9.0).is_none());
    saved_by(&mut session, Action::Save(path()));
    session.saved(written());
    assert!(matches!(session.copy_due(9.0), Some(Effect::Forget)));
    assert!(session.copy_due(9.0).is_none());
}

#[test]
fn recovered_work_is_there_again_and_not_saved_yet() {
    let mut dead = session_with(&["a walk"]);
    dead.apply(Action::AddToTimeline(0));
    let mut session = session_with(&[]);
    session.dialog = Dialog::Recover { project: Some(path()) };
    assert!(matches!(session.apply(Action::Recover(true))[..], [Effect::Recover(true)]));
    session.recovered(Some(path()), None, Ok(Project { document: dead.document().clone(), cast: None }));
    assert!(session.is_unsaved() && !session.busy().working);
    assert_eq!((session.clips().len(), session.project()), (1, Some(path().as_path())));
    assert!(session.copy_due(9.0).is_none(), "its copy is this one's now");
}

#[test]
fn an_imported_file_is_the_newest_take() {
    let mut session = session_with(&["a walk"]);
    assert!(matches!(&session.apply(Action::Import("run.bvh".into()))[..], [Effect::Import(_, clips)] if clips.is_empty()));
    let take = session.take_at(0).expect("a take").take.clone();
    let file = |clips: &[&str], notes: &[&str]| ImportedFile {
        path: "run.glb".into(),
        take: zoetrope::timeline::Take::clone(&take),
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
        clips: clips
            .iter()
            .zip(1..)
            .map(|(name, number)| FileClip { number, name: (*name).to_owned(), length: Duration::from_secs(1) })
            .collect(),
    };
    session.imported(Ok(file(&["run"], &["the last row is cut off"])));
    assert_eq!((session.take_count(), session.shown_index()), (2, Some(1)));
    session.imported(Err("no motion: notes.txt".to_owned()));
    assert_eq!(session.toasts.last_error(), Some("no motion: notes.txt"));
    assert!(session.toasts.list().iter().any(|toast| toast.kind == ToastKind::Warning && toast.text.contains("cut off")));

    // Of several animations the user chooses.
    session.imported(Ok(file(&["idle", "run"], &[])));
    assert_eq!(session.take_count(), 2, "nothing is taken before");
    let Dialog::Clip { path, clips } = session.dialog.clone() else { panic!("{:?}", session.dialog) };
    let effects = session.apply(Action::ImportClips { path, clips: vec![clips[1].number] });
    assert!(matches!(&effects[..], [Effect::Import(_, clips)] if clips[..] == [2]), "{effects:?}");
    session.imported(Ok(file(&[], &[])));
    assert_eq!((session.take_count(), &session.dialog), (3, &Dialog::None));
}

#[test]
fn an_opened_project_brings_its_character_and_one_whose_file_is_gone_is_told_once() {
    use zoetrope::body::{Cast, MannequinLook, Wears};
    let look = MannequinLook { color: [120, 90, 60], build: 1.0 };
    let wears = Wears::Smpl { path: "/gone/me.npz".into(), shape: vec![1.5] };
    let cast = Cast { mannequin: look, wears: wears.clone() };
    let document = session_with(&["a walk"]).document().clone();
    let mut session = session_with(&[]);
    let effects = session.opened(Ok((path(), Project { document, cast: Some(cast) })), None);
    assert!(
        matches!(&effects[..], [Effect::LoadBody { path, shape }, Effect::Forget] if path.ends_with("me.npz") && shape[..] == [1.5]),
        "{effects:?}"
    );
    assert!(session.busy().working && !session.is_unsaved());
    session.body_loaded(Err("cannot read /gone/me.npz: no such file; check the path".to_owned()));
    assert_eq!(session.toasts.list().len(), 1);
    assert!(session.toasts.last_error().is_some_and(|text| text.contains("the mannequin stands in")));
    assert!(session.body().is_none() && session.character().is_some(), "the mannequin has its look");
    assert!(!session.is_unsaved() && session.cast().wears == wears, "its disk may be back tomorrow");
    session.apply(Action::DropBody);
    assert!(session.is_unsaved());
    let effects = session.apply(Action::SaveProject);
    let [Effect::Save { cast: saved, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*saved, Cast { mannequin: look, wears: Wears::Mannequin });
    session.saved(written());
    assert!(!session.is_unsaved());

    // The next start.
    let mut next = session_with(&[]);
    assert!(next.take_on(session.settings.cast.clone()).is_empty());
    assert_eq!(next.character(), session.character());
    assert!(!next.is_unsaved(), "it alone makes no project");
}

#[test]
fn a_driver_that_leaks_is_told_once() {
    let mut session = session_with(&[]);
    for (driver, told) in [("Mesa 22.3.6", 1), ("Mesa 22.3.6", 1), ("Mesa 22.3.7", 2)] {
        session.warn_of_driver(driver);
        assert_eq!(session.toasts.list().len(), told);
    }
    // The next start knows it from the settings.
    let mut next = session_with(&[]);
    next.settings = session.settings.clone();
    next.warn_of_driver("Mesa 22.3.7");
    assert!(next.toasts.list().is_empty());
}
