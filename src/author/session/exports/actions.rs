//! What is done with exports.

use super::running::Exports;
use super::subject::ExportSubject;
use crate::author::export::film::page;
use crate::author::export::names::{file_stem, file_stems};
use crate::author::export::work::ExportBatch;
use crate::author::export::{ExportChoices, ExportOf, FileKind};
use crate::author::session::character::CharacterAssets;
use crate::author::session::desk::Desk;
use crate::author::session::dialog::{Dialog, FilePurpose};
use crate::author::session::host::HostCommand;
use crate::author::session::project::Project;
use crate::author::session::takes::TakeList;
use crate::author::session::timeline::Timeline;
use crate::author::session::view::View;
use crate::formats::{self, NamedMotion};
use crate::tasks::TaskKind;
use crate::timeline::{Provenance, Take};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

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
    /// Write several takes to one file, each as an animation named by the pattern of the choices.
    ExportTogether(ExportOf, PathBuf),
    /// End the export of several files that is under way.
    CancelExport,
}

/// What exports reach.
pub(in crate::author::session) struct Context<'a> {
    pub(in crate::author::session) desk: &'a mut Desk,
    pub(in crate::author::session) timeline: &'a Timeline,
    pub(in crate::author::session) view: &'a View,
    pub(in crate::author::session) list: &'a TakeList,
    pub(in crate::author::session) character: &'a CharacterAssets,
    pub(in crate::author::session) project: &'a Project,
    pub(in crate::author::session) exports: &'a mut Exports,
}

impl ExportAction {
    /// Does it.
    pub(in crate::author::session) fn apply(self, context: &mut Context<'_>) {
        match self {
            Self::OpenExport => context.open(),
            Self::ExportOf(chosen) => {
                if let Dialog::Export { of, .. } = &mut context.desk.dialog {
                    *of = chosen;
                }
            }
            Self::ExportSettings(choices) => context.choose(choices),
            Self::ExportPath(path) => context.write_path(path),
            Self::BrowseExportPath => context.browse(),
            Self::CopyCommand => context.copy_command(),
            Self::Export(path) => context.export(path),
            Self::ExportAll(of, folder) => context.export_all(of, folder),
            Self::ExportTogether(of, path) => context.export_together(of, path),
            Self::CancelExport => context.exports.cancel(),
        }
    }
}

impl Context<'_> {
    fn subject(&self) -> ExportSubject<'_> {
        let Self { desk, timeline, view, list, character, project, .. } = self;
        ExportSubject { timeline, view, list, character, project, settings: &desk.settings }
    }

    fn open(&mut self) {
        let Some((provenance, _)) = self.subject().provenance() else { return self.nothing_to_export() };
        let choices = &self.desk.settings.export;
        let kind = self.subject().possible(choices.kind);
        let path = choices.folder.join(file_stem(&provenance.prompt())).with_added_extension(kind.ending());
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
            Dialog::Export { of, path, .. } => {
                if *of == ExportOf::Shown || self.desk.settings.export.is_together(*of, path) {
                    (path.clone(), FilePurpose::Export)
                } else {
                    (self.desk.settings.export.folder.clone(), FilePurpose::ExportFolder)
                }
            }
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

    fn export(&mut self, path: PathBuf) {
        let Some(take) = self.subject().take() else { return self.nothing_to_export() };
        let kind = FileKind::of(&path).unwrap_or_default();
        if kind.is_film() && self.exports.is_busy(self.desk) {
            return;
        }
        self.desk.dialog = Dialog::None;
        let choices = &mut self.desk.settings.export;
        choices.kind = FileKind::of(&path).unwrap_or(choices.kind);
        choices.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if kind.is_film() {
            let film = self.subject().film(kind, path);
            let watch = self.exports.begin_work("Drawing pictures", film.scenes.count());
            self.desk.host.push(HostCommand::Film(Box::new(film), watch));
            return;
        }
        let options = self.subject().options(kind, &take);
        let write = move || formats::write(&path, &take.motion, &options).map(|()| path).map_err(|error| error.to_string());
        self.exports.write_file(TaskKind::WRITE, write, self.desk);
    }

    /// Several takes with their names by the pattern; none where that cannot be, which is said.
    fn named(&mut self, of: ExportOf) -> Option<(Vec<Take>, Vec<String>)> {
        let takes = self.subject().takes_of(of);
        if takes.is_empty() {
            self.nothing_to_export();
            return None;
        }
        let provenances: Vec<&Provenance> = takes.iter().map(|take| &take.provenance).collect();
        match file_stems(&self.desk.settings.export.pattern, &provenances) {
            Ok(stems) => Some((takes, stems)),
            Err(fault) => {
                self.desk.warn(fault);
                None
            }
        }
    }

    fn export_together(&mut self, of: ExportOf, path: PathBuf) {
        let Some((takes, names)) = self.named(of) else { return };
        let kind = FileKind::of(&path).unwrap_or_default();
        self.desk.dialog = Dialog::None;
        let choices = &mut self.desk.settings.export;
        (choices.kind, choices.together) = (kind, true);
        choices.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let options = self.subject().options(kind, &takes[0]);
        let write = move || {
            let named = takes.iter().zip(names);
            let motions = named.map(|(take, name)| NamedMotion { name, motion: &take.motion, provenance: Some(take.provenance.clone()) });
            formats::write_all(&path, &motions.collect::<Vec<_>>(), &options).map(|()| path).map_err(|error| error.to_string())
        };
        self.exports.write_file(TaskKind::WRITE, write, self.desk);
    }

    fn export_all(&mut self, of: ExportOf, folder: PathBuf) {
        if self.exports.is_busy(self.desk) {
            return;
        }
        let Some((takes, stems)) = self.named(of) else { return };
        let subject = self.subject();
        let kind = subject.kind_of_several();
        let file = |(take, stem): (Take, String)| {
            let options = subject.options(kind, &take);
            (take, options, format!("{stem}.{}", kind.ending()))
        };
        let files: Vec<_> = takes.into_iter().zip(stems).map(file).collect();
        self.desk.dialog = Dialog::None;
        self.desk.settings.export.folder.clone_from(&folder);
        let watch = self.exports.begin_work("Exporting files", files.len());
        let batch = ExportBatch { folder, files };
        self.exports.run_work(move || batch.write(&watch), self.desk);
    }
}
