//! Videos by the user's `ffmpeg`: a child process that hands over one picture after another, thirty a second, upright and no larger than what
//! is looked at. Whatever the file, it gets no network, and one that hangs is ended.

use super::error::{Error, Result};
use super::timed::{Excerpt, LONGEST_SIDE, TimedPicture};
use crate::files::{self, Ffmpeg, FfmpegAtWork};
use crate::model::blazepose::RgbPicture;
use crate::motion::FPS;
use std::ffi::OsString;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

/// The longest number in the head of a picture.
const MOST_DIGITS: usize = 6;

/// The pictures of a video.
pub(super) fn pictures(path: &Path, excerpt: Excerpt, by: &Ffmpeg) -> Result<impl Iterator<Item = Result<TimedPicture>> + use<>> {
    drop(files::open(path).map_err(|error| Error::refused(&error, path))?);
    let mut decoding = Decoding::begin(path, excerpt, by)?;
    let mut count = 0;
    let mut is_over = false;
    Ok(std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        let picture = decoding.next().transpose()?;
        is_over = picture.is_err();
        let secs = count as f32 / FPS;
        count += 1;
        Some(picture.map(|picture| TimedPicture { secs, picture }))
    }))
}

/// `ffmpeg` at work on a video.
struct Decoding {
    path: PathBuf,
    work: FfmpegAtWork,
    stdout: BufReader<ChildStdout>,
    pictures: usize,
}

impl Decoding {
    fn begin(path: &Path, excerpt: Excerpt, by: &Ffmpeg) -> Result<Self> {
        let mut file = OsString::from("file:");
        file.push(path);
        let set = |command: &mut Command| {
            command.args(["-protocol_whitelist", "file"]);
            if excerpt.from_secs > 0.0 {
                command.args(["-ss", &excerpt.from_secs.to_string()]);
            }
            if excerpt.to_secs.is_finite() {
                command.args(["-t", &(excerpt.to_secs - excerpt.from_secs.max(0.0)).max(0.0).to_string()]);
            }
            command.arg("-i").arg(file).args(["-map", "0:v:0", "-an", "-sn", "-dn"]);
            // Rotation is ffmpeg's own doing; variable rates become one; pixels become square.
            let size = format!(
                "fps={FPS},scale=w='iw*sar':h=ih,scale=w='min({LONGEST_SIDE},iw)':h='min({LONGEST_SIDE},ih)':force_original_aspect_ratio=decrease"
            );
            command.args(["-vf", &size, "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"]).stdout(Stdio::piped());
        };
        let work = by.begin(set).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::NoDecoder(path.to_owned()),
            _ => Error::read(format!("ffmpeg does not start: {error}"), path),
        })?;
        let stdout = work.stdout().ok_or_else(|| Error::read("ffmpeg hands over nothing", path))?;
        Ok(Self { path: path.to_owned(), work, stdout: BufReader::new(stdout), pictures: 0 })
    }

    /// The next picture; none behind the last one.
    fn next(&mut self) -> Result<Option<RgbPicture>> {
        match self.work.waited_for(|| read_ppm(&mut self.stdout)) {
            Ok(Some(picture)) => {
                self.pictures += 1;
                Ok(Some(picture))
            }
            // What is broken off in the middle has its reason in how the program ended.
            Ok(None) => self.end(None),
            Err(cause) => self.end(Some(cause)),
        }
    }

    /// How the program ended.
    fn end(&mut self, cause: Option<String>) -> Result<Option<RgbPicture>> {
        if cause.is_some() {
            self.work.kill();
        }
        let end = self.work.end().map_err(|error| Error::read(error, &self.path))?;
        let unreadable = |cause: &str| Error::unfit(format!("ffmpeg cannot read it ({cause})"), &self.path, "convert it to an MP4 first");
        if end.has_hung {
            return Err(unreadable("it hung, and was ended"));
        }
        match (cause, end.is_success) {
            (Some(cause), _) => Err(unreadable(&end.said.unwrap_or(cause))),
            (None, false) => Err(unreadable(&end.said.unwrap_or_else(|| "it failed".to_owned()))),
            (None, true) if self.pictures == 0 => Err(unreadable(&end.said.unwrap_or_else(|| "no pictures are in it".to_owned()))),
            (None, true) => Ok(None),
        }
    }
}

/// A picture as portable pixmap, `P6 width height 255` and bytes; none at the end.
fn read_ppm(stream: &mut impl Read) -> Result<Option<RgbPicture>, String> {
    let mut magic = [0; 2];
    match stream.read(&mut magic[..1]) {
        Ok(0) => return Ok(None),
        Ok(_) => {}
        Err(error) => return Err(error.to_string()),
    }
    let broken = |error: std::io::Error| match error.kind() {
        ErrorKind::UnexpectedEof => "it ends in the middle of a picture".to_owned(),
        _ => error.to_string(),
    };
    stream.read_exact(&mut magic[1..]).map_err(broken)?;
    let mut number = || -> Result<usize, String> {
        let (mut digits, mut byte) = (String::new(), [0_u8]);
        loop {
            stream.read_exact(&mut byte).map_err(broken)?;
            match byte[0] {
                digit @ b'0'..=b'9' if digits.len() < MOST_DIGITS => digits.push(char::from(digit)),
                b' ' | b'\n' if digits.is_empty() => {}
                b' ' | b'\n' => return digits.parse().map_err(|_| "it hands over no pictures".to_owned()),
                _ => return Err("it hands over no pictures".to_owned()),
            }
        }
    };
    if &magic != b"P6" {
        return Err("it hands over no pictures".to_owned());
    }
    let (width, height, largest) = (number()?, number()?, number()?);
    let is_asked = |side: usize| (1..=LONGEST_SIDE as usize).contains(&side);
    if !is_asked(width) || !is_asked(height) || largest != 255 {
        return Err(format!("it hands over a picture of {width} x {height}"));
    }
    let mut pixels = vec![0; 3 * width * height];
    stream.read_exact(&mut pixels).map_err(broken)?;
    Ok(RgbPicture::new(width, height, pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_one_after_another_and_what_is_none_says_so() {
        let bytes = [b"P6\n2 1\n255\n".as_slice(), &[1, 2, 3, 4, 5, 6]].concat();
        let two = [bytes.clone(), bytes.clone()].concat();
        let mut stream = two.as_slice();
        for _ in 0..2 {
            let picture = read_ppm(&mut stream).expect("a picture").expect("not the end");
            assert_eq!((picture.width(), picture.height(), picture.pixels()), (2, 1, [1, 2, 3, 4, 5, 6].as_slice()));
        }
        assert_eq!(read_ppm(&mut stream), Ok(None));
        let wrong: [&[u8]; 6] =
            [b"P", b"P5\n2 1\n255\n", b"P6\n99999999 1\n255\n", b"P6\n0 1\n255\n", b"P6\n961 1\n255\n", &bytes[..bytes.len() - 1]];
        for mut bytes in wrong {
            assert!(read_ppm(&mut bytes).is_err(), "{bytes:?}");
        }
    }
}
