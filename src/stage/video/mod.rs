//! Films as MP4 or WebM, made by the user's `ffmpeg`.

mod ffmpeg;

use super::{Picture, StageError};
use crate::files::Beside;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// Names the program where it is not on the path.
const PROGRAM_VARIABLE: &str = "ZOETROPE_FFMPEG";
/// A program that takes so long over a picture hangs. The largest takes a slow encoder a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// What makes videos.
#[derive(Clone, Debug)]
pub struct VideoEncoder {
    /// The name of `ffmpeg`, or where it is.
    pub program: OsString,
    /// It hangs if it takes so long over a picture.
    pub patience: Duration,
}

impl VideoEncoder {
    /// The `ffmpeg` of the user: on the path, or where `ZOETROPE_FFMPEG` says.
    #[must_use]
    pub fn of_user() -> Self {
        let program = std::env::var_os(PROGRAM_VARIABLE).unwrap_or_else(|| OsString::from("ffmpeg"));
        Self { program, patience: PATIENCE }
    }

    /// Writes pictures as a video, MP4 or WebM by the name's ending, so many a second, as they come; none of them is kept. Nothing is left of
    /// one that is not finished.
    ///
    /// # Errors
    /// The first one of `pictures`; [`StageError::NoEncoder`] where there is no `ffmpeg`; [`StageError::Write`] where it fails, hangs, or makes
    /// no video.
    pub fn save(&self, mut pictures: impl Iterator<Item = Result<Picture, StageError>>, fps: f32, path: &Path) -> Result<(), StageError> {
        let failed = |error: &dyn std::fmt::Display| StageError::Write(path.to_owned(), error.to_string());
        let beside = Beside::of(path).map_err(|error| failed(&error))?;
        let Some(first) = pictures.next() else { return Err(failed(&"there is none")) };
        let first = first?;
        let size = first.pixels.dimensions();
        let pictures = std::iter::once(Ok(first)).chain(pictures);
        let mut encoding = ffmpeg::Encoding::begin(&self.program, self.patience, size, fps, path, beside.place())?;
        for picture in pictures {
            encoding.add(&picture?).map_err(|error| failed(&error))?;
        }
        encoding.end().map_err(|error| failed(&error))?;
        check_made(&beside, path).map_err(|error| failed(&error))?;
        beside.finish().map_err(|error| failed(&error))
    }
}

fn is_webm(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("webm"))
}

/// Whether there is a video where the program says that it has made one.
fn check_made(beside: &Beside, path: &Path) -> Result<(), String> {
    let mut head = Vec::new();
    // By its place: the program may have put another file there.
    let read = File::open(beside.place()).and_then(|file| file.take(8).read_to_end(&mut head));
    let is_video = if is_webm(path) { head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) } else { head.get(4..8) == Some(b"ftyp") };
    if read.is_ok() && is_video { Ok(()) } else { Err("ffmpeg says that it is done and has made no video".to_owned()) }
}
