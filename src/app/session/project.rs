//! The project file: saving the document, and opening another in its place.

use super::sketch::{Curves, Figures};
use super::{Dialog, Effect, Session};
use crate::app::toast::ToastKind;
use crate::formats::PROJECT_ENDING;
use crate::generator::protocol::Command;
use crate::timeline::{Arrangement, Chain, Document};
use std::path::{Path, PathBuf};

/// What the document is called that has no file yet.
const UNTITLED: &str = "untitled";

/// Where the document is kept, and how it was when it was last there.
#[derive(Debug, Default)]
pub(super) struct Kept {
    path: Option<PathBuf>,
    arrangement: Arrangement,
    /// What is being written; one file at a time.
    saving: Option<Arrangement>,
    /// Where to save what has changed meanwhile.
    next: Option<PathBuf>,
}

impl Session {
    /// The project's file, once it has one.
    #[must_use]
    pub fn project(&self) -> Option<&Path> {
        self.kept.path.as_deref()
    }

    /// Whether there is something that no file has.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        *self.document.arrangement() != self.kept.arrangement
    }

    /// Saves to the project's file, or asks for one.
    pub(super) fn save_project(&mut self) -> Vec<Effect> {
        if let Some(path) = self.kept.path.clone() {
            return self.save_project_to(path);
        }
        self.dialog = Dialog::Project { path: PathBuf::from(UNTITLED).with_extension(PROJECT_ENDING), opens: false };
        Vec::new()
    }

    pub(super) fn save_project_to(&mut self, path: PathBuf) -> Vec<Effect> {
        self.dialog = Dialog::None;
        if self.kept.saving.is_some() {
            self.kept.next = Some(path);
            return Vec::new();
        }
        self.errands += 1;
        self.kept.saving = Some(self.document.arrangement().clone());
        vec![Effect::Save { document: Box::new(self.document.clone()), path }]
    }

    /// A project file has been written, or not.
    pub fn saved(&mut self, outcome: Result<PathBuf, String>) -> Vec<Effect> {
        self.errands = self.errands.saturating_sub(1);
        let saving = self.kept.saving.take();
        match outcome {
            Ok(path) => {
                self.toasts.add(ToastKind::Done, format!("saved {}", path.display()));
                self.kept.path = Some(path);
                self.kept.arrangement = saving.unwrap_or_default();
            }
            Err(message) => self.toasts.add(ToastKind::Error, message),
        }
        self.kept.next.take().map_or_else(Vec::new, |path| self.save_project_to(path))
    }

    pub(super) fn open_project(&mut self, path: PathBuf) -> Vec<Effect> {
        self.dialog = Dialog::None;
        self.errands += 1;
        vec![Effect::Open(path)]
    }

    /// A project file has been read, or not. Its document takes the place of this one; what is being generated is for this one, and
    /// ends.
    pub fn opened(&mut self, outcome: Result<(PathBuf, Document), String>) -> Vec<Effect> {
        self.errands = self.errands.saturating_sub(1);
        let (path, document) = match outcome {
            Ok(opened) => opened,
            Err(message) => {
                self.toasts.add(ToastKind::Error, message);
                return Vec::new();
            }
        };
        let cancelled = self.jobs.drain(..).map(|job| Effect::Tell(Command::Cancel { job: job.id() })).collect();
        self.figures = document.takes().iter().map(|(id, take)| (*id, Figures::of(&take.motion))).collect();
        self.kept = Kept { path: Some(path), arrangement: document.arrangement().clone(), ..Kept::default() };
        self.document = document;
        // Numbers of takes and clips begin anew: nothing that was made for the old ones holds.
        self.chain = Chain::default();
        self.curves = Curves::default();
        (self.selection, self.inspection, self.found_loop) = Default::default();
        self.afters.clear();
        self.follow_document();
        self.show_something();
        cancelled
    }
}
