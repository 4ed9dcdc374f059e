//! Panels in egui's test harness.

use super::desk::{run_tasks, session_with};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use zoetrope::app::panels::{PanelView, Shape};
use zoetrope::app::{panels, prompts};
use zoetrope::author::Action;
use zoetrope::author::recovery::Recovery;
use zoetrope::author::session::{
    CharacterAction, ClipAction, ComparisonAction, Dialog, DraftAction, ExportAction, GenerationAction, ModelDialog, PlayerAction,
    ProjectAction, SelectionAction, Session, TakeAction, TimelineAction, ViewAction,
};
use zoetrope::stage::ScreenBox;
use zoetrope::view::{Figure, ViewAngle};

#[test]
fn panels_lie_beside_each_other_in_every_window() {
    use bevy_egui::egui::{Rect, pos2, vec2};
    for (width, height) in [(900.0, 560.0), (1024.0, 600.0), (1280.0, 720.0), (1920.0, 1080.0), (3840.0, 2160.0)] {
        for shape in 0..4 {
            let shape = Shape { timeline: shape & 1 > 0, inspector: shape & 2 > 0, examples: shape & 1 == 0 };
            let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height));
            let places = panels::Places::in_window(window, shape);
            assert!(window.contains_rect(places.free) && places.free.height() > 0.4 * height, "{width} × {height}: {places:?}");
            let all: Vec<Rect> = places.all().collect();
            for (i, place) in all.iter().enumerate() {
                assert!(window.contains_rect(*place) && place.height() > 30.0, "{width} × {height}: {places:?}");
                assert!(all[..i].iter().all(|other| !other.intersects(*place)), "{width} × {height}: {places:?}");
            }
        }
    }
}

/// The window's panels in egui's harness: what is pressed is applied, and remembered.
pub(super) struct Panels {
    pub(super) session: Session,
    on_screen: Vec<ScreenBox>,
    pub(super) done: Vec<Action>,
}

pub(super) fn harness(session: Session) -> Harness<'static, Panels> {
    let mut has_theme = false;
    let app = move |ui: &mut bevy_egui::egui::Ui, panels: &mut Panels| {
        if !has_theme {
            zoetrope::app::theme::apply(ui.ctx());
            has_theme = true;
            return;
        }
        let examples = prompts::examples(false);
        let actions = panels::window(
            &mut panels::root(ui.ctx()),
            &PanelView {
                session: &panels.session,
                examples: &examples,
                on_screen: &panels.on_screen,
                projection: &super::directing::camera(),
            },
        );
        for action in actions {
            panels.done.push(action.clone());
            panels.session.apply(action);
        }
    };
    let size = bevy_egui::egui::vec2(1280.0, 720.0);
    let mut harness = Harness::builder().with_size(size).build_ui_state(app, Panels { session, on_screen: Vec::new(), done: Vec::new() });
    harness.run_steps(4);
    harness
}

#[test]
fn a_prompt_is_written_and_enter_generates() {
    let mut harness = harness(session_with(&[]));
    harness.ctx.memory_mut(|memory| memory.request_focus(bevy_egui::egui::Id::new("prompt")));
    harness.run_steps(2);
    harness.event(bevy_egui::egui::Event::Text("a person waves".to_owned()));
    harness.run_steps(2);
    harness.key_press(bevy_egui::egui::Key::Enter);
    harness.run_steps(2);
    assert_eq!(harness.state().session.draft().prompt, "a person waves");
    assert!(harness.state().done.contains(&Action::Generation(GenerationAction::Generate)), "{:?}", harness.state().done);
}

#[test]
fn a_prompt_of_several_actions_offers_a_clip_for_each() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Prompt("a person walks".to_owned()));
    let mut harness = harness(session);
    assert!(harness.query_by_label_contains(" clips").is_none());
    harness.state_mut().session.apply(DraftAction::Prompt("a person walks, then waves".to_owned()));
    harness.run_steps(2);
    harness.get_by_label("As 2 clips").click();
    harness.run_steps(2);
    assert!(harness.state().done.contains(&Action::Generation(GenerationAction::LayOut)));
}

#[test]
fn words_and_enter_in_one_slow_frame_are_the_prompts_alone() {
    use bevy_egui::egui::{Event, Key, Modifiers};
    let mut session = session_with(&["a walk"]);
    session.apply(TakeAction::Select(0));
    let mut harness = harness(session);
    harness.ctx.memory_mut(|memory| memory.request_focus(bevy_egui::egui::Id::new("prompt")));
    harness.run_steps(2);
    let press = |key| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    for event in [press(Key::S), Event::Text("sits".to_owned()), press(Key::I), press(Key::Enter)] {
        harness.input_mut().events.push(event);
    }
    harness.run_steps(2);
    assert_eq!(
        harness.state().done,
        [Action::Draft(DraftAction::Prompt("sits".to_owned())), Action::Generation(GenerationAction::Generate)]
    );
}

#[test]
fn enter_twice_generates_once_and_leads_back_to_the_prompt() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Prompt("a person waves".to_owned()));
    let mut harness = harness(session);
    let prompt = bevy_egui::egui::Id::new("prompt");
    harness.ctx.memory_mut(|memory| memory.request_focus(prompt));
    harness.run_steps(2);
    for _ in 0..2 {
        harness.key_press(bevy_egui::egui::Key::Enter);
        harness.run_steps(2);
    }
    assert_eq!(harness.state().session.generation().jobs().len(), 1);
    assert!(harness.ctx.memory(|memory| memory.has_focus(prompt)));
}

#[test]
fn a_very_long_prompt_stays_within_its_panels() {
    let long = "a person walks and then ".repeat(200);
    let mut session = session_with(&[&long, "日本語 🙂 \u{202e}"]);
    session.apply(DraftAction::Prompt(long));
    session.apply(TakeAction::Select(0));
    session.apply(ExportAction::OpenExport);
    let harness = harness(session);
    let window = bevy_egui::egui::Rect::from_min_size(bevy_egui::egui::pos2(0.0, 0.0), bevy_egui::egui::vec2(1280.0, 720.0));
    for label in ["Save", "Cancel", "Browse…", "Generate", "Take 1"] {
        assert!(window.contains_rect(harness.get_by_label(label).rect()), "{label}");
    }
}

#[test]
fn the_list_shows_favourites_or_what_is_searched_for() {
    let mut session = session_with(&["a walk", "a run", "a slow walk"]);
    let listed = |session: &Session| session.list().listed(session.timeline()).map(|(index, _)| index).collect::<Vec<_>>();
    session.apply(TakeAction::Search("WALK a".to_owned()));
    assert_eq!(listed(&session), [0, 2]);
    session.apply(TakeAction::Favourite(2, true));
    session.apply(TakeAction::OnlyFavourites(true));
    assert_eq!(listed(&session), [2]);
    session.apply(TakeAction::Remove(0));
    assert_eq!(listed(&session), [1], "a favourite stays one when the list gets shorter");
    session.apply(TakeAction::Favourite(9, true));
}

#[test]
fn words_written_into_the_search_field_search() {
    let mut harness = harness(session_with(&["a walk", "a run", "a jump", "a bow", "a wave"]));
    harness.ctx.memory_mut(|memory| memory.request_focus(bevy_egui::egui::Id::new("search")));
    harness.run_steps(2);
    harness.event(bevy_egui::egui::Event::Text("run".to_owned()));
    harness.run_steps(3);
    harness.get_by_label("Take 2");
    assert!(harness.query_by_label("Take 1").is_none());
}

#[test]
fn digits_choose_takes_and_with_control_views() {
    let mut harness = harness(session_with(&["a walk", "a run"]));
    harness.key_press(bevy_egui::egui::Key::Num2);
    harness.run_steps(2);
    harness.key_press_modifiers(bevy_egui::egui::Modifiers::COMMAND, bevy_egui::egui::Key::Num5);
    harness.run_steps(2);
    let top = Action::View(ViewAction::Camera(zoetrope::view::CameraMove::LookFrom(ViewAngle::Top)));
    assert_eq!(harness.state().done, [Action::Takes(TakeAction::Select(1)), top]);
    assert_eq!(harness.state().session.shown_index(), Some(1));
}

#[test]
fn space_plays_and_pauses_but_not_while_somebody_types() {
    let mut harness = harness(session_with(&["a walk"]));
    harness.state_mut().session.apply(TakeAction::Select(0));
    harness.key_press(bevy_egui::egui::Key::Space);
    harness.run_steps(2);
    assert_eq!(harness.state().done, [Action::Player(PlayerAction::TogglePlay)]);
    harness.ctx.memory_mut(|memory| memory.request_focus(bevy_egui::egui::Id::new("prompt")));
    harness.run_steps(2);
    harness.key_press(bevy_egui::egui::Key::Space);
    harness.run_steps(2);
    assert_eq!(harness.state().done.iter().filter(|action| **action == Action::Player(PlayerAction::TogglePlay)).count(), 1);
}

#[test]
fn buttons_send_their_actions() {
    let mut harness = harness(session_with(&["a walk", "a run"]));
    harness.state_mut().session.apply(TakeAction::Select(0));
    harness.run_steps(2);
    for (label, action) in [
        ("Pause (Space)", Action::Player(PlayerAction::TogglePlay)),
        ("To the end (End)", Action::Player(PlayerAction::ToEnd)),
        ("Take 2", Action::Takes(TakeAction::Select(1))),
        ("Loop (L)", Action::Player(PlayerAction::Loop(false))),
        ("Skeleton (B)", Action::View(ViewAction::Show(Figure::Skeleton))),
        ("Export…", Action::Exports(ExportAction::OpenExport)),
    ] {
        harness.get_by_label(label).click();
        harness.run_steps(3);
        assert!(harness.state().done.contains(&action), "{label}: {:?}", harness.state().done);
    }
}

#[test]
fn the_export_dialog_chooses_format_and_path() {
    let mut harness = harness(session_with(&["a person walks"]));
    harness.state_mut().session.apply(TakeAction::Select(0));
    harness.state_mut().session.apply(ExportAction::OpenExport);
    harness.run_steps(4);
    let path = |harness: &Harness<'_, Panels>| match harness.state().session.dialog() {
        Dialog::Export { path, .. } => path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(path(&harness), std::path::Path::new("a-person-walks.glb"));
    harness.get_by_label("BVH").click();
    harness.run_steps(3);
    assert_eq!(path(&harness), std::path::Path::new("a-person-walks.bvh"));
    harness.get_by_label("Save").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&Action::Exports(ExportAction::Export("a-person-walks.bvh".into()))));
    assert_eq!(*harness.state().session.dialog(), Dialog::None);
}

#[test]
fn the_models_name_and_licence_are_always_in_sight() {
    let harness = harness(session_with(&[]));
    harness.get_by_label_contains("starter");
    harness.get_by_label_contains("CC BY-NC 4.0");
}

#[test]
fn the_models_card_opens_from_the_menu_at_its_name() {
    let mut harness = harness(session_with(&[]));
    harness.get_by_label_contains("starter").click();
    harness.run_steps(4);
    assert_eq!(*harness.state().session.dialog(), Dialog::Models(ModelDialog::Menu));
    harness.get_by_label("About this model").click();
    harness.run_steps(4);
    assert_eq!(*harness.state().session.dialog(), Dialog::Model);
    harness.get_by_label("fly");
    harness.get_by_label("Close").click();
    harness.run_steps(3);
    assert_eq!(*harness.state().session.dialog(), Dialog::None);
}

#[test]
fn an_error_is_a_message_that_can_be_dismissed() {
    let mut session = session_with(&[]);
    session.fail("could not write walk.glb; choose another folder".to_owned());
    let mut harness = harness(session);
    harness.get_by_label_contains("Could not write walk.glb");
    harness.get_by_label("Dismiss").click();
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("Could not write").is_none());
}

#[test]
fn every_prompt_of_the_window_fits_into_it() {
    for demo in [false, true] {
        let examples = prompts::examples(demo);
        assert!(examples.len() >= 5 && examples.iter().all(|prompt| prompt.len() <= 45));
    }
}

/// A session with two different clips on the timeline, the first one selected.
pub(super) fn two_clips() -> Session {
    let mut session = session_with(&["a walk", "a run"]);
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(ClipAction::AddToTimeline(1));
    session.apply(SelectionAction::SelectClip(0));
    session.apply(PlayerAction::Pause);
    session
}

fn drag(harness: &mut Harness<'_, Panels>, from: bevy_egui::egui::Pos2, by: f32) {
    harness.hover_at(from);
    harness.run_steps(2);
    harness.drag_at(from);
    harness.run_steps(2);
    for part in 1..=4 {
        harness.hover_at(from + bevy_egui::egui::vec2(by * part as f32 / 4.0, 0.0));
        harness.run_steps(2);
    }
    harness.drop_at(from + bevy_egui::egui::vec2(by, 0.0));
    harness.run_steps(3);
}

#[test]
fn a_click_selects_a_clip_and_with_control_another_one_too() {
    let mut harness = harness(two_clips());
    harness.get_by_label("Clip 2").click();
    harness.run_steps(3);
    assert_eq!(harness.state().session.timeline().selected_clip(), Some(1));
    assert!(harness.query_by_label("Find loop").is_some(), "the inspector is there");
    harness.key_press_modifiers(bevy_egui::egui::Modifiers::COMMAND, bevy_egui::egui::Key::A);
    harness.run_steps(3);
    assert_eq!(harness.state().session.timeline().selected_count(), 2);
    harness.key_press(bevy_egui::egui::Key::Escape);
    harness.run_steps(3);
    assert_eq!(harness.state().session.timeline().selected_count(), 0);
    assert!(harness.query_by_label("Find loop").is_none());
}

#[test]
fn a_clips_end_is_dragged_and_that_is_one_change() {
    let mut harness = harness(two_clips());
    let end = harness.get_by_label("End of clip 1").rect().center();
    drag(&mut harness, end, -150.0);
    let session = &mut harness.state_mut().session;
    assert!(session.timeline().clips()[0].to < 30, "{:?}", session.timeline().clips()[0]);
    assert!(session.timeline().document().can_undo());
    session.apply(TimelineAction::Undo);
    assert_eq!(session.timeline().clips()[0].to, 30);
}

#[test]
fn a_clip_is_dragged_behind_another_one() {
    let mut harness = harness(two_clips());
    let clip = harness.get_by_label("Clip 1").rect();
    let first = harness.state().session.timeline().clips()[0].id;
    drag(&mut harness, clip.center(), 1.5 * clip.width());
    assert_eq!(harness.state().session.timeline().clips()[1].id, first);
}

#[test]
fn the_keys_of_the_timeline_split_copy_remove_undo_and_redo() {
    use bevy_egui::egui::{Key, Modifiers};
    let mut harness = harness(two_clips());
    harness.state_mut().session.apply(PlayerAction::Seek(0.5));
    let clips = |harness: &Harness<'_, Panels>| harness.state().session.timeline().clips().len();
    harness.key_press(Key::S);
    harness.run_steps(2);
    assert_eq!(clips(&harness), 3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::D);
    harness.run_steps(2);
    assert_eq!(clips(&harness), 4);
    harness.key_press(Key::Delete);
    harness.run_steps(2);
    assert_eq!(clips(&harness), 3);
    for (modifiers, key, count) in [
        (Modifiers::COMMAND, Key::Z, 4),
        (Modifiers::COMMAND, Key::Z, 3),
        (Modifiers::COMMAND, Key::Y, 4),
        (Modifiers::COMMAND | Modifiers::SHIFT, Key::Z, 3),
    ] {
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(2);
        assert_eq!(clips(&harness), count, "{key:?}");
    }
    harness.key_press(Key::I);
    harness.run_steps(2);
    assert_eq!(harness.state().session.timeline().range().map(|range| range.start), Some(15));
}

#[test]
fn the_inspectors_switches_change_the_selected_clip() {
    let mut harness = harness(two_clips());
    harness.get_by_label("Mirror").click();
    harness.run_steps(3);
    assert!(harness.state().session.timeline().clips()[0].settings.mirror);
    harness.get_by_label("Find loop").click();
    harness.run_steps(3);
    assert!(harness.state().session.timeline().clips()[0].settings.loops > 1);
    assert!(harness.state().session.timeline().loop_gap_m(&harness.state().session.timeline().clips()[0]).is_some());
}

#[test]
fn the_measures_of_a_clip_are_in_sight_in_a_window_of_720_lines() {
    use bevy_egui::egui::{Rect, pos2, vec2};
    let harness = harness(two_clips());
    let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(1280.0, 720.0));
    let places = panels::Places::in_window(window, Shape { timeline: true, inspector: true, examples: false });
    let inspector = places.all().last().expect("the inspector is the last");
    for label in ["Slide", "Float", "Sink", "Jitter", "Mirror"] {
        assert!(inspector.contains_rect(harness.get_by_label(label).rect()), "{label}");
    }
}

#[test]
fn a_contact_by_hand_that_is_not_met_says_so() {
    use zoetrope::motion::{Motion, Pose};
    use zoetrope::timeline::{ClipSettings, Provenance, Take};
    let mut session = session_with(&[]);
    let afloat = Pose { root_m: Pose::REST.root_m + glam::Vec3::Y, ..Pose::REST };
    session.add_take(Take { motion: Motion { frames: vec![afloat; 60] }.into(), raw: None, provenance: Provenance::default() });
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(ClipAction::SetContact { foot: 0, from: 0.2, to: 1.0, touches: true });
    let settings = ClipSettings { foot_lock: 0.02, ..session.timeline().clips()[0].settings.clone() };
    session.apply(ClipAction::SetClip { clip: 0, settings });
    assert!(!session.timeline().curves().contacts[15][0]);
    let mut harness = harness(session);
    for (share, is_said) in [(0.25, true), (0.8, false)] {
        let row = harness.get_by_label("Contacts of the left foot").rect();
        harness.hover_at(row.left_center() + bevy_egui::egui::vec2(share * row.width(), 0.0));
        harness.run_steps(90);
        let hint = harness.query_by_label_contains("the leg does not reach the floor");
        assert_eq!(hint.is_some(), is_said, "{share}");
    }
}

#[test]
fn two_hundred_clips_are_drawn_only_where_they_are_in_sight() {
    let mut session = session_with(&["a walk"]);
    for _ in 0..200 {
        session.apply(ClipAction::Insert { take: 0, at: 0 });
    }
    session.apply(TimelineAction::ZoomTimeline { factor: 0.03, around: 0.0 });
    let harness = harness(session);
    assert!(harness.query_by_label("Clip 1").is_some() && harness.query_by_label("Clip 150").is_none());
}

#[test]
fn a_click_on_a_figure_of_the_row_or_its_number_picks_it() {
    use bevy_egui::egui::{Key, pos2};
    let mut session = session_with(&["a walk", "a walk", "a run"]);
    session.apply(TakeAction::Select(0));
    session.apply(ComparisonAction::SideBySide(true));
    let mut harness = harness(session);
    assert_eq!(harness.state().session.view().comparison().expect("a row").entries.len(), 2, "those of the shown one's prompt");
    let figure = |x: f32| ScreenBox { least: glam::Vec2::new(x, 0.3), most: glam::Vec2::new(x + 0.08, 0.6) };
    harness.state_mut().on_screen = vec![figure(0.4), figure(0.6)];
    harness.hover_at(pos2(0.64 * 1280.0, 0.45 * 720.0));
    harness.run_steps(2);
    harness.drag_at(pos2(0.64 * 1280.0, 0.45 * 720.0));
    harness.drop_at(pos2(0.64 * 1280.0, 0.45 * 720.0));
    harness.run_steps(2);
    assert!(harness.state().done.contains(&Action::Comparison(ComparisonAction::Pick(1))), "{:?}", harness.state().done);
    assert_eq!(harness.state().session.shown_index(), Some(1));
    harness.key_press(Key::V);
    harness.run_steps(2);
    assert!(harness.state().session.view().comparison().is_some());
    harness.key_press(Key::Num1);
    harness.run_steps(2);
    assert_eq!(harness.state().session.shown_index(), Some(0));
    harness.key_press(Key::V);
    harness.run_steps(2);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert!(harness.state().session.view().comparison().is_none());
}

#[test]
fn the_projects_menu_has_what_can_be_done_with_files() {
    let mut session = session_with(&["a walk"]);
    let folder = tempfile::tempdir().expect("a folder");
    let park = folder.path().join("park.zoetrope");
    session.apply(ProjectAction::Save(park.clone()));
    run_tasks(&mut session);
    // The message that it is saved goes.
    session.update(60.0);
    session.apply(ProjectAction::NewProject);
    session.add_take(session_with(&["a run"]).timeline().take_at(0).expect("a take").take.as_ref().clone());
    let mut harness = harness(session);
    harness.get_by_label_contains("untitled").click();
    harness.run_steps(4);
    let entries = ["New project", "Open…", "Save", "Save as…", "Import a motion…", "Keys", "Close"];
    let missing: Vec<_> = entries.iter().filter(|entry| harness.query_all_by_label_contains(entry).next().is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    harness.get_by_label_contains("park.zoetrope").click();
    harness.run_steps(4);
    assert!(harness.state().done.contains(&Action::Project(ProjectAction::OpenRecent(park))), "{:?}", harness.state().done);
    assert!(matches!(harness.state().session.dialog(), Dialog::Unsaved(_)), "unsaved work is asked for");
    harness.get_by_label("Cancel").click();
    harness.run_steps(4);
    assert_eq!(*harness.state().session.dialog(), Dialog::None);
}

#[test]
fn unsaved_work_of_a_dead_window_is_offered_until_it_is_answered() {
    let mut session = session_with(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    left_behind(folder.path());
    session.autosave_in(folder.path()).expect("a folder");
    let mut harness = harness(session);
    harness.key_press(bevy_egui::egui::Key::Escape);
    harness.run_steps(3);
    assert!(matches!(harness.state().session.dialog(), Dialog::Recover { .. }));
    harness.get_by_label("Recover").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&Action::Project(ProjectAction::Recover(true))), "{:?}", harness.state().done);
}

#[test]
fn the_appearance_is_chosen_in_the_view_menu_and_by_its_key() {
    use bevy_egui::egui::{Key, Modifiers};
    use zoetrope::author::settings::Appearance;
    let mut harness = harness(session_with(&["a walk"]));
    harness.get_by_label("What is seen beside the character").click();
    harness.run_steps(4);
    harness.get_by_label("Light").click();
    harness.run_steps(4);
    assert_eq!(harness.state().session.settings().appearance, Appearance::Light);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    harness.run_steps(2);
    assert_eq!(harness.state().session.settings().appearance, Appearance::Dark);
}

#[test]
fn the_characters_menu_gives_the_mannequin_a_colour_and_a_build() {
    let mut harness = harness(session_with(&["a walk"]));
    harness.get_by_label("Colour, build, or your own character").click();
    harness.run_steps(4);
    harness.get_by_label("Sage").click();
    harness.run_steps(2);
    harness.get_by_label("Sturdy").click();
    harness.run_steps(2);
    harness.get_by_label("Your own colour").click();
    harness.run_steps(4);
    let look = harness.state().session.settings().character.mannequin;
    assert_eq!((look.color, look.build), (zoetrope::body::COLORS[3].1, 1.0));
    harness.get_by_label("Your own body…").click();
    harness.run_steps(2);
    assert!(harness.state().done.contains(&Action::Character(CharacterAction::OpenBody)));
}

#[test]
fn the_characters_menu_tells_of_an_own_character_and_leads_back_to_the_mannequin() {
    use zoetrope::author::session::RiggedCharacter;
    let mut session = session_with(&["a walk"]);
    let (rights, notes) = (vec!["for everybody".to_owned()], vec!["2 meshes that hang on no joint are left out".to_owned()]);
    session.put_on_stage(RiggedCharacter::new("people/me.vrm".into(), zoetrope::body::Character::mannequin(), 0, rights, notes));
    let mut harness = harness(session);
    harness.get_by_label("Colour, build, or your own character").click();
    harness.run_steps(4);
    for text in
        ["me.vrm", "19 of 19 parts of the body found in a skeleton of 22", "for everybody", "2 meshes that hang on no joint are left out"]
    {
        harness.get_by_label(text);
    }
    harness.get_all_by_label("Back to the mannequin").last().expect("a button").click();
    harness.run_steps(2);
    assert!(harness.state().session.character().own().is_none());
}

/// What a window that died leaves in a folder: the copy of a project in a park.
fn left_behind(folder: &std::path::Path) {
    let dead = Recovery::begin(folder).expect("a place");
    zoetrope::formats::save_project(dead.copy(), session_with(&["a walk"]).timeline().document(), None).expect("saved");
    dead.note(Some(std::path::Path::new("scenes/park.zoetrope"))).expect("noted");
}
