//! Work on other threads. A panic there becomes a message; work that must not be lost is waited for at the end.
//!
//! What has become of a task is taken in by the function that was given with it, on the thread of whoever takes it.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// What the user reads where the program itself is at fault.
const PANICKED: &str = "the program made an error; what was being done is left out, everything else goes on: please report it";

/// When a task runs, and which of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Beside everything else.
    Free,
    /// After all serial tasks before it: what is written to the same files keeps its order.
    Serial,
    /// Beside everything else; of a lane only the latest task is heard of.
    Latest(&'static str),
}

/// How a task is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TaskKind {
    order: Order,
    must_finish: bool,
    in_background: bool,
}

impl TaskKind {
    /// Reading: quitting does not wait for it.
    pub(super) const READ: Self = Self { order: Order::Free, must_finish: false, in_background: false };
    /// Writing of a file that nobody else writes: quitting waits for it.
    pub(super) const WRITE: Self = Self { must_finish: true, ..Self::READ };
    /// Reading and writing of files whose order matters: quitting waits for it.
    pub(super) const SERIAL: Self = Self { order: Order::Serial, ..Self::WRITE };
    /// The same without anybody waiting for it, scripts included: autosave.
    pub(super) const BACKGROUND: Self = Self { in_background: true, ..Self::SERIAL };

    /// Reading of which the latest counts.
    pub(super) const fn latest(lane: &'static str) -> Self {
        Self { order: Order::Latest(lane), ..Self::READ }
    }
}

/// What takes a task's outcome in.
pub(super) type Done<S> = Box<dyn FnOnce(&mut S) + Send>;
/// A task with what takes its outcome in.
type Work<S> = Box<dyn FnOnce() -> Done<S> + Send>;
/// Tasks that have not begun, with their numbers.
type Held<S> = Mutex<VecDeque<(u64, Work<S>)>>;

/// Tasks whose outcomes an `S` takes in.
pub(super) struct Tasks<S> {
    running: Vec<(u64, TaskKind)>,
    next: u64,
    /// The latest task of each lane.
    latest: BTreeMap<&'static str, u64>,
    finished: Arc<Finished<S>>,
    serial: Option<Sender<(u64, Work<S>)>>,
    /// Tasks that wait until somebody calls [`Self::run_next`]: the clock of tests.
    held: Option<Held<S>>,
}

/// Finished tasks that nobody has taken yet.
struct Finished<S> {
    tasks: Mutex<Vec<(u64, Done<S>)>>,
    more: Condvar,
}

impl<S> Finished<S> {
    fn add(&self, id: u64, done: Done<S>) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push((id, done));
        self.more.notify_all();
    }
}

impl<S: 'static> Default for Tasks<S> {
    fn default() -> Self {
        let finished = Arc::new(Finished { tasks: Mutex::default(), more: Condvar::new() });
        Self { running: Vec::new(), next: 0, latest: BTreeMap::new(), finished, serial: None, held: None }
    }
}

impl<S> std::fmt::Debug for Tasks<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tasks").field("running", &self.running).finish_non_exhaustive()
    }
}

impl<S: 'static> Tasks<S> {
    /// Tasks that begin when [`Self::run_next`] is called, in the order in which they were given.
    pub(super) fn held() -> Self {
        let mut tasks = Self::default();
        tasks.held = Some(Mutex::default());
        tasks
    }

    /// Begins a task; `done` takes in what has become of it.
    pub(super) fn run<V: Send + 'static>(
        &mut self,
        kind: TaskKind,
        work: impl FnOnce() -> Result<V, String> + Send + 'static,
        done: impl FnOnce(&mut S, Result<V, String>) + Send + 'static,
    ) {
        let id = self.next;
        self.next += 1;
        self.running.push((id, kind));
        if let Order::Latest(lane) = kind.order {
            self.latest.insert(lane, id);
        }
        let work: Work<S> = Box::new(move || {
            // What a panic has broken is dropped with it.
            let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(PANICKED.to_owned()));
            Box::new(move |state| done(state, outcome))
        });
        match &self.held {
            Some(held) => held.lock().unwrap_or_else(PoisonError::into_inner).push_back((id, work)),
            None if kind.order == Order::Serial => self.run_serial(id, work),
            None => self.run_beside(id, work),
        }
    }

    fn run_beside(&mut self, id: u64, work: Work<S>) {
        // A task whose thread cannot begin gives the work back, which keeps it from being lost.
        let work = Arc::new(Mutex::new(Some(work)));
        let (theirs, finished) = (Arc::clone(&work), Arc::clone(&self.finished));
        let begin = move || {
            if let Some(work) = taken(&theirs) {
                finished.add(id, work());
            }
        };
        if std::thread::Builder::new().name("task".to_owned()).spawn(begin).is_err()
            && let Some(work) = taken(&work)
        {
            self.finished.add(id, work());
        }
    }

    fn run_serial(&mut self, id: u64, work: Work<S>) {
        if self.serial.is_none() {
            let (sender, waiting) = channel::<(u64, Work<S>)>();
            let finished = Arc::clone(&self.finished);
            let run_all = move || waiting.into_iter().for_each(|(id, work)| finished.add(id, work()));
            if std::thread::Builder::new().name("files".to_owned()).spawn(run_all).is_ok() {
                self.serial = Some(sender);
            }
        }
        match &self.serial {
            // Its thread ends with the sender alone.
            Some(serial) => drop(serial.send((id, work))),
            // This keeps the order too.
            None => self.finished.add(id, work()),
        }
    }

    /// Runs the oldest held task here and now. Answers whether there was one.
    pub(super) fn run_next(&mut self) -> bool {
        let next = |held: &Held<S>| held.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((id, work)) = self.held.as_ref().and_then(next) else { return false };
        self.finished.add(id, work());
        true
    }

    /// What takes in the outcomes of the tasks that are over.
    pub(super) fn take_done(&mut self) -> Vec<Done<S>> {
        let finished = taken(&self.finished.tasks);
        finished.into_iter().filter_map(|(id, done)| self.is_heard_of(id).then_some(done)).collect()
    }

    /// Takes a task off the list. Answers whether its outcome still counts.
    fn is_heard_of(&mut self, id: u64) -> bool {
        let Some(place) = self.running.iter().position(|(running, _)| *running == id) else { return false };
        let (_, kind) = self.running.remove(place);
        !matches!(kind.order, Order::Latest(lane) if self.latest.get(lane) != Some(&id))
    }

    /// Whether something is under way that a script waits for.
    pub(super) fn is_working(&self) -> bool {
        self.running.iter().any(|(_, kind)| !kind.in_background)
    }

    /// Whether something is under way that must not be lost, or whose outcome has not been taken.
    pub(super) fn must_finish(&self) -> bool {
        self.running.iter().any(|(_, kind)| kind.must_finish)
    }
}

/// However the program ends, what must not be lost is waited for.
impl<S> Drop for Tasks<S> {
    fn drop(&mut self) {
        // The held ones are a test's, which has left them.
        let must: Vec<u64> = self.running.iter().filter(|(_, kind)| kind.must_finish && self.held.is_none()).map(|(id, _)| *id).collect();
        let tasks = self.finished.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let is_waiting = |tasks: &mut Vec<(u64, Done<S>)>| must.iter().any(|id| !tasks.iter().any(|(done, _)| done == id));
        drop(self.finished.more.wait_while(tasks, is_waiting));
    }
}

fn taken<T: Default>(from: &Mutex<T>) -> T {
    std::mem::take(&mut *from.lock().unwrap_or_else(PoisonError::into_inner))
}

/// How far long work is, and whether it is to end.
#[derive(Debug, Default)]
pub struct Watch {
    done: AtomicU64,
    of: AtomicU64,
    cancelled: AtomicBool,
}

impl Watch {
    /// How much is done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Relaxed)
    }

    /// How much there is to do; 0 where that is not known.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.of.load(Relaxed)
    }

    /// One part more is done.
    pub fn step(&self) {
        self.done.fetch_add(1, Relaxed);
    }

    /// So much of so much is done.
    pub fn set(&self, done: u64, of: u64) {
        self.done.store(done, Relaxed);
        self.of.store(of, Relaxed);
    }

    /// The work is to end.
    pub fn cancel(&self) {
        self.cancelled.store(true, Relaxed);
    }

    /// Whether the work is to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    type Outcomes = Vec<Result<usize, String>>;

    fn take_in(outcomes: &mut Outcomes, outcome: Result<usize, String>) {
        outcomes.push(outcome);
    }

    /// Everything that comes until nothing is under way.
    fn all(tasks: &mut Tasks<Outcomes>) -> Outcomes {
        let mut outcomes = Outcomes::new();
        while tasks.is_working() {
            std::thread::sleep(Duration::from_millis(1));
            tasks.take_done().into_iter().for_each(|done| done(&mut outcomes));
        }
        outcomes
    }

    #[test]
    fn serial_tasks_keep_their_order_and_are_waited_for() {
        let mut tasks = Tasks::default();
        for number in 0..20 {
            // The earlier ones take longer.
            let work = move || {
                std::thread::sleep(Duration::from_millis(20 - number as u64));
                Ok(number)
            };
            tasks.run(TaskKind::SERIAL, work, take_in);
        }
        assert!(tasks.must_finish());
        assert_eq!(all(&mut tasks), (0..20).map(Ok).collect::<Vec<_>>());
        assert!(!tasks.must_finish());
    }

    #[test]
    fn a_panic_is_a_message_and_what_comes_behind_is_done() {
        let mut tasks = Tasks::default();
        tasks.run(TaskKind::SERIAL, || panic!("a fault of a parser"), take_in);
        tasks.run(TaskKind::SERIAL, || Ok(2), take_in);
        tasks.run(TaskKind::WRITE, || panic!("a fault of another"), take_in);
        let mut outcomes = all(&mut tasks);
        outcomes.sort();
        assert_eq!(outcomes, [Ok(2), Err(PANICKED.to_owned()), Err(PANICKED.to_owned())]);
    }

    #[test]
    fn of_a_lane_the_latest_is_heard_of_whichever_is_done_first() {
        let mut tasks = Tasks::default();
        for (number, ms) in [(1, 60), (2, 1)] {
            let work = move || {
                std::thread::sleep(Duration::from_millis(ms));
                Ok(number)
            };
            tasks.run(TaskKind::latest("body"), work, take_in);
        }
        tasks.run(TaskKind::latest("list"), || Ok(3), take_in);
        let mut outcomes = all(&mut tasks);
        outcomes.sort();
        assert_eq!(outcomes.last(), Some(&Ok(3)));
        assert!(outcomes.contains(&Ok(2)));
        // The first is heard of only if it was taken in before the second began.
        assert!(!outcomes.contains(&Ok(1)));
    }

    #[test]
    fn background_tasks_are_finished_and_nobody_waits_for_them() {
        let mut tasks: Tasks<Outcomes> = Tasks::held();
        tasks.run(TaskKind::BACKGROUND, || Ok(1), take_in);
        assert!(!tasks.is_working() && tasks.must_finish());
        assert!(tasks.run_next() && !tasks.run_next());
        assert_eq!(tasks.take_done().len(), 1);
        assert!(!tasks.must_finish());
    }

    #[test]
    fn dropping_them_waits_for_what_must_not_be_lost_and_for_nothing_else() {
        let (mut tasks, written) = (Tasks::<Outcomes>::default(), Arc::new(AtomicBool::new(false)));
        let into = Arc::clone(&written);
        let (ends, waits) = channel::<()>();
        tasks.run(TaskKind::READ, move || waits.recv().map(|()| 5).map_err(|error| error.to_string()), take_in);
        let write = move || {
            std::thread::sleep(Duration::from_millis(50));
            into.store(true, Relaxed);
            Ok(4)
        };
        tasks.run(TaskKind::WRITE, write, take_in);
        drop(tasks);
        assert!(written.load(Relaxed));
        drop(ends);
    }
}
