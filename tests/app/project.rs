//! Projects in the window: saving, opening, and what becomes of the work under way.

use super::session::{Desk, session_with};
use std::path::PathBuf;
use zoetrope::app::Action;
use zoetrope::app::session::{Dialog, Effect, Next, Purpose, Session, Showing, Unsaved};
use zoetrope::formats::Project;
use zoetrope::timeline::{Chain, Document};

fn path() -> PathBuf {
    "scene.zoetrope".into()
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
    assert!(session.saved(Ok(path())).is_empty());
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
    let effects = session.saved(Ok(path()));
    let [Effect::Save { document, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(document.arrangement().clips.len(), 1);
    assert!(session.saved(Ok(path())).is_empty() && !session.is_unsaved());
}

#[test]
fn a_project_that_cannot_be_saved_stays_unsaved_and_says_why() {
    let mut session = session_with(&["a walk"]);
    saved_by(&mut session, Action::Save(path()));
    session.saved(Err("the disk is full".to_owned()));
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
    let effects = desk.session.opened(Ok((path(), Project { document, cast: None })));
    assert!(matches!(&effects[..], [Effect::Tell(_)]), "the generation is cancelled: {effects:?}");
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
    session.opened(Err("no project: scene.zoetrope".to_owned()));
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
    assert!(matches!(session.saved(Ok(path()))[..], [Effect::Quit]));

    // It has one: no further question.
    session.apply(Action::AddToTimeline(0));
    session.apply(Action::OpenRecent("other.zoetrope".into()));
    saved_by(&mut session, Action::Leave { saving: true });
    assert!(matches!(&session.saved(Ok(path()))[..], [Effect::Open(other)] if other.ends_with("other.zoetrope")));

    // A disk that is full keeps the window open.
    session.opened(Err("gone".to_owned()));
    session.apply(Action::Duplicate);
    session.apply(Action::Close);
    session.apply(Action::Leave { saving: true });
    assert!(session.saved(Err("the disk is full".to_owned())).is_empty());
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
    saved_by(&mut session, Action::Save(path()));
    session.saved(Ok(path()));
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
    session.recovered(Some(path()), Ok(Project { document: dead.document().clone(), cast: None }));
    assert!(session.is_unsaved() && !session.busy().working);
    assert_eq!((session.clips().len(), session.project()), (1, Some(path().as_path())));
    assert!(session.copy_due(9.0).is_none(), "its copy is this one's now");
}

#[test]
fn an_imported_file_is_the_newest_take() {
    let mut session = session_with(&["a walk"]);
    assert!(matches!(&session.apply(Action::Import("run.bvh".into()))[..], [Effect::Import(_)]));
    let take = session.take_at(0).expect("a take").take.clone();
    session.imported(Ok(zoetrope::timeline::Take::clone(&take)));
    assert_eq!((session.take_count(), session.shown_index()), (2, Some(1)));
    session.imported(Err("no motion: notes.txt".to_owned()));
    assert_eq!(session.toasts.last_error(), Some("no motion: notes.txt"));
}

#[test]
fn an_opened_project_brings_its_character_and_one_whose_file_is_gone_is_told_once() {
    use zoetrope::body::{Cast, MannequinLook, Wears};
    let look = MannequinLook { color: [120, 90, 60], build: 1.0 };
    let wears = Wears::Smpl { path: "/gone/me.npz".into(), shape: vec![1.5] };
    let cast = Cast { mannequin: look, wears: wears.clone() };
    let document = session_with(&["a walk"]).document().clone();
    let mut session = session_with(&[]);
    let effects = session.opened(Ok((path(), Project { document, cast: Some(cast) })));
    assert!(matches!(&effects[..], [Effect::LoadBody { path, shape }] if path.ends_with("me.npz") && shape[..] == [1.5]), "{effects:?}");
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
    session.saved(Ok(path()));
    assert!(!session.is_unsaved());

    // The next start.
    let mut next = session_with(&[]);
    assert!(next.take_on(session.settings.cast.clone()).is_empty());
    assert_eq!(next.character(), session.character());
    assert!(!next.is_unsaved(), "it alone makes no project");
}
