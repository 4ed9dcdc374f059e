//! What takes its time beside the session: writing and reading files.

use super::export::work::{Watch, WorkOutcome};
use super::session::{Body, FileClip, ImportedFile, Over, Rating, Saved};
use super::stamp::Stamp;
use super::tasks::{Tasks, guarded};
use crate::body::Cast;
use crate::formats::{self, ClipChoice, Project, ReadOptions, WriteOptions};
use crate::motion::cleanup::remove_sliding::without_sliding;
use crate::rating::Study;
use crate::timeline::{Document, Origin, Provenance, Take, TakeEdit};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// What has become of an errand.
pub enum Outcome {
    /// A file of one take is written.
    Exported(Result<PathBuf, String>),
    /// The long work is over.
    Worked(WorkOutcome),
    /// A project is saved, or not.
    Saved(Saved),
    /// A project is read; with how the file was.
    Opened(Result<(PathBuf, Project), String>, Option<Stamp>),
    /// A motion file is read, each of its animations that were asked for.
    Imported(Vec<Result<ImportedFile, String>>),
    /// A take without its sliding.
    SlidingRemoved(Result<Take, String>),
    /// A body is read.
    Body(Box<Result<Body, String>>),
    /// Unsaved work is copied.
    Copied(Result<(), String>),
    /// The copy is gone.
    Forgotten,
    /// A copy is read; with the file of the project, and how it is unless it was written after the copy.
    Recovered(Option<PathBuf>, Option<Stamp>, Result<Project, String>),
    /// The settings are written.
    Kept(Result<(), String>),
    /// A study, or its next pair.
    Rating(Result<Box<Rating>, String>),
}

/// Who does long work, or why nobody does.
type Worker = Result<JoinHandle<WorkOutcome>, String>;

/// Running tasks; what has become of them is for whoever looks after them each frame.
#[derive(Default)]
pub struct Errands {
    tasks: Tasks<Outcome>,
    work: Option<(Arc<Watch>, Worker)>,
}

impl Errands {
    /// Writes a take to a file.
    pub fn export(&mut self, take: Take, options: WriteOptions, path: PathBuf) {
        let write = move || formats::write(&path, &take.motion, &options).map(|()| path).map_err(in_words);
        self.tasks.beside(true, Outcome::Exported, write);
    }

    /// Does long work on a thread of its own: drawing pictures needs the pool's threads itself. The session has one at a time.
    pub fn work(&mut self, work: impl FnOnce(&Watch) -> WorkOutcome + Send + 'static) {
        let watch = Arc::new(Watch::default());
        let seen = Arc::clone(&watch);
        let done = move || guarded(|| Ok(work(&seen))).unwrap_or_else(|message| WorkOutcome { done: None, failures: vec![message] });
        let thread = std::thread::Builder::new().name("export".to_owned()).spawn(done);
        self.work = Some((watch, thread.map_err(|error| format!("could not begin ({error}); close other programs and try again"))));
    }

    fn take_work(&mut self) -> Option<Outcome> {
        let (_, thread) = self.work.take_if(|(_, thread)| thread.as_ref().map_or(true, JoinHandle::is_finished))?;
        let failed = |failure: String| WorkOutcome { done: None, failures: vec![failure] };
        // What panics is caught in it.
        Some(Outcome::Worked(thread.map_or_else(failed, |thread| thread.join().unwrap_or_default())))
    }

    /// The long work is to end.
    pub fn cancel_work(&self) {
        if let Some((watch, _)) = &self.work {
            watch.cancel();
        }
    }

    /// How far the long work is.
    pub fn work_done(&self) -> Option<usize> {
        self.work.as_ref().map(|(watch, _)| watch.done())
    }

    /// Writes a document to a project file, over what may be replaced.
    pub fn save(&mut self, document: Document, cast: Cast, path: PathBuf, over: Over) {
        let write = move || {
            let there = Stamp::of(&path);
            if let Over::Known(known) = over
                && there.is_some()
                && there != known
            {
                return Ok(Saved::Changed(path));
            }
            formats::save_project(&path, &document, Some(&cast)).map_err(in_words)?;
            let stamp = Stamp::of(&path);
            Ok(Saved::Done(path, stamp))
        };
        self.tasks.in_order(|saved| Outcome::Saved(saved.unwrap_or_else(Saved::Failed)), write);
    }

    /// Reads a project file.
    pub fn open(&mut self, path: PathBuf) {
        let read = move || {
            // Whoever writes it from here on has changed it.
            let stamp = Stamp::of(&path);
            formats::open_project(&path).map(|project| ((path, project), stamp)).map_err(in_words)
        };
        self.tasks.in_order(
            |read| match read {
                Ok((opened, stamp)) => Outcome::Opened(Ok(opened), stamp),
                Err(message) => Outcome::Opened(Err(message), None),
            },
            read,
        );
    }

    /// Reads a motion file: animations of it by their numbers from one, or the first that moves a body.
    pub fn import(&mut self, path: PathBuf, clips: Vec<usize>) {
        let read_all = move || {
            if clips.is_empty() { Ok(vec![read(&path, None)]) } else { Ok(clips.iter().map(|clip| read(&path, Some(*clip))).collect()) }
        };
        self.tasks.beside(false, |read| Outcome::Imported(read.unwrap_or_else(|message| vec![Err(message)])), read_all);
    }

    /// Removes a take's sliding as published: from what the network made, where that is known.
    pub fn remove_sliding(&mut self, take: Arc<Take>) {
        self.tasks.beside(false, Outcome::SlidingRemoved, move || {
            let made = take.raw.as_ref().unwrap_or(&take.motion);
            let motion = without_sliding(made).map_err(|error| format!("the sliding cannot be removed: {error}"))?;
            let origin = match &take.provenance.origin {
                // Once more changes nothing: it goes back to what the network made.
                edited @ Origin::Edit { edit: TakeEdit::RemoveSliding, .. } => edited.clone(),
                made => Origin::Edit { of: Box::new(made.clone()), edit: TakeEdit::RemoveSliding },
            };
            let provenance = Provenance { origin, ..take.provenance.clone() };
            Ok(Take { motion: Arc::new(motion), raw: Some(Arc::clone(made)), provenance })
        });
    }

    /// Reads a body, and gives it a shape.
    pub fn load_body(&mut self, path: PathBuf, shape: Vec<f32>) {
        let read = move || formats::read_body_model(&path).map(|model| Body::new(path, model, &shape)).map_err(in_words);
        self.tasks.beside(false, |read| Outcome::Body(Box::new(read)), read);
    }

    /// Writes a copy of unsaved work.
    pub fn copy(&mut self, document: Document, cast: Cast, path: PathBuf) {
        self.tasks.in_order(Outcome::Copied, move || formats::save_project(&path, &document, Some(&cast)).map_err(in_words));
    }

    /// Removes a copy of work that is saved. One that was never written is not there.
    pub fn forget(&mut self, copy: PathBuf) {
        self.tasks.in_order(
            |_| Outcome::Forgotten,
            move || {
                let _ = std::fs::remove_file(copy);
                Ok(())
            },
        );
    }

    /// Reads a copy of unsaved work.
    pub fn recover(&mut self, copy: PathBuf, project: Option<PathBuf>) {
        let since = Stamp::of(&copy);
        let known = project.as_deref().and_then(Stamp::of).filter(|stamp| since.is_some_and(|copy| !stamp.is_later_than(&copy)));
        let read = move || formats::open_project(&copy).map_err(in_words);
        self.tasks.in_order(move |read| Outcome::Recovered(project, known, read), read);
    }

    /// Opens a study.
    pub fn open_study(&mut self, folder: PathBuf, rater: String) {
        self.tasks.in_order(Outcome::Rating, move || Rating::open(&folder, &rater).map(Box::new).map_err(in_words));
    }

    /// Keeps what a rater said, and opens the next pair.
    pub fn keep_rating(&mut self, rating: Rating) {
        self.tasks.in_order(Outcome::Rating, move || rating.saved().map(Box::new).map_err(in_words));
    }

    /// Writes what all raters of a study said.
    pub fn export_ratings(&mut self, study: Arc<Study>) {
        self.tasks.in_order(Outcome::Exported, move || Rating::export(&study).map_err(in_words));
    }

    /// Writes the settings.
    pub fn keep(&mut self, settings: super::settings::Settings, path: PathBuf) {
        self.tasks.in_order(Outcome::Kept, move || settings.write(&path));
    }

    /// What has become of the errands that are over.
    pub fn take_done(&mut self) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = self.take_work().into_iter().collect();
        outcomes.extend(self.tasks.take_done());
        outcomes
    }

    /// Whether something is being written, or told of what was: the window does not end before.
    pub fn last(&self) -> bool {
        self.work.is_some() || self.tasks.lasts()
    }
}

fn in_words(error: impl std::error::Error) -> String {
    error.to_string()
}

/// A motion file as a take.
fn read(path: &Path, clip: Option<usize>) -> Result<ImportedFile, String> {
    let options = ReadOptions { clip: clip.map(ClipChoice::Numbered), ..ReadOptions::default() };
    let reading = formats::read_with(path, &options).map_err(in_words)?;
    let mut name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let [_, _, ..] = &reading.animations[..] {
        name = format!("{name}: {}", called(&reading.animations[reading.taken].name, reading.taken + 1));
    }
    let clips = reading.animations.into_iter().zip(1..).filter(|(animation, _)| clip.is_none() && animation.moves);
    let clips = clips.map(|(animation, number)| FileClip {
        number,
        name: called(&animation.name, number),
        length: Duration::try_from_secs_f32(animation.secs).unwrap_or_default(),
    });
    // The file says nothing of its rights that could be relied on.
    let provenance =
        Provenance { origin: Origin::File { name }, model: "an imported file".to_owned(), licence: "that of its source".to_owned() };
    let take = Take { motion: Arc::new(reading.motion), raw: None, provenance };
    Ok(ImportedFile { path: path.to_owned(), take, notes: reading.notes, clips: clips.collect() })
}

/// The name of an animation, or its number where it has none.
fn called(name: &str, number: usize) -> String {
    if name.is_empty() { format!("animation {number}") } else { name.to_owned() }
}
