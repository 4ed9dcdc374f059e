//! Exports: what would be written, how, and what has become of it.

use super::character::CharacterAssets;
use super::desk::Desk;
use super::project::{Project, Purpose};
use super::scene::Scene;
use super::takes::TakeList;
use super::timeline::Timeline;
use super::view::{View, ViewMode};
use super::{Dialog, HostCommand, Session};
use crate::author::export::command_line::{Source, command_line};
use crate::author::export::film::{self, Film, Scenes, page};
use crate::author::export::names::{file_stem, file_stems};
use crate::author::export::work::{Batch, WorkOutcome};
use crate::author::export::{ExportChoices, ExportOf, FileKind};
use crate::author::settings::Settings;
use crate::author::tasks::{TaskKind, Watch};
use crate::body::{CharacterChoice, CharacterKind};
use crate::formats::{self, WriteOptions};
use crate::motion::FPS;
use crate::timeline::{Origin, Provenance, Take};
use crate::view::Shown;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Failures that are told; more would be a wall of text.
const MOST_TOLD: usize = 3;

/// What can be done with exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ExportAction {
    /// Open the export dialog.
    OpenExport,
    /// Choose what is exported.
    ExportOf(ExportOf),
    /// Choose how exports are written; what is left out in a script is as usual.
    ExportSettings(ExportChoices),
    /// Write the path in the export dialog.
    ExportPath(PathBuf),
    /// Let the system's file dialog choose the path, or the folder for several files.
    BrowseExportPath,
    /// Copy the command line that makes the export of the open dialog.
    CopyCommand,
    /// Write the timeline (its range, if there is one) or the shown take to a file, by its ending.
    Export(PathBuf),
    /// Write a file each of several takes into a folder, named by the pattern of the choices.
    ExportAll(ExportOf, PathBuf),
    /// End the export of several files that is under way.
    CancelExport,
}

/// Long work under way.
#[derive(Clone, Debug)]
pub struct ExportWork {
    what: String,
    /// Parts to do.
    of: usize,
    watch: Arc<Watch>,
}

impl ExportWork {
    /// What is being done.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Parts done, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        ((self.watch.done() as usize).min(self.of), self.of)
    }

    /// Whether it has been told to end.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.watch.is_cancelled()
    }
}

/// Exports under way.
#[derive(Debug, Default)]
pub struct Exports {
    work: Option<ExportWork>,
    /// Exports of one file each that are being written.
    files: usize,
}

/// What exports reach.
pub(super) struct Context<'a> {
    pub(super) desk: &'a mut Desk,
    pub(super) timeline: &'a Timeline,
    pub(super) view: &'a View,
    pub(super) list: &'a TakeList,
    pub(super) character: &'a CharacterAssets,
    pub(super) project: &'a Project,
}

/// What can be exported, and how that would be.
#[derive(Clone, Copy, Debug)]
pub struct ExportSubject<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) view: &'a View,
    pub(super) list: &'a TakeList,
    pub(super) character: &'a CharacterAssets,
    pub(super) project: &'a Project,
    pub(super) settings: &'a Settings,
}

impl ExportSubject<'_> {
    fn choices(&self) -> &ExportChoices {
        &self.settings.export
    }

    /// What an export would write: the timeline or the take, whichever is shown.
    #[must_use]
    pub fn take(&self) -> Option<Take> {
        match self.view.mode() {
            ViewMode::Timeline => self.timeline.chain().as_take(self.range(), self.timeline.document().takes()),
            _ => self.view.take(self.timeline).cloned(),
        }
    }

    /// Where that came from and how many frames it has.
    #[must_use]
    pub fn provenance(&self) -> Option<(Provenance, usize)> {
        let chain = self.timeline.chain();
        match self.view.mode() {
            ViewMode::Timeline if !chain.motion().is_empty() => {
                let range = self.range();
                Some((chain.provenance(range.clone(), self.timeline.document().takes()), range.len()))
            }
            _ => self.view.take(self.timeline).map(|take| (take.provenance.clone(), take.motion.len())),
        }
    }

    /// Whether there is something to export.
    #[must_use]
    pub fn is_there(&self) -> bool {
        match self.view.mode() {
            ViewMode::Timeline => !self.timeline.chain().motion().is_empty(),
            ViewMode::Take(_) => true,
            ViewMode::Nothing | ViewMode::Preview { .. } | ViewMode::Comparison(_) => false,
        }
    }

    /// Whether a part of the timeline is chosen for export, or could be.
    #[must_use]
    pub fn has_range(&self) -> bool {
        matches!(self.view.mode(), ViewMode::Timeline) && self.timeline.range().is_some()
    }

    /// Frames of the timeline that go out.
    fn range(&self) -> Range<usize> {
        let range = self.timeline.range().filter(|_| !self.choices().whole);
        range.cloned().unwrap_or(0..self.timeline.chain().motion().len())
    }

    /// How many files an export of these would write.
    #[must_use]
    pub fn count(&self, of: ExportOf) -> usize {
        match of {
            ExportOf::Shown => usize::from(self.is_there()),
            ExportOf::Takes => self.timeline.take_count(),
            ExportOf::Favourites => self.timeline.takes().filter(|entry| entry.favourite).count(),
            ExportOf::Clips => self.timeline.clips().len(),
        }
    }

    /// The command that makes the same export without the window, if there is one: a take that can be made again as it was, else one of
    /// the project as it is saved.
    #[must_use]
    pub fn command(&self, path: &Path) -> Option<String> {
        let of_project = |take, range| {
            let path = self.project.path().filter(|_| !self.project.is_unsaved(self.timeline, &self.settings.character))?;
            Some(Source::Project { path, take, range })
        };
        let source = match self.view.mode() {
            ViewMode::Timeline => of_project(None, (!self.choices().whole).then(|| self.timeline.range().cloned()).flatten()),
            _ => {
                let shown = self.list.shown_index(self.timeline, self.view)?;
                let entry = self.timeline.take_at(shown)?;
                let Provenance { origin, model, .. } = &entry.take.provenance;
                match origin {
                    Origin::Prompt { request, .. } if !entry.continued => Some(Source::Made { request: request.clone(), model }),
                    _ => of_project(Some(shown), None),
                }
            }
        };
        // A body that could not be read does not go out.
        let character = &self.settings.character;
        let kind = if self.character.body().is_some() { character.kind.clone() } else { CharacterKind::Mannequin };
        command_line(&source?, self.choices(), &CharacterChoice { kind, ..character.clone() }, path)
    }

    fn takes_of(&self, of: ExportOf) -> Vec<Take> {
        let (timeline, takes) = (self.timeline, self.timeline.document().takes());
        match of {
            ExportOf::Shown => self.take().into_iter().collect(),
            ExportOf::Takes => timeline.takes().map(|entry| Take::clone(entry.take)).collect(),
            ExportOf::Favourites => timeline.takes().filter(|entry| entry.favourite).map(|entry| Take::clone(entry.take)).collect(),
            ExportOf::Clips => timeline.chain().spans().filter_map(|(_, span)| timeline.chain().as_take(span, takes)).collect(),
        }
    }

    /// How a take is written to this kind of file.
    fn options(&self, kind: FileKind, take: &Take) -> WriteOptions {
        WriteOptions { character: self.character.character(), ..self.choices().write_options(kind, take.provenance.clone()) }
    }

    /// Pictures of what is shown, as it is seen now, while the window goes on.
    fn film(&self, kind: FileKind, path: PathBuf) -> Film {
        let range = if matches!(self.view.mode(), ViewMode::Timeline) { self.range() } else { 0..self.view.player().frames() };
        let fps = self.choices().fps_of(kind);
        let secs = |frames: usize| frames as f32 / FPS;
        let from_secs = secs(range.start);
        let (view, timeline) = (self.view.clone(), self.timeline.snapshot());
        let (character, settings) = (self.character.clone(), self.settings.clone());
        let scenes = Scenes::new(film::count(secs(range.len()), fps), move |picture| {
            let mut shown = Shown::default();
            let scene = Scene { view: &view, timeline: &timeline, character: &character, settings: &settings };
            scene.fill(&mut shown, from_secs + picture as f32 / fps);
            shown
        });
        Film { scenes, size: self.choices().film_size, fps, path }
    }
}

impl Context<'_> {
    fn subject(&self) -> ExportSubject<'_> {
        let Self { desk, timeline, view, list, character, project } = self;
        ExportSubject { timeline, view, list, character, project, settings: &desk.settings }
    }

    fn open(&mut self) {
        let Some((provenance, _)) = self.subject().provenance() else { return self.nothing_to_export() };
        let choices = &self.desk.settings.export;
        let path = choices.folder.join(file_stem(&provenance.prompt())).with_added_extension(choices.kind.ending());
        self.write_path(path);
    }

    /// The dialog with this path in it.
    fn write_path(&mut self, path: PathBuf) {
        if let Some(kind) = FileKind::of(&path) {
            self.desk.settings.export.kind = kind;
        }
        let taken = if FileKind::of(&path) == Some(FileKind::Png) { page(&path, 1).exists() } else { path.exists() };
        let of = if let Dialog::Export { of, .. } = self.desk.dialog { of } else { ExportOf::default() };
        self.desk.dialog = Dialog::Export { of, path, taken };
    }

    fn choose(&mut self, choices: ExportChoices) {
        self.desk.settings.export = choices.within_bounds();
        if let Dialog::Export { path, .. } = &self.desk.dialog {
            self.write_path(self.desk.settings.export.kind.named(path));
        }
    }

    fn browse(&mut self) {
        let (path, purpose) = match &self.desk.dialog {
            Dialog::Export { of: ExportOf::Shown, path, .. } => (path.clone(), Purpose::Export),
            Dialog::Export { .. } => (self.desk.settings.export.folder.clone(), Purpose::ExportFolder),
            _ => return,
        };
        self.desk.host.push(HostCommand::Browse { path, purpose });
    }

    fn copy_command(&mut self) {
        let Dialog::Export { path, .. } = &self.desk.dialog else { return };
        match self.subject().command(path) {
            Some(command) => {
                self.desk.done("copied the command line");
                self.desk.host.push(HostCommand::Copy(command));
            }
            None => self.desk.warn("save the project first: the command reads it from its file"),
        }
    }

    fn nothing_to_export(&mut self) {
        let is_comparing = self.view.comparison().is_some();
        self.desk.warn(if is_comparing { "pick one of the takes to export it" } else { "generate something to export first" });
    }
}

impl Exports {
    /// Long work under way.
    #[must_use]
    pub fn work(&self) -> Option<&ExportWork> {
        self.work.as_ref()
    }

    /// Exports that are being written.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.files + usize::from(self.work.is_some())
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: ExportAction, context: &mut Context<'_>) {
        match action {
            ExportAction::OpenExport => context.open(),
            ExportAction::ExportOf(chosen) => {
                if let Dialog::Export { of, .. } = &mut context.desk.dialog {
                    *of = chosen;
                }
            }
            ExportAction::ExportSettings(choices) => context.choose(choices),
            ExportAction::ExportPath(path) => context.write_path(path),
            ExportAction::BrowseExportPath => context.browse(),
            ExportAction::CopyCommand => context.copy_command(),
            ExportAction::Export(path) => self.export(path, context),
            ExportAction::ExportAll(of, folder) => self.export_all(of, folder, context),
            ExportAction::CancelExport => self.cancel(),
        }
    }

    /// Ends the long work under way.
    pub(super) fn cancel(&self) {
        self.work.iter().for_each(|work| work.watch.cancel());
    }

    fn export(&mut self, path: PathBuf, context: &mut Context<'_>) {
        let Some(take) = context.subject().take() else { return context.nothing_to_export() };
        let kind = FileKind::of(&path).unwrap_or_default();
        if kind.is_film() && self.is_busy(context.desk) {
            return;
        }
        context.desk.dialog = Dialog::None;
        let choices = &mut context.desk.settings.export;
        choices.kind = FileKind::of(&path).unwrap_or(choices.kind);
        choices.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if kind.is_film() {
            let film = context.subject().film(kind, path);
            let watch = self.begin_work("Drawing pictures", film.scenes.count());
            context.desk.host.push(HostCommand::Film(Box::new(film), watch));
            return;
        }
        let options = context.subject().options(kind, &take);
        let write = move || formats::write(&path, &take.motion, &options).map(|()| path).map_err(|error| error.to_string());
        self.write_file(TaskKind::WRITE, write, context.desk);
    }

    /// Writes one file on another thread.
    pub(super) fn write_file(&mut self, kind: TaskKind, write: impl FnOnce() -> Result<PathBuf, String> + Send + 'static, desk: &mut Desk) {
        self.files += 1;
        desk.tasks.run(kind, write, |session: &mut Session, outcome| {
            session.exports.files -= 1;
            let went_well = outcome.is_ok();
            match outcome {
                Ok(path) => session.desk.done(format!("saved {}", path.display())),
                Err(message) => session.desk.fail(message),
            }
            session.work_over(went_well);
        });
    }

    fn export_all(&mut self, of: ExportOf, folder: PathBuf, context: &mut Context<'_>) {
        if self.is_busy(context.desk) {
            return;
        }
        let subject = context.subject();
        let takes = subject.takes_of(of);
        if takes.is_empty() {
            return context.nothing_to_export();
        }
        let choices = subject.choices();
        let provenances: Vec<&Provenance> = takes.iter().map(|take| &take.provenance).collect();
        let stems = match file_stems(&choices.pattern, &provenances) {
            Ok(stems) => stems,
            Err(fault) => return context.desk.warn(fault),
        };
        let kind = if choices.kind.is_film() { FileKind::default() } else { choices.kind };
        let file = |(take, stem): (Take, String)| {
            let options = subject.options(kind, &take);
            (take, options, format!("{stem}.{}", kind.ending()))
        };
        let files: Vec<_> = takes.into_iter().zip(stems).map(file).collect();
        context.desk.dialog = Dialog::None;
        context.desk.settings.export.folder.clone_from(&folder);
        let watch = self.begin_work("Exporting files", files.len());
        let batch = Batch { folder, files };
        self.run_work(move || batch.write(&watch), context.desk);
    }

    /// Does the long work that has begun, on another thread.
    pub(super) fn run_work(&self, work: impl FnOnce() -> WorkOutcome + Send + 'static, desk: &mut Desk) {
        desk.tasks.run(
            TaskKind::WRITE,
            move || Ok(work()),
            |session: &mut Session, outcome| {
                let outcome = outcome.unwrap_or_else(|message| WorkOutcome { done: None, failures: vec![message] });
                let went_well = outcome.failures.is_empty();
                session.exports.work = None;
                tell(outcome, &mut session.desk);
                session.work_over(went_well);
            },
        );
    }

    fn begin_work(&mut self, what: &str, of: usize) -> Arc<Watch> {
        let watch = Arc::new(Watch::default());
        self.work = Some(ExportWork { what: what.to_owned(), of, watch: Arc::clone(&watch) });
        watch
    }

    /// Whether long work is under way; says so.
    fn is_busy(&self, desk: &mut Desk) -> bool {
        if self.work.is_some() {
            desk.warn("another export is still being written: wait for it, or cancel it");
        }
        self.work.is_some()
    }
}

/// Tells what has become of long work.
fn tell(outcome: WorkOutcome, desk: &mut Desk) {
    outcome.done.into_iter().for_each(|done| desk.done(done));
    let more = outcome.failures.len().saturating_sub(MOST_TOLD);
    for (place, failure) in outcome.failures.into_iter().take(MOST_TOLD).enumerate() {
        let end = if place + 1 == MOST_TOLD && more > 0 { format!("; and {more} more like it") } else { String::new() };
        desk.fail(format!("{failure}{end}"));
    }
}
