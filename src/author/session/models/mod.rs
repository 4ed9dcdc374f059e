//! Generators in the window: which are installed or can be had, which one is in use, and what is fetched or imported meanwhile.

mod import_form;
mod shown;
mod work;

pub use import_form::{ImportForm, ImportPart, Precision};
pub use shown::{InstalledModel, OfferedModel};

use super::desk::Desk;
use super::dialog::{Dialog, FilePurpose, ModelDialog};
use super::generation::Job;
use super::host::HostCommand;
use crate::generator::protocol::{Command, Event, ModelInfo};
use crate::library::{self, STARTER};
use crate::tasks::{Task, TaskKind, Watch, outcome, outcomes};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// Models that need more memory gain by many threads.
const LARGE_BYTES: u64 = 1 << 29;
/// What is said to whoever wants two at once.
const BUSY: &str = "one model is fetched or imported at a time: wait for it, or cancel it";

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

impl ModelState {
    /// What can be used.
    #[must_use]
    pub fn info(&self) -> Option<&ModelInfo> {
        if let Self::Ready(info) = self { Some(info) } else { None }
    }

    /// Why nothing can be made with it, in words.
    #[must_use]
    pub fn trouble(&self) -> Option<&'static str> {
        match self {
            Self::Ready(_) => None,
            Self::Loading { .. } => Some("the model is still loading"),
            Self::Failed { .. } => Some("there is no model to generate with; see the message at its name"),
        }
    }
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
    /// Write the address to fetch from in the place of the offers' own; nothing for those.
    Mirror(String),
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
    Form(FormAction),
    /// Make a model of the checkpoints in the form.
    Import,
    /// End what is being fetched or imported.
    CancelWork,
    /// Ask whether a model is to be removed.
    AskRemove(String),
    /// Remove a model from the disk.
    Remove(String),
}

/// What can be done with the form for checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FormAction {
    /// Write all of it.
    Set(ImportForm),
    /// Write a path into it.
    Part(ImportPart, PathBuf),
    /// Let the system's file dialog choose a path of it.
    Browse(ImportPart),
}

/// Something that is being fetched or imported.
#[derive(Clone, Debug)]
pub struct ModelWork {
    title: String,
    watch: Arc<Watch>,
}

impl ModelWork {
    /// What, in a few words.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How far it is, in bytes or weights.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// How much of it is done, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f32 {
        let of = self.watch.of();
        if of == 0 { 0.0 } else { (self.watch.done() as f64 / of as f64).min(1.0) as f32 }
    }
}

/// The model that makes motions, and all others.
#[derive(Debug)]
pub struct Models {
    state: ModelState,
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
    /// The address to fetch from in the place of the offers' own; empty for those.
    mirror: String,
    form: ImportForm,
    work: Option<ModelWork>,
    fetching: Option<Task<PathBuf>>,
    importing: Option<Task<String>>,
    removing: Vec<Task<String>>,
    /// What is installed and can be had, as it is being looked up: of several times the latest.
    listing: Option<Task<(Vec<InstalledModel>, Vec<OfferedModel>)>>,
    /// Threads that the networks got when the program started.
    threads: usize,
}

impl Models {
    /// The model that is on its way at the start, for networks with so many threads.
    pub(super) fn starting_with(model: &str, threads: usize) -> Self {
        Self {
            state: ModelState::Loading { name: model.to_owned(), done: 0.0 },
            current: model.to_owned(),
            before: None,
            chosen: None,
            installed: Vec::new(),
            offers: Vec::new(),
            accepted: None,
            mirror: String::new(),
            form: ImportForm::default(),
            work: None,
            fetching: None,
            importing: None,
            removing: Vec::new(),
            listing: None,
            threads,
        }
    }

    /// The model that makes motions.
    #[must_use]
    pub fn state(&self) -> &ModelState {
        &self.state
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

    /// The address to fetch from in the place of the offers' own; empty for those.
    #[must_use]
    pub fn mirror(&self) -> &str {
        &self.mirror
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

    /// Does an action.
    pub(super) fn apply(&mut self, action: ModelAction, desk: &mut Desk, jobs: &[Job]) {
        match action {
            ModelAction::Menu => self.open(ModelDialog::Menu, desk),
            ModelAction::OpenGet => self.open(ModelDialog::Get, desk),
            ModelAction::OpenImport => self.open(ModelDialog::Import, desk),
            ModelAction::AskRemove(name) => self.open(ModelDialog::Remove(name), desk),
            ModelAction::Choose(model) if jobs.is_empty() => self.switch(model, desk),
            ModelAction::Choose(model) => self.open(ModelDialog::Switch(model), desk),
            ModelAction::Switch { model, stopping } => {
                if stopping {
                    jobs.iter().for_each(|job| desk.send(Command::Cancel { job: job.id() }));
                }
                self.switch(model, desk);
            }
            ModelAction::CancelLoad => desk.send(Command::CancelLoad),
            ModelAction::Accept { offer, accepted } => self.accepted = Some(offer).filter(|_| accepted),
            ModelAction::Mirror(address) => self.mirror = address,
            ModelAction::Fetch { offer, base } => self.fetch(offer, base, desk),
            ModelAction::Form(form) => self.apply_to_form(form, desk),
            ModelAction::Import => self.import(desk),
            ModelAction::CancelWork => self.cancel_work(),
            ModelAction::Remove(name) => self.remove(name, desk),
        }
    }

    fn apply_to_form(&mut self, action: FormAction, desk: &mut Desk) {
        match action {
            FormAction::Set(form) => self.form = form,
            FormAction::Part(part, path) => self.form = std::mem::take(&mut self.form).with(part, path),
            FormAction::Browse(part) => {
                let path = self.form.part(part).clone();
                desk.host.push(HostCommand::Browse { path, purpose: FilePurpose::Model(part) });
            }
        }
    }

    fn switch(&mut self, model: String, desk: &mut Desk) {
        desk.dialog = Dialog::None;
        if matches!(self.state, ModelState::Ready(_)) && model == self.current {
            return;
        }
        let was_loading = matches!(self.state, ModelState::Loading { .. });
        self.chosen = Some(model.clone());
        self.loading(&model, 0.0);
        if was_loading {
            // Only the last choice counts.
            desk.send(Command::CancelLoad);
        }
        desk.send(Command::Load { model });
    }

    /// A model is on its way; the one that can be used now is the one before.
    fn loading(&mut self, model: &str, done: f32) {
        if let ModelState::Ready(info) = &self.state {
            self.before = Some((std::mem::take(&mut self.current), info.clone()));
        }
        model.clone_into(&mut self.current);
        self.state = ModelState::Loading { name: model.to_owned(), done };
    }

    /// What is installed and can be had.
    pub(super) fn listed(&mut self, installed: Vec<InstalledModel>, offers: Vec<OfferedModel>) {
        (self.installed, self.offers) = (installed, offers);
    }

    /// Begins long work; of that there is one at a time.
    fn begin_work(&mut self, title: String) -> Arc<Watch> {
        let watch = Arc::new(Watch::default());
        self.work = Some(ModelWork { title, watch: Arc::clone(&watch) });
        watch
    }

    fn fetch(&mut self, offer: String, base: Option<String>, desk: &mut Desk) {
        if self.work.is_some() {
            return desk.warn(BUSY);
        }
        if !self.accepts(&offer) {
            return desk.warn("read and accept the licence first");
        }
        let watch = self.begin_work(format!("Fetching {offer}"));
        let fetch = move || work::fetch(&offer, base.as_deref(), &watch);
        self.fetching = Some(desk.tasks.run(TaskKind::READ, fetch));
    }

    fn import(&mut self, desk: &mut Desk) {
        let form = self.form.clone();
        if let Some(fault) = form.fault().or_else(|| self.work.is_some().then_some(BUSY)) {
            return desk.warn(fault);
        }
        let watch = self.begin_work(format!("Importing {}", form.name));
        self.importing = Some(desk.tasks.run(TaskKind::WRITE, move || work::import(form, &watch)));
    }

    /// Takes in what has become of models. Answers whether fetching or importing went well, where that is over.
    pub(super) fn update(&mut self, desk: &mut Desk) -> Option<bool> {
        outcomes(&mut self.removing).into_iter().for_each(|removed| self.removed(removed, desk));
        match outcome(&mut self.listing) {
            Some(Ok((installed, offers))) => self.listed(installed, offers),
            Some(Err(message)) => desk.fail(message),
            None => {}
        }
        let over = match outcome(&mut self.fetching) {
            Some(folder) => {
                let fetched = |folder: PathBuf| format!("fetched into {}; it becomes a model by Import checkpoints…", folder.display());
                folder.map(fetched)
            }
            None => {
                let name = outcome(&mut self.importing)?;
                self.imported(name, desk)
            }
        };
        let went_well = over.is_ok();
        self.work_over(over, desk);
        Some(went_well)
    }

    fn imported(&mut self, name: Result<String, String>, desk: &mut Desk) -> Result<String, String> {
        if name.is_ok() {
            self.form = ImportForm::default();
            if desk.dialog == Dialog::Models(ModelDialog::Import) {
                desk.dialog = Dialog::Models(ModelDialog::Menu);
            }
        }
        name.map(|name| format!("imported {name}: choose it at the model's name"))
    }

    /// Ends what is being fetched or imported.
    pub(super) fn cancel_work(&self) {
        self.work.iter().for_each(|work| work.watch.cancel());
    }

    /// What was fetched or imported is over.
    fn work_over(&mut self, outcome: Result<String, String>, desk: &mut Desk) {
        self.work = None;
        match outcome {
            Ok(text) => desk.done(text),
            Err(message) => desk.fail(message),
        }
        self.list(desk);
    }

    fn remove(&mut self, name: String, desk: &mut Desk) {
        desk.dialog = Dialog::Models(ModelDialog::Menu);
        let is_before = self.before.as_ref().is_some_and(|(before, _)| *before == name);
        if name == self.current || is_before {
            return desk.warn(format!("{name} is in use: choose another model first"));
        }
        let remove = move || library::remove(&name).map(|()| name).map_err(|error| error.to_string());
        self.removing.push(desk.tasks.run(TaskKind::WRITE, remove));
    }

    fn removed(&mut self, removed: Result<String, String>, desk: &mut Desk) {
        match removed {
            Ok(name) => {
                desk.settings.speeds.remove(&name);
                if desk.settings.model == name {
                    STARTER.clone_into(&mut desk.settings.model);
                }
                desk.done(format!("removed {name}"));
            }
            Err(message) => desk.fail(message),
        }
        self.list(desk);
    }

    /// The dialog, with what is there now.
    fn open(&mut self, dialog: ModelDialog, desk: &mut Desk) {
        desk.dialog = Dialog::Models(dialog);
        self.list(desk);
    }

    /// Sees what is installed and can be had.
    fn list(&mut self, desk: &mut Desk) {
        self.listing = Some(desk.tasks.run(TaskKind::READ, || Ok(shown::list())));
    }

    /// Takes in how the loading of a model goes.
    pub(super) fn handle_event(&mut self, event: Event, desk: &mut Desk) {
        match event {
            Event::Loading { model, done } => self.loading(&model, done),
            // Another one is on its way meanwhile.
            Event::Ready { name, model } if name != self.current => self.before = Some((name, model)),
            Event::Ready { model, .. } => self.ready(model, desk),
            Event::LoadCancelled { model } => self.not_loaded(&model, "the loading was cancelled".to_owned(), desk),
            Event::LoadFailed { model, message } => {
                desk.fail(message.clone());
                self.not_loaded(&model, message, desk);
            }
            Event::NoModel => {
                self.before = None;
                if matches!(self.state, ModelState::Ready(_)) {
                    self.without_model("the model broke and could not be loaded again".to_owned(), desk);
                }
            }
            // Motions are somebody else's business.
            _ => {}
        }
    }

    fn ready(&mut self, model: ModelInfo, desk: &mut Desk) {
        let is_slow = self.threads == 1 && self.before.is_some() && model.device == "cpu" && self.is_large();
        self.state = ModelState::Ready(model);
        self.before = None;
        if is_slow {
            desk.warn(format!("{} runs on one thread until Zoetrope is started again", self.current));
        }
        if let Some(chosen) = self.chosen.take_if(|chosen| *chosen == self.current) {
            desk.settings.model = chosen;
        }
    }

    /// Whether the current model is one that many threads make faster.
    fn is_large(&self) -> bool {
        let current = self.installed.iter().find(|model| model.name == self.current);
        current.is_some_and(|model| model.memory_bytes > LARGE_BYTES)
    }

    /// A model could not be loaded. The one before goes on; where there was none, the built-in one.
    pub(super) fn not_loaded(&mut self, model: &str, message: String, desk: &mut Desk) {
        self.chosen.take_if(|chosen| chosen == model);
        if let Some(chosen) = self.chosen.clone() {
            // Another was chosen meanwhile.
            return self.loading(&chosen, 0.0);
        }
        if let Some((current, info)) = self.before.take() {
            self.current = current;
            self.state = ModelState::Ready(info);
        } else if !matches!(self.state, ModelState::Ready(_)) {
            // Otherwise one that waited behind another was cancelled.
            self.without_model(message, desk);
        }
    }

    /// There is no model, until the built-in one is loaded.
    fn without_model(&mut self, message: String, desk: &mut Desk) {
        self.state = ModelState::Failed { message };
        if self.current != STARTER {
            self.current = STARTER.to_owned();
            desk.send(Command::Load { model: STARTER.to_owned() });
        }
    }
}
