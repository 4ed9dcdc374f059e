//! The desk: small states, each with its own actions, and what they make of what comes from outside. Plain data without a window.
//!
//! [`Session::apply`] is the one place where actions change it (`dispatch`); each state's `apply` is handed what else it may reach. Work that takes
//! time is a task, whose outcome [`Session::update`] takes in; what only the window can do comes as [`HostCommand`]s.

mod character;
mod compare;
mod comparison;
mod desk;
mod dialog;
mod dialog_action;
mod direct;
mod dispatch;
mod draft;
mod exports;
mod generation;
mod host;
mod mapping;
mod models;
mod motion_file;
mod original;
mod own_character;
mod persistence;
mod placement;
mod project;
mod rating;
mod scene;
mod start;
mod takes;
mod timeline;
mod unmapped;
mod view;

pub use super::player::PlayerAction;
pub use character::{CharacterAction, CharacterAssets};
pub use compare::ComparisonAction;
pub use comparison::{Comparison, ComparisonEntry};
pub use dialog::{Dialog, FilePurpose, ModelDialog, Next};
pub use dialog_action::DialogAction;
pub use direct::{ConstraintAction, Miss, PoseAction, PoseTool};
pub use draft::{Draft, DraftAction, GUIDANCES, LENGTH_RANGE_SECS, MOST_TOP_K, MOST_VARIATIONS, TEMPERATURES, TOP_PS, usual_candidates};
pub use exports::{ExportAction, ExportSubject, ExportWork, Exports};
pub use generation::{BETWEEN_SECS, GenerationAction, Generations, Job, Progress, USUAL_BETWEEN_SECS, another_seed};
pub use host::HostCommand;
pub use mapping::{MappingAction, MappingEditor, Mappings, Outlines};
pub use models::{FormAction, ImportForm, ImportPart, InstalledModel, ModelAction, ModelState, ModelWork, Models, OfferedModel, Precision};
pub use motion_file::FileClip;
pub use original::original_pose_at;
pub use own_character::{Body, OwnCharacter, PARTS, RiggedCharacter, SHAPES};
pub use persistence::Unsaved;
pub use project::{Project, ProjectAction};
pub use rating::{Rating, RatingAction};
pub use scene::Scene;
pub use start::{Busy, Start};
pub use takes::{TakeAction, TakeList};
pub use timeline::{
    ClipAction, Curves, Inspection, Route, SelectionAction, StickFigure, StickFigures, TakeEntry, Timeline, TimelineAction,
};
pub use view::{StageTool, View, ViewAction, ViewMode};

use super::Action;
use super::export::work::WorkOutcome;
use super::settings::Settings;
use super::toast::Toasts;
use crate::generator::protocol::{Command, Event, Preview};
use crate::library::{self, STARTER};
use crate::pipeline;
use crate::rating::Sitting;
use crate::tasks::Tasks;
use crate::timeline::{Take, TakeId};
use desk::Desk;
use persistence::Persistence;
use std::path::{Path, PathBuf};

/// The state of the desk.
#[derive(Debug)]
pub struct Session {
    desk: Desk,
    draft: Draft,
    models: Models,
    generation: Generations,
    timeline: Timeline,
    view: View,
    pose: PoseTool,
    list: TakeList,
    character: CharacterAssets,
    mapping: Mappings,
    project: Project,
    exports: Exports,
    rating: Rating,
    persistence: Persistence,
    /// Files that were given to the window and wait to be opened.
    given: Vec<PathBuf>,
    log_file: Option<PathBuf>,
}

impl Session {
    /// A fresh session whose model is on its way; nothing of it outlives the program.
    #[must_use]
    pub fn new(model: &str) -> Self {
        Self {
            desk: Desk::default(),
            draft: Draft::default(),
            models: Models::starting_with(model, 0),
            generation: Generations::default(),
            timeline: Timeline::default(),
            view: View::default(),
            pose: PoseTool::default(),
            list: TakeList::default(),
            character: CharacterAssets::default(),
            mapping: Mappings::default(),
            project: Project::default(),
            exports: Exports::default(),
            rating: Rating::default(),
            persistence: Persistence::default(),
            given: Vec::new(),
            log_file: None,
        }
    }

    /// A fresh session whose tasks run when [`Self::run_task`] is called: a test's clock.
    #[must_use]
    pub fn with_held_tasks(model: &str) -> Self {
        let mut session = Self::new(model);
        session.desk.tasks = Tasks::held();
        session
    }

    /// A session of the user's, with the settings, and copies of unsaved work in case that the program dies.
    #[must_use]
    pub fn begin(start: Start) -> Self {
        let (persistence, settings, trouble) = Persistence::begin(start.scripted);
        let model = start.model.unwrap_or_else(|| settings.model.clone());
        let mut session = Self::new(&model);
        session.models = Models::starting_with(&model, start.threads);
        session.desk.send(Command::Load { model });
        session.desk.settings = settings;
        session.view.begin(start.full_screen, start.graphics);
        session.given = start.files;
        session.log_file = start.log_file;
        trouble.into_iter().for_each(|trouble| session.desk.warn(trouble));
        if let Some(driver) = start.leaking_driver.filter(|_| !start.scripted) {
            session.warn_of_driver(driver);
        }
        if let Some(folder) = library::mappings_folder().filter(|_| !start.scripted) {
            session.keep_mappings_in(folder);
        }
        let character = session.desk.settings.character.clone();
        session.character.take_on(character, &mut session.desk);
        session.set_persistence(persistence);
        session
    }

    /// Copies unsaved work into a folder; offers what another window has left there.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn autosave_in(&mut self, folder: &Path) -> std::io::Result<()> {
        self.set_persistence(Persistence::in_folder(folder)?);
        Ok(())
    }

    /// Keeps mapping presets in a folder, and uses those that are there.
    pub fn keep_mappings_in(&mut self, folder: PathBuf) {
        let (kept, errors) = library::mappings_in(&folder);
        errors.into_iter().for_each(|error| self.desk.warn(error.to_string()));
        self.desk.presets.kept = kept;
        self.desk.presets_folder = Some(folder);
    }

    fn set_persistence(&mut self, persistence: Persistence) {
        self.persistence = persistence;
        if let Some(offer) = self.persistence.offer() {
            self.desk.dialog = offer;
        }
    }

    /// Tells, once for each driver, that the graphics driver leaks.
    pub fn warn_of_driver(&mut self, driver: String) {
        if self.desk.settings.told_driver.as_ref() != Some(&driver) {
            let text = format!("the graphics driver ({driver}) loses memory while the window is open: update it, or restart now and then");
            self.desk.warn(text);
            self.desk.settings.told_driver = Some(driver);
        }
    }

    /// What the next generation is asked for.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The model that makes motions, and all others.
    #[must_use]
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// Generations under way.
    #[must_use]
    pub fn generation(&self) -> &Generations {
        &self.generation
    }

    /// Takes and clips.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What is seen.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What the hand that poses holds.
    #[must_use]
    pub fn pose(&self) -> &PoseTool {
        &self.pose
    }

    /// What the list of takes shows.
    #[must_use]
    pub fn list(&self) -> &TakeList {
        &self.list
    }

    /// Who is on the stage.
    #[must_use]
    pub fn character(&self) -> &CharacterAssets {
        &self.character
    }

    /// The mapping editor.
    #[must_use]
    pub fn mapping(&self) -> &Mappings {
        &self.mapping
    }

    /// Where the document is kept.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Exports under way.
    #[must_use]
    pub fn exports(&self) -> &Exports {
        &self.exports
    }

    /// The rater at work, while two clips are on the stage or all are rated.
    #[must_use]
    pub fn sitting(&self) -> Option<&Sitting> {
        self.rating.sitting(&self.view)
    }

    /// The open dialog.
    #[must_use]
    pub fn dialog(&self) -> &Dialog {
        &self.desk.dialog
    }

    /// Messages to the user.
    #[must_use]
    pub fn toasts(&self) -> &Toasts {
        &self.desk.toasts
    }

    /// The user's choices.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.desk.settings
    }

    /// Whether the window and its stage are light.
    #[must_use]
    pub fn is_light(&self) -> bool {
        self.desk.settings.is_light(self.view.system_is_light())
    }

    /// Where the log for bug reports is, if there is one.
    #[must_use]
    pub fn log_file(&self) -> Option<&Path> {
        self.log_file.as_deref()
    }

    /// What can be exported.
    #[must_use]
    pub fn export_subject(&self) -> ExportSubject<'_> {
        let Self { timeline, view, list, character, project, .. } = self;
        ExportSubject { timeline, view, list, character, project, settings: &self.desk.settings }
    }

    /// What the stage shows.
    #[must_use]
    pub fn scene(&self) -> Scene<'_> {
        let trial = self.mapping.editor().and_then(MappingEditor::trial);
        Scene { view: &self.view, timeline: &self.timeline, character: &self.character, settings: &self.desk.settings, trial }
    }

    /// Place in the list of the take that the stage shows alone.
    #[must_use]
    pub fn shown_index(&self) -> Option<usize> {
        self.list.shown_index(&self.timeline, &self.view)
    }

    /// Place in the comparison of the variation that was picked before it is done.
    #[must_use]
    pub fn picked_in_comparison(&self) -> Option<usize> {
        let comparison = self.view.comparison()?;
        let seed = self.generation.job(comparison.job?)?.picked_seed()?;
        comparison.entries.iter().position(|entry| entry.seed == seed)
    }

    /// Whether there is something that no file has.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        self.project.is_unsaved(&self.timeline, &self.desk.settings.character)
    }

    /// What would be lost if the window died.
    #[must_use]
    pub fn unsaved(&self) -> Option<Unsaved> {
        self.project.unsaved_work(&self.timeline, &self.desk.settings.character)
    }

    /// Where that is copied to.
    #[must_use]
    pub fn copy_path(&self) -> Option<&Path> {
        self.persistence.copy_path()
    }

    /// The window's title: the project, a dot where it is unsaved, the program.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}{} – Zoetrope", self.project.name(), if self.is_unsaved() { " •" } else { "" })
    }

    /// The canonical prompt that the model's normaliser last made of the draft's, where it is another.
    #[must_use]
    pub fn canonical_prompt(&self) -> Option<&str> {
        let prompt = self.draft.prompt.trim();
        let origins = self.timeline.document().takes().values().rev().map(|take| &take.provenance.origin);
        let latest = { origins }.find(|from| from.prompt() == prompt)?;
        latest.canonical_prompt().filter(|canonical| *canonical != prompt)
    }

    /// How many actions the draft's prompt names one after the other.
    #[must_use]
    pub fn actions_in_prompt(&self) -> usize {
        pipeline::split(&self.draft.prompt).len()
    }

    /// Whether there is something to generate and a model to do it.
    #[must_use]
    pub fn can_generate(&self) -> bool {
        self.models.state().trouble().is_none() && !self.draft.prompt.trim().is_empty()
    }

    /// Whether there is a clip or a take to go on from, too.
    #[must_use]
    pub fn can_continue(&self) -> bool {
        self.can_generate() && (!self.timeline.clips().is_empty() || self.view.take(&self.timeline).is_some())
    }

    /// What a script waits for; pictures are somebody else's business.
    #[must_use]
    pub fn busy(&self) -> Busy {
        let is_preview = matches!(self.view.mode(), ViewMode::Preview { .. });
        Busy {
            working: self.is_generating() || self.desk.tasks.is_working() || self.exports.work().is_some(),
            has_preview: is_preview || self.view.comparison().is_some_and(|comparison| comparison.job.is_some()),
            ..Busy::default()
        }
    }

    /// Whether a motion, or a model to make it, is on its way.
    #[must_use]
    pub fn is_generating(&self) -> bool {
        !self.generation.jobs().is_empty() || matches!(self.models.state(), ModelState::Loading { .. })
    }

    /// Puts a take into the list that comes from elsewhere.
    pub fn add_take(&mut self, take: Take) -> TakeId {
        self.timeline.add_take(take)
    }

    /// Puts a character on the stage that comes from elsewhere.
    pub fn put_on_stage(&mut self, character: impl Into<OwnCharacter>) {
        self.character.loaded(Ok(character.into()), &mut self.desk);
    }

    /// Takes in what the generator tells. The frames of a preview come by [`Self::preview`].
    pub fn handle_event(&mut self, event: Event) {
        let (generation, mut context) = self.generation_parts();
        generation.handle_event(event.clone(), &mut context);
        context.models.handle_event(event, context.desk);
        self.view.follow(&self.timeline);
    }

    /// Takes in the newest frames of a running generation.
    pub fn preview(&mut self, preview: &Preview) {
        self.generation.preview(preview, &self.timeline, &mut self.view);
    }

    /// The command did not reach the generator: its job, or its model, is over before it began.
    pub fn refused(&mut self, command: &Command, message: String) {
        match command {
            Command::Generate { job, .. } => {
                let (generation, mut context) = self.generation_parts();
                generation.refused(*job, &mut context);
            }
            // Where there is no model before, the built-in one would be refused as well.
            Command::Load { model } if model != STARTER => self.models.not_loaded(model, message.clone(), &mut self.desk),
            Command::Load { .. } | Command::Cancel { .. } | Command::CancelLoad | Command::Shutdown => {}
        }
        self.desk.fail(message);
    }

    /// Takes in what has become of tasks, and lets time go by.
    pub fn update(&mut self, delta_secs: f32) {
        self.take_outcomes(delta_secs);
        self.view.follow(&self.timeline);
        self.view.advance(delta_secs);
        self.desk.toasts.advance(delta_secs);
        self.project.follow(&self.timeline);
        self.list.ask(&mut self.desk);
        // What becomes of work that was left behind is answered first.
        if !matches!(self.desk.dialog, Dialog::Recover { .. }) {
            std::mem::take(&mut self.given).into_iter().for_each(|file| self.apply(Action::of_file(file)));
        }
    }

    /// Each state takes in the outcomes of its own tasks.
    fn take_outcomes(&mut self, delta_secs: f32) {
        self.draft.update(&mut self.desk);
        let motions = self.character.update(&mut self.desk);
        motions.into_iter().for_each(|path| self.apply(TakeAction::Import(path)));
        self.mapping.update(delta_secs, &mut self.desk);
        let (list, mut context) = self.list_parts();
        list.update(&mut context);
        let (rating, mut context) = self.rating_parts();
        rating.update(&mut context);
        // The window closes once these are over, if that was waited for.
        let over = [self.models.update(&mut self.desk), self.exports.update(&mut self.desk)];
        let (project, mut context) = self.project_parts();
        project.update(&mut context);
        over.into_iter().flatten().for_each(|went_well| project.close_after_work(went_well, &mut context));
        if self.persistence.update(delta_secs, &mut self.desk) {
            let unsaved = self.unsaved();
            self.persistence.copy(unsaved, &mut self.desk);
        }
    }

    /// Runs the oldest task of a session with held ones. Answers whether there was one.
    pub fn run_task(&mut self) -> bool {
        let ran = self.desk.tasks.run_next();
        self.update(0.0);
        ran
    }

    /// What has to happen outside, in order; once.
    pub fn take_host_commands(&mut self) -> Vec<HostCommand> {
        std::mem::take(&mut self.desk.host)
    }

    /// Opens files that were given to the window, as soon as that can be.
    pub fn open_files(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        self.given.extend(files);
    }

    /// A path was chosen by the system's file dialog, for what [`HostCommand::Browse`] said. Nothing happens where the dialog that asked
    /// for it is closed.
    pub fn chosen(&mut self, purpose: FilePurpose, path: PathBuf) {
        match (purpose, &self.desk.dialog) {
            (FilePurpose::Export, Dialog::Export { .. }) => self.apply(ExportAction::ExportPath(path)),
            (FilePurpose::ExportFolder, Dialog::Export { .. }) => {
                let choices = super::export::ExportChoices { folder: path, ..self.desk.settings.export.clone() };
                self.apply(ExportAction::ExportSettings(choices));
            }
            (FilePurpose::Model(part), _) => self.apply(ModelAction::Form(FormAction::Part(part, path))),
            (_, Dialog::File { purpose: open, .. }) if *open == purpose => self.apply(DialogAction::FilePath(path)),
            _ => {}
        }
    }

    /// Takes in which models are installed and can be had.
    pub fn models_listed(&mut self, installed: Vec<InstalledModel>, offers: Vec<OfferedModel>) {
        self.models.listed(installed, offers);
    }

    /// Draws what [`HostCommand::Film`] asks for, on another thread.
    pub fn draw(&mut self, draw: impl FnOnce() -> WorkOutcome + Send + 'static) {
        self.exports.run_work(draw, &mut self.desk);
    }

    /// Tells the user what went wrong outside.
    pub fn fail(&mut self, message: String) {
        self.desk.fail(message);
    }

    /// The system's other windows are light, or not.
    pub fn system_is_light(&mut self, is_light: bool) {
        self.view.set_system_light(is_light);
    }

    /// Whether all is written that is to outlive the program. Then the window may close, and nothing is offered to the next one.
    pub fn end(&mut self) -> bool {
        self.persistence.end(&mut self.desk)
    }

    fn generation_parts(&mut self) -> (&mut Generations, generation::Context<'_>) {
        let Self { generation, desk, timeline, view, draft, models, .. } = self;
        (generation, generation::Context { desk, timeline, view, draft, models })
    }

    fn list_parts(&mut self) -> (&mut TakeList, takes::Context<'_>) {
        let Self { list, desk, timeline, view, project, .. } = self;
        (list, takes::Context { desk, timeline, view, project })
    }

    fn project_parts(&mut self) -> (&mut Project, project::Context<'_>) {
        let Self { project, desk, timeline, view, generation, models, character, exports, persistence, .. } = self;
        (project, project::Context { desk, timeline, view, generation, models, character, exports, persistence })
    }

    fn rating_parts(&mut self) -> (&mut Rating, rating::Context<'_>) {
        let Self { rating, desk, timeline, view, exports, .. } = self;
        (rating, rating::Context { desk, timeline, view, exports })
    }
}
