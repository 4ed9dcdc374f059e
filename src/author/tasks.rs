//! Work on other threads. A panic there becomes a message; work that must not be lost is waited for at the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// What the user reads where the program itself is at fault.
const PANICKED: &str = "the program made an error; what was being done is left out, everything else goes on: please report it";

/// Work under way that comes to a `T` each, for whoever asks now and then.
pub(super) struct Tasks<T: Send + 'static> {
    beside: Vec<Beside<T>>,
    queue: Option<Queue<T>>,
    /// What came of work for which no thread was to be had: it was done here and now.
    done: Vec<T>,
}

/// Work that nothing waits behind.
struct Beside<T> {
    thread: JoinHandle<Option<T>>,
    /// Whether quitting waits for it.
    lasts: bool,
}

/// Work that is done one after the other, on a thread of its own.
struct Queue<T> {
    errands: Sender<Box<dyn FnOnce() -> T + Send>>,
    done: Arc<Mutex<Vec<T>>>,
    /// Errands whose outcome nobody has taken yet.
    under_way: usize,
    thread: JoinHandle<()>,
}

impl<T: Send + 'static> Default for Tasks<T> {
    fn default() -> Self {
        Self { beside: Vec::new(), queue: None, done: Vec::new() }
    }
}

impl<T: Send + 'static> Tasks<T> {
    /// Does something beside everything else; what comes of it, or that the program made an error, is handed to `outcome`.
    pub(super) fn beside<V: 'static>(
        &mut self,
        lasts: bool,
        outcome: impl FnOnce(Result<V, String>) -> T + Send + 'static,
        errand: impl FnOnce() -> Result<V, String> + Send + 'static,
    ) {
        // One that cannot begin gives the work back, which keeps it from being lost.
        let work = Arc::new(Mutex::new(Some(move || outcome(guarded(errand)))));
        let theirs = Arc::clone(&work);
        let begin = move || taken(&theirs).map(|work| work());
        match std::thread::Builder::new().name("task".to_owned()).spawn(begin) {
            Ok(thread) => self.beside.push(Beside { thread, lasts }),
            Err(_) => self.done.extend(taken(&work).map(|work| work())),
        }
    }

    /// Does something when all is done that was put here before: what is written to the same files keeps its order. Quitting waits.
    pub(super) fn in_order<V: 'static>(
        &mut self,
        outcome: impl FnOnce(Result<V, String>) -> T + Send + 'static,
        errand: impl FnOnce() -> Result<V, String> + Send + 'static,
    ) {
        let queue = match self.queue.take().map_or_else(Queue::begin, Ok) {
            Ok(queue) => self.queue.insert(Queue { under_way: queue.under_way + 1, ..queue }),
            // This keeps the order too.
            Err(_) => return self.done.push(outcome(guarded(errand))),
        };
        // Its thread ends with the sender alone.
        let _ = queue.errands.send(Box::new(move || outcome(guarded(errand))));
    }

    /// What has come of the work that is over.
    pub(super) fn take_done(&mut self) -> Vec<T> {
        let mut done = std::mem::take(&mut self.done);
        if let Some(queue) = &mut self.queue {
            let taken = taken(&queue.done);
            queue.under_way -= taken.len();
            done.extend(taken);
        }
        done.extend(self.beside.extract_if(.., |beside| beside.thread.is_finished()).filter_map(Beside::join));
        done
    }

    /// Whether something is under way that must not be lost, or what came of it has not been taken.
    pub(super) fn lasts(&self) -> bool {
        !self.done.is_empty()
            || self.queue.as_ref().is_some_and(|queue| queue.under_way > 0)
            || self.beside.iter().any(|beside| beside.lasts)
    }

    /// Waits for all that must not be lost; the rest is let go.
    pub(super) fn finish(&mut self) -> Vec<T> {
        let mut done = std::mem::take(&mut self.done);
        if let Some(Queue { errands, done: outcomes, thread, .. }) = self.queue.take() {
            drop(errands);
            // What panics is caught in it.
            let _ = thread.join();
            done.extend(taken(&outcomes));
        }
        done.extend(self.beside.drain(..).filter(|beside| beside.lasts).filter_map(Beside::join));
        done
    }
}

/// However the program ends, what must not be lost is waited for.
impl<T: Send + 'static> Drop for Tasks<T> {
    fn drop(&mut self) {
        drop(self.finish());
    }
}

impl<T> Beside<T> {
    /// What came of it; waits for that. What panics is caught in it.
    fn join(self) -> Option<T> {
        self.thread.join().ok().flatten()
    }
}

impl<T: Send + 'static> Queue<T> {
    fn begin() -> std::io::Result<Self> {
        let (errands, waiting) = channel::<Box<dyn FnOnce() -> T + Send>>();
        let done = Arc::new(Mutex::new(Vec::new()));
        let finished = Arc::clone(&done);
        let work = move || {
            for errand in waiting {
                let outcome = errand();
                finished.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
            }
        };
        let thread = std::thread::Builder::new().name("files".to_owned()).spawn(work)?;
        Ok(Self { errands, done, under_way: 0, thread })
    }
}

fn taken<T: Default>(done: &Mutex<T>) -> T {
    std::mem::take(&mut *done.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Does something that may panic.
pub(super) fn guarded<V>(errand: impl FnOnce() -> Result<V, String>) -> Result<V, String> {
    // What it has broken is dropped with it.
    catch_unwind(AssertUnwindSafe(errand)).unwrap_or_else(|_| Err(PANICKED.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn tasks() -> Tasks<Result<usize, String>> {
        Tasks::default()
    }

    #[test]
    fn work_in_order_keeps_its_order_and_is_waited_for() {
        let mut tasks = tasks();
        for number in 0..20 {
            // The earlier ones take longer.
            tasks.in_order(std::convert::identity, move || {
                std::thread::sleep(Duration::from_millis(20 - number as u64));
                Ok(number)
            });
        }
        assert!(tasks.lasts());
        let mut done = tasks.take_done();
        while tasks.lasts() {
            std::thread::sleep(Duration::from_millis(1));
            done.extend(tasks.take_done());
        }
        assert_eq!(done, (0..20).map(Ok).collect::<Vec<_>>());
        tasks.in_order(std::convert::identity, || Ok(1));
        assert_eq!(tasks.finish(), [Ok(1)], "it begins again");
    }

    #[test]
    fn a_panic_is_a_message_and_what_comes_behind_is_done() {
        let mut tasks = tasks();
        tasks.in_order(std::convert::identity, || panic!("a fault of a parser"));
        tasks.in_order(std::convert::identity, || Ok(2));
        tasks.beside(true, std::convert::identity, || panic!("a fault of another"));
        let mut done = tasks.finish();
        done.sort();
        assert_eq!(done, [Ok(2), Err(PANICKED.to_owned()), Err(PANICKED.to_owned())]);
    }

    #[test]
    fn what_must_not_be_lost_is_waited_for_and_a_question_is_not() {
        let mut tasks = tasks();
        tasks.beside(true, std::convert::identity, || {
            std::thread::sleep(Duration::from_millis(50));
            Ok(3)
        });
        let (ends, waits) = channel::<()>();
        tasks.beside(false, std::convert::identity, move || waits.recv().map(|()| 5).map_err(|error| error.to_string()));
        assert!(tasks.lasts());
        assert_eq!(tasks.finish(), [Ok(3)]);
        assert!(!tasks.lasts());
        assert!(tasks.take_done().is_empty());
        drop(ends);
    }

    #[test]
    fn dropping_them_waits_too() {
        let (mut tasks, written) = (tasks(), Arc::new(Mutex::new(false)));
        let into = Arc::clone(&written);
        tasks.in_order(std::convert::identity, move || {
            std::thread::sleep(Duration::from_millis(50));
            *into.lock().unwrap_or_else(PoisonError::into_inner) = true;
            Ok(4)
        });
        drop(tasks);
        assert!(*written.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
