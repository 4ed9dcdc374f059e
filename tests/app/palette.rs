//! The command palette and its table.

use super::actions::all_kinds;
use super::panels::{harness, two_clips};
use bevy_egui::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use rand::SeedableRng;
use zoetrope::author::Action;
use zoetrope::author::key_bindings::{COMMANDS, found};
use zoetrope::author::session::{Dialog, PlayerAction};

/// What nobody does by name: ends of a drag, waits of a script, and what an open dialog asks.
const WITHOUT_NAME: [&str; 13] = [
    "Unscore",
    "RatePair",
    "ExportRatings",
    "EndRating",
    "Release",
    "EndScrub",
    "WaitIdle",
    "WaitPreview",
    "CloseDialog",
    "BrowseExportPath",
    "BrowseFile",
    "CopyCommand",
    "OpenPalette",
];

#[test]
fn every_action_without_arguments_has_a_name() {
    let session = two_clips();
    let done: Vec<Action> = COMMANDS.iter().filter_map(|command| command.action(&session)).collect();
    for action in all_kinds(&mut rand::rngs::StdRng::seed_from_u64(1)) {
        let text = ron::to_string(&action).expect("text");
        let has_name = done.contains(&action) || WITHOUT_NAME.contains(&text.as_str());
        assert!(text.contains('(') || has_name, "{text} is not in the table of commands");
    }
}

#[test]
fn no_name_and_no_key_is_given_twice() {
    let mut names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    let keys: Vec<String> = COMMANDS.iter().flat_map(|command| command.shortcuts).map(ToString::to_string).collect();
    for (place, key) in keys.iter().enumerate() {
        assert!(!keys[..place].contains(key), "{key} does two things");
    }
}

#[test]
fn some_letters_of_a_name_find_it_first() {
    let session = two_clips();
    for (written, name) in [
        ("split", "Split at the play head"),
        ("und", "Undo"),
        ("spl hd", "Split at the play head"),
        ("lftop", "Look from the top"),
        ("dup", "Duplicate the selected clips"),
        ("exp", "Export…"),
        ("full", "Full screen, or a window"),
    ] {
        let names: Vec<&str> = found(&session, written).iter().map(|(command, _)| command.name).collect();
        assert_eq!(names.first(), Some(&name), "{written}: {names:?}");
    }
    assert!(found(&session, "qqq").is_empty() && found(&session, "").len() > 50);
}

#[test]
fn a_command_is_found_and_done_with_the_keyboard_alone() {
    let mut harness = harness(two_clips());
    harness.state_mut().session.apply(PlayerAction::Seek(0.5));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(4);
    assert_eq!(*harness.state().session.dialog(), Dialog::Palette { words: String::new() });
    harness.event(Event::Text("split".to_owned()));
    harness.run_steps(3);
    assert!(harness.query_by_label("Undo").is_none() && harness.query_by_label("Split at the play head").is_some());
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!((harness.state().session.timeline().clips().len(), harness.state().session.dialog()), (3, &Dialog::None));
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    harness.run_steps(4);
    harness.event(Event::Text("clip".to_owned()));
    harness.run_steps(3);
    let second = found(&harness.state().session, "clip")[1].1.clone();
    harness.key_press(Key::ArrowDown);
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().done.last(), Some(&second));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run_steps(3);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert_eq!(*harness.state().session.dialog(), Dialog::None);
}
