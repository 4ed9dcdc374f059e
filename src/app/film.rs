//! Draws and writes films of the stage: GIF, MP4, WebM, or a PNG for each picture.

use crate::author::export::FileKind;
use crate::author::export::film::{Film, page};
use crate::author::export::work::WorkOutcome;
use crate::files::Ffmpeg;
use crate::stage::{CameraRig, Picture, Pictures, StageError};
use crate::tasks::Watch;

/// Draws and writes all of it, seen from `rig`. Nothing is left of a GIF or video that is cancelled; of PNGs those that were done.
#[must_use]
pub fn write(film: Film, rig: CameraRig, watch: &Watch) -> WorkOutcome {
    let Film { scenes, size, fps, path } = film;
    let (count, kind) = (scenes.count(), FileKind::of(&path));
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
        match kind {
            Some(FileKind::Gif) => return Picture::save_gif(pictures, fps, &path),
            Some(FileKind::Mp4 | FileKind::WebM) => return Picture::save_video(pictures, fps, &path, &Ffmpeg::of_user()),
            _ => {}
        }
        (1..).zip(&mut pictures).try_for_each(|(number, picture)| picture?.save_png(&page(&path, number)))
    });
    match outcome {
        Ok(()) if kind == Some(FileKind::Png) => told(format!("saved {count} pictures, {} and so on", page(&path, 1).display())),
        Ok(()) => told(format!("saved {}", path.display())),
        Err(StageError::Cancelled) => told(StageError::Cancelled.to_string()),
        Err(error) => WorkOutcome { done: None, failures: vec![error.to_string()] },
    }
}

fn told(done: String) -> WorkOutcome {
    WorkOutcome { done: Some(done), failures: Vec::new() }
}
