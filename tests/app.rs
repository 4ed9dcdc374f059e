//! The window without a window: the session driven by a stand-in generator, panels through egui's test harness, and the stage's
//! pictures where there is a graphics device.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test says aloud what it skips")]
#![cfg(feature = "app")]

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use zoetrope::app::panels::{self, View};
use zoetrope::app::player::PlayState;
use zoetrope::app::session::{Dialog, Effect, Entry, ModelState, Session, Showing};
use zoetrope::app::toast::ToastKind;
use zoetrope::app::{Action, prompts, script::Script};
use zoetrope::generator::fake::FakeBackend;
use zoetrope::generator::protocol::{Event, ModelInfo};
use zoetrope::generator::{Worker, protocol::Command};
use zoetrope::motion::{Joint, Motion, Pose};
use zoetrope::stage::{Figure, Graphics, PictureOptions, StageError, ViewAngle, render_pictures};
use zoetrope::timeline::{Provenance, Take};

const PATIENCE: Duration = Duration::from_secs(20);

/// A session and its generator, as the window connects them.
struct Desk {
    session: Session,
    worker: Worker,
}

impl Desk {
    fn new() -> Self {
        Self::with_model("stand-in")
    }

    fn with_model(model: &str) -> Self {
        let worker = Worker::spawn(|| FakeBackend::new(Duration::from_millis(2))).expect("a thread");
        worker.send(Command::Load { model: model.to_owned() }).expect("a listening worker");
        let mut desk = Self { session: Session::new(model), worker };
        desk.until(|session| !matches!(session.model, ModelState::Loading { .. }));
        desk
    }

    fn act(&mut self, action: Action) {
        for effect in self.session.apply(action) {
            if let Effect::Tell(command) = effect {
                self.worker.send(command).expect("a listening worker");
            }
        }
        self.check();
    }

    fn prompt(&mut self, prompt: &str) {
        self.act(Action::Prompt(prompt.to_owned()));
        self.act(Action::Seconds(Some(2.0)));
        self.act(Action::Generate);
    }

    /// Takes in events until the session is as wanted.
    fn until(&mut self, wanted: impl Fn(&Session) -> bool) {
        let start = Instant::now();
        while !wanted(&self.session) {
            assert!(start.elapsed() < PATIENCE, "still waiting: {:?}", self.session.showing);
            let Some(event) = self.worker.wait_event(Duration::from_millis(5)) else { continue };
            let preview = matches!(event, Event::Preview { .. });
            self.session.hear(event);
            if preview && let Some(preview) = self.worker.latest_preview() {
                self.session.preview(&preview);
            }
            self.session.advance(0.01);
            self.check();
        }
    }

    fn until_idle(&mut self) {
        self.until(|session| !session.busy().working);
    }

    /// What holds after every step.
    fn check(&self) {
        let session = &self.session;
        assert!(session.player.at_secs() <= session.player.end_secs());
        match &session.showing {
            Showing::Nothing => {}
            Showing::Take(index) => assert_eq!(session.player.frames(), session.takes[*index].take.motion.len()),
            Showing::Preview { job, motion } => {
                assert!(session.jobs.iter().any(|running| running.id() == *job), "a preview of a job that is over");
                assert_eq!(session.player.frames(), motion.len());
            }
        }
    }

    fn toast_texts(&self) -> Vec<&str> {
        self.session.toasts.list().iter().map(|toast| toast.text.as_str()).collect()
    }
}

#[test]
fn the_character_moves_while_its_motion_is_still_being_made() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until(|session| matches!(session.showing, Showing::Preview { .. }));
    assert_eq!(desk.session.player.state(), PlayState::Playing);
    assert!(desk.session.pose().is_some());
    desk.until_idle();
    assert_eq!(desk.session.takes.len(), 1);
    assert!(matches!(desk.session.showing, Showing::Take(0)));
    assert_eq!(desk.session.player.frames(), 60);
}

#[test]
fn continuing_gives_one_take_of_both_motions() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::Prompt("then sits down".to_owned()));
    desk.act(Action::Continue);
    desk.until(|session| matches!(session.showing, Showing::Preview { .. }));
    assert!(desk.session.player.at_secs() > 1.9, "the new part is watched, not the old one again");
    desk.until_idle();
    let take = desk.session.shown_take().expect("the continued take");
    assert_eq!(take.motion.len(), 120);
    assert_eq!(take.motion.frames[..60], desk.session.takes[0].take.motion.frames[..]);
    assert_eq!(take.provenance.prompt, "a person walks → then sits down");
}

#[test]
fn every_variation_becomes_a_take_with_its_own_seed() {
    let mut desk = Desk::new();
    desk.act(Action::Seed(7));
    desk.act(Action::Variations(3));
    desk.prompt("a person dances");
    desk.until_idle();
    let seeds: Vec<u64> = desk.session.takes.iter().map(|entry| entry.take.provenance.seed).collect();
    assert_eq!(seeds, [7, 8, 9]);
    assert!(matches!(desk.session.showing, Showing::Take(0)));
}

#[test]
fn cancelling_leaves_the_last_take_on_the_stage() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.prompt("a person runs");
    desk.until(|session| matches!(session.showing, Showing::Preview { .. }));
    desk.act(Action::Cancel);
    desk.until_idle();
    assert!(matches!(desk.session.showing, Showing::Take(0)));
    assert_eq!(desk.session.takes.len(), 1);
    assert!(desk.toast_texts().is_empty());
}

#[test]
fn a_failed_generation_is_a_message_and_the_next_one_works() {
    let mut desk = Desk::new();
    for trouble in ["please fail", "please panic"] {
        desk.prompt(trouble);
        desk.until_idle();
        assert!(desk.session.toasts.list().iter().any(|toast| toast.kind == ToastKind::Error), "{trouble}");
        desk.prompt("a person walks");
        desk.until(|session| !session.takes.is_empty());
        desk.act(Action::Remove(0));
    }
}

#[test]
fn a_take_that_is_chosen_during_a_generation_stays_on_the_stage() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.prompt("a person runs");
    desk.act(Action::Select(0));
    desk.until_idle();
    assert!(matches!(desk.session.showing, Showing::Take(0)));
    assert_eq!(desk.session.takes.len(), 2);
}

#[test]
fn without_a_model_the_window_says_why_and_lives() {
    let mut desk = Desk::with_model("missing");
    assert!(matches!(&desk.session.model, ModelState::Failed { message } if message.contains("missing")));
    desk.prompt("a person walks");
    assert!(desk.session.jobs.is_empty());
    assert_eq!(desk.toast_texts().len(), 2);
}

#[test]
fn removing_the_shown_take_shows_its_neighbour() {
    let mut session = session_with(&["one", "two", "three"]);
    session.apply(Action::Select(1));
    session.apply(Action::Remove(1));
    assert_eq!(session.shown_take().map(|take| take.provenance.prompt.as_str()), Some("three"));
    session.apply(Action::Remove(0));
    assert_eq!(session.shown_take().map(|take| take.provenance.prompt.as_str()), Some("three"));
    session.apply(Action::Remove(0));
    assert!(session.shown_take().is_none() && session.pose().is_none());
    session.apply(Action::Remove(5));
}

#[test]
fn values_out_of_range_are_brought_into_it() {
    let mut session = session_with(&[]);
    session.apply(Action::Variations(0));
    session.apply(Action::Seconds(Some(1e9)));
    assert_eq!((session.draft.variations, session.draft.length_secs), (1, Some(10.0)));
    session.apply(Action::Seconds(Some(f32::NAN)));
    assert_eq!(session.draft.length_secs, None);
}

#[test]
fn an_empty_prompt_is_asked_for_and_generates_nothing() {
    let mut desk = Desk::new();
    for action in [Action::Generate, Action::Continue] {
        desk.act(Action::Prompt(" \t ".to_owned()));
        desk.act(action);
    }
    assert!(desk.session.jobs.is_empty());
    assert!(desk.toast_texts().iter().any(|text| text.contains("write what the character does")), "{:?}", desk.toast_texts());
}

#[test]
fn generating_twice_gives_two_takes_one_after_the_other() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.act(Action::Seed(7));
    desk.act(Action::Generate);
    assert_eq!(desk.session.jobs.len(), 2);
    desk.until_idle();
    assert_eq!(desk.session.takes.len(), 2);
}

#[test]
fn the_largest_seed_has_variations_too() {
    let mut desk = Desk::new();
    desk.act(Action::Seed(u64::MAX));
    desk.act(Action::Variations(2));
    desk.prompt("a person walks");
    desk.until_idle();
    let seeds: Vec<u64> = desk.session.takes.iter().map(|entry| entry.take.provenance.seed).collect();
    assert_eq!(seeds, [u64::MAX, 0]);
}

#[test]
fn cancelling_ends_waiting_generations_too() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.act(Action::Generate);
    desk.act(Action::Generate);
    desk.act(Action::Cancel);
    desk.until_idle();
    assert!(desk.session.takes.is_empty() && matches!(desk.session.showing, Showing::Nothing));
    desk.act(Action::Cancel);
    desk.prompt("a person runs");
    desk.until(|session| session.takes.len() == 1);
}

#[test]
fn a_generator_that_is_gone_is_a_message_and_no_endless_wait() {
    let mut session = session_with(&[]);
    session.apply(Action::Prompt("a person walks".to_owned()));
    let effects = session.apply(Action::Generate);
    let Some(Effect::Tell(command)) = effects.first() else { panic!("{effects:?}") };
    session.refused(command, "the generator is gone; start Zoetrope again".to_owned());
    assert!(session.jobs.is_empty() && !session.busy().working);
    assert!(session.toasts.list().iter().any(|toast| toast.kind == ToastKind::Error));
}

#[test]
fn panels_lie_beside_each_other_in_every_window() {
    use bevy_egui::egui::{Rect, pos2, vec2};
    for (width, height) in [(900.0, 560.0), (1024.0, 600.0), (1280.0, 720.0), (1920.0, 1080.0), (3840.0, 2160.0)] {
        let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height));
        let places = panels::Places::in_window(window);
        assert!(window.contains_rect(places.free) && places.free.height() > 0.4 * height, "{width} × {height}: {places:?}");
        let all = places.all();
        for (i, place) in all.iter().enumerate() {
            assert!(window.contains_rect(*place) && place.height() > 30.0, "{width} × {height}: {places:?}");
            assert!(all[..i].iter().all(|other| !other.intersects(*place)), "{width} × {height}: {places:?}");
        }
    }
}

/// A session with a model and finished takes, without a generator.
fn session_with(prompts: &[&str]) -> Session {
    let mut session = Session::new("starter");
    let model = ModelInfo {
        name: "starter".to_owned(),
        licence: "CC BY-NC 4.0".to_owned(),
        device: "cpu".to_owned(),
        card: vec![("It cannot", "fly".to_owned())],
    };
    session.hear(Event::Ready { model });
    for prompt in prompts {
        let provenance = Provenance { prompt: (*prompt).to_owned(), model: "starter".to_owned(), ..Provenance::default() };
        let take = Take { motion: Motion { frames: vec![Pose::REST; 30] }.into(), provenance };
        session.takes.push(Entry::new(take, None));
    }
    session
}

/// The window's panels in egui's harness: what is pressed is applied, and remembered.
struct Panels {
    session: Session,
    done: Vec<Action>,
}

fn harness(session: Session) -> Harness<'static, Panels> {
    let mut dressed = false;
    let app = move |ui: &mut bevy_egui::egui::Ui, panels: &mut Panels| {
        if !dressed {
            zoetrope::app::theme::dress(ui.ctx());
            dressed = true;
            return;
        }
        let examples = prompts::examples(false);
        let actions = panels::window(&mut panels::root(ui.ctx()), &View { session: &panels.session, examples: &examples });
        for action in actions {
            panels.done.push(action.clone());
            panels.session.apply(action);
        }
    };
    let size = bevy_egui::egui::vec2(1280.0, 720.0);
    let mut harness = Harness::builder().with_size(size).build_ui_state(app, Panels { session, done: Vec::new() });
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
    assert_eq!(harness.state().session.draft.prompt, "a person waves");
    assert!(harness.state().done.contains(&Action::Generate), "{:?}", harness.state().done);
}

#[test]
fn enter_twice_generates_once_and_leads_back_to_the_prompt() {
    let mut session = session_with(&[]);
    session.apply(Action::Prompt("a person waves".to_owned()));
    let mut harness = harness(session);
    let prompt = bevy_egui::egui::Id::new("prompt");
    harness.ctx.memory_mut(|memory| memory.request_focus(prompt));
    harness.run_steps(2);
    for _ in 0..2 {
        harness.key_press(bevy_egui::egui::Key::Enter);
        harness.run_steps(2);
    }
    assert_eq!(harness.state().session.jobs.len(), 1);
    assert!(harness.ctx.memory(|memory| memory.has_focus(prompt)));
}

#[test]
fn a_very_long_prompt_stays_within_its_panels() {
    let long = "a person walks and then ".repeat(200);
    let mut session = session_with(&[&long, "日本語 🙂 \u{202e}"]);
    session.apply(Action::Prompt(long));
    session.apply(Action::Select(0));
    session.apply(Action::OpenExport);
    let harness = harness(session);
    let window = bevy_egui::egui::Rect::from_min_size(bevy_egui::egui::pos2(0.0, 0.0), bevy_egui::egui::vec2(1280.0, 720.0));
    for label in ["Save", "Cancel", "Browse…", "Generate", "Take 1"] {
        assert!(window.contains_rect(harness.get_by_label(label).rect()), "{label}");
    }
}

#[test]
fn a_take_is_made_again_with_another_seed_after_the_same_take() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::Prompt("then sits".to_owned()));
    desk.act(Action::Continue);
    desk.until_idle();
    desk.act(Action::Again(1));
    desk.until_idle();
    desk.act(Action::Again(0));
    desk.until_idle();
    let made: Vec<_> = desk.session.takes.iter().map(|entry| (entry.own_prompt(), entry.take.motion.len())).collect();
    assert_eq!(made, [("a person walks", 60), ("then sits", 120), ("then sits", 120), ("a person walks", 60)]);
    let seeds: Vec<u64> = desk.session.takes.iter().map(|entry| entry.take.provenance.seed).collect();
    assert!(seeds[2] != seeds[1] && seeds[3] != seeds[0], "{seeds:?}");
}

#[test]
fn the_list_shows_favourites_or_what_is_searched_for() {
    let mut session = session_with(&["a walk", "a run", "a slow walk"]);
    let listed = |session: &Session| session.listed().map(|(index, _)| index).collect::<Vec<_>>();
    session.apply(Action::Search("WALK a".to_owned()));
    assert_eq!(listed(&session), [0, 2]);
    session.apply(Action::Favourite(2, true));
    session.apply(Action::OnlyFavourites(true));
    assert_eq!(listed(&session), [2]);
    session.apply(Action::Remove(0));
    assert_eq!(listed(&session), [1], "a favourite stays one when the list gets shorter");
    session.apply(Action::Favourite(9, true));
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
    let top = Action::Camera(zoetrope::stage::CameraMove::LookFrom(ViewAngle::Top));
    assert_eq!(harness.state().done, [Action::Select(1), top]);
    assert!(matches!(harness.state().session.showing, Showing::Take(1)));
}

#[test]
fn space_plays_and_pauses_but_not_while_somebody_types() {
    let mut harness = harness(session_with(&["a walk"]));
    harness.state_mut().session.apply(Action::Select(0));
    harness.key_press(bevy_egui::egui::Key::Space);
    harness.run_steps(2);
    assert_eq!(harness.state().done, [Action::TogglePlay]);
    harness.ctx.memory_mut(|memory| memory.request_focus(bevy_egui::egui::Id::new("prompt")));
    harness.run_steps(2);
    harness.key_press(bevy_egui::egui::Key::Space);
    harness.run_steps(2);
    assert_eq!(harness.state().done.iter().filter(|action| **action == Action::TogglePlay).count(), 1);
}

#[test]
fn buttons_send_their_actions() {
    let mut harness = harness(session_with(&["a walk", "a run"]));
    harness.state_mut().session.apply(Action::Select(0));
    harness.run_steps(2);
    for (label, action) in [
        ("Pause (Space)", Action::TogglePlay),
        ("To the end (End)", Action::ToEnd),
        ("Take 2", Action::Select(1)),
        ("Loop (L)", Action::Loop(false)),
        ("Skeleton (B)", Action::Show(Figure::Skeleton)),
        ("Export…", Action::OpenExport),
    ] {
        harness.get_by_label(label).click();
        harness.run_steps(3);
        assert!(harness.state().done.contains(&action), "{label}: {:?}", harness.state().done);
    }
}

#[test]
fn the_export_dialog_chooses_format_and_path() {
    let mut harness = harness(session_with(&["a person walks"]));
    harness.state_mut().session.apply(Action::Select(0));
    harness.state_mut().session.apply(Action::OpenExport);
    harness.run_steps(4);
    assert_eq!(harness.state().session.dialog, Dialog::Export { path: "a-person-walks.glb".into() });
    harness.get_by_label("BVH").click();
    harness.run_steps(3);
    assert_eq!(harness.state().session.dialog, Dialog::Export { path: "a-person-walks.bvh".into() });
    harness.get_by_label("Save").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&Action::Export("a-person-walks.bvh".into())));
    assert_eq!(harness.state().session.dialog, Dialog::None);
}

#[test]
fn the_models_name_and_licence_are_always_in_sight() {
    let harness = harness(session_with(&[]));
    harness.get_by_label_contains("starter");
    harness.get_by_label_contains("CC BY-NC 4.0");
}

#[test]
fn the_models_card_opens_at_a_click_on_its_name() {
    let mut harness = harness(session_with(&[]));
    harness.get_by_label_contains("starter").click();
    harness.run_steps(4);
    assert_eq!(harness.state().session.dialog, Dialog::Model);
    harness.get_by_label("fly");
    harness.get_by_label("Close").click();
    harness.run_steps(3);
    assert_eq!(harness.state().session.dialog, Dialog::None);
}

#[test]
fn an_error_is_a_message_that_can_be_dismissed() {
    let mut session = session_with(&[]);
    session.exported(Err("could not write walk.glb; choose another folder".to_owned()));
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

#[test]
fn the_demo_scripts_are_scripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demos");
    let scripts: Vec<PathBuf> = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    assert!(!scripts.is_empty());
    for path in scripts {
        Script::read(&path).expect("a script");
    }
}

/// Whether tests that draw can run; says so where they cannot, and fails where they must.
fn can_draw() -> bool {
    match Graphics::open() {
        Ok(_) => true,
        Err(StageError::NoAdapter) if std::env::var_os("REQUIRE_GPU").is_none() => {
            println!("skipped: no adapter");
            false
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn pictures_show_the_character_on_its_floor_and_move_with_it() {
    if !can_draw() {
        return;
    }
    let mut frames = vec![Pose::REST; 31];
    for (frame, pose) in frames.iter_mut().enumerate() {
        pose.local[Joint::LShoulder as usize] = glam::Quat::from_rotation_z(0.04 * frame as f32);
    }
    let options = PictureOptions { times_secs: vec![0.0, 1.0, 0.0], size: (320, 240), angle: ViewAngle::Front, figure: Figure::Mannequin };
    let pictures = render_pictures(&Motion { frames }, &options).expect("pictures");
    assert_eq!(pictures.len(), 3);
    let [first, raised, again] = [&pictures[0].pixels, &pictures[1].pixels, &pictures[2].pixels];
    assert_eq!((first.width(), first.height()), (320, 240));
    let differing = |a: &image::RgbaImage, b: &image::RgbaImage| {
        a.pixels().zip(b.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 24)).count()
    };
    assert!(differing(first, raised) > 100, "a raised arm is seen");
    assert!(differing(first, again) < 20, "the same time gives the same picture");
    let brightest = first.pixels().map(|pixel| pixel.0[1]).max();
    let corner = first.get_pixel(2, 2).0[1];
    assert!(brightest > Some(120) && corner < 60, "a lit figure before a dark backdrop: {brightest:?}, {corner}");
}

/// One window at a time: they are slow enough on a software adapter.
static SCREEN: Mutex<()> = Mutex::new(());

/// The program itself, where there is a screen; says so where there is none, and fails where there must be one.
fn program(arguments: &[&str]) -> Option<std::process::Command> {
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
        assert!(std::env::var_os("REQUIRE_GPU").is_none(), "no display");
        println!("skipped: no display");
        return None;
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope"));
    command.args(arguments);
    Some(command)
}

#[test]
fn a_script_drives_the_real_window_from_prompt_to_file() {
    if !can_draw() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [script, glb, pictures] = ["script.ron", "walk.glb", "pictures"].map(|name| folder.path().join(name));
    let text = format!(
        r#"[WaitIdle, Prompt("a person walks forward"), Seconds(2.0), Generate, WaitPreview, Screenshot("making.png"),
            WaitIdle, Seek(1.0), Screenshot("walk.png"), Export({:?}), WaitIdle, Quit]"#,
        glb.display().to_string()
    );
    std::fs::write(&script, text).expect("the script");
    let arguments = ["--script", &script.to_string_lossy(), "--screenshots", &pictures.to_string_lossy()];
    let Some(mut command) = program(&arguments) else { return };
    let _screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let picture = image::open(pictures.join("walk.png")).expect("a picture").into_rgb8();
    assert_eq!((picture.width(), picture.height()), (1280, 720));
    let amber = picture.pixels().filter(|pixel| pixel.0[0] > 220 && pixel.0[2] < 110).count();
    let clay = picture.pixels().filter(|pixel| pixel.0.iter().all(|channel| *channel > 150)).count();
    assert!(amber > 1000 && clay > 2000, "the window and the character are in the picture: {amber}, {clay}");
    assert!(pictures.join("making.png").exists());
    assert_eq!(zoetrope::formats::read(&glb).expect("the exported file").len(), 60);
}

#[test]
fn a_script_that_runs_into_an_error_ends_with_exit_code_1() {
    if !can_draw() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.ron");
    std::fs::write(
        &script,
        r#"[Prompt("a person walks"), WaitIdle, Seconds(1.0), Generate, WaitIdle, Export("/nowhere/at/all.glb"), WaitIdle]"#,
    )
    .expect("the script");
    let Some(mut command) = program(&["--script", &script.to_string_lossy()]) else { return };
    let _screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("/nowhere/at"), "{text}");
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_display_there_is_one_sentence_and_exit_code_1() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("no display") && text.trim().lines().count() == 1, "{text}");
}
