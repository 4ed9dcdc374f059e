//! Models in the window: choosing, importing, removing, and how they are sampled.

use super::desk::{Desk, quits, run_tasks, session_with};
use super::panels::harness;
use crate::shared::kit;
use crate::small_model::small_import;
use egui_kittest::kittest::Queryable;
use std::path::Path;
use std::time::{Duration, Instant};
use zoetrope::author::Action;
use zoetrope::author::session::{
    Dialog, DraftAction, ExportAction, FormAction, GenerationAction, HostCommand, ImportForm, InstalledModel, ModelAction, ModelDialog,
    ModelState, OfferedModel, Precision, ProjectAction, Session,
};
use zoetrope::generator::protocol::{Command, Event, ModelInfo};
use zoetrope::generator::{PipelineBackend, Worker};
use zoetrope::pipeline::Device;
use zoetrope::timeline::Sampling;

fn models(action: ModelAction) -> Action {
    Action::Models(action)
}

fn is_ready(session: &Session) -> bool {
    matches!(session.models().state(), ModelState::Ready(_))
}

#[test]
fn a_chosen_model_is_loaded_and_remembered() {
    let mut desk = Desk::new();
    desk.act(models(ModelAction::Choose("another".to_owned())));
    desk.until(|session| session.models().current() == "another" && is_ready(session));
    assert_eq!(desk.session.settings().model, "another");
}

#[test]
fn a_model_that_fails_to_load_leaves_the_one_before_working() {
    let mut desk = Desk::new();
    desk.act(models(ModelAction::Choose("missing".to_owned())));
    desk.until(|session| matches!(session.models().state(), ModelState::Loading { .. }));
    desk.until(is_ready);
    assert_eq!((desk.session.models().current(), desk.session.settings().model.as_str()), ("stand-in", "starter"));
    assert!(desk.toast_texts()[0].contains("missing"), "{:?}", desk.toast_texts());
    desk.prompt("a person walks");
    desk.until_idle();
    assert_eq!(desk.session.timeline().take_count(), 1);
}

#[test]
fn a_loading_can_be_cancelled_and_the_model_before_goes_on() {
    let mut desk = Desk::new();
    desk.act(models(ModelAction::Choose("endless".to_owned())));
    desk.until(|session| matches!(session.models().state(), ModelState::Loading { done, .. } if *done > 0.0));
    desk.act(models(ModelAction::CancelLoad));
    desk.until(is_ready);
    assert_eq!((desk.session.models().current(), desk.session.settings().model.as_str()), ("stand-in", "starter"));
    assert!(desk.toast_texts().is_empty(), "{:?}", desk.toast_texts());
}

#[test]
fn of_models_chosen_in_a_row_the_last_one_is_loaded_and_remembered() {
    let mut desk = Desk::new();
    desk.act(models(ModelAction::Choose("endless".to_owned())));
    desk.until(|session| matches!(session.models().state(), ModelState::Loading { done, .. } if *done > 0.0));
    desk.act(models(ModelAction::Choose("another".to_owned())));
    desk.until(is_ready);
    assert_eq!((desk.session.models().current(), desk.session.settings().model.as_str()), ("another", "another"));
    assert!(desk.toast_texts().is_empty(), "{:?}", desk.toast_texts());
}

#[test]
fn where_the_first_model_cannot_be_loaded_the_built_in_one_is() {
    let mut desk = Desk::with_model("missing");
    desk.until(is_ready);
    assert_eq!(desk.session.models().current(), "starter");
    assert!(desk.toast_texts()[0].contains("missing"), "{:?}", desk.toast_texts());
}

/// What the generator tells of a model that is ready.
fn ready(name: &str) -> Event {
    let ModelState::Ready(model) = session_with(&[]).models().state().clone() else { panic!("no model") };
    Event::Ready { name: name.to_owned(), model: ModelInfo { name: name.to_owned(), ..model } }
}

#[test]
fn a_model_that_broke_for_good_gives_way_to_the_built_in_one() {
    let mut session = session_with(&[]);
    session.apply(models(ModelAction::Choose("large".to_owned())));
    session.handle_event(Event::Loading { model: "large".to_owned(), done: 0.0 });
    session.handle_event(ready("large"));
    // It broke and was to be loaded again.
    session.handle_event(Event::Loading { model: "large".to_owned(), done: 0.0 });
    session.handle_event(Event::LoadFailed { model: "large".to_owned(), message: "damaged".to_owned() });
    session.take_host_commands();
    session.handle_event(Event::NoModel);
    let commands = session.take_host_commands();
    assert!(matches!(&commands[..], [HostCommand::Generator(Command::Load { model })] if model == "starter"), "{commands:?}");
    assert!(!is_ready(&session) && !session.can_generate());
    session.handle_event(ready("starter"));
    assert!(is_ready(&session));
}

#[test]
fn news_of_the_model_before_are_not_taken_for_the_one_on_its_way() {
    let mut session = session_with(&[]);
    session.apply(models(ModelAction::Choose("large".to_owned())));
    // Its device was lost while the last motion was made on it.
    session.handle_event(ready("starter"));
    assert_eq!((session.models().current(), is_ready(&session), session.settings().model.as_str()), ("large", false, "starter"));
    session.handle_event(Event::LoadFailed { model: "large".to_owned(), message: "damaged".to_owned() });
    assert_eq!((session.models().current(), is_ready(&session)), ("starter", true));
    // One that failed before says nothing about the next.
    session.apply(models(ModelAction::Choose("another".to_owned())));
    session.handle_event(Event::LoadFailed { model: "large".to_owned(), message: "damaged".to_owned() });
    session.handle_event(Event::Loading { model: "another".to_owned(), done: 0.0 });
    session.handle_event(ready("another"));
    assert_eq!((session.models().current(), session.settings().model.as_str()), ("another", "another"));
}

#[test]
fn a_model_in_use_or_to_come_back_to_is_not_removed() {
    let mut session = session_with(&[]);
    session.apply(models(ModelAction::Choose("another".to_owned())));
    for name in ["starter", "another"] {
        session.apply(models(ModelAction::Remove(name.to_owned())));
        assert!(!session.busy().working || !session.run_task(), "{name}");
        assert!(session.toasts().list().last().is_some_and(|toast| toast.text.contains("in use")));
    }
}

#[test]
fn a_window_asks_before_it_ends_an_import() {
    let mut session = session_with(&[]);
    session.apply(models(ModelAction::Accept { offer: "nothing".to_owned(), accepted: true }));
    session.apply(models(ModelAction::Fetch { offer: "nothing".to_owned(), base: None }));
    session.apply(ProjectAction::Close);
    assert_eq!(*session.dialog(), Dialog::Exporting);
    session.apply(ProjectAction::CloseExporting { waiting: true });
    assert!(session.take_host_commands().is_empty());
    // It fails, which is to be seen.
    run_tasks(&mut session);
    assert!(!quits(&mut session) && session.toasts().last_error().is_some());
    session.apply(ProjectAction::Close);
    assert!(quits(&mut session));
}

#[test]
fn work_under_way_is_asked_about_before_the_model_changes() {
    for stopping in [false, true] {
        let mut desk = Desk::new();
        desk.prompt("a person walks");
        desk.act(models(ModelAction::Choose("another".to_owned())));
        assert_eq!(*desk.session.dialog(), Dialog::Models(ModelDialog::Switch("another".to_owned())));
        assert_eq!(desk.session.models().current(), "stand-in");
        desk.act(models(ModelAction::Switch { model: "another".to_owned(), stopping }));
        desk.until(|session| session.models().current() == "another" && is_ready(session));
        assert_eq!((desk.session.generation().jobs().len(), desk.session.timeline().take_count()), (0, usize::from(!stopping)));
    }
}

#[test]
fn nothing_is_fetched_before_its_licence_is_accepted() {
    let mut session = session_with(&[]);
    let fetch = || models(ModelAction::Fetch { offer: "nothing".to_owned(), base: None });
    session.apply(fetch());
    assert!(session.models().work().is_none());
    session.apply(models(ModelAction::Accept { offer: "another".to_owned(), accepted: true }));
    session.apply(fetch());
    assert!(session.models().work().is_none());
    session.apply(models(ModelAction::Accept { offer: "nothing".to_owned(), accepted: true }));
    session.apply(fetch());
    let work = session.models().work().expect("work");
    work.watch().set(3, 12);
    assert_eq!((work.share(), work.title()), (0.25, "Fetching nothing"));
    session.apply(fetch());
    assert!(session.toasts().list().iter().any(|toast| toast.text.contains("one model")), "one at a time");
    run_tasks(&mut session);
    assert!(session.models().work().is_none());
}

#[test]
fn the_samplers_settings_are_asked_for_kept_within_bounds_and_made_again() {
    let mut desk = Desk::new();
    let wild = Sampling { temperature: Some(f32::NAN), top_k: Some(9_999_999), top_p: Some(7.0), guidance: Some(-1.0), greedy: false };
    desk.act(DraftAction::Sampling(wild));
    let kept = Sampling { temperature: None, top_k: Some(1000), top_p: Some(1.0), guidance: Some(1.0), greedy: false };
    assert_eq!(desk.session.draft().sampling, kept);
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(DraftAction::Sampling(Sampling::default()));
    desk.act(GenerationAction::Again(0));
    assert_eq!((&desk.session.draft().sampling, &desk.session.generation().jobs()[0].request().sampling), (&kept, &kept));
    desk.until_idle();
    let made =
        desk.session.timeline().takes().last().expect("a take").take.provenance.origin.asked().map(|(request, _)| request.sampling.clone());
    assert_eq!(made, Some(kept));
}

#[test]
fn a_prompt_is_said_in_other_words_by_a_language_model_that_is_asked_for_first() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Prompt("could someone please walk a bit".to_owned()));
    session.apply(DraftAction::Rewrite);
    assert!(matches!(session.dialog(), Dialog::File { .. }), "it asks for a language model first");
    session.apply(DraftAction::Rewriter(Some("/models/llama.gguf".into())));
    assert_eq!(*session.dialog(), Dialog::Sampling);
    session.apply(DraftAction::Rewrite);
    assert!(session.draft().is_rewriting() && session.busy().working);
    run_tasks(&mut session);
    // There is no such file.
    assert!(session.toasts().last_error().is_some_and(|text| text.contains("llama.gguf")));
    assert_eq!((session.draft().prompt.as_str(), session.draft().is_rewriting()), ("could someone please walk a bit", false));
    session.apply(DraftAction::Prompt(String::new()));
    session.apply(DraftAction::Rewrite);
    assert!(session.toasts().list().last().is_some_and(|toast| toast.text.contains("write a prompt first")));
}

/// A session that has been told what is there.
fn listed() -> Session {
    let mut session = session_with(&[]);
    let model = |name: &str, built_in: bool| InstalledModel {
        name: name.to_owned(),
        licence: "CC BY-NC 4.0".to_owned(),
        precision: "q8_0".to_owned(),
        disk_bytes: 3_400_000_000,
        memory_bytes: 4_100_000_000,
        built_in,
        trouble: None,
    };
    let offer = |name: &str, has_address: bool| OfferedModel {
        name: name.to_owned(),
        licence: "Apache-2.0".to_owned(),
        has_address,
        files: 5,
        ..OfferedModel::default()
    };
    let installed = vec![model("starter", true), model("large", false)];
    session.models_listed(installed, vec![offer("flan", true), offer("3b", false)]);
    session
}

#[test]
fn the_menu_at_the_models_name_chooses_removes_and_leads_on() {
    let mut harness = harness(listed());
    harness.get_by_label_contains("Model starter").click();
    harness.run_steps(4);
    harness.get_by_label_contains("3.4 GB on disk · 4.1 GB of memory");
    harness.get_by_label("Use large").hover();
    harness.run_steps(3);
    harness.get_by_label("Remove large").click();
    harness.run_steps(4);
    assert_eq!(*harness.state().session.dialog(), Dialog::Models(ModelDialog::Remove("large".to_owned())));
    harness.get_by_label("Cancel").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Model starter").click();
    harness.run_steps(4);
    harness.get_by_label("Use large").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&models(ModelAction::Choose("large".to_owned()))), "{:?}", harness.state().done);
}

#[test]
fn a_licence_is_shown_and_accepted_before_the_button_fetches() {
    let mut session = listed();
    session.apply(models(ModelAction::OpenGet));
    let mut harness = harness(session);
    let fetch = models(ModelAction::Fetch { offer: "flan".to_owned(), base: None });
    harness.get_by_label("Fetch").click();
    harness.run_steps(3);
    assert!(!harness.state().done.contains(&fetch));
    harness.get_by_label_contains("accept this licence").click();
    harness.run_steps(3);
    harness.get_by_label("Fetch").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&fetch), "{:?}", harness.state().done);
}

#[test]
fn what_has_no_address_of_its_own_is_fetched_from_a_mirror() {
    let mut session = listed();
    session.apply(models(ModelAction::OpenGet));
    session.apply(models(ModelAction::Mirror("http://mirror.example/files".to_owned())));
    session.apply(models(ModelAction::Accept { offer: "3b".to_owned(), accepted: true }));
    let mut harness = harness(session);
    harness.get_all_by_label("Fetch").nth(1).expect("a button for each offer").click();
    harness.run_steps(3);
    let from_mirror = models(ModelAction::Fetch { offer: "3b".to_owned(), base: Some("http://mirror.example/files".to_owned()) });
    assert!(harness.state().done.contains(&from_mirror), "{:?}", harness.state().done);
}

/// The window with real models, without a screen.
struct Window {
    session: Session,
    worker: Worker,
}

impl Window {
    fn open() -> Self {
        let worker = Worker::spawn(|| PipelineBackend::on(Device::Cpu)).expect("a thread");
        worker.send(Command::Load { model: "starter".to_owned() }).expect("room");
        let mut window = Self { session: Session::new("starter"), worker };
        window.until_idle();
        window
    }

    fn act(&mut self, action: impl Into<Action>) {
        self.session.apply(action);
        self.until_idle();
    }

    fn until_idle(&mut self) {
        let start = Instant::now();
        loop {
            for command in self.session.take_host_commands() {
                if let HostCommand::Generator(command) = command {
                    self.worker.send(command).expect("room");
                }
            }
            if !self.session.busy().working {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(120), "still working: {:?}", self.session.models().state());
            if let Some(event) = self.worker.wait_event(Duration::from_millis(5)) {
                self.session.handle_event(event);
            }
            self.session.update(0.01);
        }
    }

    /// The last message says this.
    fn says(&self, what: &str) {
        let last = self.session.toasts().list().last().map(|toast| toast.text.clone());
        assert!(last.as_ref().is_some_and(|last| last.contains(what)), "{last:?}");
    }
}

#[test]
fn a_checkpoint_is_imported_chosen_used_saved_opened_and_exported_under_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    #[expect(unsafe_code, reason = "the environment is how the models' folder is chosen")]
    // SAFETY: no other test of this program looks for installed models.
    unsafe {
        std::env::set_var("ZOETROPE_MODELS", folder.path().join("models"));
    }
    let Some(pipeline) = kit("pipeline_small") else { return };
    let parts = small_import(pipeline.parent().expect("the kit"), "tiny");
    let config = folder.path().join("import.json");
    std::fs::write(&config, r#"{ "licence": "for tests" }"#).expect("written");
    let form = ImportForm {
        tokenizer: parts.tokenizer,
        transformer: parts.transformer,
        text_encoder: parts.text_encoder,
        mean: parts.mean,
        std: parts.std,
        config,
        heads: parts.heads,
        precision: Precision::AsItIs,
        name: "tiny".to_owned(),
    };
    let mut window = Window::open();
    window.act(models(ModelAction::OpenImport));
    window.act(models(ModelAction::Form(FormAction::Set(ImportForm { mean: "nowhere.npy".into(), ..form.clone() }))));
    window.act(models(ModelAction::Import));
    assert!(window.session.toasts().last_error().is_some_and(|error| error.contains("nowhere.npy")));
    window.act(models(ModelAction::Form(FormAction::Set(form))));
    window.act(models(ModelAction::Import));
    window.says("imported tiny");
    let names: Vec<&str> = window.session.models().installed().iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["starter", "tiny"]);
    assert_eq!(window.session.models().installed()[1].licence, "for tests", "what the settings say");
    assert!(window.session.models().installed().iter().all(|model| model.trouble.is_none() && model.memory_bytes > 0));

    window.act(models(ModelAction::Choose("tiny".to_owned())));
    assert!(window.session.models().state().info().is_some_and(|info| info.name == "tiny"), "{:?}", window.session.models().state());
    window.act(DraftAction::Prompt("a person walks".to_owned()));
    window.act(DraftAction::Seconds(Some(1.0)));
    window.act(DraftAction::Sampling(Sampling { temperature: Some(0.8), ..Sampling::default() }));
    window.act(GenerationAction::Generate);
    let [project, glb] = ["scene.zoetrope", "scene.glb"].map(|name| folder.path().join(name));
    window.act(ProjectAction::Save(project.clone()));
    window.act(models(ModelAction::Remove("tiny".to_owned())));
    assert!(window.session.toasts().list().last().is_some_and(|toast| toast.text.contains("in use")));
    window.act(models(ModelAction::Choose("starter".to_owned())));
    window.act(models(ModelAction::Remove("tiny".to_owned())));
    window.says("removed tiny");
    assert!(!folder.path().join("models/tiny").exists());

    window.act(ProjectAction::Open(project));
    let take = window.session.timeline().takes().last().expect("the take").take.clone();
    assert_eq!((take.provenance.model.as_str(), take.motion.len()), ("tiny", 30), "a take keeps its own model");
    window.act(ExportAction::Export(glb.clone()));
    assert!(credits(&glb).contains("model tiny"), "{}", credits(&glb));
}

/// What a GLB says of its rights.
fn credits(glb: &Path) -> String {
    let bytes = std::fs::read(glb).expect("the file");
    let length = u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]) as usize;
    let json: serde_json::Value = serde_json::from_slice(&bytes[20..20 + length]).expect("JSON");
    json["asset"]["copyright"].as_str().unwrap_or_default().to_owned()
}
