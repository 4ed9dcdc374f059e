//! The user's `ffmpeg` as a child process that pictures go into or come from: what it says is kept, and one that hangs is ended.

use super::one_line;
use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

/// Names the program where it is not on the path.
const PROGRAM_VARIABLE: &str = "ZOETROPE_FFMPEG";
/// A program that takes or hands over nothing for so long hangs. The largest picture takes a slow encoder a second.
const PATIENCE: Duration = Duration::from_secs(60);
/// As much of what the program says is kept, and of that a line.
const MOST_SAID: u64 = 4096;
const LONGEST_SAID: usize = 160;
/// How often it is looked whether it hangs, and whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const ENDS_SOON: Duration = Duration::from_millis(5);

/// The program that reads and writes videos.
#[derive(Clone, Debug)]
pub struct Ffmpeg {
    /// Its name, or where it is.
    pub program: OsString,
    /// It hangs if it takes so long over a picture.
    pub patience: Duration,
}

/// `ffmpeg` at work. Dropped before its end, it is ended.
pub struct FfmpegAtWork {
    child: Arc<Mutex<Child>>,
    said: Option<JoinHandle<String>>,
    waits: Arc<Waits>,
}

/// What the watching thread looks at.
#[derive(Default)]
struct Waits {
    /// Since when the program is waited for.
    since: Mutex<Option<Instant>>,
    is_over: AtomicBool,
    has_hung: AtomicBool,
}

/// How the program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FfmpegEnd {
    /// Whether it says that all went well.
    pub is_success: bool,
    /// Whether it was ended because it hung.
    pub has_hung: bool,
    /// The first line that it said, if any.
    pub said: Option<String>,
}

impl Ffmpeg {
    /// The `ffmpeg` of the user: on the path, or where `ZOETROPE_FFMPEG` says.
    #[must_use]
    pub fn of_user() -> Self {
        let program = std::env::var_os(PROGRAM_VARIABLE).unwrap_or_else(|| OsString::from("ffmpeg"));
        Self { program, patience: PATIENCE }
    }

    /// Starts the program, which says nothing but its errors; `set` gives it its arguments and pipes.
    ///
    /// # Errors
    /// What the system says where it does not start; `NotFound` where it is not there.
    pub fn begin(&self, set: impl FnOnce(&mut Command)) -> io::Result<FfmpegAtWork> {
        let mut command = Command::new(&self.program);
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin"]).stdin(Stdio::null()).stdout(Stdio::null());
        set(&mut command);
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let said = child.stderr.take().and_then(listened_to);
        let work = FfmpegAtWork { child: Arc::new(Mutex::new(child)), said, waits: Arc::default() };
        work.watch(self.patience);
        Ok(work)
    }
}

/// What the program says, once it is silent.
fn listened_to(mut stderr: ChildStderr) -> Option<JoinHandle<String>> {
    let listening = Builder::new().name("ffmpeg's words".to_owned());
    let said = listening.spawn(move || {
        let mut said = Vec::new();
        // What is beyond is read too: a full pipe would stop the program.
        let _ = stderr.by_ref().take(MOST_SAID).read_to_end(&mut said);
        let _ = io::copy(&mut stderr, &mut io::sink());
        String::from_utf8_lossy(&said).into_owned()
    });
    said.ok()
}

impl FfmpegAtWork {
    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What pictures go into, where a pipe was asked for; once.
    #[must_use]
    pub fn stdin(&self) -> Option<ChildStdin> {
        self.child().stdin.take()
    }

    /// What pictures come from, where a pipe was asked for; once.
    #[must_use]
    pub fn stdout(&self) -> Option<ChildStdout> {
        self.child().stdout.take()
    }

    /// Ends a program that is waited for in vain: who waits would wait for ever.
    fn watch(&self, patience: Duration) {
        let (child, waits) = (Arc::clone(&self.child), Arc::clone(&self.waits));
        let watching = Builder::new().name("ffmpeg's watch".to_owned());
        // Without a thread there is no watch: the user can still end the program.
        let _ = watching.spawn(move || {
            while !waits.is_over.load(Relaxed) {
                sleep(LOOK_AGAIN);
                let since = *waits.since.lock().unwrap_or_else(PoisonError::into_inner);
                if since.is_some_and(|since| since.elapsed() > patience) {
                    waits.has_hung.store(true, Relaxed);
                    let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
                    return;
                }
            }
        });
    }

    /// Does what waits for the program.
    pub fn waited_for<T>(&self, work: impl FnOnce() -> T) -> T {
        self.waits(Some(Instant::now()));
        let done = work();
        self.waits(None);
        done
    }

    fn waits(&self, since: Option<Instant>) {
        *self.waits.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Ends the program.
    pub fn kill(&self) {
        let _ = self.child().kill();
    }

    /// Waits for the program's end. Its pipes have to be closed.
    ///
    /// # Errors
    /// What the system says where it cannot be waited for.
    pub fn end(&mut self) -> io::Result<FfmpegEnd> {
        self.waits(Some(Instant::now()));
        let status = loop {
            let status = self.child().try_wait()?;
            match status {
                Some(status) => break status,
                None => sleep(ENDS_SOON),
            }
        };
        self.waits.is_over.store(true, Relaxed);
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        let said = said.lines().find(|line| !line.trim().is_empty()).map(|line| one_line(line, LONGEST_SAID));
        Ok(FfmpegEnd { is_success: status.success(), has_hung: self.waits.has_hung.load(Relaxed), said })
    }
}

impl Drop for FfmpegAtWork {
    fn drop(&mut self) {
        self.waits.is_over.store(true, Relaxed);
        let mut child = self.child();
        let _ = child.kill();
        let _ = child.wait();
    }
}
