//! Who tells the worker and hears of it: a window, a local service. Each has its own jobs and an inbox of its own, which the worker never
//! waits for.

use super::protocol::{Command, Event, JobId, Preview};
use crossbeam_channel::{Sender, TrySendError};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Events that may wait unread before progress and previews are left out, and before a further job of the listener begins.
const ROOM: usize = 256;
/// Events unread after which a listener counts as gone: it asks and asks, and never listens.
const MOST_UNREAD: usize = 4096;

/// Why a command did not reach the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    /// Too many commands wait.
    #[error("the generator is busy: wait for a job to end, or cancel one")]
    Busy,
    /// The thread has ended, or this listener has not read for too long.
    #[error("the generator has stopped: start the program again")]
    Gone,
}

/// Which listener; its jobs have their numbers beside those of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ListenerId(u64);

impl ListenerId {
    /// Whose [`Command::Shutdown`] ends the thread.
    pub(super) const OWNER: Self = Self(0);
}

/// What a listener has not read yet.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    unread: Mutex<Unread>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Unread {
    events: VecDeque<Event>,
    /// Of each variation of the running (or last) job its newest frames.
    previews: Vec<Preview>,
    /// Nobody reads it any more.
    is_closed: bool,
    /// Nothing more comes.
    is_over: bool,
}

impl Inbox {
    fn unread(&self) -> MutexGuard<'_, Unread> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts in what must arrive.
    pub(super) fn add(&self, event: Event) {
        let mut unread = self.unread();
        if unread.events.len() >= MOST_UNREAD {
            unread.is_closed = true;
        }
        if !unread.is_closed {
            unread.events.push_back(event);
            self.more.notify_all();
        }
    }

    /// Puts in what the next one replaces, if there is room.
    pub(super) fn add_if_room(&self, event: Event) {
        if self.has_room() {
            self.add(event);
        }
    }

    /// Puts in what is true of the model in the place of what was: nobody needs to know what it was meanwhile.
    pub(super) fn add_of_model(&self, event: Event) {
        let mut unread = self.unread();
        if unread.events.len() >= ROOM {
            unread.events.retain(|event| !event.is_of_model());
        }
        drop(unread);
        self.add(event);
    }

    /// Puts in the newest frames of a variation.
    pub(super) fn add_preview(&self, preview: Preview) {
        let event = Event::Preview { job: preview.job, variation: preview.variation, frames: preview.motion.len() };
        let mut unread = self.unread();
        unread.previews.retain(|older| older.job == preview.job && older.variation != preview.variation);
        unread.previews.push(preview);
        drop(unread);
        self.add_if_room(event);
    }

    /// Whether a further job may begin whose events come in here.
    pub(super) fn has_room(&self) -> bool {
        let unread = self.unread();
        unread.events.len() < ROOM && !unread.is_closed
    }

    pub(super) fn is_closed(&self) -> bool {
        self.unread().is_closed
    }

    /// Whether nobody is at one of its two ends.
    fn is_left(&self) -> bool {
        let unread = self.unread();
        unread.is_closed || unread.is_over
    }

    /// Nothing more comes.
    fn end(&self) {
        self.unread().is_over = true;
        self.more.notify_all();
    }
}

/// All listeners, and what a new one has to know.
#[derive(Debug, Default)]
pub(super) struct Listeners(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    inboxes: Vec<(ListenerId, Arc<Inbox>)>,
    next: u64,
    /// What was last said of the model.
    model: Option<Event>,
    /// The thread has ended.
    is_over: bool,
}

impl Listeners {
    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more, who is told at once which model there is.
    pub(super) fn add(self: &Arc<Self>, commands: Sender<(ListenerId, Command)>) -> Listener {
        let inbox = Arc::new(Inbox::default());
        let mut all = self.all();
        let id = ListenerId(all.next);
        all.next += 1;
        all.model.iter().cloned().for_each(|event| inbox.add(event));
        if all.is_over {
            inbox.end();
        } else {
            all.inboxes.push((id, Arc::clone(&inbox)));
        }
        Listener { id, inbox, commands, listeners: Arc::clone(self) }
    }

    /// The inbox of a listener; none where it is gone.
    pub(super) fn inbox(&self, id: ListenerId) -> Option<Arc<Inbox>> {
        let inbox = self.all().inboxes.iter().find(|(other, _)| *other == id).map(|(_, inbox)| Arc::clone(inbox));
        inbox.filter(|inbox| !inbox.is_closed())
    }

    /// Sends all of them what is true of the model now.
    pub(super) fn send_model_event(&self, event: &Event) {
        let mut all = self.all();
        all.inboxes.retain(|(_, inbox)| !inbox.is_closed());
        all.inboxes.iter().for_each(|(_, inbox)| inbox.add_of_model(event.clone()));
        if event.says_which_model() {
            all.model = Some(event.clone());
        }
    }

    /// Sends all of them what the next event of its kind replaces.
    pub(super) fn send_transient(&self, event: &Event) {
        self.all().inboxes.iter().for_each(|(_, inbox)| inbox.add_if_room(event.clone()));
    }

    /// The thread ends: nothing more comes.
    pub(super) fn end(&self) {
        let mut all = self.all();
        all.is_over = true;
        all.inboxes.drain(..).for_each(|(_, inbox)| inbox.end());
    }
}

/// One who sends commands to the worker and receives the events of its own jobs, and of the model, which all share. Dropping it cancels its
/// jobs.
#[derive(Debug)]
pub struct Listener {
    id: ListenerId,
    inbox: Arc<Inbox>,
    commands: Sender<(ListenerId, Command)>,
    listeners: Arc<Listeners>,
}

impl Listener {
    /// Send a command. Never waits. Numbers of jobs are the listener's own: others may use the same.
    ///
    /// # Errors
    /// [`WorkerError::Busy`] when too many commands wait unread, [`WorkerError::Gone`] after the end of the thread, and where so many
    /// events were left unread that the worker took this listener for dead.
    pub fn send(&self, command: Command) -> Result<(), WorkerError> {
        if self.inbox.is_left() {
            return Err(WorkerError::Gone);
        }
        self.commands.try_send((self.id, command)).map_err(|error| match error {
            TrySendError::Full(_) => WorkerError::Busy,
            TrySendError::Disconnected(_) => WorkerError::Gone,
        })
    }

    /// The next event, if there is one. Never waits.
    #[must_use]
    pub fn try_event(&self) -> Option<Event> {
        self.inbox.unread().events.pop_front()
    }

    /// The next event, waiting at most `timeout` for it.
    #[must_use]
    pub fn wait_event(&self, timeout: Duration) -> Option<Event> {
        let is_waited_for = |unread: &mut Unread| unread.events.is_empty() && !unread.is_over && !unread.is_closed;
        let waited = self.inbox.more.wait_timeout_while(self.inbox.unread(), timeout, is_waited_for);
        waited.unwrap_or_else(PoisonError::into_inner).0.events.pop_front()
    }

    /// The newest frames of the running (or last) job's variations since the last call: of each the latest value wins.
    #[must_use]
    pub fn take_previews(&self) -> Vec<Preview> {
        std::mem::take(&mut self.inbox.unread().previews)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The worker finds its jobs without an inbox at the next step, and ends them.
        self.inbox.unread().is_closed = true;
        self.listeners.all().inboxes.retain(|(id, _)| *id != self.id);
    }
}

/// A listener's job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owned {
    pub(super) of: ListenerId,
    pub(super) job: JobId,
}
