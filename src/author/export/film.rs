//! Pictures of the stage as it is seen, without panels: a GIF, a video, or a numbered PNG for each.

use crate::view::Shown;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What pictures show, each made when its turn comes: all of them at once would fill the memory.
#[derive(Clone)]
pub struct Scenes {
    count: usize,
    at: Arc<dyn Fn(usize) -> Shown + Send + Sync>,
}

impl Scenes {
    /// So many scenes; `at` makes the one of a number, from 0.
    pub fn new(count: usize, at: impl Fn(usize) -> Shown + Send + Sync + 'static) -> Self {
        Self { count, at: Arc::new(at) }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The scene of a number, from 0.
    #[must_use]
    pub fn at(&self, number: usize) -> Shown {
        (self.at)(number)
    }
}

impl std::fmt::Debug for Scenes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scenes").field("count", &self.count).finish_non_exhaustive()
    }
}

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct Film {
    /// What each picture shows.
    pub scenes: Scenes,
    /// Width and height, pixels.
    pub size: (u32, u32),
    /// Pictures a second.
    pub fps: f32,
    /// The GIF or video, or the name that the numbers of PNGs are added to.
    pub path: PathBuf,
}

/// The picture of this number, from 1: `walk.png` → `walk-0001.png`.
#[must_use]
pub fn page(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{number:04}.png"))
}

/// How many pictures of so many seconds of a motion there are; at least one.
#[must_use]
pub fn count(secs: f32, fps: f32) -> usize {
    ((secs * fps + 1e-3).floor() as usize).max(1)
}
