//! Videos by the user's `ffmpeg`: a child process that hands over one picture after another, thirty a second, upright and no larger than what
//! is looked at. Whatever the file, it gets no network and no other file, and one that hangs is ended.

use super::error::{Error, Result};
use super::timed::{Excerpt, LONGEST_SIDE, MOST_PICTURES, TimedPicture};
use crate::files::{self, one_line};
use crate::model::blazepose::RgbPicture;
use crate::motion::FPS;
use std::ffi::OsString;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

/// Names the program where it is not on the path; the same as for writing videos.
const PROGRAM_VARIABLE: &str = "ZOETROPE_FFMPEG";
/// As much of what the program says is kept.
const MOST_SAID: u64 = 4096;
/// A program that hands over nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The longest number in the head of a picture.
const MOST_DIGITS: usize = 6;

/// The program that reads videos.
#[derive(Clone, Debug)]
pub struct Ffmpeg {
    /// Its name, or where it is.
    pub program: OsString,
    /// It hangs if it takes so long over a picture.
    pub patience: Duration,
}

impl Ffmpeg {
    /// The `ffmpeg` of the user: on the path, or where `ZOETROPE_FFMPEG` says.
    #[must_use]
    pub fn of_user() -> Self {
        let program = std::env::var_os(PROGRAM_VARIABLE).unwrap_or_else(|| OsString::from("ffmpeg"));
        Self { program, patience: PATIENCE }
    }
}

/// The pictures of a video.
pub(super) fn pictures(path: &Path, excerpt: Excerpt, by: &Ffmpeg) -> Result<impl Iterator<Item = Result<TimedPicture>> + use<>> {
    drop(files::open(path).map_err(|error| Error::refused(&error, path))?);
    let mut decoding = Decoding::begin(path, excerpt, by)?;
    let mut count = 0;
    let mut is_over = false;
    Ok(std::iter::from_fn(move || {
        if is_over || count == MOST_PICTURES {
            return None;
        }
        let picture = decoding.next().transpose()?;
        is_over = picture.is_err();
        let secs = count as f32 / FPS;
        count += 1;
        Some(picture.map(|picture| TimedPicture { secs, picture }))
    }))
}

/// `ffmpeg` at work. Dropped before its end, it is ended.
struct Decoding {
    path: PathBuf,
    child: Arc<Mutex<Child>>,
    stdout: BufReader<ChildStdout>,
    said: Option<JoinHandle<String>>,
    watch: Arc<Watch>,
    pictures: usize,
}

/// What the watching thread looks at.
#[derive(Default)]
struct Watch {
    /// Pictures that were waited for.
    waits: AtomicU64,
    is_waiting: AtomicBool,
    is_over: AtomicBool,
    has_hung: AtomicBool,
}

impl Decoding {
    fn begin(path: &Path, excerpt: Excerpt, by: &Ffmpeg) -> Result<Self> {
        let mut file = OsString::from("file:");
        file.push(path);
        let mut command = Command::new(&by.program);
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-protocol_whitelist", "file"]);
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
        command.args(["-vf", &size, "-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::NoDecoder(path.to_owned()),
            _ => Error::read(format!("ffmpeg does not start: {error}"), path),
        })?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let said = stderr.and_then(|mut stderr| {
            let listening = Builder::new().name("ffmpeg's words".to_owned());
            let said = listening.spawn(move || {
                let mut said = Vec::new();
                // What is beyond is read too: a full pipe would stop the program.
                let _ = stderr.by_ref().take(MOST_SAID).read_to_end(&mut said);
                let _ = std::io::copy(&mut stderr, &mut std::io::sink());
                String::from_utf8_lossy(&said).into_owned()
            });
            said.ok()
        });
        let child = Arc::new(Mutex::new(child));
        let Some(stdout) = stdout else { return Err(Error::read("ffmpeg hands over nothing", path)) };
        let watch = Arc::new(Watch::default());
        look_after(&child, &watch, by.patience);
        Ok(Self { path: path.to_owned(), child, stdout: BufReader::new(stdout), said, watch, pictures: 0 })
    }

    /// The next picture; none behind the last one.
    fn next(&mut self) -> Result<Option<RgbPicture>> {
        self.watch.waits.fetch_add(1, Relaxed);
        self.watch.is_waiting.store(true, Relaxed);
        let picture = read_ppm(&mut self.stdout);
        self.watch.is_waiting.store(false, Relaxed);
        match picture {
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
            let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
        self.watch.waits.fetch_add(1, Relaxed);
        self.watch.is_waiting.store(true, Relaxed);
        let status = loop {
            let status = self.child.lock().unwrap_or_else(PoisonError::into_inner).try_wait();
            match status {
                Ok(None) => sleep(Duration::from_millis(5)),
                Ok(Some(status)) => break Some(status),
                Err(_) => break None,
            }
        };
        self.watch.is_over.store(true, Relaxed);
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        let unreadable = |cause: &str| Error::unfit(format!("ffmpeg cannot read it ({cause})"), &self.path, "convert it to an MP4 first");
        if self.watch.has_hung.load(Relaxed) {
            return Err(unreadable("it hung, and was ended"));
        }
        let line = said.lines().find(|line| !line.trim().is_empty()).map(|line| one_line(line, 160));
        match (cause, status.is_some_and(|status| status.success())) {
            (Some(cause), _) => Err(unreadable(&line.unwrap_or(cause))),
            (None, false) => Err(unreadable(&line.unwrap_or_else(|| "it failed".to_owned()))),
            (None, true) if self.pictures == 0 => Err(unreadable(&line.unwrap_or_else(|| "no pictures are in it".to_owned()))),
            (None, true) => Ok(None),
        }
    }
}

/// Ends a program that hands over nothing any more: who waits for the next picture would wait for ever.
fn look_after(child: &Arc<Mutex<Child>>, watch: &Arc<Watch>, patience: Duration) {
    let (child, watch) = (Arc::clone(child), Arc::clone(watch));
    let watching = Builder::new().name("ffmpeg's watch".to_owned());
    // Without a thread there is no watch: the user can still end the program.
    let _ = watching.spawn(move || {
        let mut since = (Instant::now(), watch.waits.load(Relaxed));
        while !watch.is_over.load(Relaxed) {
            sleep(LOOK_AGAIN);
            let waits = watch.waits.load(Relaxed);
            if waits != since.1 || !watch.is_waiting.load(Relaxed) {
                since = (Instant::now(), waits);
            } else if since.0.elapsed() > patience {
                watch.has_hung.store(true, Relaxed);
                let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
                return;
            }
        }
    });
}

impl Drop for Decoding {
    fn drop(&mut self) {
        self.watch.is_over.store(true, Relaxed);
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
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
