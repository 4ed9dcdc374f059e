//! How a file was when it was last looked at, to tell whether somebody else has written it since.

use std::path::Path;
use std::time::SystemTime;

/// Length and time of a file. Another program that writes it, and another window, leaves another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    len: u64,
    modified: SystemTime,
}

impl Stamp {
    /// That of a file as it is now; none where there is no file.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        // A system that knows no times still knows lengths.
        Some(Self { len: metadata.len(), modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH) })
    }

    /// Whether the file was last written after another one.
    #[must_use]
    pub fn is_later_than(&self, other: &Self) -> bool {
        self.modified > other.modified
    }
}
