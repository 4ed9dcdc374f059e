//! Generators in the window: which are installed or can be had, which one is in use, and what is fetched or imported meanwhile.

use super::import_form::{ImportForm, ImportPart};
use super::{Dialog, Effect, Session};
use crate::author::toast::ToastKind;
use crate::generator::protocol::{Command, Event, ModelInfo};
use crate::library::STARTER;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Models that need more memory gain by many threads.
const LARGE_BYTES: u64 = 1 << 29;

/// The model that makes motions.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelState {
    /// On its way.
    Loading {
        /// As asked for.
        name: String,
        /// Which share is there, 0 to 1; 0 where that is not known.
        done: f32,
    },
    /// Can be used.
    Ready(ModelInfo),
    /// Cannot be used.
    Failed {
        /// Why.
        message: String,
    },
}

/// What can be done with models. In a script: `Models(Choose("starter"))`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ModelAction {
    /// Open the menu of models.
    Menu,
    /// Use the model of this name or in this folder from now on, also another day; asks first if motions are being made.
    Choose(String),
    /// Use it, ending the motions under way or after them: the answer to that question.
    Switch {
        /// A name or a folder.
        model: String,
        /// Whether they are ended.
        stopping: bool,
    },
    /// End the loading of a model; the one before stays.
    CancelLoad,
    /// Open the list of what can be fetched.
    OpenGet,
    /// Accept the licence of an offer, or no longer.
    Accept {
        /// The offer.
        offer: String,
        /// Whether its licence is accepted.
        accepted: bool,
    },
    /// Fetch the files of an offer whose licence is accepted, from where that was broken off.
    Fetch {
        /// The offer.
        offer: String,
        /// Another address than its own.
        #[serde(default)]
        base: Option<String>,
    },
    /// Open the form for checkpoints.
    OpenImport,
    /// Write that form.
    Form(ImportForm),
    /// Let the system's file dialog choose a path of it.
    Browse(ImportPart),
    /// Write a path into it.
    Part(ImportPart, PathBuf),
    /// Make a model of the checkpoints in the form.
    Import,
    /// End what is being fetched or imported.
    CancelWork,
    /// Ask whether a model is to be removed.
    AskRemove(String),
    /// Remove a model from the disk.
    Remove(String),
}

/// An open dialog about models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelDialog {
    /// The menu at the model's name.
    Menu,
    /// What can be fetched.
    Get,
    /// Checkpoints to import.
    Import,
    /// Whether a model is to be removed.
    Remove(String),
    /// What becomes of the motions under way when another model is chosen.
    Switch(String),
}

/// An installed model, as the menu shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstalledModel {
    /// The name to choose it by.
    pub name: String,
    /// Its licence in a few words.
    pub licence: String,
    /// How most weights are stored.
    pub precision: String,
    /// All its files, bytes.
    pub disk_bytes: u64,
    /// About what it needs in memory, bytes.
    pub memory_bytes: u64,
    /// Whether it is a part of the program.
    pub built_in: bool,
    /// Why it cannot be used, or needs more memory than is free.
    pub trouble: Option<String>,
}

/// Something that can be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferedModel {
    /// The name to ask for.
    pub name: String,
    /// What it is.
    pub what: String,
    /// The licence in short.
    pub licence: String,
    /// What has to be known about it.
    pub licence_note: String,
    /// A page that says more.
    pub about: String,
    /// Whether its authors name an address to fetch it from.
    pub has_address: bool,
    /// About how much there is to fetch, bytes.
    pub about_bytes: u64,
    /// How many of its files are here.
    pub here: usize,
    /// How many there are.
    pub files: usize,
    /// Where they come to lie.
    pub folder: PathBuf,
}

/// Something that is being fetched or imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelWork {
    /// What, in a few words.
    pub title: String,
    /// How much of it is done, in bytes or weights.
    pub done: u64,
    /// How much there is; 0 where that is not known.
    pub of: u64,
}

impl ModelWork {
    /// How much of it is done, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f32 {
        if self.of == 0 { 0.0 } else { (self.done as f64 / self.of as f64).min(1.0) as f32 }
    }
}

/// What has to happen outside of the session.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelTask {
    /// See what is installed and can be had.
    List,
    /// Fetch the files of an offer.
    Fetch {
        /// The offer.
        offer: String,
        /// Another address than its own.
        base: Option<String>,
    },
    /// Make a model of checkpoints.
    Import(ImportForm),
    /// End the fetching or importing.
    CancelWork,
    /// Remove a model.
    Remove(String),
    /// Say a prompt in other words.
    Rewrite {
        /// The language model.
        with: PathBuf,
        /// The words.
        prompt: String,
    },
}

/// What has become of it.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelOutcome {
    /// What is installed, and what can be had.
    Listed(Vec<InstalledModel>, Vec<OfferedModel>),
    /// The files of an offer are here, in this folder.
    Fetched(Result<PathBuf, String>),
    /// There is a model of this name.
    Imported(Result<String, String>),
    /// A model of this name is gone.
    Removed(Result<String, String>),
    /// These words instead of those; none if there are no better ones.
    Rewritten {
        /// The words that were given.
        prompt: String,
        /// The other ones.
        words: Result<Option<String>, String>,
    },
}

/// What the window knows of models.
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// The model in use, or on its way: a name or a folder.
    current: String,
    /// The one before, while another is on its way.
    before: Option<(String, ModelInfo)>,
    /// The one that was chosen to stay.
    chosen: Option<String>,
    installed: Vec<InstalledModel>,
    offers: Vec<OfferedModel>,
    /// The offer whose licence is accepted.
    accepted: Option<String>,
    form: ImportForm,
    work: Option<ModelWork>,
    /// Tasks that are not over.
    pending: usize,
    rewriting: bool,
    /// Threads that the networks got when the window opened.
    threads: usize,
}

impl Models {
    /// The model that is on its way when the window opens.
    pub(super) fn starting_with(model: &str) -> Self {
        Self { current: model.to_owned(), ..Self::default() }
    }

    /// The model in use, or on its way: a name or a folder.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.current
    }

    /// What is installed, as far as that is known.
    #[must_use]
    pub fn installed(&self) -> &[InstalledModel] {
        &self.installed
    }

    /// What can be had.
    #[must_use]
    pub fn offers(&self) -> &[OfferedModel] {
        &self.offers
    }

    /// Whether the licence of an offer is accepted.
    #[must_use]
    pub fn accepts(&self, offer: &str) -> bool {
        self.accepted.as_deref() == Some(offer)
    }

    /// What is to be imported.
    #[must_use]
    pub fn form(&self) -> &ImportForm {
        &self.form
    }

    /// What is being fetched or imported.
    #[must_use]
    pub fn work(&self) -> Option<&ModelWork> {
        self.work.as_ref()
    }

    /// Whether a prompt is being rewritten.
    #[must_use]
    pub fn is_rewriting(&self) -> bool {
        self.rewriting
    }

    /// Whether something is going on that a script waits for.
    pub(super) fn is_busy(&self) -> bool {
        self.pending > 0
    }
}

impl Session {
    /// What the window knows of models.
    #[must_use]
    pub fn models(&self) -> &Models {
        &self.models
    }

    pub(super) fn apply_model(&mut self, action: ModelAction) -> Vec<Effect> {
        match action {
            ModelAction::Menu => return self.open_models(ModelDialog::Menu),
            ModelAction::OpenGet => return self.open_models(ModelDialog::Get),
            ModelAction::OpenImport => return self.open_models(ModelDialog::Import),
            ModelAction::AskRemove(name) => return self.open_models(ModelDialog::Remove(name)),
            ModelAction::Choose(model) if self.jobs.is_empty() => return self.switch_model(model),
            ModelAction::Choose(model) => return self.open_models(ModelDialog::Switch(model)),
            ModelAction::Switch { model, stopping } => {
                let stops = self.jobs.iter().filter(|_| stopping).map(|job| Effect::Tell(Command::Cancel { job: job.id() }));
                return stops.collect::<Vec<_>>().into_iter().chain(self.switch_model(model)).collect();
            }
            ModelAction::CancelLoad => return vec![Effect::Tell(Command::CancelLoad)],
            ModelAction::Accept { offer, accepted } => self.models.accepted = Some(offer).filter(|_| accepted),
            ModelAction::Fetch { offer, base } => return self.fetch_model(offer, base),
            ModelAction::Form(form) => self.models.form = form,
            ModelAction::Part(part, path) => self.models.form = std::mem::take(&mut self.models.form).with(part, path),
            ModelAction::Browse(part) => {
                let path = self.models.form.part(part).clone();
                return vec![Effect::Browse { path, purpose: super::Purpose::Model(part) }];
            }
            ModelAction::Import => return self.import_model(),
            ModelAction::CancelWork => return vec![Effect::Models(ModelTask::CancelWork)],
            ModelAction::Remove(name) => {
                self.dialog = Dialog::Models(ModelDialog::Menu);
                let is_before = self.models.before.as_ref().is_some_and(|(before, _)| *before == name);
                if name == self.models.current || is_before {
                    self.toasts.add(ToastKind::Warning, format!("{name} is in use: choose another model first"));
                } else {
                    return self.begin(ModelTask::Remove(name));
                }
            }
        }
        Vec::new()
    }

    /// The dialog, with what is there now.
    fn open_models(&mut self, dialog: ModelDialog) -> Vec<Effect> {
        self.dialog = Dialog::Models(dialog);
        self.begin(ModelTask::List)
    }

    fn begin(&mut self, task: ModelTask) -> Vec<Effect> {
        self.models.pending += 1;
        vec![Effect::Models(task)]
    }

    fn switch_model(&mut self, model: String) -> Vec<Effect> {
        self.dialog = Dialog::None;
        if matches!(self.model, ModelState::Ready(_)) && model == self.models.current {
            return Vec::new();
        }
        let was_loading = matches!(self.model, ModelState::Loading { .. });
        self.models.chosen = Some(model.clone());
        self.loading(&model, 0.0);
        // Only the last choice counts.
        let cancel = was_loading.then_some(Effect::Tell(Command::CancelLoad));
        cancel.into_iter().chain([Effect::Tell(Command::Load { model })]).collect()
    }

    /// A model is on its way; the one that can be used now is the one before.
    fn loading(&mut self, model: &str, done: f32) {
        if let ModelState::Ready(info) = &self.model {
            self.models.before = Some((std::mem::take(&mut self.models.current), info.clone()));
        }
        model.clone_into(&mut self.models.current);
        self.model = ModelState::Loading { name: model.to_owned(), done };
    }

    fn fetch_model(&mut self, offer: String, base: Option<String>) -> Vec<Effect> {
        let fault = if self.models.work.is_some() {
            Some("one model is fetched or imported at a time: wait for it, or cancel it")
        } else {
            (!self.models.accepts(&offer)).then_some("read and accept the licence first")
        };
        if let Some(fault) = fault {
            self.toasts.add(ToastKind::Warning, fault.to_owned());
            return Vec::new();
        }
        self.models.work = Some(ModelWork { title: format!("Fetching {offer}"), done: 0, of: 0 });
        self.begin(ModelTask::Fetch { offer, base })
    }

    fn import_model(&mut self) -> Vec<Effect> {
        let form = self.models.form.clone();
        let busy = "one model is fetched or imported at a time: wait for it, or cancel it";
        if let Some(fault) = form.fault().or_else(|| self.models.work.as_ref().map(|_| busy)) {
            self.toasts.add(ToastKind::Warning, fault.to_owned());
            return Vec::new();
        }
        self.models.work = Some(ModelWork { title: format!("Importing {}", form.name), done: 0, of: 0 });
        self.begin(ModelTask::Import(form))
    }

    /// How far the fetching or importing is.
    pub fn model_work_at(&mut self, done: u64, of: u64) {
        if let Some(work) = &mut self.models.work {
            (work.done, work.of) = (done, of);
        }
    }

    /// Takes in what has become of a task.
    pub fn model_task_over(&mut self, outcome: ModelOutcome) -> Vec<Effect> {
        self.models.pending = self.models.pending.saturating_sub(1);
        let (kind, text) = match outcome {
            ModelOutcome::Listed(installed, offers) => {
                (self.models.installed, self.models.offers) = (installed, offers);
                return Vec::new();
            }
            ModelOutcome::Fetched(outcome) => {
                self.models.work = None;
                match outcome {
                    Ok(folder) => {
                        (ToastKind::Done, format!("fetched into {}; it becomes a model by Import checkpoints…", folder.display()))
                    }
                    Err(message) => (ToastKind::Error, message),
                }
            }
            ModelOutcome::Imported(outcome) => {
                self.models.work = None;
                match outcome {
                    Ok(name) => {
                        self.models.form = ImportForm::default();
                        if self.dialog == Dialog::Models(ModelDialog::Import) {
                            self.dialog = Dialog::Models(ModelDialog::Menu);
                        }
                        (ToastKind::Done, format!("imported {name}: choose it at the model's name"))
                    }
                    Err(message) => (ToastKind::Error, message),
                }
            }
            ModelOutcome::Removed(Ok(name)) => {
                self.settings.speeds.remove(&name);
                if self.settings.model == name {
                    STARTER.clone_into(&mut self.settings.model);
                }
                (ToastKind::Done, format!("removed {name}"))
            }
            ModelOutcome::Removed(Err(message)) => (ToastKind::Error, message),
            ModelOutcome::Rewritten { prompt, words } => {
                self.models.rewriting = false;
                return self.rewritten(&prompt, words);
            }
        };
        self.toasts.add(kind, text);
        let mut effects = self.begin(ModelTask::List);
        effects.extend(self.close_after_exports());
        effects
    }

    /// Takes in how the loading of a model goes.
    pub(super) fn hear_of_model(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Loading { model, done } => self.loading(&model, done),
            // Another one is on its way meanwhile.
            Event::Ready { name, model } if name != self.models.current => self.models.before = Some((name, model)),
            Event::Ready { model, .. } => {
                let is_slow = self.models.threads == 1 && self.models.before.is_some() && model.device == "cpu" && self.is_large();
                self.model = ModelState::Ready(model);
                self.models.before = None;
                if is_slow {
                    let text = format!("{} runs on one thread until Zoetrope is started again", self.models.current);
                    self.toasts.add(ToastKind::Warning, text);
                }
                if let Some(chosen) = self.models.chosen.take_if(|chosen| *chosen == self.models.current) {
                    self.settings.model = chosen;
                }
            }
            Event::LoadCancelled { model } => return self.not_loaded(&model, "the loading was cancelled".to_owned()),
            Event::LoadFailed { model, message } => {
                self.toasts.add(ToastKind::Error, message.clone());
                return self.not_loaded(&model, message);
            }
            Event::NoModel => {
                self.models.before = None;
                if matches!(self.model, ModelState::Ready(_)) {
                    return self.without_model("the model broke and could not be loaded again".to_owned());
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// Whether the current model is one that many threads make faster.
    fn is_large(&self) -> bool {
        let current = self.models.installed.iter().find(|model| model.name == self.models.current);
        current.is_some_and(|model| model.memory_bytes > LARGE_BYTES)
    }

    /// So many threads have the networks, until the program ends.
    pub fn networks_have_threads(&mut self, threads: usize) {
        self.models.threads = threads;
    }

    /// A model could not be loaded. The one before goes on; where there was none, the built-in one.
    pub(super) fn not_loaded(&mut self, model: &str, message: String) -> Vec<Effect> {
        self.models.chosen.take_if(|chosen| chosen == model);
        if let Some(coming) = self.models.chosen.clone() {
            // Another was chosen meanwhile.
            self.loading(&coming, 0.0);
            return Vec::new();
        }
        if let Some((current, info)) = self.models.before.take() {
            self.models.current = current;
            self.model = ModelState::Ready(info);
            return Vec::new();
        }
        if matches!(self.model, ModelState::Ready(_)) {
            // One that waited behind another was cancelled.
            return Vec::new();
        }
        self.without_model(message)
    }

    /// There is no model, until the built-in one is loaded.
    fn without_model(&mut self, message: String) -> Vec<Effect> {
        self.model = ModelState::Failed { message };
        if self.models.current == STARTER {
            return Vec::new();
        }
        self.models.current = STARTER.to_owned();
        vec![Effect::Tell(Command::Load { model: STARTER.to_owned() })]
    }

    /// Has a language model of the user's say the draft's prompt in other words.
    pub(super) fn rewrite(&mut self) -> Vec<Effect> {
        let prompt = self.draft.prompt.trim().to_owned();
        let Some(with) = self.settings.rewriter.clone() else {
            self.ask_file(super::Purpose::Rewriter, None);
            return Vec::new();
        };
        if prompt.is_empty() || self.models.rewriting {
            return Vec::new();
        }
        self.models.rewriting = true;
        self.begin(ModelTask::Rewrite { with, prompt })
    }

    pub(super) fn choose_rewriter(&mut self, file: Option<PathBuf>) -> Vec<Effect> {
        // Another day begins in another folder.
        self.settings.rewriter = file.map(|file| std::path::absolute(&file).unwrap_or(file));
        if matches!(self.dialog, Dialog::File { .. }) {
            self.dialog = Dialog::Sampling;
        }
        Vec::new()
    }

    fn rewritten(&mut self, prompt: &str, words: Result<Option<String>, String>) -> Vec<Effect> {
        let (kind, text) = match words {
            Ok(Some(words)) if self.draft.prompt.trim() == prompt => {
                self.draft.prompt.clone_from(&words);
                (ToastKind::Done, format!("the prompt was “{prompt}”"))
            }
            // Somebody went on writing meanwhile.
            Ok(Some(words)) => (ToastKind::Done, format!("other words for “{prompt}”: {words}")),
            Ok(None) => (ToastKind::Warning, "no other words were found in time: the prompt stays as it is".to_owned()),
            Err(message) => (ToastKind::Error, message),
        };
        self.toasts.add(kind, text);
        Vec::new()
    }
}
