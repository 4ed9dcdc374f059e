//! What happens when the graphics device is lost: the window ends, the work does not. wgpu panics where a buffer's device is gone, and
//! bevy asks its error handler where it notices by itself; both end here.

use super::AppError;
use crate::author::session::{Session, Unsaved};
use crate::body::CharacterChoice;
use crate::{formats, generator};
use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::error_handler::{RenderError, RenderErrorPolicy};
use std::panic::{set_hook, take_hook};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is at hand when the window breaks down and the world inside it is gone.
#[derive(Resource, Clone, Default)]
pub(super) struct LastWork(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    unsaved: Option<Unsaved>,
    /// The revision and character that it was taken of.
    of: Option<(u64, CharacterChoice)>,
    /// Where it is copied.
    place: Option<PathBuf>,
    /// Why the renderer gave up.
    cause: Option<String>,
}

impl LastWork {
    pub(super) fn to_be_copied_to(place: Option<PathBuf>) -> Self {
        Self(Arc::new(Mutex::new(Kept { place, ..Kept::default() })))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps at hand what the session has not saved.
    pub(super) fn keep(&self, session: &Session) {
        let mut kept = self.kept();
        let (revision, character) = (session.timeline().revision(), &session.settings().character);
        let is_as_kept = kept.of.as_ref().is_some_and(|of| (of.0, &of.1) == (revision, character));
        if !is_as_kept || kept.unsaved.is_some() != session.is_unsaved() {
            kept.unsaved = session.unsaved();
            kept.of = Some((revision, character.clone()));
        }
    }

    /// Why the renderer gave up, if it did.
    pub(super) fn given_up(&self) -> Option<String> {
        self.kept().cause.take()
    }

    /// Copies it for the next window. The error says what became of it, and what to do.
    pub(super) fn lost_device(&self, cause: &str) -> AppError {
        let cause = cause.lines().next().unwrap_or_default().to_owned();
        AppError::LostDevice { cause, next_step: self.copied() }
    }

    fn copied(&self) -> String {
        let kept = self.kept();
        let Some(unsaved) = &kept.unsaved else { return "everything is saved, start zoetrope again".to_owned() };
        let saved = match &kept.place {
            Some(place) => formats::save_project(place, &unsaved.document, Some(&unsaved.character)).map_err(|error| error.to_string()),
            None => Err("there is no folder for it".to_owned()),
        };
        match saved {
            Ok(()) => "start zoetrope again, and it offers what was not saved".to_owned(),
            Err(cause) => format!("what was not saved could not be kept ({cause}), start zoetrope again"),
        }
    }
}

/// Has the process end with a sentence when wgpu panics for want of its device: on whatever thread that is, what unwinding would drop
/// panics next, and the process would abort. The generator's own panics are caught.
pub(super) fn watch(last_work: &LastWork) {
    let (usual, last_work) = (take_hook(), last_work.clone());
    set_hook(Box::new(move |panic| {
        let is_wgpus = panic.location().is_some_and(|location| location.file().contains("wgpu"));
        if !is_wgpus || std::thread::current().name() == Some(generator::THREAD) {
            return usual(panic);
        }
        let cause = panic.payload_as_str().unwrap_or("no reason given");
        let error = last_work.lost_device(cause);
        #[expect(clippy::print_stderr, clippy::disallowed_methods, reason = "nobody is left to return an error to")]
        {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    }));
}

/// Ends the window when the renderer cannot go on.
pub(super) fn end_window(error: &RenderError, main_world: &mut World, _: &mut World) -> RenderErrorPolicy {
    let last_work = main_world.get_resource_or_init::<LastWork>().clone();
    // It is asked in every frame until the window is closed.
    if last_work.kept().cause.replace(error.description.clone()).is_none() {
        main_world.write_message(AppExit::error());
    }
    RenderErrorPolicy::StopRendering
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::{Motion, Pose};
    use crate::timeline::{Provenance, Take};
    use bevy::render::error_handler::ErrorType;

    /// A session with a clip that is in no file.
    fn session_with_work() -> Session {
        let mut session = Session::new("starter");
        let motion = Motion { frames: vec![Pose::REST; 30] };
        session.add_take(Take { motion: motion.into(), raw: None, provenance: Provenance::default() });
        session.apply(crate::author::session::ClipAction::AddToTimeline(0));
        session
    }

    #[test]
    fn a_lost_device_leaves_unsaved_work_and_one_sentence() {
        let place = std::env::temp_dir().join(format!("lost-device-{}.zoetrope", std::process::id()));
        let last_work = LastWork::to_be_copied_to(Some(place.clone()));
        let mut world = World::new();
        world.init_resource::<Messages<AppExit>>();
        world.insert_resource(last_work.clone());
        let error = RenderError { ty: ErrorType::DeviceLost, description: "the driver crashed\nat 0x0".to_owned(), source: None };
        for _ in 0..2 {
            let policy = end_window(&error, &mut world, &mut World::new());
            assert!(matches!(policy, RenderErrorPolicy::StopRendering));
        }
        assert_eq!(world.resource::<Messages<AppExit>>().len(), 1);
        let cause = last_work.given_up().expect("a cause");
        let saved = last_work.lost_device(&cause).to_string();
        assert_eq!(saved, "the graphics device was lost (the driver crashed): everything is saved, start zoetrope again");

        let session = session_with_work();
        last_work.keep(&session);
        let unsaved = last_work.lost_device("Validation Error").to_string();
        assert_eq!(unsaved, "the graphics device was lost (Validation Error): start zoetrope again, and it offers what was not saved");
        let copy = formats::open_project(&place).expect("the copy");
        assert_eq!(copy.document.arrangement(), session.timeline().document().arrangement());
        std::fs::remove_file(place).expect("the copy");
    }
}
