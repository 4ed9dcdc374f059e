//! Films as MP4 or WebM: by the user's `ffmpeg`, which compresses best and makes both; where there is none an MP4 by the encoder of H.264 that the
//! program carries.

mod carried;
mod encoder;
mod ffmpeg;
mod mp4;
mod planes;

use super::{Picture, StageError};
use crate::files::{Beside, Ffmpeg};
use encoder::Encoder;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

impl Picture {
    /// Writes pictures as a video, MP4 or WebM by the name's ending, so many a second, as they come; none of them is kept. Sides that are odd
    /// become even. Nothing is left of a video that is not finished.
    ///
    /// # Errors
    /// The first one of `pictures`; [`StageError::NoEncoder`] of a WebM where there is no `ffmpeg`; [`StageError::Write`] where the encoder
    /// fails, hangs, or makes no video, and where a picture is too small or too large for it.
    pub fn save_video(
        mut pictures: impl Iterator<Item = Result<Self, StageError>>,
        fps: f32,
        path: &Path,
        by: &Ffmpeg,
    ) -> Result<(), StageError> {
        let failed = |error: &dyn std::fmt::Display| StageError::Write(path.to_owned(), error.to_string());
        let mut beside = Beside::of(path).map_err(|error| failed(&error))?;
        let Some(first) = pictures.next() else { return Err(failed(&"there is none")) };
        let first = first?;
        let size = first.pixels.dimensions();
        let pictures = std::iter::once(Ok(first)).chain(pictures);
        let encode = |encoder: &mut dyn Encoder| {
            for picture in pictures {
                let picture = picture?;
                if picture.pixels.dimensions() != size {
                    return Err(failed(&"its pictures differ in size"));
                }
                encoder.add(&picture).map_err(|error| failed(&error))?;
            }
            encoder.end().map_err(|error| failed(&error))
        };
        match ffmpeg::Encoding::begin(by, size, fps, is_webm(path), beside.place()) {
            Ok(mut encoding) => {
                encode(&mut encoding)?;
                check_made(&beside, path).map_err(|error| failed(&error))?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound && is_webm(path) => return Err(StageError::NoEncoder(path.to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut encoding = carried::Encoding::begin(size, fps, beside.file()).map_err(|error| failed(&error))?;
                encode(&mut encoding)?;
            }
            Err(error) => return Err(failed(&format!("ffmpeg does not start: {error}"))),
        }
        beside.finish().map_err(|error| failed(&error))
    }
}

fn is_webm(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("webm"))
}

/// Whether there is a video where `ffmpeg` says that it has made one.
fn check_made(beside: &Beside, path: &Path) -> Result<(), String> {
    let mut head = Vec::new();
    // By its place: the program may have put another file there.
    let read = File::open(beside.place()).and_then(|file| file.take(8).read_to_end(&mut head));
    let is_video = if is_webm(path) { head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) } else { head.get(4..8) == Some(b"ftyp") };
    if read.is_ok() && is_video { Ok(()) } else { Err("ffmpeg says that it is done and has made no video".to_owned()) }
}
