//! The project: saving it, what takes its place, and how the window ends.

mod saves;

use super::character::CharacterAssets;
use super::desk::Desk;
use super::dialog::{Dialog, FilePurpose, Next};
use super::exports::Exports;
use super::generation::Generations;
use super::host::HostCommand;
use super::models::Models;
use super::persistence::{Found, Persistence, Unsaved};
use super::timeline::Timeline;
use super::view::View;
use crate::author::file_index::FileIndex;
use crate::body::CharacterChoice;
use crate::files::Stamp;
use crate::formats::{self, PROJECT_ENDING, Project as ProjectFile};
use crate::tasks::{Task, TaskKind, outcome};
use crate::timeline::Arrangement;
use saves::{Over, Saved, Saves, Saving, is_same};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What the document is called that has no file yet.
const UNTITLED: &str = "untitled";

/// What can be done with the project, and with the window's end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ProjectAction {
    /// Begin an empty project; asks first if that would lose work.
    NewProject,
    /// Ask which project to open; asks first if that would lose work.
    OpenProject,
    /// Open this project; asks first if that would lose work.
    OpenRecent(PathBuf),
    /// Open a project in place of this one, whatever becomes of it.
    Open(PathBuf),
    /// Save the project to its file, or ask for one.
    SaveProject,
    /// Ask for a file to save the project to.
    SaveProjectAs,
    /// Save the project to this file.
    Save(PathBuf),
    /// Save the project to this file, also where somebody else has written it meanwhile: the answer to a question.
    SaveOver(PathBuf),
    /// Leave the project, saving it first or not: the answer to a question.
    Leave {
        /// Whether to save it.
        saving: bool,
    },
    /// Bring back what a window had not saved when it died, or let it go: the answer to a question.
    Recover(bool),
    /// Close the window; asks first if that would lose work.
    Close,
    /// Close the window when the exports under way are written, or without them: the answer to a question.
    CloseExporting {
        /// Whether to wait for them.
        waiting: bool,
    },
    /// Close the window, whatever becomes of unsaved work. Files that are being written are finished.
    Quit,
}

/// Where the document is kept, and how it was when it was last there.
#[derive(Debug, Default)]
pub struct Project {
    /// Which of the window's documents it is; one that took another's place has a higher number.
    number: u64,
    path: Option<PathBuf>,
    arrangement: Arrangement,
    /// Who was on the stage then.
    character: CharacterChoice,
    /// How the file was then.
    stamp: Option<Stamp>,
    /// Which takes are in the file.
    index: FileIndex,
    /// What comes when it is saved.
    next: Option<Next>,
    saves: Saves,
    /// The first of them, while it is written.
    saving: Option<Task<Saved>>,
    opening: Option<Opening>,
    /// What the document was when the user wanted the window to close once all exports are written.
    closes: Option<Arrangement>,
    /// Whether there is something that no file has, at a revision of the timeline.
    unsaved: (u64, bool),
}

/// A project that is being read.
#[derive(Debug)]
struct Opening {
    path: PathBuf,
    /// How the document was when it was asked for.
    left: (Arrangement, CharacterChoice),
    reading: Option<Task<(ProjectFile, Option<Stamp>)>>,
}

/// What the project reaches.
pub(super) struct Context<'a> {
    pub(super) desk: &'a mut Desk,
    pub(super) timeline: &'a mut Timeline,
    pub(super) view: &'a mut View,
    pub(super) generation: &'a mut Generations,
    pub(super) models: &'a Models,
    pub(super) character: &'a mut CharacterAssets,
    pub(super) exports: &'a Exports,
    pub(super) persistence: &'a mut Persistence,
}

impl Project {
    /// The project's file, once it has one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What the project is called.
    #[must_use]
    pub fn name(&self) -> String {
        self.path().and_then(Path::file_stem).map_or_else(|| UNTITLED.to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Whether there is something that no file has. Who is on the stage is in the settings too, and alone makes no project.
    #[must_use]
    pub(super) fn is_unsaved(&self, timeline: &Timeline, character: &CharacterChoice) -> bool {
        let has_other_character = self.path.is_some() && *character != self.character;
        let (revision, unsaved) = self.unsaved;
        let changed = if revision == timeline.revision() { unsaved } else { *timeline.arrangement() != self.arrangement };
        has_other_character || changed
    }

    /// Compares the document with what was saved, once for each of its revisions.
    pub(super) fn follow(&mut self, timeline: &Timeline) {
        if self.unsaved.0 != timeline.revision() {
            self.unsaved = (timeline.revision(), *timeline.arrangement() != self.arrangement);
        }
    }

    /// What would be lost if the window died.
    pub(super) fn unsaved_work(&self, timeline: &Timeline, character: &CharacterChoice) -> Option<Unsaved> {
        let work =
            || Unsaved { document: Box::new(timeline.document().snapshot()), character: character.clone(), project: self.path.clone() };
        self.is_unsaved(timeline, character).then(work)
    }

    /// The folder of its file: a good place to begin to look for others.
    pub(super) fn folder(&self) -> PathBuf {
        self.path().map(|path| path.with_file_name("")).unwrap_or_default()
    }

    /// The dialog with this path in it.
    pub(super) fn file_dialog(&self, path: PathBuf, purpose: FilePurpose, next: Option<Next>) -> Dialog {
        let taken = purpose == FilePurpose::Save && !self.is_own(&path) && path.exists();
        Dialog::File { path, purpose, taken, next }
    }

    fn is_own(&self, path: &Path) -> bool {
        self.path.as_deref().is_some_and(|own| is_same(own, path))
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: ProjectAction, context: &mut Context<'_>) {
        match action {
            ProjectAction::NewProject => self.leave(Next::New, context),
            ProjectAction::OpenProject => self.leave(Next::Choose, context),
            ProjectAction::OpenRecent(path) => self.leave(Next::Open(path), context),
            ProjectAction::Open(path) => self.open(path, context),
            ProjectAction::SaveProject => match self.path.clone() {
                Some(path) => self.save(path, context),
                None => self.ask_where_to_save(None, context),
            },
            ProjectAction::SaveProjectAs => {
                // What was to come behind still does.
                let next = if let Dialog::Replace { next, .. } = std::mem::take(&mut context.desk.dialog) { next } else { None };
                self.ask_where_to_save(next, context);
            }
            ProjectAction::Save(path) => self.save(path, context),
            ProjectAction::SaveOver(path) => self.save_over(path, Over::Anything, context),
            ProjectAction::Leave { saving } => self.leave_after(saving, context),
            ProjectAction::Recover(brings_back) => {
                if matches!(context.desk.dialog, Dialog::Recover { .. }) {
                    context.desk.dialog = Dialog::None;
                    context.persistence.recover(brings_back, context.timeline.revision(), context.desk);
                }
            }
            ProjectAction::Close => self.leave(Next::Close, context),
            ProjectAction::CloseExporting { waiting } => self.close_exporting(waiting, context),
            ProjectAction::Quit => context.quit(),
        }
    }

    fn ask_where_to_save(&self, next: Option<Next>, context: &mut Context<'_>) {
        let path = self.path.clone().unwrap_or_else(|| PathBuf::from(UNTITLED).with_extension(PROJECT_ENDING));
        context.desk.dialog = self.file_dialog(path, FilePurpose::Save, next);
    }

    /// Saves to a file: to the project's own as long as it is what this window left there, to another whatever it holds.
    fn save(&mut self, path: PathBuf, context: &mut Context<'_>) {
        let over = if self.is_own(&path) { Over::Known(self.stamp) } else { Over::Anything };
        self.save_over(path, over, context);
    }

    fn save_over(&mut self, path: PathBuf, over: Over, context: &mut Context<'_>) {
        if let Dialog::File { next: Some(next), .. } | Dialog::Replace { next: Some(next), .. } = std::mem::take(&mut context.desk.dialog) {
            self.next = Some(next);
        }
        let document = Box::new(context.timeline.document().snapshot());
        let (character, index) = (context.character_choice().clone(), self.index.clone());
        let saving = Saving { number: self.number, document, character, path, over, index };
        if self.saves.add(saving) {
            self.begin_save(context.desk);
        }
    }

    /// Has the next waiting file written.
    fn begin_save(&mut self, desk: &mut Desk) {
        let Some(saving) = self.saves.first().cloned() else { return };
        self.saving = Some(desk.tasks.run(TaskKind::SERIAL, move || saving.write()));
    }

    /// Takes in what has been written and read.
    pub(super) fn update(&mut self, context: &mut Context<'_>) {
        if let Some(saved) = outcome(&mut self.saving) {
            self.saved(saved, context);
        }
        if let Some(opened) = self.opening.as_mut().and_then(|opening| outcome(&mut opening.reading)) {
            self.opened(opened, context);
        }
        if let Some((file, found)) = context.persistence.take_found() {
            self.recovered(file, found, context);
        }
    }

    /// A project file has been written, or not. The document it was asked for may have been left meanwhile.
    fn saved(&mut self, outcome: Result<Saved, String>, context: &mut Context<'_>) {
        let Some(saving) = self.saves.take_first() else { return };
        let (is_here, path) = (saving.number == self.number, saving.path);
        match outcome {
            Ok(Saved::Done(stamp)) => {
                context.desk.done(format!("saved {}", path.display()));
                context.desk.settings.remember(&path);
                self.saves.written(saving.number, &path, stamp);
                if is_here {
                    (self.path, self.stamp) = (Some(path), stamp);
                    (self.arrangement, self.character) = (saving.document.arrangement().clone(), saving.character);
                    self.compare(context.timeline);
                }
            }
            Ok(Saved::Changed) if is_here => {
                // Whatever waits for the same answer is saved with it.
                self.saves.forget(saving.number, &path);
                context.desk.dialog = Dialog::Replace { path, next: self.next.take() };
            }
            Ok(Saved::Changed) => {
                context.desk.fail(format!("somebody else has written {} meanwhile: it was not saved over", path.display()));
            }
            Err(message) => {
                context.desk.fail(message);
                if is_here {
                    self.next = None;
                }
            }
        }
        self.begin_save(context.desk);
        if is_here
            && self.saves.first().is_none()
            && let Some(next) = self.next.take()
        {
            // What was done meanwhile is asked about.
            self.leave(next, context);
        }
    }

    /// The document was compared with another one before.
    fn compare(&mut self, timeline: &Timeline) {
        self.unsaved = (timeline.revision(), *timeline.arrangement() != self.arrangement);
    }

    /// Whether all of the work is on its way into a file.
    fn is_being_saved(&self, context: &Context<'_>) -> bool {
        let latest = self.saves.latest().filter(|saving| saving.number == self.number);
        latest.is_some_and(|saving| {
            saving.document.arrangement() == context.timeline.arrangement() && saving.character == *context.character_choice()
        })
    }

    /// Leaves the project for something else; asks first if that would lose work.
    fn leave(&mut self, next: Next, context: &mut Context<'_>) {
        if self.is_being_saved(context) {
            self.next = Some(next);
        } else if self.is_unsaved(context.timeline, context.character_choice()) {
            context.desk.dialog = Dialog::Unsaved(next);
        } else {
            self.go(next, context);
        }
    }

    /// The answer to the question whether to save before leaving.
    fn leave_after(&mut self, saves: bool, context: &mut Context<'_>) {
        let Dialog::Unsaved(next) = std::mem::take(&mut context.desk.dialog) else { return };
        match self.path.clone() {
            _ if !saves => self.go(next, context),
            Some(path) => {
                self.next = Some(next);
                self.save(path, context);
            }
            None => self.ask_where_to_save(Some(next), context),
        }
    }

    fn go(&mut self, next: Next, context: &mut Context<'_>) {
        match next {
            Next::New => {
                self.replace(ProjectFile::default(), None, None, context);
                self.now_saved(context);
            }
            Next::Choose => context.desk.dialog = Dialog::to_read(FilePurpose::Open, self.folder()),
            Next::Open(path) => self.open(path, context),
            Next::Close => self.close(context),
        }
    }

    fn open(&mut self, path: PathBuf, context: &mut Context<'_>) {
        context.desk.dialog = Dialog::None;
        if self.opening.is_some() {
            return context.desk.warn("another project is being opened: wait for it");
        }
        let left = (context.timeline.arrangement().clone(), context.character_choice().clone());
        let file = path.clone();
        let read = move || {
            // Whoever writes it from here on has changed it.
            let stamp = Stamp::of(&file);
            formats::open_project(&file).map(|project| (project, stamp)).map_err(|error| error.to_string())
        };
        self.opening = Some(Opening { path, left, reading: Some(context.desk.tasks.run(TaskKind::SERIAL, read)) });
    }

    /// A project file has been read, as it was at its stamp, or not. Its document takes the place of this one; what is being generated
    /// is for this one, and ends. Work that was done while it was read is asked about first.
    fn opened(&mut self, outcome: Result<(ProjectFile, Option<Stamp>), String>, context: &mut Context<'_>) {
        let Some(Opening { path, left: (arrangement, character), .. }) = self.opening.take() else { return };
        let (file, stamp) = match outcome {
            Ok(opened) => opened,
            Err(message) => return context.desk.fail(message),
        };
        let is_as_left = arrangement == *context.timeline.arrangement() && character == *context.character_choice();
        if !is_as_left && self.is_unsaved(context.timeline, context.character_choice()) {
            return self.leave(Next::Open(path), context);
        }
        context.desk.settings.remember(&path);
        if file.cut_off {
            context.desk.warn(format!("the last save of {} was cut off: it is as it was before that", path.display()));
        }
        self.replace(file, Some(path), stamp, context);
        self.now_saved(context);
    }

    /// The window that had this project died: what it had not saved is there again, and is not saved yet. Work that was done while it
    /// was read comes first: then it is offered again.
    fn recovered(&mut self, outcome: Result<ProjectFile, String>, found: Found, context: &mut Context<'_>) {
        match outcome {
            Ok(_) if found.revision != context.timeline.revision() && self.is_unsaved(context.timeline, context.character_choice()) => {
                context.desk.warn("save what was done meanwhile first, then bring back what was found");
                context.desk.dialog = Dialog::Recover { project: found.project };
            }
            Ok(mut file) => {
                let index = std::mem::take(&mut file.index);
                self.replace(file, found.project, found.stamp, context);
                context.persistence.adopt(context.timeline.arrangement(), index, context.desk);
                context.desk.done(format!("recovered {}; save it to keep it", self.name()));
            }
            Err(message) => {
                context.persistence.leave_orphan();
                context.desk.fail(format!("{message}; the copy stays where it is"));
            }
        }
    }

    /// A document takes the place of this one; nothing of it is saved.
    fn replace(&mut self, file: ProjectFile, path: Option<PathBuf>, stamp: Option<Stamp>, context: &mut Context<'_>) {
        context.generation.drop_all(context.desk);
        context.timeline.replace(file.document);
        context.view.show_something(context.timeline);
        if let Some(character) = file.character {
            context.character.take_on(character, context.desk);
        }
        let Self { number, saves, saving, opening, closes, .. } = std::mem::take(self);
        let index = file.index.into();
        *self = Self { number: number + 1, path, stamp, index, saves, saving, opening, closes, ..Self::default() };
        self.compare(context.timeline);
    }

    /// The document is what its file has; an empty one has none. The copy is of the work that was left.
    fn now_saved(&mut self, context: &mut Context<'_>) {
        (self.arrangement, self.character) = (context.timeline.arrangement().clone(), context.character_choice().clone());
        self.compare(context.timeline);
        context.persistence.forget(context.desk);
    }

    /// Closes the window; asks first if that would lose exports, or a model that is on its way.
    fn close(&mut self, context: &mut Context<'_>) {
        self.closes = None;
        if context.work_under_way() == 0 {
            context.quit();
        } else {
            context.desk.dialog = Dialog::Exporting;
        }
    }

    /// The answer to the question what becomes of exports when the window closes.
    fn close_exporting(&mut self, waiting: bool, context: &mut Context<'_>) {
        if context.desk.dialog != Dialog::Exporting {
            return;
        }
        context.desk.dialog = Dialog::None;
        if waiting {
            self.closes = Some(context.timeline.arrangement().clone());
            context.desk.done("the window closes when that is done");
            self.close_after_work(true, context);
        } else {
            context.exports.cancel();
            context.quit();
        }
    }

    /// Exports, or what was done for models, are over: the window closes if that was waited for. One whose work `failed` stays open, so
    /// that this is seen.
    pub(super) fn close_after_work(&mut self, went_well: bool, context: &mut Context<'_>) {
        if !went_well {
            self.closes = None;
        }
        if context.work_under_way() > 0 {
            return;
        }
        match self.closes.take() {
            // What was agreed to be lost is not asked about again.
            Some(agreed) if agreed == *context.timeline.arrangement() => context.quit(),
            Some(_) => self.leave(Next::Close, context),
            None => {}
        }
    }
}

impl Context<'_> {
    fn character_choice(&self) -> &CharacterChoice {
        &self.desk.settings.character
    }

    /// Exports that are being written, and models that are being fetched or imported.
    fn work_under_way(&self) -> usize {
        self.exports.under_way() + usize::from(self.models.work().is_some())
    }

    /// Closes the window once all is written.
    fn quit(&mut self) {
        self.models.cancel_work();
        self.desk.host.push(HostCommand::Quit);
    }
}
