//! The project: saving it, and what takes its place; the copy in case the program dies.

use super::sketch::{Curves, Figures};
use super::{Dialog, Effect, ImportPart, Session};
use crate::author::stamp::Stamp;
use crate::author::toast::ToastKind;
use crate::body::Cast;
use crate::formats::{PROJECT_ENDING, Project};
use crate::generator::protocol::Command;
use crate::timeline::{Arrangement, Chain, Document};
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
    /// A model is imported from it.
    Model(ImportPart),
    /// It says prompts in other words.
    Rewriter,
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
    /// Which of the window's documents it is; one that took another's place has a higher number.
    number: u64,
    path: Option<PathBuf>,
    arrangement: Arrangement,
    /// Who was on the stage then.
    cast: Cast,
    /// How the file was then.
    stamp: Option<Stamp>,
    /// What comes when it is saved.
    next: Option<Next>,
    copy: Copied,
}

/// The copy of unsaved work, for the case that the program dies.
#[derive(Debug, Default)]
struct Copied {
    /// What it holds, once it is written.
    holds: Option<(Arrangement, Cast)>,
    /// What is being written into it.
    coming: Option<(Arrangement, Cast)>,
    /// Whether the user knows that it cannot be written.
    failed: bool,
    since_secs: f32,
}

/// A project file that is to be written.
#[derive(Debug)]
pub(super) struct Saving {
    /// The document it was asked for.
    number: u64,
    document: Box<Document>,
    cast: Cast,
    path: PathBuf,
    /// What may be replaced.
    over: Over,
}

/// What a save may replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Over {
    /// Whatever is there: the user has seen it.
    Anything,
    /// Nothing, or the file as this window left it.
    Known(Option<Stamp>),
}

/// What became of a save.
#[derive(Clone, Debug)]
pub enum Saved {
    /// The file is written.
    Done(PathBuf, Option<Stamp>),
    /// The file is not the one that this window opened or saved: somebody else has written it. It is as it was.
    Changed(PathBuf),
    /// The file cannot be written, in a sentence.
    Failed(String),
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
            Purpose::Rewriter => self.settings.rewriter.clone().unwrap_or_default(),
            Purpose::Export | Purpose::ExportFolder | Purpose::Model(_) => return self.open_export(),
        };
        self.write_file_path(path, purpose, next);
    }

    /// The dialog with this path in it.
    pub(super) fn write_file_path(&mut self, path: PathBuf, purpose: Purpose, next: Option<Next>) {
        let is_own = self.kept.path.as_deref().is_some_and(|own| is_same(own, &path));
        let taken = purpose == Purpose::Save && !is_own && path.exists();
        self.dialog = Dialog::File { path, purpose, taken, next };
    }

    /// Asks for another file to save to; what was to come behind still does.
    pub(super) fn save_as(&mut self) {
        let next = if let Dialog::Replace { next, .. } = std::mem::take(&mut self.dialog) { next } else { None };
        self.ask_file(Purpose::Save, next);
    }

    /// Saves to a file: to the project's own as long as it is what this window left there, to another whatever it holds.
    pub(super) fn save_project_to(&mut self, path: PathBuf) -> Vec<Effect> {
        let is_own = self.kept.path.as_deref().is_some_and(|own| is_same(own, &path));
        let over = if is_own { Over::Known(self.kept.stamp) } else { Over::Anything };
        self.save_over(path, over)
    }

    /// Saves to a file whatever it holds.
    pub(super) fn replace_file(&mut self, path: PathBuf) -> Vec<Effect> {
        self.save_over(path, Over::Anything)
    }

    fn save_over(&mut self, path: PathBuf, over: Over) -> Vec<Effect> {
        if let Dialog::File { next: Some(next), .. } | Dialog::Replace { next: Some(next), .. } = std::mem::take(&mut self.dialog) {
            self.kept.next = Some(next);
        }
        let document = Box::new(self.document.snapshot());
        let saving = Saving { number: self.kept.number, document, cast: self.cast().clone(), path, over };
        self.errands += 1;
        self.saves.push_back(saving);
        // One file is written at a time; of what waits for the same file only the latest counts.
        let waiting = self.saves.len() - 1;
        if waiting == 0 {
            return self.begin_save();
        }
        let of = |saving: &Saving| (saving.number, saving.path.clone());
        if waiting > 1 && of(&self.saves[waiting - 1]) == of(&self.saves[waiting]) {
            self.saves.remove(waiting - 1);
            self.errands -= 1;
        }
        Vec::new()
    }

    /// Has the next waiting file written.
    fn begin_save(&self) -> Vec<Effect> {
        let begin = |saving: &Saving| {
            let Saving { document, cast, path, over, .. } = saving;
            Effect::Save { document: document.clone(), cast: cast.clone(), path: path.clone(), over: over.clone() }
        };
        self.saves.front().map(begin).into_iter().collect()
    }

    /// A project file has been written, or not. The document it was asked for may have been left meanwhile.
    pub fn saved(&mut self, outcome: Saved) -> Vec<Effect> {
        let Some(saving) = self.saves.pop_front() else { return Vec::new() };
        self.errands = self.errands.saturating_sub(1);
        let is_here = saving.number == self.kept.number;
        match outcome {
            Saved::Done(path, stamp) => {
                self.toasts.add(ToastKind::Done, format!("saved {}", path.display()));
                self.settings.remember(&path);
                for waiting in self.saves.iter_mut().filter(|waiting| waiting.number == saving.number && is_same(&waiting.path, &path)) {
                    // It was asked for while this was written, and goes over it.
                    if let Over::Known(known) = &mut waiting.over {
                        *known = stamp;
                    }
                }
                if is_here {
                    self.kept.path = Some(path);
                    (self.kept.arrangement, self.kept.cast) = (saving.document.arrangement().clone(), saving.cast);
                    self.kept.stamp = stamp;
                }
            }
            Saved::Changed(path) if is_here => {
                // Whatever waits for the same answer is saved with it.
                let all = self.saves.len();
                self.saves.retain(|waiting| waiting.number != saving.number || waiting.path != path);
                self.errands = self.errands.saturating_sub(all - self.saves.len());
                self.dialog = Dialog::Replace { path, next: self.kept.next.take() };
            }
            Saved::Changed(path) => {
                let text = format!("somebody else has written {} meanwhile: it was not saved over", path.display());
                self.toasts.add(ToastKind::Error, text);
            }
            Saved::Failed(message) => {
                self.toasts.add(ToastKind::Error, message);
                if is_here {
                    self.kept.next = None;
                }
            }
        }
        let mut effects = self.begin_save();
        if is_here && self.saves.is_empty() {
            // What was done meanwhile is asked about.
            effects.extend(self.kept.next.take().into_iter().flat_map(|next| self.leave(next)));
        }
        effects
    }

    /// Whether all of the work is on its way into a file.
    fn is_being_saved(&self) -> bool {
        let latest = self.saves.back().filter(|saving| saving.number == self.kept.number);
        latest.is_some_and(|saving| saving.document.arrangement() == self.document.arrangement() && saving.cast == *self.cast())
    }

    /// Leaves the project for something else; asks first if that would lose work.
    pub(super) fn leave(&mut self, next: Next) -> Vec<Effect> {
        if self.is_being_saved() {
            self.kept.next = Some(next);
            return Vec::new();
        }
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

    /// A document without a file takes the place of this one.
    fn keep_nothing(&self) -> Kept {
        Kept { number: self.kept.number + 1, ..Kept::default() }
    }

    fn go(&mut self, next: Next) -> Vec<Effect> {
        match next {
            Next::New => {
                let mut effects = self.replace(Document::default());
                self.kept = self.keep_nothing();
                effects.push(Effect::Forget);
                effects
            }
            Next::Choose => {
                self.ask_file(Purpose::Open, None);
                Vec::new()
            }
            Next::Open(path) => self.open_project(path),
            Next::Close => self.close(),
        }
    }

    pub(super) fn open_project(&mut self, path: PathBuf) -> Vec<Effect> {
        self.dialog = Dialog::None;
        if self.opening.is_some() {
            self.toasts.add(ToastKind::Warning, "another project is being opened: wait for it".to_owned());
            return Vec::new();
        }
        self.errands += 1;
        self.opening = Some((self.document.arrangement().clone(), self.cast().clone()));
        vec![Effect::Open(path)]
    }

    /// A project file has been read, as it was at `stamp`, or not. Its document takes the place of this one; what is being generated is
    /// for this one, and ends. Work that was done while it was read is asked about first.
    pub fn opened(&mut self, outcome: Result<(PathBuf, Project), String>, stamp: Option<Stamp>) -> Vec<Effect> {
        self.errands = self.errands.saturating_sub(1);
        let left = self.opening.take();
        let (path, project) = match outcome {
            Ok(opened) => opened,
            Err(message) => {
                self.toasts.add(ToastKind::Error, message);
                return Vec::new();
            }
        };
        if self.is_unsaved() && left.is_some_and(|(arrangement, cast)| (&arrangement, &cast) != (self.document.arrangement(), self.cast()))
        {
            return self.leave(Next::Open(path));
        }
        self.settings.remember(&path);
        let mut effects = self.replace_with(project);
        let (arrangement, cast) = (self.document.arrangement().clone(), self.cast().clone());
        self.kept = Kept { path: Some(path), arrangement, cast, stamp, ..self.keep_nothing() };
        // The copy is of the work that was left.
        effects.push(Effect::Forget);
        effects
    }

    /// The window that had this project died: what it had not saved is there again, and is not saved yet. `stamp` is that of the
    /// project's file, unless somebody has written it since.
    pub fn recovered(&mut self, project: Option<PathBuf>, stamp: Option<Stamp>, outcome: Result<Project, String>) -> Vec<Effect> {
        self.errands = self.errands.saturating_sub(1);
        match outcome {
            Ok(recovered) => {
                let effects = self.replace_with(recovered);
                let holds = Some((self.document.arrangement().clone(), self.cast().clone()));
                self.kept = Kept { path: project, stamp, copy: Copied { holds, ..Copied::default() }, ..self.keep_nothing() };
                self.toasts.add(ToastKind::Done, format!("recovered {}; save it to keep it", self.project_name()));
                effects
            }
            Err(message) => {
                self.toasts.add(ToastKind::Error, format!("{message}; the copy stays where it is"));
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
        let copy = &mut self.kept.copy;
        copy.since_secs += delta_secs;
        if copy.since_secs < COPY_SECS || copy.coming.is_some() {
            return None;
        }
        copy.since_secs = 0.0;
        if !self.is_unsaved() {
            return self.kept.copy.holds.take().map(|_| Effect::Forget);
        }
        let now = (self.document.arrangement().clone(), self.cast().clone());
        if self.kept.copy.holds.as_ref() == Some(&now) {
            return None;
        }
        self.kept.copy.coming = Some(now);
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
        let work = || Unsaved { document: Box::new(self.document.snapshot()), cast: self.cast().clone(), project: self.kept.path.clone() };
        self.is_unsaved().then(work)
    }

    /// A copy of unsaved work was written, or not; then it is tried again, and the user told once.
    pub fn copied(&mut self, outcome: Result<(), String>) {
        let copy = &mut self.kept.copy;
        let coming = copy.coming.take();
        match outcome {
            Ok(()) => (copy.holds, copy.failed) = (coming, false),
            Err(message) => {
                if !std::mem::replace(&mut copy.failed, true) {
                    let text = format!("unsaved work cannot be kept safe, which is tried again: {message}");
                    self.toasts.add(ToastKind::Warning, text);
                }
            }
        }
    }
}

/// Whether two paths are written differently at most.
fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole(one) == whole(other)
}
