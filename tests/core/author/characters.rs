//! Rigged characters of the user's own: dropped on the window, chosen, kept in projects, and asked for when they have moved.

use super::desk::{run_tasks, session_with};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zoetrope::author::session::{
    CharacterAction, ClipAction, ComparisonAction, Dialog, DialogAction, ExportAction, FilePurpose, ProjectAction, Session, TakeAction,
    ViewAction,
};
use zoetrope::body::{CharacterChoice, CharacterKind};
use zoetrope::formats::{self, Contents, WriteOptions};
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::Document;
use zoetrope::view::Shown;

fn motion() -> Motion {
    let frame = |frame: usize| {
        let mut pose = Pose::REST;
        pose.root_m.z += 0.03 * frame as f32;
        pose.local[1] = glam::Quat::from_rotation_x(0.3 * (0.3 * frame as f32).sin());
        pose
    };
    Motion { frames: (0..40).map(frame).collect() }
}

/// A .glb file with a character and an animation of it, or one of them.
pub(super) fn glb(path: &Path, has_meshes: bool, has_animation: bool) -> PathBuf {
    let contents = if has_meshes { Contents::Character } else { Contents::Skeleton };
    formats::write(path, &motion(), &WriteOptions { contents, ..WriteOptions::default() }).expect("written");
    if !has_animation {
        // A name that says nothing to a reader, in the same room.
        let mut bytes = std::fs::read(path).expect("bytes");
        let name = b"\"animations\"";
        let at = bytes.windows(name.len()).position(|window| window == name).expect("animations");
        bytes[at + 1] = b'z';
        std::fs::write(path, bytes).expect("written");
    }
    path.to_owned()
}

pub(super) fn drop_on_window(session: &mut Session, path: &Path) {
    session.open_files([path.to_owned()]);
    session.update(0.0);
    run_tasks(session);
    session.update(0.0);
}

fn is_rigged(session: &Session, path: &Path) -> bool {
    session.character().rigged().is_some_and(|rigged| rigged.path() == path)
        && session.settings().character.kind == CharacterKind::rigged(path.to_owned())
}

#[test]
fn what_is_dropped_is_a_character_a_motion_or_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let [still, moving, bones] = ["still.glb", "moving.glb", "bones.glb"].map(|name| folder.path().join(name));
    let mut session = session_with(&[]);
    drop_on_window(&mut session, &glb(&still, true, false));
    assert!(is_rigged(&session, &still) && session.timeline().take_count() == 0 && session.dialog() == &Dialog::None);
    assert_eq!(session.character().rigged().expect("a character").parts_found(), 19);
    drop_on_window(&mut session, &glb(&bones, false, true));
    assert!(is_rigged(&session, &still) && session.timeline().take_count() == 1, "a motion is no character");
    drop_on_window(&mut session, &glb(&moving, true, true));
    assert!(matches!(session.dialog(), Dialog::Contents { animations: 1, .. }), "{:?}", session.dialog());
    assert!(is_rigged(&session, &still) && session.timeline().take_count() == 1, "nothing happens before the answer");
    session.apply(DialogAction::CloseDialog);
    drop_on_window(&mut session, &moving);
    session.apply(CharacterAction::LoadCharacter(moving.clone()));
    assert!(is_rigged(&session, &moving), "it has been read already");
    session.apply(TakeAction::Import(moving.clone()));
    run_tasks(&mut session);
    assert!(session.timeline().take_count() == 2 && session.dialog() == &Dialog::None);
}

#[test]
fn what_goes_out_is_the_users_own_file_with_a_motion() {
    let folder = tempfile::tempdir().expect("a folder");
    let [me, out] = ["me.glb", "out.glb"].map(|name| folder.path().join(name));
    let mut session = session_with(&["a walk"]);
    session.apply(CharacterAction::LoadCharacter(glb(&me, true, false)));
    run_tasks(&mut session);
    session.apply(TakeAction::Select(0));
    session.apply(ExportAction::Export(out.clone()));
    run_tasks(&mut session);
    let bytes = std::fs::read(&out).expect("an export");
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    // What says nothing to a reader is still there.
    assert!(has(b"\"znimations\"") && has(b"\"animations\""));
}

#[test]
fn a_character_that_cannot_be_read_leaves_the_one_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = glb(&folder.path().join("good.glb"), true, false);
    let bad = folder.path().join("bad.glb");
    std::fs::write(&bad, b"glTF nothing").expect("a file");
    let mut session = session_with(&[]);
    session.apply(CharacterAction::LoadCharacter(good.clone()));
    assert!(session.busy().working && session.character().rigged().is_none(), "the mannequin stays until it is read");
    run_tasks(&mut session);
    assert!(is_rigged(&session, &good));
    for path in [bad, folder.path().join("gone.glb"), glb(&folder.path().join("bones.glb"), false, true)] {
        session.apply(CharacterAction::LoadCharacter(path));
        run_tasks(&mut session);
        assert!(is_rigged(&session, &good) && session.toasts().last_error().is_some());
    }
    // The mannequin is chosen while another one is read.
    session.apply(CharacterAction::LoadCharacter(good));
    session.apply(CharacterAction::DropBody);
    run_tasks(&mut session);
    assert!(session.character().own().is_none() && session.settings().character.kind == CharacterKind::Mannequin);
}

#[test]
fn a_project_brings_its_character_along_and_asks_for_one_that_has_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    std::fs::create_dir_all(here.join("people")).expect("a folder");
    let me = glb(&here.join("people/me.glb"), true, false);
    let choice = CharacterChoice { kind: CharacterKind::rigged(me), ..CharacterChoice::default() };
    formats::save_project(&here.join("scene.zoetrope"), &Document::default(), Some(&choice)).expect("saved");
    std::fs::rename(&here, &there).expect("moved");
    let mut session = session_with(&[]);
    let open = |session: &mut Session| {
        session.apply(ProjectAction::Open(there.join("scene.zoetrope")));
        run_tasks(session);
        session.update(0.0);
    };
    open(&mut session);
    assert!(is_rigged(&session, &there.join("people/me.glb")), "both moved");
    let elsewhere = folder.path().join("me.glb");
    std::fs::rename(there.join("people/me.glb"), &elsewhere).expect("moved");
    session.apply(CharacterAction::DropBody);
    open(&mut session);
    let gone = there.join("people/me.glb");
    assert_eq!(session.dialog(), &Dialog::MissingCharacter { path: gone.clone() });
    assert!(session.character().own().is_none() && session.toasts().last_error().is_none());
    assert_eq!(session.settings().character.kind, CharacterKind::rigged(gone.clone()), "its disk may be back tomorrow");
    session.apply(CharacterAction::FindCharacter);
    assert!(matches!(session.dialog(), Dialog::File { path, purpose: FilePurpose::Character, .. } if *path == gone));
    session.apply(CharacterAction::LoadCharacter(elsewhere.clone()));
    run_tasks(&mut session);
    assert!(is_rigged(&session, &elsewhere));
    open(&mut session);
    session.apply(CharacterAction::DropBody);
    assert!(session.dialog() == &Dialog::None && session.settings().character.kind == CharacterKind::Mannequin);
}

#[test]
fn another_character_is_on_everything_that_is_shown_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = glb(&folder.path().join("me.glb"), true, false);
    let mut session = session_with(&["a walk"; 9]);
    for _ in 0..200 {
        session.apply(ClipAction::AddToTimeline(0));
    }
    session.apply(CharacterAction::LoadCharacter(file));
    run_tasks(&mut session);
    let revision = session.timeline().revision();
    let mut shown = Shown::default();
    let mut all_are = |session: &Session, character: Option<&Arc<zoetrope::body::Character>>| {
        session.scene().fill(&mut shown, 0.5);
        shown
            .actors
            .iter()
            .all(|actor| actor.character.0.as_ref().map(Arc::as_ptr) == character.map(Arc::as_ptr))
            .then_some(shown.actors.len())
    };
    let mine = session.character().character();
    assert_eq!(all_are(&session, mine.as_ref()), Some(1));
    session.apply(CharacterAction::DropBody);
    assert_eq!(all_are(&session, None), Some(1));
    assert!(!session.busy().working && session.timeline().revision() == revision, "no motion is made anew");
    session.apply(ComparisonAction::Compare((0..9).collect()));
    assert_eq!(all_are(&session, None), Some(9));
    let file = folder.path().join("me.glb");
    session.apply(CharacterAction::LoadCharacter(file));
    run_tasks(&mut session);
    let mine = session.character().character();
    assert_eq!(all_are(&session, mine.as_ref()), Some(9));
    session.apply(ViewAction::Show(zoetrope::view::Figure::Skeleton));
    assert_eq!(all_are(&session, mine.as_ref()), Some(9));
}
