//! How far the loading of a model is, and whether it is to end: shared between whoever loads and whoever waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::error::{Error, Result};

/// One loading. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct LoadProgress(Arc<Loading>);

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
