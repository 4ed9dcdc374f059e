//! A film by the user's `ffmpeg`, which pictures are piped into.

use super::encoder::Encoder;
use crate::files::{Ffmpeg, FfmpegAtWork};
use crate::stage::Picture;
use std::io::{self, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

/// The program at work. Dropped before its end, it is ended.
pub(super) struct Encoding {
    work: FfmpegAtWork,
    stdin: Option<ChildStdin>,
}

impl Encoding {
    /// Starts the program, which writes to `place`.
    pub(super) fn begin(by: &Ffmpeg, (width, height): (u32, u32), fps: f32, is_webm: bool, place: &Path) -> io::Result<Self> {
        let set = |command: &mut Command| {
            command.args(["-y", "-f", "rawvideo", "-pix_fmt", "rgba"]);
            command.args(["-s", &format!("{width}x{height}"), "-r", &fps.to_string(), "-i", "pipe:0"]);
            // Encoders want even sides, and players this way of storing colours.
            command.args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"]);
            command.args(["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]);
            command.args(if is_webm { ["-f", "webm"].as_slice() } else { &["-movflags", "+faststart", "-f", "mp4"] });
            command.arg(place).stdin(Stdio::piped());
        };
        let work = by.begin(set)?;
        let stdin = work.stdin();
        Ok(Self { work, stdin })
    }
}

impl Encoder for Encoding {
    fn add(&mut self, picture: &Picture) -> Result<(), String> {
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
