//! Films as MP4 or WebM, made by the user's `ffmpeg`.

use super::{Picture, StageError};
use crate::files::{Beside, Ffmpeg, FfmpegAtWork};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

impl Picture {
    /// Writes pictures as a video, MP4 or WebM by the name's ending, so many a second, as they come; none of them is kept. Nothing is left of
    /// one that is not finished.
    ///
    /// # Errors
    /// The first one of `pictures`; [`StageError::NoEncoder`] where there is no `ffmpeg`; [`StageError::Write`] where it fails, hangs, or makes
    /// no video.
    pub fn save_video(
        mut pictures: impl Iterator<Item = Result<Self, StageError>>,
        fps: f32,
        path: &Path,
        by: &Ffmpeg,
    ) -> Result<(), StageError> {
        let failed = |error: &dyn std::fmt::Display| StageError::Write(path.to_owned(), error.to_string());
        let beside = Beside::of(path).map_err(|error| failed(&error))?;
        let Some(first) = pictures.next() else { return Err(failed(&"there is none")) };
        let first = first?;
        let size = first.pixels.dimensions();
        let pictures = std::iter::once(Ok(first)).chain(pictures);
        let mut encoding = Encoding::begin(by, size, fps, path, beside.place())?;
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

/// An encoder that is handed one picture after another.
struct Encoding {
    work: FfmpegAtWork,
    stdin: Option<ChildStdin>,
    size: (u32, u32),
}

impl Encoding {
    fn begin(by: &Ffmpeg, (width, height): (u32, u32), fps: f32, path: &Path, place: &Path) -> Result<Self, StageError> {
        let set = |command: &mut Command| {
            command.args(["-y", "-f", "rawvideo", "-pix_fmt", "rgba"]);
            command.args(["-s", &format!("{width}x{height}"), "-r", &fps.to_string(), "-i", "pipe:0"]);
            // Encoders want even sides, and players this way of storing colours.
            command.args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"]);
            command.args(["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]);
            command.args(if is_webm(path) { ["-f", "webm"].as_slice() } else { &["-movflags", "+faststart", "-f", "mp4"] });
            command.arg(place).stdin(Stdio::piped());
        };
        let work = by.begin(set).map_err(|error| match error.kind() {
            ErrorKind::NotFound => StageError::NoEncoder(path.to_owned()),
            _ => StageError::Write(path.to_owned(), format!("ffmpeg does not start: {error}")),
        })?;
        let stdin = work.stdin();
        Ok(Self { work, stdin, size: (width, height) })
    }

    fn add(&mut self, picture: &Picture) -> Result<(), String> {
        if picture.pixels.dimensions() != self.size {
            return Err("its pictures differ in size".to_owned());
        }
        let Some(stdin) = &mut self.stdin else { return Err("ffmpeg takes nothing".to_owned()) };
        let written = self.work.waited_for(|| stdin.write_all(picture.pixels.as_raw()));
        written.map_err(|error| self.end().err().unwrap_or_else(|| error.to_string()))
    }

    /// Waits for the program's end, and says what it says where it failed.
    fn end(&mut self) -> Result<(), String> {
        drop(self.stdin.take());
        let end = self.work.end().map_err(|error| error.to_string())?;
        if end.is_success {
            return Ok(());
        }
        Err(format!("ffmpeg: {}", end.said.unwrap_or_else(|| "it was ended, or hung".to_owned())))
    }
}
