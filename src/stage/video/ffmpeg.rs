//! `ffmpeg` as an encoder of films, which is handed one picture after another.

use crate::stage::{Picture, StageError};
use std::ffi::OsStr;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

/// As much of what the program says is kept.
const MOST_SAID: u64 = 4096;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// `ffmpeg` at work. Dropped before its end, it is ended.
pub(super) struct Encoding {
    child: Arc<Mutex<Child>>,
    size: (u32, u32),
    said: Option<JoinHandle<String>>,
    /// Since when it has been handed something that it has not taken yet.
    handed: Arc<Mutex<Option<Instant>>>,
    is_over: Arc<AtomicBool>,
}

impl Encoding {
    pub(super) fn begin(
        program: &OsStr,
        patience: Duration,
        (width, height): (u32, u32),
        fps: f32,
        path: &Path,
        place: &Path,
    ) -> Result<Self, StageError> {
        let is_webm = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("webm"));
        let mut command = Command::new(program);
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "rawvideo", "-pix_fmt", "rgba"]);
        command.args(["-s", &format!("{width}x{height}"), "-r", &fps.to_string(), "-i", "pipe:0"]);
        // Encoders want even sides, and players this way of storing colours.
        command.args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"]);
        command.args(["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]);
        command.args(if is_webm { ["-f", "webm"].as_slice() } else { &["-movflags", "+faststart", "-f", "mp4"] });
        command.arg(place).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => StageError::NoEncoder(path.to_owned()),
            _ => StageError::Write(path.to_owned(), format!("ffmpeg does not start: {error}")),
        })?;
        let said = child.stderr.take().and_then(|stderr| {
            let listening = Builder::new().name("ffmpeg's words".to_owned());
            let said = listening.spawn(move || {
                let (mut said, mut stderr) = (Vec::new(), stderr);
                // What is beyond is read too: a full pipe would stop the program.
                let _ = stderr.by_ref().take(MOST_SAID).read_to_end(&mut said);
                let _ = std::io::copy(&mut stderr, &mut std::io::sink());
                String::from_utf8_lossy(&said).into_owned()
            });
            said.ok()
        });
        let (handed, is_over) = (Arc::default(), Arc::default());
        let encoding = Self { child: Arc::new(Mutex::new(child)), size: (width, height), said, handed, is_over };
        encoding.watch(patience);
        Ok(encoding)
    }

    /// Ends a program that takes nothing any more: who waits for it to take the next picture would wait for ever.
    fn watch(&self, patience: Duration) {
        let (child, handed, is_over) = (Arc::clone(&self.child), Arc::clone(&self.handed), Arc::clone(&self.is_over));
        let watching = Builder::new().name("ffmpeg's watch".to_owned());
        // Without a thread there is no watch: the user can still cancel between two pictures.
        let _ = watching.spawn(move || {
            while !is_over.load(Relaxed) {
                sleep(LOOK_AGAIN);
                let since = *handed.lock().unwrap_or_else(PoisonError::into_inner);
                if since.is_some_and(|since: Instant| since.elapsed() > patience) {
                    let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
                    return;
                }
            }
        });
    }

    pub(super) fn add(&mut self, picture: &Picture) -> Result<(), String> {
        if picture.pixels.dimensions() != self.size {
            return Err("its pictures differ in size".to_owned());
        }
        let stdin = self.child.lock().unwrap_or_else(PoisonError::into_inner).stdin.take();
        let Some(mut stdin) = stdin else { return Err("ffmpeg takes nothing".to_owned()) };
        // Without the lock: the watch has to be able to end the program meanwhile.
        self.hand(Some(Instant::now()));
        let written = stdin.write_all(picture.pixels.as_raw());
        self.child.lock().unwrap_or_else(PoisonError::into_inner).stdin = Some(stdin);
        self.hand(None);
        written.map_err(|error| self.end().err().unwrap_or_else(|| error.to_string()))
    }

    fn hand(&self, since: Option<Instant>) {
        *self.handed.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Waits for the program's end, and says what it says where it failed.
    pub(super) fn end(&mut self) -> Result<(), String> {
        self.hand(Some(Instant::now()));
        let status = loop {
            let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            drop(child.stdin.take());
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                break status;
            }
            drop(child);
            sleep(Duration::from_millis(5));
        };
        self.is_over.store(true, Relaxed);
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it was ended, or hung");
        Err(format!("ffmpeg: {}", crate::files::one_line(line, 160)))
    }
}

impl Drop for Encoding {
    fn drop(&mut self) {
        self.is_over.store(true, Relaxed);
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}
