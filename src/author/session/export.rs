//! Exports: what would be written, how, and what has become of it.

use super::{Dialog, Effect, ModelTask, Next, Purpose, Session, Showing};
use crate::author::export::command_line::{Source, command_line};
use crate::author::export::film::{self, Film, Scenes, page};
use crate::author::export::names::{file_stem, file_stems};
use crate::author::export::work::{Batch, WorkOutcome};
use crate::author::export::{ExportChoices, ExportOf, FileKind};
use crate::author::scene;
use crate::author::toast::ToastKind;
use crate::body::{Cast, Wears};
use crate::formats::WriteOptions;
use crate::motion::FPS;
use crate::timeline::{Origin, Provenance, Take};
use crate::view::Shown;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Failures that are told; more would be a wall of text.
const MOST_TOLD: usize = 3;

/// Long work under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// What is being done.
    pub what: String,
    /// Parts done.
    pub done: usize,
    /// Of so many.
    pub of: usize,
    /// Whether it has been told to end.
    pub ending: bool,
}

impl Session {
    /// How exports are written.
    #[must_use]
    pub fn export_choices(&self) -> &ExportChoices {
        &self.settings.export
    }

    /// Takes over how exports are written.
    pub fn set_export_choices(&mut self, choices: ExportChoices) {
        self.settings.export = choices.within_bounds();
    }

    /// Long work under way.
    #[must_use]
    pub fn work(&self) -> Option<&Work> {
        self.work.as_ref()
    }

    /// What an export would write: the timeline or the take, whichever is shown.
    #[must_use]
    pub fn exportable(&self) -> Option<Take> {
        match self.showing {
            Showing::Timeline => self.chain.as_take(self.exported_range(), self.document.takes()),
            _ => self.shown_take().cloned(),
        }
    }

    /// Where that came from and how many frames it has.
    #[must_use]
    pub fn export_subject(&self) -> Option<(Provenance, usize)> {
        match self.showing {
            Showing::Timeline if !self.chain.motion().is_empty() => {
                let range = self.exported_range();
                Some((self.chain.provenance(range.clone(), self.document.takes()), range.len()))
            }
            _ => self.shown_take().map(|take| (take.provenance.clone(), take.motion.len())),
        }
    }

    /// Whether there is something to export.
    #[must_use]
    pub fn can_export(&self) -> bool {
        match &self.showing {
            Showing::Timeline => !self.chain.motion().is_empty(),
            Showing::Take(_) => true,
            Showing::Nothing | Showing::Preview { .. } | Showing::Row(_) => false,
        }
    }

    /// Whether a part of the timeline is chosen for export, or could be.
    #[must_use]
    pub fn has_export_range(&self) -> bool {
        matches!(self.showing, Showing::Timeline) && self.range().is_some()
    }

    /// Frames of the timeline that go out.
    fn exported_range(&self) -> Range<usize> {
        let range = self.range().filter(|_| !self.settings.export.whole);
        range.cloned().unwrap_or(0..self.chain.motion().len())
    }

    /// How many files an export of these would write.
    #[must_use]
    pub fn export_count(&self, of: ExportOf) -> usize {
        match of {
            ExportOf::Shown => usize::from(self.can_export()),
            ExportOf::Takes => self.take_count(),
            ExportOf::Favourites => self.takes().filter(|entry| entry.favourite).count(),
            ExportOf::Clips => self.clips().len(),
        }
    }

    /// The command that makes the same export without the window, if there is one: a take that can be made again as it was, else one of
    /// the project as it is saved.
    #[must_use]
    pub fn export_command(&self, path: &Path) -> Option<String> {
        let of_project = |take, range| {
            let path = self.project().filter(|_| !self.is_unsaved())?;
            Some(Source::Project { path, take, range })
        };
        let source = match self.showing {
            Showing::Timeline => of_project(None, (!self.settings.export.whole).then(|| self.range().cloned()).flatten()),
            _ => {
                let entry = self.take_at(self.shown_index()?)?;
                let Provenance { origin, model, .. } = &entry.take.provenance;
                match origin {
                    Origin::Prompt { request, .. } if !entry.continued => Some(Source::Made { request: request.clone(), model }),
                    _ => of_project(self.shown_index(), None),
                }
            }
        };
        // A body that could not be read does not go out.
        let wears = if self.body().is_some() { self.cast().wears.clone() } else { Wears::Mannequin };
        command_line(&source?, &self.settings.export, &Cast { wears, ..self.cast().clone() }, path)
    }

    pub(super) fn open_export(&mut self) {
        match self.export_subject() {
            Some((provenance, _)) => {
                let path = self
                    .settings
                    .export
                    .folder
                    .join(file_stem(&provenance.prompt()))
                    .with_added_extension(self.settings.export.kind.ending());
                self.write_export_path(path);
            }
            None => self.nothing_to_export(),
        }
    }

    /// The dialog with this path in it.
    pub(super) fn write_export_path(&mut self, path: PathBuf) {
        if let Some(kind) = FileKind::of(&path) {
            self.settings.export.kind = kind;
        }
        let taken = if FileKind::of(&path) == Some(FileKind::Png) { page(&path, 1).exists() } else { path.exists() };
        let of = if let Dialog::Export { of, .. } = self.dialog { of } else { ExportOf::default() };
        self.dialog = Dialog::Export { of, path, taken };
    }

    pub(super) fn choose_export_of(&mut self, chosen: ExportOf) {
        if let Dialog::Export { of, .. } = &mut self.dialog {
            *of = chosen;
        }
    }

    pub(super) fn choose_export(&mut self, choices: ExportChoices) {
        self.set_export_choices(choices);
        if let Dialog::Export { path, .. } = &self.dialog {
            self.write_export_path(self.settings.export.kind.named(path));
        }
    }

    pub(super) fn browse_export_path(&self) -> Vec<Effect> {
        match &self.dialog {
            Dialog::Export { of: ExportOf::Shown, path, .. } => vec![Effect::Browse { path: path.clone(), purpose: Purpose::Export }],
            Dialog::Export { .. } => vec![Effect::Browse { path: self.settings.export.folder.clone(), purpose: Purpose::ExportFolder }],
            _ => Vec::new(),
        }
    }

    pub(super) fn copy_export_command(&mut self) -> Vec<Effect> {
        let Dialog::Export { path, .. } = &self.dialog else { return Vec::new() };
        match self.export_command(path) {
            Some(command) => {
                self.toasts.add(ToastKind::Done, "copied the command line".to_owned());
                vec![Effect::Copy(command)]
            }
            None => {
                let text = "save the project first: the command reads it from its file";
                self.toasts.add(ToastKind::Warning, text.to_owned());
                Vec::new()
            }
        }
    }

    pub(super) fn export(&mut self, path: PathBuf) -> Vec<Effect> {
        let Some(take) = self.exportable() else {
            self.nothing_to_export();
            return Vec::new();
        };
        self.dialog = Dialog::None;
        self.remember(&path);
        let kind = FileKind::of(&path).unwrap_or_default();
        if kind.is_film() {
            return self.film(kind, path);
        }
        self.begin_export();
        let options = self.settings.export.write_options(kind, take.provenance.clone());
        let options = Box::new(WriteOptions { character: self.character(), ..options });
        vec![Effect::Export { take, options, path }]
    }

    pub(super) fn export_all(&mut self, of: ExportOf, folder: PathBuf) -> Vec<Effect> {
        if self.is_exporting() {
            return Vec::new();
        }
        let takes = self.takes_of(of);
        if takes.is_empty() {
            self.nothing_to_export();
            return Vec::new();
        }
        let provenances: Vec<&Provenance> = takes.iter().map(|take| &take.provenance).collect();
        let stems = match file_stems(&self.settings.export.pattern, &provenances) {
            Ok(stems) => stems,
            Err(fault) => {
                self.toasts.add(ToastKind::Warning, fault);
                return Vec::new();
            }
        };
        let kind = if self.settings.export.kind.is_film() { FileKind::default() } else { self.settings.export.kind };
        let file = |(take, stem): (Take, String)| {
            let options = self.settings.export.write_options(kind, take.provenance.clone());
            let options = WriteOptions { character: self.character(), ..options };
            (take, options, format!("{stem}.{}", kind.ending()))
        };
        let files: Vec<_> = takes.into_iter().zip(stems).map(file).collect();
        self.dialog = Dialog::None;
        self.settings.export.folder.clone_from(&folder);
        self.begin_work("Exporting files".to_owned(), files.len());
        vec![Effect::ExportAll(Box::new(Batch { folder, files }))]
    }

    /// Draws what is shown, as it is seen.
    fn film(&mut self, kind: FileKind, path: PathBuf) -> Vec<Effect> {
        if self.is_exporting() {
            return Vec::new();
        }
        let range = if matches!(self.showing, Showing::Timeline) { self.exported_range() } else { 0..self.player.frames() };
        let fps = self.settings.export.fps_of(kind);
        let secs = |frames: usize| frames as f32 / FPS;
        let (from_secs, seen) = (secs(range.start), self.seen());
        let scenes = Scenes::new(film::count(secs(range.len()), fps), move |picture| {
            let mut shown = Shown::default();
            scene::fill(&mut shown, &seen, from_secs + picture as f32 / fps);
            shown
        });
        let size = self.settings.export.film_size;
        self.begin_work("Drawing pictures".to_owned(), scenes.count());
        vec![Effect::Film(Box::new(Film { scenes, size, fps, path }))]
    }

    /// What is seen of the session now, as it stays while the window goes on.
    fn seen(&self) -> Self {
        Self {
            document: self.document.snapshot(),
            chain: self.chain.clone(),
            showing: self.showing.clone(),
            player: self.player.clone(),
            figure: self.figure,
            body: self.body.clone(),
            mannequin: self.mannequin.clone(),
            settings: self.settings.clone(),
            system_is_light: self.system_is_light,
            ..Self::new("")
        }
    }

    /// Whether long work is under way; says so.
    fn is_exporting(&mut self) -> bool {
        if self.work.is_some() {
            self.toasts.add(ToastKind::Warning, "another export is still being written: wait for it, or cancel it".to_owned());
        }
        self.work.is_some()
    }

    fn takes_of(&self, of: ExportOf) -> Vec<Take> {
        match of {
            ExportOf::Shown => self.exportable().into_iter().collect(),
            ExportOf::Takes => self.takes().map(|entry| Take::clone(entry.take)).collect(),
            ExportOf::Favourites => self.takes().filter(|entry| entry.favourite).map(|entry| Take::clone(entry.take)).collect(),
            ExportOf::Clips => self.chain.spans().filter_map(|(_, span)| self.chain.as_take(span, self.document.takes())).collect(),
        }
    }

    /// A file is going to be written.
    pub(super) fn begin_export(&mut self) {
        self.errands += 1;
        self.exports += 1;
    }

    /// A file has been written, or not.
    pub fn exported(&mut self, outcome: Result<PathBuf, String>) -> Vec<Effect> {
        self.errands = self.errands.saturating_sub(1);
        self.exports = self.exports.saturating_sub(1);
        self.closes.take_if(|_| outcome.is_err());
        match outcome {
            Ok(path) => self.toasts.add(ToastKind::Done, format!("saved {}", path.display())),
            Err(message) => self.toasts.add(ToastKind::Error, message),
        }
        self.close_after_exports()
    }

    /// Exports that are being written, and models that are being fetched or imported.
    #[must_use]
    pub fn work_under_way(&self) -> usize {
        self.exports + usize::from(self.work.is_some()) + usize::from(self.models().work().is_some())
    }

    /// Closes the window; asks first if that would lose exports, or a model that is on its way.
    pub(super) fn close(&mut self) -> Vec<Effect> {
        self.closes = None;
        if self.work_under_way() == 0 {
            return vec![Effect::Quit];
        }
        self.dialog = Dialog::Exporting;
        Vec::new()
    }

    /// The answer to the question what becomes of exports when the window closes.
    pub(super) fn close_exporting(&mut self, waiting: bool) -> Vec<Effect> {
        if !matches!(self.dialog, Dialog::Exporting) {
            return Vec::new();
        }
        self.dialog = Dialog::None;
        if waiting {
            self.closes = Some(self.document.arrangement().clone());
            self.toasts.add(ToastKind::Done, "the window closes when that is done".to_owned());
            return self.close_after_exports();
        }
        vec![Effect::CancelWork, Effect::Models(ModelTask::CancelWork), Effect::Quit]
    }

    /// The window closes if that was waited for. One whose export failed stays open, so that this is seen.
    pub(super) fn close_after_exports(&mut self) -> Vec<Effect> {
        if self.work_under_way() > 0 {
            return Vec::new();
        }
        match self.closes.take() {
            // What was agreed to be lost is not asked about again.
            Some(agreed) if agreed == *self.document.arrangement() => vec![Effect::Quit],
            Some(_) => self.leave(Next::Close),
            None => Vec::new(),
        }
    }

    fn begin_work(&mut self, what: String, of: usize) {
        self.errands += 1;
        self.work = Some(Work { what, done: 0, of, ending: false });
    }

    pub(super) fn cancel_work(&mut self) -> Vec<Effect> {
        let Some(work) = &mut self.work else { return Vec::new() };
        work.ending = true;
        vec![Effect::CancelWork]
    }

    /// Long work got so far.
    pub fn work_at(&mut self, done: usize) {
        if let Some(work) = &mut self.work {
            work.done = done.min(work.of);
        }
    }

    /// Long work is over.
    pub fn work_over(&mut self, outcome: WorkOutcome) -> Vec<Effect> {
        if self.work.take().is_none() {
            return Vec::new();
        }
        self.closes.take_if(|_| !outcome.failures.is_empty());
        self.errands = self.errands.saturating_sub(1);
        if let Some(done) = outcome.done {
            self.toasts.add(ToastKind::Done, done);
        }
        let more = outcome.failures.len().saturating_sub(MOST_TOLD);
        for (place, failure) in outcome.failures.into_iter().take(MOST_TOLD).enumerate() {
            let end = if place + 1 == MOST_TOLD && more > 0 { format!("; and {more} more like it") } else { String::new() };
            self.toasts.add(ToastKind::Error, format!("{failure}{end}"));
        }
        self.close_after_exports()
    }

    fn remember(&mut self, path: &Path) {
        self.settings.export.kind = FileKind::of(path).unwrap_or(self.settings.export.kind);
        self.settings.export.folder = path.parent().unwrap_or(Path::new("")).to_owned();
    }

    fn nothing_to_export(&mut self) {
        let what = if self.row().is_some() { "pick one of the takes to export it" } else { "generate something to export first" };
        self.toasts.add(ToastKind::Warning, what.to_owned());
    }
}
