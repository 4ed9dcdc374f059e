//! The mapping editor: what is decided about a skeleton's joints, tried out, kept, found again, and brought along by projects.

use super::characters::{drop_on_window, glb};
use super::desk::{run_tasks, session_with};
use std::path::{Path, PathBuf};
use zoetrope::author::session::{CharacterAction, Dialog, ExportAction, MappingAction, MappingEditor, ProjectAction, Session, TakeAction};
use zoetrope::body::{CharacterChoice, CharacterKind};
use zoetrope::formats::{self, WriteOptions};
use zoetrope::library;
use zoetrope::motion::mapping::{Fingers, FoundBy, MAPPED};
use zoetrope::motion::{Joint, Motion, NameStyle, Pose};
use zoetrope::timeline::Document;
use zoetrope::view::{Figure, Shown};

fn editor(session: &Session) -> &MappingEditor {
    session.mapping().editor().expect("an editor")
}

fn name_of(session: &Session, part: Joint) -> Option<String> {
    let editor = editor(session);
    editor.part(part).map(|(joint, _)| editor.rig().names()[joint].clone())
}

/// A motion on a skeleton whose names say nothing and whose arms are too short to be told from hair.
fn puzzling(path: &Path) -> PathBuf {
    formats::write(path, &Motion { frames: vec![Pose::REST; 20] }, &WriteOptions::default()).expect("written");
    let mut joint = None;
    let mut lines = Vec::new();
    for line in std::fs::read_to_string(path).expect("a text").lines() {
        let trimmed = line.trim_start();
        if let Some(name) = trimmed.strip_prefix("ROOT ").or_else(|| trimmed.strip_prefix("JOINT ")) {
            let place = NameStyle::Smpl.joint_names().iter().position(|other| *other == name).expect("a joint of ours");
            joint = Some(place);
            lines.push(line.replace(name, &format!("n{place}")));
        } else if let (Some(offset), Some(13 | 14 | 16..=21)) = (trimmed.strip_prefix("OFFSET "), joint) {
            let short: Vec<String> = offset.split_whitespace().map(|x| (0.05 * x.parse::<f32>().expect("a number")).to_string()).collect();
            lines.push(format!("OFFSET {}", short.join(" ")));
        } else {
            lines.push(line.to_owned());
        }
    }
    std::fs::write(path, lines.join("\n")).expect("written");
    path.to_owned()
}

#[test]
fn a_mapping_is_changed_taken_back_tried_out_and_left_without_a_trace() {
    let folder = tempfile::tempdir().expect("a folder");
    let me = glb(&folder.path().join("me.glb"), true, false);
    let mut session = session_with(&[]);
    session.apply(MappingAction::EditMapping);
    assert!(session.mapping().editor().is_none() && !session.toasts().list().is_empty(), "there is nobody to map");
    drop_on_window(&mut session, &me);
    session.apply(MappingAction::EditMapping);
    run_tasks(&mut session);
    assert!(editor(&session).missing().next().is_none() && editor(&session).trouble().is_none());
    assert_eq!(editor(&session).part(Joint::LKnee).map(|(_, by)| by), Some(Some(FoundBy::Name)));
    let outlines = editor(&session).outlines().expect("bodies to draw");
    assert!((500..6001).contains(&outlines.ours.len()) && (500..6001).contains(&outlines.theirs.len()));
    session.apply(MappingAction::ExchangeSides);
    assert_eq!(name_of(&session, Joint::LKnee).as_deref(), Some("R_Knee"));
    session.apply(MappingAction::AssignJoint(Joint::LElbow, Some("L_Elbow".to_owned())));
    assert_eq!((name_of(&session, Joint::LElbow).as_deref(), name_of(&session, Joint::RElbow)), (Some("L_Elbow"), None));
    assert_eq!(editor(&session).chosen(), Joint::RElbow, "what is missing comes next");
    assert!(editor(&session).trouble().is_some() && editor(&session).trial().is_none());
    session.apply(MappingAction::TryOut(true));
    assert!(!session.mapping().is_trying(), "half a body does not walk");
    session.apply(MappingAction::SaveMapping);
    assert!(session.mapping().editor().is_some(), "half a body is not kept");
    for _ in 0..2 {
        session.apply(MappingAction::UndoMapping);
    }
    assert!(!editor(&session).can_undo() && name_of(&session, Joint::LKnee).as_deref() == Some("L_Knee"));
    session.apply(MappingAction::AssignJoint(Joint::Head, Some("Tail".to_owned())));
    assert!(session.toasts().last_error().is_some_and(|error| error.contains("Tail")));

    session.apply(MappingAction::TryOut(true));
    let mut shown = Shown::default();
    let mut seen = |session: &mut Session| {
        session.update(0.2);
        session.scene().fill(&mut shown, 0.0);
        shown.actors.iter().map(|actor| (actor.pose.local[1], actor.character.0.is_some())).collect::<Vec<_>>()
    };
    let (first, then) = (seen(&mut session), seen(&mut session));
    assert_eq!(first.iter().map(|(_, is_theirs)| *is_theirs).collect::<Vec<_>>(), [true, false], "beside the mannequin");
    assert!(first[0].0.angle_between(then[0].0) > 0.05, "it walks");
    let kind = session.settings().character.kind.clone();
    session.apply(MappingAction::LeaveMapping);
    assert!(session.mapping().editor().is_none() && !session.mapping().is_trying());
    assert_eq!(session.settings().character.kind, kind);
}

#[test]
fn what_is_kept_is_used_at_once_found_again_and_brought_along_by_projects() {
    let folder = tempfile::tempdir().expect("a folder");
    let presets = folder.path().join("mappings");
    let [me, twin, project] = ["me.glb", "twin.glb", "scene.zoetrope"].map(|name| folder.path().join(name));
    glb(&me, true, false);
    std::fs::copy(&me, &twin).expect("copied");
    let mut session = session_with(&["a walk"]);
    session.keep_mappings_in(presets.clone());
    drop_on_window(&mut session, &me);
    let before = session.character().character().expect("a character");
    session.apply(MappingAction::EditMapping);
    session.apply(MappingAction::AssignJoint(Joint::Neck, None));
    session.apply(MappingAction::NameMapping("no neck".to_owned()));
    session.apply(MappingAction::SaveMapping);
    let after = session.character().character().expect("a character");
    assert!(session.mapping().editor().is_none() && after.looks_like(&before), "its meshes are not read again");
    run_tasks(&mut session);
    assert_eq!(library::mappings_in(&presets).0.len(), 1);
    let without_neck = |session: &Session| {
        let rigged = session.character().rigged().expect("a character");
        assert_eq!((rigged.parts_found(), rigged.mapping().map(|preset| preset.name.as_str())), (18, Some("no neck")));
    };
    without_neck(&session);
    session.apply(CharacterAction::Fingers(Fingers::Fist));
    session.apply(ProjectAction::Save(project.clone()));
    run_tasks(&mut session);
    assert!(!session.is_unsaved());

    // Another day: the same bones in another file.
    let mut another = session_with(&[]);
    another.keep_mappings_in(presets);
    drop_on_window(&mut another, &twin);
    without_neck(&another);
    another.apply(MappingAction::EditMapping);
    assert_eq!(editor(&another).part(Joint::Head).map(|(_, by)| by), Some(Some(FoundBy::Preset)));
    another.apply(MappingAction::LeaveMapping);
    // Where a project says nothing of a mapping, what is kept is used, and the project is as it was.
    let older = folder.path().join("older.zoetrope");
    let choice = CharacterChoice { kind: CharacterKind::rigged(twin), ..CharacterChoice::default() };
    formats::save_project(&older, &Document::default(), Some(&choice)).expect("saved");
    another.apply(CharacterAction::DropBody);
    another.apply(ProjectAction::Open(older));
    run_tasks(&mut another);
    without_neck(&another);
    assert!(!another.is_unsaved());
    // A colleague, who has the project alone.
    let mut colleague = session_with(&[]);
    colleague.apply(ProjectAction::Open(project));
    run_tasks(&mut colleague);
    without_neck(&colleague);
    assert!(matches!(&colleague.settings().character.kind, CharacterKind::Rigged { fingers: Fingers::Fist, mapping: Some(_), .. }));
}

#[test]
fn a_motion_that_is_not_understood_is_mapped_by_hand_and_then_imported() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = puzzling(&folder.path().join("puzzle.bvh"));
    let mut session = session_with(&[]);
    session.apply(TakeAction::Import(file.clone()));
    run_tasks(&mut session);
    assert!(
        matches!(session.dialog(), Dialog::Unmapped { path, trouble } if *path == file && trouble.contains("no joint")),
        "{:?}",
        session.dialog()
    );
    session.apply(MappingAction::EditMappingOf(file));
    run_tasks(&mut session);
    assert!(!editor(&session).is_character() && editor(&session).trouble().is_some() && session.dialog() == &Dialog::None);
    for part in MAPPED {
        session.apply(MappingAction::AssignJoint(part, Some(format!("n{}", part as usize))));
    }
    assert_eq!(editor(&session).trouble(), None);
    session.apply(MappingAction::TryOut(true));
    let mut shown = Shown::default();
    session.scene().fill(&mut shown, 0.0);
    assert_eq!(shown.figure, Figure::Skeleton, "there is nothing to see but bones");
    session.apply(MappingAction::SaveMapping);
    run_tasks(&mut session);
    assert_eq!((session.timeline().take_count(), session.dialog()), (1, &Dialog::None));
}

#[test]
fn what_is_nobody_is_refused_without_a_question() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("stick.bvh");
    let text = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Yrotation Xrotation\nJOINT b\n{\nOFFSET 0 1 0\nCHANNELS 3 Zrotation Yrotation Xrotation\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.04\n0 0 0 0 0 0\n";
    std::fs::write(&file, text).expect("written");
    let mut session = session_with(&[]);
    session.apply(TakeAction::Import(file));
    run_tasks(&mut session);
    assert!(session.dialog() == &Dialog::None && session.toasts().last_error().is_some());
}

#[test]
fn files_of_ones_own_kind_are_offered_where_there_is_such_a_character() {
    let folder = tempfile::tempdir().expect("a folder");
    let me = glb(&folder.path().join("me.glb"), true, false);
    let gltf = folder.path().join("me.gltf");
    let motion = Motion { frames: vec![Pose::REST; 5] };
    let (character, _) = formats::read_humanoid(&me, &Default::default()).expect("a human");
    let onto = WriteOptions { character: Some(character.into()), onto: Some(me.clone()), ..WriteOptions::default() };
    formats::write(&gltf, &motion, &onto).expect("written");
    let mut session = session_with(&["a walk"]);
    session.apply(TakeAction::Select(0));
    drop_on_window(&mut session, &me);
    assert_eq!(session.export_subject().own_kind(), None);
    session.apply(CharacterAction::LoadCharacter(gltf));
    run_tasks(&mut session);
    let kind = session.export_subject().own_kind().expect("glTF as text");
    let out = folder.path().join("out.gltf");
    session.apply(ExportAction::Export(out.clone()));
    run_tasks(&mut session);
    assert_eq!((session.settings().export.kind, formats::read_character(&out).expect("a character").clips.len()), (kind, 2));
    session.apply(CharacterAction::DropBody);
    session.apply(ExportAction::OpenExport);
    assert!(matches!(session.dialog(), Dialog::Export { path, .. } if path.extension().is_some_and(|ending| ending == "glb")));
}
