//! The worker: a named thread that does one job after the other and listens between two steps.

use super::backend::{Backend, RunStep};
use super::listener::{Listener, ListenerId, Listeners, Owned, WorkerError};
use super::protocol::{Command, Event, JobId, Preview};
use crate::model::LoadProgress;
use crate::pipeline::Remark;
use crate::timeline::{Context, Request, Take};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};
use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Commands that may wait unread.
const COMMANDS: usize = 64;
/// Jobs of a listener that may wait.
const MOST_WAITING: usize = 1024;
/// How often it is told how far a loading is.
const LOADING_SENT_EVERY: Duration = Duration::from_millis(30);
/// How often it is looked whether a listener has read enough for its next job.
const ROOM_LOOKED_FOR_EVERY: Duration = Duration::from_millis(20);
/// How long dropping the handle waits for the thread: longer than a step, shorter than a user's patience with a closing window.
const FAREWELL: Duration = Duration::from_secs(2);

/// The handle of the worker thread and its first listener. Dropping it cancels everything and ends the thread.
#[derive(Debug)]
pub struct Worker {
    commands: Sender<(ListenerId, Command)>,
    listener: Listener,
    listeners: Arc<Listeners>,
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
        let (ended_in, ended) = bounded::<()>(0);
        let listeners = Arc::new(Listeners::default());
        let listener = listeners.add(commands.clone());
        let stop = Arc::new(AtomicBool::new(false));
        let mut desk = Desk {
            commands: commands_out,
            listeners: Arc::clone(&listeners),
            stop: Arc::clone(&stop),
            waiting: VecDeque::new(),
            loading: None,
        };
        std::thread::Builder::new().name(THREAD.to_owned()).spawn(move || {
            let _ended_when_dropped = ended_in;
            work(&mut desk, &make_backend);
            desk.listeners.end();
        })?;
        Ok(Self { commands, listener, listeners, stop, ended })
    }

    /// One more listener, with jobs of its own.
    #[must_use]
    pub fn subscribe(&self) -> Listener {
        self.listeners.add(self.commands.clone())
    }

    /// [`Listener::send`] of the first listener. Its [`Command::Shutdown`] ends the thread.
    ///
    /// # Errors
    /// As there.
    pub fn send(&self, command: Command) -> Result<(), WorkerError> {
        self.listener.send(command)
    }

    /// [`Listener::try_event`] of the first listener.
    #[must_use]
    pub fn try_event(&self) -> Option<Event> {
        self.listener.try_event()
    }

    /// [`Listener::wait_event`] of the first listener.
    #[must_use]
    pub fn wait_event(&self, timeout: Duration) -> Option<Event> {
        self.listener.wait_event(timeout)
    }

    /// [`Listener::take_previews`] of the first listener.
    #[must_use]
    pub fn take_previews(&self) -> Vec<Preview> {
        self.listener.take_previews()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // The thread may sleep; if the channel is full it does not.
        let _ = self.send(Command::Shutdown);
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
    commands: Receiver<(ListenerId, Command)>,
    listeners: Arc<Listeners>,
    stop: Arc<AtomicBool>,
    /// Commands that were heard and not yet done.
    waiting: VecDeque<(ListenerId, Command)>,
    /// The loading under way.
    loading: Option<LoadProgress>,
}

fn work<B: Backend>(desk: &mut Desk, make_backend: &impl Fn() -> B) {
    let mut model = None;
    let mut backend = make_backend();
    while let Some((of, command)) = desk.next_command() {
        let panicked = match command {
            Command::Load { model: name } => {
                let loaded = desk.load(&mut backend, &name);
                // After a refusal the model before stays the current one, also when the backend is made again.
                if loaded == Loaded::Ready {
                    model = Some(name);
                }
                loaded == Loaded::Broken
            }
            Command::Generate { job, request, context } => desk.run(&mut backend, model.as_deref(), Owned { of, job }, &request, &context),
            Command::Cancel { .. } | Command::CancelLoad | Command::Shutdown => false,
        };
        if panicked {
            backend = make_backend();
            if let Some(name) = &model
                && desk.load(&mut backend, name) != Loaded::Ready
            {
                model = None;
                desk.listeners.send_model_event(&Event::NoModel);
            }
        }
    }
    desk.listen(None);
    desk.cancel_waiting(None);
}

impl Desk {
    /// The next command to do, waiting for it; none when it is time to end.
    fn next_command(&mut self) -> Option<(ListenerId, Command)> {
        self.listen(None);
        while !self.stopping() {
            if let Some(next) = self.next_with_room() {
                return self.waiting.remove(next);
            }
            // Those that wait are of listeners who have much to read.
            let heard = match self.waiting.is_empty() {
                true => self.commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
                false => self.commands.recv_timeout(ROOM_LOOKED_FOR_EVERY),
            };
            match heard {
                Ok((of, command)) => {
                    self.handle(of, command, None);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.stop.store(true, Ordering::Relaxed),
            }
            self.forget_the_gone();
        }
        None
    }

    /// The place of the first command whose listener has room for what comes of it: one that does not read holds up nobody else.
    fn next_with_room(&self) -> Option<usize> {
        self.waiting.iter().position(|(of, _)| self.listeners.inbox(*of).is_some_and(|inbox| inbox.has_room()))
    }

    /// Forgets the commands of listeners who are gone.
    fn forget_the_gone(&mut self) {
        let Self { waiting, listeners, .. } = self;
        waiting.retain(|(of, _)| listeners.inbox(*of).is_some());
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Read all commands that have come. Answers whether the running job is to end.
    fn listen(&mut self, running: Option<Owned>) -> bool {
        let mut cancel_running = false;
        loop {
            match self.commands.try_recv() {
                Ok((of, command)) => cancel_running |= self.handle(of, command, running),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.stop.store(true, Ordering::Relaxed);
                    break;
                }
            }
        }
        self.forget_the_gone();
        let is_for_nobody = running.is_some_and(|running| self.listeners.inbox(running.of).is_none());
        cancel_running || is_for_nobody || self.stopping()
    }

    /// Take in one command. Answers whether it cancels the running job.
    fn handle(&mut self, of: ListenerId, command: Command, running: Option<Owned>) -> bool {
        match command {
            Command::Shutdown if of == ListenerId::OWNER => self.stop.store(true, Ordering::Relaxed),
            Command::Shutdown => {
                self.cancel_waiting(Some(of));
                return running.is_some_and(|running| running.of == of);
            }
            Command::CancelLoad => self.cancel_load(),
            Command::Cancel { job } if running == Some(Owned { of, job }) => return true,
            Command::Cancel { job } => {
                let before = self.waiting.len();
                self.waiting.retain(|(other, waiting)| *other != of || job_of(waiting) != Some(job));
                if self.waiting.len() < before {
                    self.send(of, Event::Cancelled { job });
                }
            }
            Command::Generate { job, .. } if self.waiting.iter().filter(|(other, _)| *other == of).count() >= MOST_WAITING => {
                let message = format!("{MOST_WAITING} motions wait to be made: wait for them, or cancel some");
                self.send(of, Event::Failed { job, message });
            }
            other => self.waiting.push_back((of, other)),
        }
        false
    }

    /// Tell a listener something that must arrive.
    fn send(&self, to: ListenerId, event: Event) {
        if let Some(inbox) = self.listeners.inbox(to) {
            inbox.add(event);
        }
    }

    /// Ends the loading under way, and forgets those that wait.
    fn cancel_load(&mut self) {
        self.loading.iter().for_each(LoadProgress::cancel);
        let (loads, others) = self.waiting.drain(..).partition(|(_, command)| matches!(command, Command::Load { .. }));
        self.waiting = others;
        let loads: VecDeque<(ListenerId, Command)> = loads;
        for (_, command) in loads {
            if let Command::Load { model } = command {
                self.listeners.send_model_event(&Event::LoadCancelled { model });
            }
        }
    }

    /// Load a model and tell how it ended. Meanwhile another thread listens and tells how far it is.
    fn load(&mut self, backend: &mut impl Backend, model: &str) -> Loaded {
        self.listeners.send_model_event(&Event::Loading { model: model.to_owned(), done: 0.0 });
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
        self.listeners.send_model_event(&event);
        if loaded == Loaded::Ready
            && let Some(message) = backend.remark()
        {
            self.listeners.send_transient(&Event::Warning { message, at_m: None });
        }
        loaded
    }

    /// Listens and tells how far a loading is until it is over.
    fn watch_loading(&mut self, model: &str, progress: &LoadProgress, is_over: &Receiver<()>) {
        let mut told = 0.0;
        loop {
            let goes_on = is_over.recv_timeout(LOADING_SENT_EVERY) == Err(RecvTimeoutError::Timeout);
            if self.listen(None) {
                progress.cancel();
            }
            let done = progress.share();
            if done > told {
                told = done;
                self.listeners.send_transient(&Event::Loading { model: model.to_owned(), done });
            }
            if !goes_on {
                break;
            }
        }
    }

    /// Do a job and tell its one end. Answers whether the backend panicked.
    fn run(&mut self, backend: &mut impl Backend, name: Option<&str>, owned: Owned, request: &Request, context: &Context) -> bool {
        let Owned { of, job } = owned;
        self.send(of, Event::Started { job });
        let outcome = catch_unwind(AssertUnwindSafe(|| self.make_takes(backend, owned, request, context)));
        let panicked = outcome.is_err();
        let end = match outcome {
            Ok(Outcome::Finished(takes)) => Event::Finished { job, takes },
            Ok(Outcome::Cancelled) => Event::Cancelled { job },
            Ok(Outcome::Failed(message)) => Event::Failed { job, message },
            Err(panic) => Event::Failed { job, message: broke(panic.as_ref()) },
        };
        self.send(of, end);
        if !panicked && let Some((name, model)) = name.zip(backend.changed()) {
            self.listeners.send_model_event(&Event::Ready { name: name.to_owned(), model });
        }
        panicked
    }

    fn make_takes(&mut self, backend: &mut impl Backend, owned: Owned, request: &Request, context: &Context) -> Outcome {
        let Owned { of, job } = owned;
        let mut run = match backend.start(request, context) {
            Ok(run) => run,
            Err(message) => return Outcome::Failed(message),
        };
        let count = request.variations.max(1) as usize;
        let mut takes = BTreeMap::new();
        loop {
            if self.listen(Some(owned)) {
                return Outcome::Cancelled;
            }
            match run.step() {
                Ok(RunStep::Tokens { tokens, at_most, preview }) => {
                    if let Some(inbox) = self.listeners.inbox(of) {
                        if let Some((variation, motion)) = preview {
                            inbox.add_preview(Preview { job, variation, motion });
                        }
                        inbox.add_if_room(Event::Progress { job, tokens, at_most });
                    }
                }
                Ok(RunStep::Made { variation, take, warnings }) => {
                    for Remark { text, at_m } in warnings {
                        self.send(of, Event::Warning { message: text, at_m });
                    }
                    takes.insert(variation, Take::clone(&take));
                    if takes.len() < count {
                        self.send(of, Event::Made { job, variation, take: *take });
                    }
                }
                Ok(RunStep::Done) => return Outcome::Finished(takes.into_values().collect()),
                Err(message) => return Outcome::Failed(message),
            }
        }
    }

    /// The end of the jobs that never began, of one listener or of all.
    fn cancel_waiting(&mut self, of: Option<ListenerId>) {
        let (ended, others) = self.waiting.drain(..).partition(|(other, _)| of.is_none_or(|of| *other == of));
        self.waiting = others;
        let ended: VecDeque<(ListenerId, Command)> = ended;
        for (of, command) in ended {
            if let Some(job) = job_of(&command) {
                self.send(of, Event::Cancelled { job });
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
