//! The project: saving it, and what takes its place; the copy in case the program dies; files that become takes.

use super::sketch::{Curves, Figures};
use super::{Dialog, Effect, Session};
use crate::app::toast::ToastKind;
use crate::body::Cast;
use crate::formats::{PROJECT_ENDING, Project};
use crate::generator::protocol::Command;
use crate::timeline::{Arrangement, Chain, Document, Take};
use std::path::{Path, PathBuf};

/// What the document is called that has no file yet.
const UNTITLED: &str = "untitled";
/// How often unsaved work is copied, seconds.
const COPY_SECS: f32 = 5.0;

/// What a file is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What is shown is exported to it.
    Export,
    /// Many files are exported into it.
    ExportFolder,
    /// The project is saved to it.
    Save,
    /// A project is opened.
    Open,
    /// A motion becomes a take.
    Import,
    /// A body takes the mannequin's place.
    Body,
}

/// Work that is in no file yet.
#[derive(Clone, Debug)]
pub struct Unsaved {
    /// Takes and clips.
    pub document: Box<Document>,
    /// Who is on the stage.
    pub cast: Cast,
    /// The project's file, if it has one.
    pub project: Option<PathBuf>,
}

/// What comes when the project is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// An empty project.
    New,
    /// One that is still to be chosen.
    Choose,
    /// This one.
    Open(PathBuf),
    /// Nothing: the window closes.
    Close,
}

/// Where the document is kept, and how it was when it was last there.
#[derive(Debug, Default)]
pub(super) struct Kept {
    path: Option<PathBuf>,
    arrangement: Arrangement,
    /// Who was on the stage then.
    cast: Cast,
    /// What is being written; one file at a time.
    saving: Option<(Arrangement, Cast)>,
    /// Where to save what has changed meanwhile.
    again: Option<PathBuf>,
    /// What comes when it is saved.
    next: Option<Next>,
    /// What the copy holds.
    copied: Option<Arrangement>,
    copying: bool,
    since_copy_secs: f32,
}

impl Session {
    /// The project's file, once it has one.
    #[must_use]
    pub fn project(&self) -> Option<&Path> {
        self.kept.path.as_deref()
    }

    /// What the project is called.
    #[must_use]
    pub fn project_name(&self) -> String {
        self.project().and_then(Path::file_stem).map_or_else(|| UNTITLED.to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// The window's title: the project, a dot where it is unsaved, the program.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}{} – Zoetrope", self.project_name(), if self.is_unsaved() { " •" } else { "" })
    }

    /// Whether there is something that no file has. Who is on the stage is in the settings too, and alone makes no project.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        let recast = self.kept.path.is_some() && *self.cast() != self.kept.cast;
        *self.document.arrangement() != self.kept.arrangement || recast
    }

    /// Saves to the project's file, or asks for one.
    pub(super) fn save_project(&mut self) -> Vec<Effect> {
        if let Some(path) = self.kept.path.clone() {
            return self.save_project_to(path);
        }
        self.ask_file(Purpose::Save, None);
        Vec::new()
    }

    /// Asks for a file, and what comes behind.
    pub(super) fn ask_file(&mut self, purpose: Purpose, next: Option<Next>) {
        let path = match purpose {
            Purpose::Save => self.kept.path.clone().unwrap_or_else(|| PathBuf::from(UNTITLED).with_extension(PROJECT_ENDING)),
            // Its folder is a good place to begin.
            Purpose::Body => self.body().map_or_else(PathBuf::new, |body| body.path().to_owned()),
            Purpose::Open | Purpose::Import => self.kept.path.clone().map(|path| path.with_file_name("")).unwrap_or_default(),
            Purpose::Export | Purpose::ExportFolder => return self.open_export(),
        };
        self.dialog = Dialog::File { path, purpose, next };
    }

    pub(super) fn save_project_to(&mut self, path: PathBuf) -> Vec<Effect> {
        if let Dialog::File { next: Some(next), .. } = std::mem::take(&mut self.dialog) {
            self.kept.next = Some(next);
        }
        if self.kept.saving.is_some() {
            self.kept.again = Some(path);
            return Vec::new();
        }
        self.errands += 1;
        self.kept.saving = Some((self.document.arrangement().clone(), self.cast().clone()));
        vec![Effect::Save { document: Box::new(self.document.clone()), cast: self.cast().clone(), path }]
    }

    /// A project file has been written, or not.
    pub fn saved(&mut self, outcome: Result<PathBuf, String>) -> Vec<Effect> {
        self.errands = self.errands.saturating_sub(1);
        let saving = self.kept.saving.take();
        match outcome {
            Ok(path) => {
                self.toasts.add(ToastKind::Done, format!("saved {}", path.display()));
                self.settings.remember(&path);
                self.kept.path = Some(path);
                (self.kept.arrangement, self.kept.cast) = saving.unwrap_or_default();
            }
            Err(message) => {
                self.toasts.add(ToastKind::Error, message);
                (self.kept.again, self.kept.next) = (None, None);
            }
        }
        if let Some(path) = self.kept.again.take() {
            return self.save_project_to(path);
        }
        self.kept.next.take().map_or_else(Vec::new, |next| self.go(next))
    }

    /// Leaves the project for something else; asks first if that would lose work.
    pub(super) fn leave(&mut self, next: Next) -> Vec<Effect> {
        if self.is_unsaved() {
            self.dialog = Dialog::Unsaved(next);
            return Vec::new();
        }
        self.go(next)
    }

    /// The answer to the question whether to save before leaving.
    pub(super) fn leave_after(&mut self, saves: bool) -> Vec<Effect> {
        let Dialog::Unsaved(next) = std::mem::take(&mut self.dialog) else { return Vec::new() };
        if !saves {
            return self.go(next);
        }
        let Some(path) = self.kept.path.clone() else {
            self.ask_file(Purpose::Save, Some(next));
            return Vec::new();
        };
        self.kept.next = Some(next);
        self.save_project_to(path)
    }

    fn go(&mut self, next: Next) -> Vec<Effect> {
        match next {
            Next::New => {
                let mut effects = self.replace(Document::default());
                self.kept = Kept::default();
                effects.push(Effect::Forget);
                effects
            }
            Next::Choose => {
                self.ask_file(Purpose::Open, None);
                Vec::new()
            }
            Next::Open(path) => self.open_project(path),
            Next::Close => vec![Effect::Quit],
        }
    }

    pub(super) fn open_project(&mut self, path: PathBuf) -> Vec<Effect> {
        self.dialog = Dialog::None;
        self.errands += 1;
        vec![Effect::Open(path)]
    }

    /// A project file has been read, or not. Its document takes the place of this one; what is being generated is for this one, and
    /// ends.
    pub fn opened(&mut self, outcome: Result<(PathBuf, Project), String>) -> Vec<Effect> {
        self.errands = self.errands.saturating_sub(1);
        let (path, project) = match outcome {
            Ok(opened) => opened,
            Err(message) => {
                self.toasts.add(ToastKind::Error, message);
                return Vec::new();
            }
        };
        self.settings.remember(&path);
        let effects = self.replace_with(project);
        let (arrangement, cast) = (self.document.arrangement().clone(), self.cast().clone());
        self.kept = Kept { path: Some(path), arrangement, cast, ..Kept::default() };
        effects
    }

    /// The window that had this project died: what it had not saved is there again, and is not saved yet.
    pub fn recovered(&mut self, project: Option<PathBuf>, outcome: Result<Project, String>) -> Vec<Effect> {
        self.errands = self.errands.saturating_sub(1);
        match outcome {
            Ok(recovered) => {
                let effects = self.replace_with(recovered);
                self.kept = Kept { path: project, copied: Some(self.document.arrangement().clone()), ..Kept::default() };
                self.toasts.add(ToastKind::Done, format!("recovered {}; save it to keep it", self.project_name()));
                effects
            }
            Err(message) => {
                self.toasts.add(ToastKind::Error, message);
                Vec::new()
            }
        }
    }

    fn replace_with(&mut self, project: Project) -> Vec<Effect> {
        let mut effects = self.replace(project.document);
        effects.extend(project.cast.into_iter().flat_map(|cast| self.take_on(cast)));
        effects
    }

    fn replace(&mut self, document: Document) -> Vec<Effect> {
        let cancelled = self.jobs.drain(..).map(|job| Effect::Tell(Command::Cancel { job: job.id() })).collect();
        self.figures = document.takes().iter().map(|(id, take)| (*id, Figures::of(&take.motion))).collect();
        self.document = document;
        // Numbers of takes and clips begin anew: nothing that was made for the old ones holds.
        self.chain = Chain::default();
        self.curves = Curves::default();
        (self.selection, self.inspection, self.found_loop) = Default::default();
        self.follow_document();
        self.show_something();
        cancelled
    }

    /// A copy of unsaved work, when it is time for one; its end, when everything is saved.
    pub fn copy_due(&mut self, delta_secs: f32) -> Option<Effect> {
        self.kept.since_copy_secs += delta_secs;
        if self.kept.since_copy_secs < COPY_SECS || self.kept.copying {
            return None;
        }
        self.kept.since_copy_secs = 0.0;
        if !self.is_unsaved() {
            return self.kept.copied.take().map(|_| Effect::Forget);
        }
        if self.kept.copied.as_ref() == Some(self.document.arrangement()) {
            return None;
        }
        self.kept.copying = true;
        self.kept.copied = Some(self.document.arrangement().clone());
        self.unsaved().map(Effect::KeepSafe)
    }

    /// Whether this is what would be lost.
    #[must_use]
    pub fn is(&self, unsaved: &Unsaved) -> bool {
        self.is_unsaved()
            && self.document.arrangement() == unsaved.document.arrangement()
            && *self.cast() == unsaved.cast
            && self.kept.path == unsaved.project
    }

    /// What would be lost if the window died.
    #[must_use]
    pub fn unsaved(&self) -> Option<Unsaved> {
        let work = || Unsaved { document: Box::new(self.document.clone()), cast: self.cast().clone(), project: self.kept.path.clone() };
        self.is_unsaved().then(work)
    }

    /// A copy of unsaved work was written, or not.
    pub fn copied(&mut self, outcome: Result<(), String>) {
        self.kept.copying = false;
        if let Err(message) = outcome {
            self.toasts.add(ToastKind::Warning, format!("unsaved work cannot be kept safe: {message}"));
        }
    }

    pub(super) fn import(&mut self, path: PathBuf) -> Vec<Effect> {
        self.dialog = Dialog::None;
        self.errands += 1;
        vec![Effect::Import(path)]
    }

    /// A motion file has been read, or not. It becomes the newest take.
    pub fn imported(&mut self, outcome: Result<Take, String>) {
        self.errands = self.errands.saturating_sub(1);
        match outcome {
            Ok(take) => {
                self.toasts.add(ToastKind::Done, format!("imported {}", take.provenance.prompt()));
                let id = self.add_take(take);
                self.unwatch();
                self.show_take(id);
            }
            Err(message) => self.toasts.add(ToastKind::Error, message),
        }
    }
}
