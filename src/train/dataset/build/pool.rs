//! Work on many items by a few threads, in the order of the items, until all is done, one fails or the caller cancels.

use crate::train::dataset::DatasetError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does `work` for each item and returns the results in the items' order. `done` is told after each item how many are.
///
/// # Errors
/// The first error of an item, or [`DatasetError::Cancelled`].
pub(in crate::train::dataset) fn each<I: Sync, R: Send>(
    threads: usize,
    items: &[I],
    cancel: &AtomicBool,
    done: &(dyn Fn(usize) + Sync),
    work: impl Fn(&I) -> Result<R, DatasetError> + Sync,
) -> Result<Vec<R>, DatasetError> {
    let next = AtomicUsize::new(0);
    let finished = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let results: Mutex<Vec<Option<R>>> = Mutex::new(items.iter().map(|_| None).collect());
    let failure: Mutex<Option<DatasetError>> = Mutex::new(None);
    let worker = || {
        while !stop.load(Ordering::Relaxed) {
            if cancel.load(Ordering::Relaxed) {
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(DatasetError::Cancelled);
                break;
            }
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            match work(item) {
                Ok(result) => results.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(result),
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                }
            }
            done(finished.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    thread::scope(|scope| {
        for number in 1..threads.clamp(1, items.len().max(1)) {
            // Without another thread this one does all the work.
            let _started = thread::Builder::new().name(format!("dataset {number}")).spawn_scoped(scope, worker);
        }
        worker();
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()),
    }
}
