//! What can be exported, and how that would be.

use crate::author::export::command_line::{ExportSource, command_line};
use crate::author::export::film::{self, Film, Scenes};
use crate::author::export::{ExportChoices, ExportOf, FileKind};
use crate::author::session::character::CharacterAssets;
use crate::author::session::project::Project;
use crate::author::session::scene::Scene;
use crate::author::session::takes::TakeList;
use crate::author::session::timeline::Timeline;
use crate::author::session::view::{View, ViewMode};
use crate::author::settings::Settings;
use crate::body::{CharacterChoice, CharacterKind};
use crate::formats::WriteOptions;
use crate::motion::FPS;
use crate::timeline::{Origin, Provenance, Take};
use crate::view::Shown;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What can be exported, and how that would be.
#[derive(Clone, Copy, Debug)]
pub struct ExportSubject<'a> {
    pub(in crate::author::session) timeline: &'a Timeline,
    pub(in crate::author::session) view: &'a View,
    pub(in crate::author::session) list: &'a TakeList,
    pub(in crate::author::session) character: &'a CharacterAssets,
    pub(in crate::author::session) project: &'a Project,
    pub(in crate::author::session) settings: &'a Settings,
}

impl ExportSubject<'_> {
    pub(super) fn choices(&self) -> &ExportChoices {
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
            Some(ExportSource::Project { path, take, range })
        };
        let source = match self.view.mode() {
            ViewMode::Timeline => of_project(None, (!self.choices().whole).then(|| self.timeline.range().cloned()).flatten()),
            _ => {
                let shown = self.list.shown_index(self.timeline, self.view)?;
                let entry = self.timeline.take_at(shown)?;
                let Provenance { origin, model, .. } = &entry.take.provenance;
                match origin {
                    Origin::Prompt { request, .. } if !entry.continued => Some(ExportSource::Made { request: request.clone(), model }),
                    _ => of_project(Some(shown), None),
                }
            }
        };
        // A body that could not be read does not go out.
        let character = &self.settings.character;
        let kind = if self.character.own().is_some() { character.kind.clone() } else { CharacterKind::Mannequin };
        command_line(&source?, self.choices(), &CharacterChoice { kind, ..character.clone() }, path)
    }

    pub(super) fn takes_of(&self, of: ExportOf) -> Vec<Take> {
        let (timeline, takes) = (self.timeline, self.timeline.document().takes());
        match of {
            ExportOf::Shown => self.take().into_iter().collect(),
            ExportOf::Takes => timeline.takes().map(|entry| Take::clone(entry.take)).collect(),
            ExportOf::Favourites => timeline.takes().filter(|entry| entry.favourite).map(|entry| Take::clone(entry.take)).collect(),
            ExportOf::Clips => timeline.chain().spans().filter_map(|(_, span)| timeline.chain().as_take(span, takes)).collect(),
        }
    }

    /// The kind of file that is the user's own with a motion in it, beside GLB, where there is one.
    pub fn own_kind(&self) -> Option<FileKind> {
        FileKind::of(self.character.rigged()?.path()).filter(|kind| kind.is_own_file())
    }

    /// Whether there is what this kind of file is made of: some are a character of the user's own.
    #[must_use]
    pub fn can_be(&self, kind: FileKind) -> bool {
        !kind.is_own_file() || self.own_kind() == Some(kind)
    }

    /// The kind of several files, which are no films.
    #[must_use]
    pub fn kind_of_several(&self) -> FileKind {
        let kind = self.choices().kind;
        if kind.is_film() { FileKind::default() } else { self.possible(kind) }
    }

    /// A kind of file as it can be written now.
    pub(super) fn possible(&self, kind: FileKind) -> FileKind {
        if self.can_be(kind) { kind } else { FileKind::Glb }
    }

    /// How a take is written to this kind of file.
    pub(super) fn options(&self, kind: FileKind, take: &Take) -> WriteOptions {
        let file = self.character.rigged().map(|rigged| rigged.path().to_owned());
        WriteOptions { character: self.character.character(), onto: file, ..self.choices().write_options(kind, take.provenance.clone()) }
    }

    /// Pictures of what is shown, as it is seen now, while the window goes on.
    pub(super) fn film(&self, kind: FileKind, path: PathBuf) -> Film {
        let range = if matches!(self.view.mode(), ViewMode::Timeline) { self.range() } else { 0..self.view.player().frames() };
        let fps = self.choices().fps_of(kind);
        let secs = |frames: usize| frames as f32 / FPS;
        let from_secs = secs(range.start);
        let (view, timeline) = (self.view.clone(), self.timeline.snapshot());
        let (character, settings) = (self.character.snapshot(), self.settings.clone());
        let scenes = Scenes::new(film::count(secs(range.len()), fps), move |picture| {
            let mut shown = Shown::default();
            let scene = Scene { view: &view, timeline: &timeline, character: &character, settings: &settings, trial: None };
            scene.fill(&mut shown, from_secs + picture as f32 / fps);
            shown
        });
        Film { scenes, size: self.choices().film_size, fps, path }
    }
}
