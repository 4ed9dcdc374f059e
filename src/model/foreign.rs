//! Calls into parsers of other people: a panic becomes an error, and what a file claims to hold is not read for ever.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// Most pieces that the head of a file is read in: ten times those of the largest vocabulary. Parsers keep up to 32 bytes for each.
const MOST_READS: usize = 8 << 20;

thread_local! {
    /// Whether a panic of this thread is caught and told by an error.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What a call of another crate's returns; a panic there is an error too, and says nothing on the terminal.
///
/// # Errors
/// What went wrong, as the cause of a longer message.
pub(super) fn guarded<T, E: Display>(call: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                told(panic);
            }
        }));
    });
    let before = IS_GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    IS_GUARDED.set(before);
    match outcome {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            Err(format!("it cannot be understood: {}", said.unwrap_or("the parser gave up")))
        }
    }
}

/// A reader that gives up where a file is read in absurdly many pieces.
pub(super) struct Counted<'a, R> {
    inner: &'a mut R,
    left: usize,
}

impl<'a, R> Counted<'a, R> {
    pub(super) fn of(inner: &'a mut R) -> Self {
        Self { inner, left: MOST_READS }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(1).ok_or_else(|| io::Error::other("its head is absurdly long"))?;
        self.inner.read(to)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        self.inner.stream_position()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        let panicking = guarded(|| -> Result<(), String> { panic!("base64 of {}", 3) });
        assert!(panicking.expect_err("an error").contains("base64 of 3"));
        assert_eq!(guarded(|| Ok::<_, String>(3)), Ok(3));
        assert_eq!(guarded(|| Err::<(), _>("plain")), Err("plain".to_owned()));
    }
}
