//! Projects in the window: saving, opening, and what becomes of the work under way.

use super::session::{Desk, session_with};
use std::path::PathBuf;
use zoetrope::app::Action;
use zoetrope::app::session::{Dialog, Effect, Session, Showing};
use zoetrope::timeline::{Chain, Document};

fn path() -> PathBuf {
    "scene.zoetrope".into()
}

/// The document that a session wants to have written.
fn saved_by(session: &mut Session, action: Action) -> Document {
    let effects = session.apply(action);
    let [Effect::Save { document, path: to }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*to, path());
    (**document).clone()
}

#[test]
fn a_project_is_saved_to_the_file_that_was_asked_for_once() {
    let mut session = session_with(&["a walk"]);
    assert!(session.is_unsaved());
    assert!(session.apply(Action::SaveProject).is_empty());
    assert!(matches!(&session.dialog, Dialog::Project { opens: false, .. }));
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
    let effects = desk.session.opened(Ok((path(), document)));
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
