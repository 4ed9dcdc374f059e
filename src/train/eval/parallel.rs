//! Many pieces of work on several threads, with their results in order.

use super::EvalError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Does `work` for each item on `threads` threads. `done` hears the count of finished items. The first error, or the flag, ends it.
pub(super) fn map<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    cancelled: &AtomicBool,
    work: impl Fn(&T) -> Result<R, EvalError> + Sync,
    mut done: impl FnMut(usize),
) -> Result<Vec<R>, EvalError> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            let (sender, next, failed, work) = (sender.clone(), &next, &failed, &work);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { return };
                    if failed.load(Ordering::Relaxed) || cancelled.load(Ordering::Relaxed) {
                        return;
                    }
                    let result = work(item);
                    failed.fetch_or(result.is_err(), Ordering::Relaxed);
                    // The receiver outlives the threads unless it has met an error, and then nobody wants the result.
                    let _ = sender.send((at, result));
                }
            });
        }
        drop(sender);
        for (count, (at, result)) in receiver.into_iter().enumerate() {
            results[at] = Some(result?);
            done(count + 1);
        }
        Ok::<_, EvalError>(())
    })?;
    results.into_iter().collect::<Option<Vec<R>>>().ok_or(EvalError::Cancelled)
}
