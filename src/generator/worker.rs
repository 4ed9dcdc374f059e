//! The worker: a named thread that does one job after the other and listens between two steps.

use super::backend::{Backend, RunStep};
use super::protocol::{Command, Event, JobId, Preview};
use crate::model::LoadProgress;
use crate::timeline::{Context, Request, Take};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, TrySendError, bounded};
use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Commands that may wait unread.
const COMMANDS: usize = 64;
/// Events that may wait unread before the worker waits (or, for progress and previews, leaves them out).
const EVENTS: usize = 256;
/// How often it is told how far a loading is.
const LOADING_TOLD_EVERY: Duration = Duration::from_millis(30);
/// How long dropping the handle waits for the thread: longer than a step, shorter than a user's patience with a closing window.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a command did not reach the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// Too many commands wait.
    #[error("the generator is busy: wait for a job to end, or cancel one")]
    Busy,
    /// The thread has ended.
    #[error("the generator has stopped: start the program again")]
    Gone,
}

/// Of each variation of the running (or last) job its newest frames that nobody has taken.
type Latest = Arc<Mutex<Vec<Preview>>>;

/// The handle of the worker thread. Dropping it cancels everything and ends the thread.
#[derive(Debug)]
pub struct Worker {
    commands: Sender<Command>,
    // An Option so that `drop` can close it first: a worker that waits for room in the channel then wakes up.
    events: Option<Receiver<Event>>,
    latest: Latest,
    stop: Arc<AtomicBool>,
    ended: Receiver<()>,
}

/// The name of its thread.
pub const THREAD: &str = "generator";

impl Worker {
    /// Start the thread. `make_backend` runs on it, once at the start and again after each panic.
    ///
    /// # Errors
    /// The system's error when it cannot make a thread.
    pub fn spawn<B: Backend + 'static>(make_backend: impl Fn() -> B + Send + 'static) -> std::io::Result<Self> {
        let (commands, commands_out) = bounded(COMMANDS);
        let (events_in, events) = bounded(EVENTS);
        let (ended_in, ended) = bounded::<()>(0);
        let latest = Latest::default();
        let stop = Arc::new(AtomicBool::new(false));
        let mut desk = Desk {
            commands: commands_out,
            events: events_in,
            latest: Arc::clone(&latest),
            stop: Arc::clone(&stop),
            waiting: VecDeque::new(),
            loading: None,
        };
        std::thread::Builder::new().name(THREAD.to_owned()).spawn(move || {
            let _ended_when_dropped = ended_in;
            work(&mut desk, &make_backend);
        })?;
        Ok(Self { commands, events: Some(events), latest, stop, ended })
    }

    /// Send a command. Never waits.
    ///
    /// # Errors
    /// [`WorkerError::Busy`] when 64 commands wait unread, [`WorkerError::Gone`] after [`Command::Shutdown`].
    pub fn send(&self, command: Command) -> Result<(), WorkerError> {
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => WorkerError::Busy,
            TrySendError::Disconnected(_) => WorkerError::Gone,
        })
    }

    /// The next event, if there is one. Never waits.
    #[must_use]
    pub fn try_event(&self) -> Option<Event> {
        self.events.as_ref()?.try_recv().ok()
    }

    /// The next event, waiting at most `timeout` for it.
    #[must_use]
    pub fn wait_event(&self, timeout: Duration) -> Option<Event> {
        self.events.as_ref()?.recv_timeout(timeout).ok()
    }

    /// The newest frames of the running (or last) job's variations since the last call: of each the latest value wins.
    #[must_use]
    pub fn take_previews(&self) -> Vec<Preview> {
        std::mem::take(&mut *self.latest.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.events.take());
        // The thread may sleep; if the channel is full it does not.
        let _ = self.commands.try_send(Command::Shutdown);
        // Nothing is ever sent: the channel closes when the thread ends. A model that is still loading is not waited for.
        if self.ended.recv_timeout(FAREWELL) == Err(RecvTimeoutError::Timeout) {
            tracing::debug!("the generator was still busy when its handle was dropped");
        }
    }
}

/// How a job ended.
enum Outcome {
    Finished(Vec<Take>),
    Cancelled,
    Failed(String),
}

/// How loading a model ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loaded {
    Ready,
    Refused,
    /// The backend panicked.
    Broken,
}

/// The worker's side of the channels.
struct Desk {
    commands: Receiver<Command>,
    events: Sender<Event>,
    latest: Latest,
    stop: Arc<AtomicBool>,
    /// Commands that were heard and not yet done.
    waiting: VecDeque<Command>,
    /// The loading under way.
    loading: Option<LoadProgress>,
}

fn work<B: Backend>(desk: &mut Desk, make_backend: &impl Fn() -> B) {
    let mut model = None;
    let mut backend = make_backend();
    while let Some(command) = desk.next_command() {
        let panicked = match command {
            Command::Load { model: name } => {
                let loaded = desk.load(&mut backend, &name);
                // After a refusal the model before stays the current one, also when the backend is made again.
                if loaded == Loaded::Ready {
                    model = Some(name);
                }
                loaded == Loaded::Broken
            }
            Command::Generate { job, request, context } => desk.run(&mut backend, model.as_deref(), job, &request, &context),
            Command::Cancel { .. } | Command::CancelLoad | Command::Shutdown => false,
        };
        if panicked {
            backend = make_backend();
            if let Some(name) = &model
                && desk.load(&mut backend, name) != Loaded::Ready
            {
                model = None;
                desk.tell(Event::NoModel);
            }
        }
    }
    desk.cancel_waiting();
}

impl Desk {
    /// The next command to do, waiting for it; none when it is time to end.
    fn next_command(&mut self) -> Option<Command> {
        self.listen(None);
        while self.waiting.is_empty() && !self.stopping() {
            match self.commands.recv() {
                Ok(command) => {
                    self.hear(command, None);
                }
                Err(_) => self.stop.store(true, Ordering::Relaxed),
            }
        }
        if self.stopping() { None } else { self.waiting.pop_front() }
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Read all commands that have come. Answers whether the running job is to end.
    fn listen(&mut self, running: Option<JobId>) -> bool {
        let mut cancel_running = false;
        loop {
            match self.commands.try_recv() {
                Ok(command) => cancel_running |= self.hear(command, running),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.stop.store(true, Ordering::Relaxed);
                    break;
                }
            }
        }
        cancel_running || self.stopping()
    }

    /// Take in one command. Answers whether it cancels the running job.
    fn hear(&mut self, command: Command, running: Option<JobId>) -> bool {
        match command {
            Command::Shutdown => self.stop.store(true, Ordering::Relaxed),
            Command::CancelLoad => self.cancel_load(),
            Command::Cancel { job } if running == Some(job) => return true,
            Command::Cancel { job } => {
                let before = self.waiting.len();
                self.waiting.retain(|waiting| job_of(waiting) != Some(job));
                if self.waiting.len() < before {
                    self.tell(Event::Cancelled { job });
                }
            }
            other => self.waiting.push_back(other),
        }
        false
    }

    /// Tell something that must arrive. A listener that is gone ends the work.
    fn tell(&mut self, event: Event) {
        if self.events.send(event).is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Tell something that the next one replaces: left out when the listener is slow.
    fn mention(&self, event: Event) {
        let _ = self.events.try_send(event);
    }

    /// Ends the loading under way, and forgets those that wait.
    fn cancel_load(&mut self) {
        self.loading.iter().for_each(LoadProgress::cancel);
        let (loads, others) = self.waiting.drain(..).partition(|command| matches!(command, Command::Load { .. }));
        self.waiting = others;
        let loads: VecDeque<Command> = loads;
        for command in loads {
            if let Command::Load { model } = command {
                self.tell(Event::LoadCancelled { model });
            }
        }
    }

    /// Load a model and tell how it ended. Meanwhile another thread listens and tells how far it is.
    fn load(&mut self, backend: &mut impl Backend, model: &str) -> Loaded {
        self.tell(Event::Loading { model: model.to_owned(), done: 0.0 });
        let progress = LoadProgress::default();
        self.loading = Some(progress.clone());
        let (over, is_over) = bounded::<()>(0);
        let outcome = std::thread::scope(|scope| {
            let desk = &mut *self;
            let told = &progress;
            // Without a thread to be had it loads all the same, unwatched.
            let _ = std::thread::Builder::new().spawn_scoped(scope, move || desk.watch_loading(model, told, &is_over));
            let outcome = catch_unwind(AssertUnwindSafe(|| backend.load(model, &progress)));
            drop(over);
            outcome
        });
        self.loading = None;
        let (loaded, event) = match outcome {
            Ok(Ok(info)) => (Loaded::Ready, Event::Ready { name: model.to_owned(), model: info }),
            Ok(Err(_)) if progress.is_cancelled() => (Loaded::Refused, Event::LoadCancelled { model: model.to_owned() }),
            Ok(Err(message)) => (Loaded::Refused, Event::LoadFailed { model: model.to_owned(), message }),
            Err(panic) => (Loaded::Broken, Event::LoadFailed { model: model.to_owned(), message: broke(panic.as_ref()) }),
        };
        self.tell(event);
        if loaded == Loaded::Ready
            && let Some(message) = backend.remark()
        {
            self.tell(Event::Warning { message });
        }
        loaded
    }

    /// Listens and tells how far a loading is until it is over.
    fn watch_loading(&mut self, model: &str, progress: &LoadProgress, is_over: &Receiver<()>) {
        let mut told = 0.0;
        loop {
            let goes_on = is_over.recv_timeout(LOADING_TOLD_EVERY) == Err(RecvTimeoutError::Timeout);
            if self.listen(None) {
                progress.cancel();
            }
            let done = progress.share();
            if done > told {
                told = done;
                self.mention(Event::Loading { model: model.to_owned(), done });
            }
            if !goes_on {
                break;
            }
        }
    }

    /// Do a job and tell its one end. Answers whether the backend panicked.
    fn run(&mut self, backend: &mut impl Backend, name: Option<&str>, job: JobId, request: &Request, context: &Context) -> bool {
        self.tell(Event::Started { job });
        let outcome = catch_unwind(AssertUnwindSafe(|| self.make_takes(backend, job, request, context)));
        let panicked = outcome.is_err();
        self.tell(match outcome {
            Ok(Outcome::Finished(takes)) => Event::Finished { job, takes },
            Ok(Outcome::Cancelled) => Event::Cancelled { job },
            Ok(Outcome::Failed(message)) => Event::Failed { job, message },
            Err(panic) => Event::Failed { job, message: broke(panic.as_ref()) },
        });
        if !panicked && let Some((name, model)) = name.zip(backend.changed()) {
            self.tell(Event::Ready { name: name.to_owned(), model });
        }
        panicked
    }

    fn make_takes(&mut self, backend: &mut impl Backend, job: JobId, request: &Request, context: &Context) -> Outcome {
        let mut run = match backend.start(request, context) {
            Ok(run) => run,
            Err(message) => return Outcome::Failed(message),
        };
        let count = request.variations.max(1) as usize;
        let mut takes = BTreeMap::new();
        loop {
            if self.listen(Some(job)) {
                return Outcome::Cancelled;
            }
            match run.step() {
                Ok(RunStep::Tokens { tokens, at_most, preview }) => {
                    if let Some((variation, motion)) = preview {
                        self.show(Preview { job, variation, motion });
                    }
                    self.mention(Event::Progress { job, tokens, at_most });
                }
                Ok(RunStep::Made { variation, take, warnings }) => {
                    for message in warnings {
                        self.tell(Event::Warning { message });
                    }
                    takes.insert(variation, Take::clone(&take));
                    if takes.len() < count {
                        self.tell(Event::Made { job, variation, take: *take });
                    }
                }
                Ok(RunStep::Done) => return Outcome::Finished(takes.into_values().collect()),
                Err(message) => return Outcome::Failed(message),
            }
        }
    }

    fn show(&self, preview: Preview) {
        let event = Event::Preview { job: preview.job, variation: preview.variation, frames: preview.motion.len() };
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.retain(|older| older.job == preview.job && older.variation != preview.variation);
        latest.push(preview);
        drop(latest);
        self.mention(event);
    }

    /// The end of the jobs that never began.
    fn cancel_waiting(&mut self) {
        self.listen(None);
        while let Some(command) = self.waiting.pop_front() {
            if let Some(job) = job_of(&command) {
                self.tell(Event::Cancelled { job });
            }
        }
    }
}

fn job_of(command: &Command) -> Option<JobId> {
    match command {
        Command::Generate { job, .. } => Some(*job),
        Command::Load { .. } | Command::CancelLoad | Command::Cancel { .. } | Command::Shutdown => None,
    }
}

/// What to tell of a panic.
fn broke(panic: &(dyn Any + Send)) -> String {
    let cause = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the generator broke and was started again ({}): try another prompt or seed", cause.unwrap_or("no reason given"))
}
