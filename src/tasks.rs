//! Work on other threads. A panic there becomes a message; work that must not be lost is waited for at the end.
//!
//! Whoever begins a task holds its [`Task`], and asks that for the outcome. One that is dropped is heard of no more.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What the user reads where the program itself is at fault.
const PANICKED: &str = "the program made an error; what was being done is left out, everything else goes on: please report it";

/// How a task is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskKind {
    /// Whether it runs after all serial tasks before it: what is written to the same files keeps its order.
    is_serial: bool,
    must_finish: bool,
    in_background: bool,
}

impl TaskKind {
    /// Reading: quitting does not wait for it.
    pub const READ: Self = Self { is_serial: false, must_finish: false, in_background: false };
    /// Writing of a file that nobody else writes: quitting waits for it.
    pub const WRITE: Self = Self { must_finish: true, ..Self::READ };
    /// Reading and writing of files whose order matters: quitting waits for it.
    pub const SERIAL: Self = Self { is_serial: true, ..Self::WRITE };
    /// The same without anybody waiting for it, scripts included: autosave.
    pub const BACKGROUND: Self = Self { in_background: true, ..Self::SERIAL };
}

/// A task that was begun, in the hands of whoever takes its outcome in.
pub struct Task<T> {
    outcome: Arc<Mutex<Option<Result<T, String>>>>,
    status: Arc<Status>,
}

/// How far a task is.
#[derive(Debug, Default)]
struct Status {
    is_over: AtomicBool,
    /// Its outcome has been taken in, or nobody wants it.
    is_dropped: AtomicBool,
}

impl<T> Task<T> {
    /// What has become of it, once, as soon as it is over. Then the task may be dropped.
    pub fn outcome(&self) -> Option<Result<T, String>> {
        locked(&self.outcome).take()
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.status.is_dropped.store(true, Relaxed);
    }
}

impl<T> std::fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What has become of a task; it is dropped then.
pub fn outcome<T>(task: &mut Option<Task<T>>) -> Option<Result<T, String>> {
    let outcome = task.as_ref()?.outcome()?;
    *task = None;
    Some(outcome)
}

/// What has become of those of several tasks that are over, in the order in which they began; they are dropped then.
pub fn outcomes<T>(tasks: &mut Vec<Task<T>>) -> Vec<Result<T, String>> {
    let mut outcomes = Vec::new();
    tasks.retain(|task| match task.outcome() {
        Some(outcome) => {
            outcomes.push(outcome);
            false
        }
        None => true,
    });
    outcomes
}

type Work = Box<dyn FnOnce() + Send>;

/// All tasks that are under way.
#[derive(Default)]
pub struct Tasks {
    begun: Vec<(Arc<Status>, TaskKind)>,
    /// Told of every task that is over.
    over: Arc<(Mutex<()>, Condvar)>,
    serial: Option<Sender<Work>>,
    /// Tasks that wait until somebody calls [`Self::run_next`]: the clock of tests.
    held: Option<Mutex<VecDeque<Work>>>,
}

impl std::fmt::Debug for Tasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tasks").field("begun", &self.begun).finish_non_exhaustive()
    }
}

impl Tasks {
    /// Tasks that begin when [`Self::run_next`] is called, in the order in which they were given.
    #[must_use]
    pub fn held() -> Self {
        let mut tasks = Self::default();
        tasks.held = Some(Mutex::default());
        tasks
    }

    /// Begins a task.
    pub fn run<T: Send + 'static>(&mut self, kind: TaskKind, work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Task<T> {
        let (outcome, status) = (Arc::new(Mutex::new(None)), Arc::new(Status::default()));
        let task = Task { outcome: Arc::clone(&outcome), status: Arc::clone(&status) };
        self.begun.retain(|(status, _)| is_under_way(status));
        self.begun.push((Arc::clone(&status), kind));
        let over = Arc::clone(&self.over);
        let work: Work = Box::new(move || {
            // What a panic has broken is dropped with it.
            *locked(&outcome) = Some(catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(PANICKED.to_owned())));
            let _told = locked(&over.0);
            status.is_over.store(true, Relaxed);
            over.1.notify_all();
        });
        match &self.held {
            Some(held) => locked(held).push_back(work),
            None if kind.is_serial => self.run_serial(work),
            None => run_beside(work),
        }
        task
    }

    fn run_serial(&mut self, work: Work) {
        if self.serial.is_none() {
            let (sender, waiting) = channel::<Work>();
            let run_all = move || waiting.into_iter().for_each(|work| work());
            if std::thread::Builder::new().name("files".to_owned()).spawn(run_all).is_ok() {
                self.serial = Some(sender);
            }
        }
        match &self.serial {
            // Its thread ends with the sender alone.
            Some(serial) => drop(serial.send(work)),
            // This keeps the order too.
            None => work(),
        }
    }

    /// Runs the oldest held task here and now. Answers whether there was one.
    pub fn run_next(&self) -> bool {
        let next = self.held.as_ref().and_then(|held| locked(held).pop_front());
        next.map(|work| work()).is_some()
    }

    /// Whether something is under way that a script waits for, or whose outcome has not been taken.
    #[must_use]
    pub fn is_working(&self) -> bool {
        self.begun.iter().any(|(status, kind)| !kind.in_background && is_under_way(status))
    }

    /// Whether something is under way that must not be lost, or whose outcome has not been taken.
    #[must_use]
    pub fn must_finish(&self) -> bool {
        self.begun.iter().any(|(status, kind)| kind.must_finish && is_under_way(status))
    }
}

/// However the program ends, what must not be lost is waited for.
impl Drop for Tasks {
    fn drop(&mut self) {
        // The held ones are a test's, which has left them.
        if self.held.is_none() {
            let is_waiting = |_: &mut ()| self.begun.iter().any(|(status, kind)| kind.must_finish && !status.is_over.load(Relaxed));
            drop(self.over.1.wait_while(locked(&self.over.0), is_waiting));
        }
    }
}

fn is_under_way(status: &Status) -> bool {
    !(status.is_over.load(Relaxed) && status.is_dropped.load(Relaxed))
}

fn run_beside(work: Work) {
    // A task whose thread cannot begin gives the work back, which keeps it from being lost.
    let work = Arc::new(Mutex::new(Some(work)));
    let theirs = Arc::clone(&work);
    let begin = move || run_if_left(&theirs);
    if std::thread::Builder::new().name("task".to_owned()).spawn(begin).is_err() {
        run_if_left(&work);
    }
}

fn run_if_left(work: &Mutex<Option<Work>>) {
    let work = locked(work).take();
    work.into_iter().for_each(|work| work());
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Everything that comes until nothing is under way.
    fn all(tasks: &Tasks, mut begun: Vec<Task<usize>>) -> Outcomes {
        let mut all = Outcomes::new();
        while tasks.is_working() {
            std::thread::sleep(Duration::from_millis(1));
            all.extend(outcomes(&mut begun));
        }
        all
    }

    #[test]
    fn serial_tasks_keep_their_order_and_are_waited_for() {
        let (mut tasks, done) = (Tasks::default(), Arc::new(Mutex::new(Vec::new())));
        let begun = (0..20).map(|number| {
            let done = Arc::clone(&done);
            // The earlier ones take longer.
            tasks.run(TaskKind::SERIAL, move || {
                std::thread::sleep(Duration::from_millis(20 - number as u64));
                locked(&done).push(number);
                Ok(number)
            })
        });
        let begun = begun.collect();
        assert!(tasks.must_finish());
        assert_eq!(all(&tasks, begun), (0..20).map(Ok).collect::<Vec<_>>());
        assert_eq!(*locked(&done), (0..20).collect::<Vec<_>>());
        assert!(!tasks.must_finish());
    }

    #[test]
    fn a_panic_is_a_message_and_what_comes_behind_is_done() {
        let mut tasks = Tasks::default();
        let begun = vec![
            tasks.run(TaskKind::SERIAL, || panic!("a fault of a parser")),
            tasks.run(TaskKind::SERIAL, || Ok(2)),
            tasks.run(TaskKind::WRITE, || panic!("a fault of another")),
        ];
        let mut outcomes = all(&tasks, begun);
        outcomes.sort();
        assert_eq!(outcomes, [Ok(2), Err(PANICKED.to_owned()), Err(PANICKED.to_owned())]);
    }

    #[test]
    fn a_task_that_is_dropped_is_heard_of_no_more() {
        let mut tasks = Tasks::held();
        let mut reading = Some(tasks.run(TaskKind::READ, || Ok(1)));
        assert!(reading.is_some());
        reading = Some(tasks.run(TaskKind::READ, || Ok(2)));
        assert!(tasks.run_next() && tasks.is_working());
        assert_eq!(outcome(&mut reading), None);
        assert!(tasks.run_next());
        assert_eq!(outcome(&mut reading), Some(Ok(2)));
        assert!(reading.is_none() && !tasks.is_working());
    }

    #[test]
    fn background_tasks_are_finished_and_nobody_waits_for_them() {
        let mut tasks = Tasks::held();
        let mut begun = vec![tasks.run(TaskKind::BACKGROUND, || Ok(1))];
        assert!(!tasks.is_working() && tasks.must_finish());
        assert!(tasks.run_next() && !tasks.run_next());
        assert!(tasks.must_finish());
        assert_eq!(outcomes(&mut begun), [Ok(1)]);
        assert!(!tasks.must_finish());
    }

    #[test]
    fn dropping_them_waits_for_what_must_not_be_lost_and_for_nothing_else() {
        let (mut tasks, written) = (Tasks::default(), Arc::new(AtomicBool::new(false)));
        let into = Arc::clone(&written);
        let (ends, waits) = channel::<()>();
        let _reading = tasks.run(TaskKind::READ, move || waits.recv().map_err(|error| error.to_string()));
        let write = move || {
            std::thread::sleep(Duration::from_millis(50));
            into.store(true, Relaxed);
            Ok(4)
        };
        drop(tasks.run(TaskKind::WRITE, write));
        drop(tasks);
        assert!(written.load(Relaxed));
        drop(ends);
    }
}
