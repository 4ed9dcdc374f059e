//! What outlives the program: copies of unsaved work for the case that it dies, and the settings.

use super::desk::Desk;
use super::dialog::Dialog;
use crate::author::file_index::FileIndex;
use crate::author::recovery::{self, Orphan, Recovery};
use crate::author::settings::Settings;
use crate::body::CharacterChoice;
use crate::files::Stamp;
use crate::formats::{self, Project, ProjectIndex};
use crate::tasks::{Task, TaskKind, outcome};
use crate::timeline::{Arrangement, Document};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How often unsaved work is copied, seconds.
const COPY_SECS: f32 = 5.0;

/// Copies of unsaved work, and the settings' file.
#[derive(Debug, Default)]
pub(super) struct Persistence {
    /// Where this window's copy lies, as far as there can be one here.
    recovery: Option<Arc<Recovery>>,
    /// Which takes are in the copy.
    index: FileIndex,
    /// What another window left behind.
    orphan: Option<Orphan>,
    /// What the copy holds, once it is written.
    holds: Option<(Arrangement, CharacterChoice)>,
    /// What is being written into it.
    being_copied: Option<(Arrangement, CharacterChoice)>,
    copying: Option<Task<()>>,
    /// Whether the user knows that it cannot be written.
    failed: bool,
    since_secs: f32,
    settings_file: Option<PathBuf>,
    /// The settings as they were written last.
    written: Settings,
    writing: Option<Task<()>>,
    /// What was left behind, while it is read.
    finding: Option<(Found, Option<Task<Project>>)>,
}

/// Work that is in no file yet.
#[derive(Clone, Debug)]
pub struct Unsaved {
    /// Takes and clips.
    pub document: Box<Document>,
    /// Who is on the stage.
    pub character: CharacterChoice,
    /// The project's file, if it has one.
    pub project: Option<PathBuf>,
}

/// What was left behind, as it was found.
#[derive(Debug)]
pub(super) struct Found {
    /// The file of its project, if it had one.
    pub(super) project: Option<PathBuf>,
    /// That file's stamp, unless somebody has written it since.
    pub(super) stamp: Option<Stamp>,
    /// What the timeline was then.
    pub(super) revision: u64,
}

impl Persistence {
    /// Begins to keep copies in the user's folder for that, and the settings in theirs. A `scripted` window is nobody's work: it has the
    /// usual settings and offers nothing of others. Answers the settings, and why there are no copies if there are none.
    pub(super) fn begin(scripted: bool) -> (Self, Settings, Option<String>) {
        let settings_file = Settings::file().filter(|_| !scripted);
        let settings = settings_file.as_deref().map(Settings::read).unwrap_or_default();
        let (recovery, trouble) = match recovery::folder().map(|folder| Recovery::begin(&folder).map_err(|error| (folder, error))) {
            Some(Ok(recovery)) => (Some(Arc::new(recovery)), None),
            Some(Err((folder, error))) => (None, Some(format!("unsaved work cannot be kept safe ({error}): {}", folder.display()))),
            None => (None, Some("unsaved work cannot be kept safe: this system names no folder for it".to_owned())),
        };
        let orphan = recovery::folder().filter(|_| !scripted && recovery.is_some()).and_then(|folder| Orphan::newest(&folder));
        let written = settings.clone();
        (Self { recovery, orphan, settings_file, written, ..Self::default() }, settings, trouble)
    }

    /// Copies go into this folder, for a test.
    pub(super) fn in_folder(folder: &Path) -> std::io::Result<Self> {
        let recovery = Some(Arc::new(Recovery::begin(folder)?));
        Ok(Self { recovery, orphan: Orphan::newest(folder), ..Self::default() })
    }

    /// Where unsaved work is copied to.
    pub(super) fn copy_path(&self) -> Option<&Path> {
        self.recovery.as_deref().map(Recovery::copy)
    }

    /// The question what becomes of what another window left behind, if one did.
    pub(super) fn offer(&self) -> Option<Dialog> {
        self.orphan.as_ref().map(|orphan| Dialog::Recover { project: orphan.project.clone() })
    }

    /// Takes in what has been written, and keeps the settings. Answers whether it is time to copy unsaved work.
    pub(super) fn update(&mut self, delta_secs: f32, desk: &mut Desk) -> bool {
        if let Some(copied) = outcome(&mut self.copying) {
            self.copied(copied, desk);
        }
        if let Some(Err(message)) = outcome(&mut self.writing) {
            desk.warn(message);
        }
        self.keep_settings(desk);
        self.since_secs += delta_secs;
        let is_time = self.since_secs >= COPY_SECS && self.being_copied.is_none();
        if is_time {
            self.since_secs = 0.0;
        }
        is_time
    }

    /// Copies unsaved work; where there is none, sets the copy aside.
    pub(super) fn copy(&mut self, unsaved: Option<Unsaved>, desk: &mut Desk) {
        let Some(unsaved) = unsaved else {
            if self.holds.take().is_some() {
                self.in_background(desk, Recovery::set_aside);
            }
            return;
        };
        let now = (unsaved.document.arrangement().clone(), unsaved.character.clone());
        if self.holds.as_ref() == Some(&now) {
            return;
        }
        let Some(recovery) = self.recovery.clone() else { return };
        let index = self.index.clone();
        self.being_copied = Some(now);
        let write = move || recovery.write(unsaved.project.as_deref(), |path| index.save(path, &unsaved.document, &unsaved.character));
        self.copying = Some(desk.tasks.run(TaskKind::BACKGROUND, write));
    }

    /// A copy was written, or not; then it is tried again, and the user told once.
    fn copied(&mut self, outcome: Result<(), String>, desk: &mut Desk) {
        let being_copied = self.being_copied.take();
        match outcome {
            Ok(()) => (self.holds, self.failed) = (being_copied, false),
            Err(message) => {
                if !std::mem::replace(&mut self.failed, true) {
                    desk.warn(format!("unsaved work cannot be kept safe, which is tried again: {message}"));
                }
            }
        }
    }

    /// Removes the copy: its document was left.
    pub(super) fn forget(&mut self, desk: &mut Desk) {
        self.holds = None;
        self.in_background(desk, Recovery::remove_copy);
    }

    /// Has something done with the copy, after what was asked for before.
    fn in_background(&self, desk: &mut Desk, work: impl FnOnce(&Recovery) + Send + 'static) {
        let Some(recovery) = self.recovery.clone() else { return };
        let work = move || {
            work(&recovery);
            Ok(())
        };
        drop(desk.tasks.run(TaskKind::BACKGROUND, work));
    }

    /// Reads what was left behind, or lets it go.
    pub(super) fn recover(&mut self, brings_back: bool, revision: u64, desk: &mut Desk) {
        if !brings_back {
            if let Some(orphan) = self.orphan.take() {
                self.in_background(desk, move |_| orphan.remove());
            }
            return;
        }
        let Some(orphan) = &self.orphan else { return };
        let (copy, project) = (orphan.copy().to_owned(), orphan.project.clone());
        let since = Stamp::of(&copy);
        let stamp = project.as_deref().and_then(Stamp::of).filter(|stamp| since.is_some_and(|copy| !stamp.is_later_than(&copy)));
        let found = Found { project, stamp, revision };
        let read = move || formats::open_project(&copy).map_err(|error| error.to_string());
        self.finding = Some((found, Some(desk.tasks.run(TaskKind::SERIAL, read))));
    }

    /// What was left behind, once it is read.
    pub(super) fn take_found(&mut self) -> Option<(Result<Project, String>, Found)> {
        let file = outcome(&mut self.finding.as_mut()?.1)?;
        self.finding.take().map(|(found, _)| (file, found))
    }

    /// What was left behind is this window's now.
    pub(super) fn adopt(&mut self, arrangement: &Arrangement, index: ProjectIndex, desk: &mut Desk) {
        if let Some(orphan) = self.orphan.take() {
            // One that cannot be taken over stays where it is, and is offered again.
            self.in_background(desk, move |recovery| drop(recovery.adopt(orphan)));
        }
        self.index = index.into();
        self.holds = Some((arrangement.clone(), desk.settings.character.clone()));
    }

    /// What was left behind waits for a window that can read it.
    pub(super) fn leave_orphan(&mut self) {
        self.orphan = None;
    }

    /// Has the settings written where they have changed. The latest are written when the ones before are.
    fn keep_settings(&mut self, desk: &mut Desk) {
        if self.writing.is_some() || self.written == desk.settings {
            return;
        }
        let Some(file) = self.settings_file.clone() else { return };
        self.written = desk.settings.clone();
        let settings = self.written.clone();
        self.writing = Some(desk.tasks.run(TaskKind::BACKGROUND, move || settings.write(&file)));
    }

    /// Whether all is written that is to outlive the program; the settings come last. Then nothing is offered to the next window.
    pub(super) fn end(&mut self, desk: &mut Desk) -> bool {
        self.keep_settings(desk);
        let is_over = !desk.tasks.must_finish();
        if is_over {
            self.recovery.iter().for_each(|recovery| recovery.end());
        }
        is_over
    }
}
