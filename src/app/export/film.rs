//! Pictures of the stage as it is seen, without panels: a GIF, or a numbered PNG for each.

use super::FileKind;
use super::work::{Watch, WorkOutcome};
use crate::stage::{CameraRig, Picture, Pictures, Shown, StageError};
use std::path::{Path, PathBuf};

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct Film {
    /// What each picture shows.
    pub shown: Vec<Shown>,
    /// Width and height, pixels.
    pub size: (u32, u32),
    /// Pictures a second.
    pub fps: f32,
    /// The GIF, or the name that the numbers of PNGs are added to.
    pub path: PathBuf,
}

impl Film {
    /// Draws and writes all of it, seen from `rig`. Nothing is left of a GIF that is cancelled; of PNGs those that were done.
    #[must_use]
    pub fn write(self, rig: CameraRig, watch: &Watch) -> WorkOutcome {
        let Self { shown, size, fps, path } = self;
        let count = shown.len();
        let outcome = Pictures::of(shown, rig, size).and_then(|pictures| {
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
}

fn told(done: String) -> WorkOutcome {
    WorkOutcome { done: Some(done), failures: Vec::new() }
}

/// The picture of this number, from 1: `walk.png` → `walk-0001.png`.
#[must_use]
pub fn page(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{number:04}.png"))
}

/// The times of pictures of a motion from a time on, so many seconds of it, seconds. There is at least one.
pub fn times(from_secs: f32, secs: f32, fps: f32) -> impl Iterator<Item = f32> {
    let count = ((secs * fps + 1e-3).floor() as usize).max(1);
    (0..count).map(move |picture| from_secs + picture as f32 / fps)
}
