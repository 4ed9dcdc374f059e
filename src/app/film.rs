//! Draws and writes films of the stage.

use crate::author::export::FileKind;
use crate::author::export::film::{Film, page};
use crate::author::export::work::WorkOutcome;
use crate::stage::{CameraRig, Picture, Pictures, StageError};
use crate::tasks::Watch;

/// Draws and writes all of it, seen from `rig`. Nothing is left of a GIF that is cancelled; of PNGs those that were done.
#[must_use]
pub fn write(film: Film, rig: CameraRig, watch: &Watch) -> WorkOutcome {
    let Film { scenes, size, fps, path } = film;
    let count = scenes.count();
    let shown = (0..count).map(move |number| scenes.at(number));
    // A place that cannot be written to is told before anything is drawn.
    let pictures = Picture::check_place(&path).and_then(|()| Pictures::of(shown, rig, size));
    let outcome = pictures.and_then(|pictures| {
        let mut pictures = pictures.map(|picture| {
            if watch.is_cancelled() {
                return Err(StageError::Cancelled);
            }
            watch.step();
            picture
        });
        if FileKind::of(&path) == Some(FileKind::Gif) {
            return Picture::save_gif(pictures, fps, &path);
        }
        (1..).zip(&mut pictures).try_for_each(|(number, picture)| picture?.save_png(&page(&path, number)))
    });
    match outcome {
        Ok(()) if FileKind::of(&path) == Some(FileKind::Gif) => told(format!("saved {}", path.display())),
        Ok(()) => told(format!("saved {count} pictures, {} and so on", page(&path, 1).display())),
        Err(StageError::Cancelled) => told(StageError::Cancelled.to_string()),
        Err(error) => WorkOutcome { done: None, failures: vec![error.to_string()] },
    }
}

fn told(done: String) -> WorkOutcome {
    WorkOutcome { done: Some(done), failures: Vec::new() }
}
