//! How far the loading of a model is, and whether it is to end: shared between whoever loads and whoever waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::error::{Error, Result};

/// One loading. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct LoadProgress(Arc<Loading>);

/// How far a loading was at some time.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

#[derive(Debug, Default)]
struct Loading {
    /// Weights that were read, and all that will be.
    done: AtomicU64,
    of: AtomicU64,
    cancelled: AtomicBool,
}

impl LoadProgress {
    /// Which share has been read, 0 to 1; 0 while that is not known.
    #[must_use]
    pub fn share(&self) -> f32 {
        let of = self.0.of.load(Ordering::Relaxed);
        if of == 0 { 0.0 } else { (self.0.done.load(Ordering::Relaxed) as f64 / of as f64).min(1.0) as f32 }
    }

    /// The loading is to end at the next tensor.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// So many weights will be read in all.
    pub fn expect(&self, weights: u64) {
        self.0.of.store(weights, Ordering::Relaxed);
    }

    /// How far it is, to go [back to](Self::back_to).
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(self.0.done.load(Ordering::Relaxed))
    }

    /// What has been read since then is read anew, so that it counts once.
    pub fn back_to(&self, mark: Mark) {
        self.0.done.store(mark.0, Ordering::Relaxed);
    }

    /// All is there, also what nobody reads of the files.
    pub fn complete(&self) {
        self.0.done.store(self.0.of.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// So many more are about to be read.
    ///
    /// # Errors
    /// [`Error::Stopped`] if the loading is to end.
    pub fn advance(&self, weights: u64) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::Stopped);
        }
        self.0.done.fetch_add(weights, Ordering::Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_anew_counts_once() {
        let progress = LoadProgress::default();
        progress.expect(100);
        progress.advance(20).expect("goes on");
        // A graphics device takes half of the weights and then refuses; the processor reads them all.
        let before = progress.mark();
        progress.advance(40).expect("goes on");
        progress.back_to(before);
        assert_eq!(progress.share(), 0.2);
        progress.advance(80).expect("goes on");
        assert_eq!(progress.share(), 1.0);
    }
}
