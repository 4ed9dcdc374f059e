//! The mapping editor in the window: lists, figures, and the way in and out.

use super::desk::{run_tasks, session_with};
use super::panels::{Panels, harness};
use bevy_egui::egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use zoetrope::author::Action;
use zoetrope::author::session::{CharacterAction, MappingAction, RiggedCharacter, Session, TakeAction};
use zoetrope::body::{BodyMesh, Character};
use zoetrope::motion::mapping::{Fingers, Mapping};
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{Joint, NameStyle, REST_OFFSETS_M};

/// A session with the mannequin's mesh on a skeleton of Mixamo's names on the stage.
fn with_character() -> Session {
    let rig = Rig::ours(NameStyle::Mixamo, &REST_OFFSETS_M);
    let mesh: BodyMesh = Character::mannequin().meshes()[0].clone();
    let character = Character::new(Mapping::of(&rig).expect("a human"), vec![mesh]);
    let mut session = session_with(&["a walk"]);
    session.put_on_stage(RiggedCharacter::new(std::env::temp_dir().join("knight.glb"), character, 0, Vec::new(), Vec::new()));
    session
}

fn edited() -> Harness<'static, Panels> {
    let mut session = with_character();
    session.apply(MappingAction::EditMapping);
    run_tasks(&mut session);
    harness(session)
}

fn click(harness: &mut Harness<'static, Panels>, at: Pos2) {
    harness.event(Event::PointerMoved(at));
    harness.run_steps(2);
    for pressed in [true, false] {
        harness.event(Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE });
        harness.run_steps(1);
    }
    harness.run_steps(1);
}

#[test]
fn a_part_and_its_joint_are_chosen_in_the_lists_and_escape_leaves() {
    let mut harness = edited();
    let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(1280.0, 720.0));
    for label in ["Save", "Cancel", "Try a walk", "Left ↔ right", "As found", "Head", "Right toes"] {
        assert!(window.contains_rect(harness.get_by_label(label).rect()), "{label}");
    }
    harness.get_by_label("Left forearm").click();
    harness.run_steps(2);
    assert_eq!(harness.state().done.last(), Some(&Action::Mapping(MappingAction::ChoosePart(Joint::LElbow))));
    harness.get_by_label("mixamorig:Spine").click();
    harness.run_steps(2);
    let assigned = MappingAction::AssignJoint(Joint::LElbow, Some("mixamorig:Spine".to_owned()));
    assert_eq!(harness.state().done.last(), Some(&Action::Mapping(assigned)));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert_eq!(harness.state().done.last(), Some(&Action::Mapping(MappingAction::UndoMapping)));
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert!(harness.state().session.mapping().editor().is_none());
}

#[test]
fn a_click_on_the_figures_chooses_a_part_and_assigns_a_joint() {
    let mut harness = edited();
    let places = ["our body", "the skeleton"].map(|label| harness.get_by_label(label).rect());
    let tried = |harness: &mut Harness<'static, Panels>, place: Rect, is_done: fn(&Action) -> bool| {
        let points = (1..40).map(|step| pos2(place.center().x + 2.0, place.top() + place.height() * step as f32 / 40.0));
        points.into_iter().any(|at| {
            click(harness, at);
            harness.state().done.iter().any(is_done)
        })
    };
    assert!(tried(&mut harness, places[0], |action| matches!(action, Action::Mapping(MappingAction::ChoosePart(_)))));
    assert!(tried(&mut harness, places[1], |action| matches!(action, Action::Mapping(MappingAction::AssignJoint(_, Some(_))))));
}

#[test]
fn what_is_tried_out_stands_on_the_stage_and_what_is_saved_is_used() {
    let mut harness = edited();
    harness.get_by_label("Try a walk").click();
    harness.run_steps(2);
    assert!(harness.state().session.mapping().is_trying() && harness.query_by_label("the skeleton").is_none());
    harness.get_by_label("Back to the figures").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("the skeleton").is_some());
    harness.state_mut().session.apply(MappingAction::AssignJoint(Joint::Neck, None));
    harness.run_steps(2);
    harness.get_by_label("Save").click();
    harness.run_steps(2);
    let session = &harness.state().session;
    assert!(session.mapping().editor().is_none());
    assert_eq!(session.character().rigged().expect("a character").parts_found(), 18);
}

#[test]
fn a_file_that_is_not_understood_is_offered_to_be_mapped() {
    let mut session = session_with(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    // Arms without a name, and too short to be told from hair.
    let mut rig = Rig::default();
    for (joint, name) in NameStyle::Smpl.joint_names().iter().enumerate() {
        let is_arm = matches!(joint, 13 | 14 | 16..=21);
        let offset = if is_arm { 0.05 * REST_OFFSETS_M[joint] } else { REST_OFFSETS_M[joint] };
        rig.push(
            &if is_arm { format!("x{joint}") } else { (*name).to_owned() },
            zoetrope::motion::PARENTS[joint],
            offset,
            Default::default(),
        );
    }
    let file = folder.path().join("puzzle.bvh");
    std::fs::write(&file, bvh(&rig)).expect("written");
    session.apply(TakeAction::Import(file));
    run_tasks(&mut session);
    let mut harness = harness(session);
    harness.get_by_label("Map its bones…").click();
    harness.run_steps(2);
    assert!(matches!(harness.state().done.last(), Some(Action::Mapping(MappingAction::EditMappingOf(_)))), "{:?}", harness.state().done);
}

/// A still BVH of a rig.
fn bvh(rig: &Rig) -> String {
    fn joint(rig: &Rig, at: usize, text: &mut String) {
        let keyword = if at == 0 { "ROOT" } else { "JOINT" };
        let [x, y, z] = rig.rest_translations()[at].to_array();
        text.push_str(&format!("{keyword} {}\n{{\nOFFSET {x} {y} {z}\nCHANNELS 3 Zrotation Yrotation Xrotation\n", rig.names()[at]));
        let children: Vec<usize> = rig.children(at).collect();
        if children.is_empty() {
            text.push_str("End Site\n{\nOFFSET 0 0 0\n}\n");
        }
        children.into_iter().for_each(|child| joint(rig, child, text));
        text.push_str("}\n");
    }
    let mut text = "HIERARCHY\n".to_owned();
    joint(rig, 0, &mut text);
    text.push_str(&format!("MOTION\nFrames: 2\nFrame Time: 0.0333333\n{0}\n{0}\n", vec!["0"; 3 * rig.len()].join(" ")));
    text
}

#[test]
fn fingers_are_chosen_where_the_character_goes_out() {
    let mut session = with_character();
    session.apply(TakeAction::Select(0));
    session.apply(zoetrope::author::session::ExportAction::OpenExport);
    let mut harness = harness(session);
    assert!(harness.query_by_label("Mixamo").is_none(), "it has names of its own");
    harness.get_by_label("Fist").click();
    harness.run_steps(2);
    assert_eq!(harness.state().done.last(), Some(&Action::Character(CharacterAction::Fingers(Fingers::Fist))));
    assert_eq!(harness.state().session.character().rigged().expect("a character").fingers(), Fingers::Fist);
}
