//! A log of bounded length: when its file is full, that becomes the old one, and a new one begins.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the old file's name ends in.
const OLD_ENDING: &str = "old.log";
/// Programs that log into one folder at once, each into a file of its own.
const MOST_AT_ONCE: usize = 64;

/// A log that writes into one file of its folder alone, and holds the lock of it. What cannot be written is left out: nobody is to stop for
/// want of a log.
#[derive(Debug)]
pub struct RollingLog {
    file: File,
    path: PathBuf,
    length: u64,
    most: u64,
    /// Whether a line is over, so that a file may be.
    at_line_end: bool,
}

impl RollingLog {
    /// A log in a folder, which is made if it is not there: behind what `NAME.log` holds, or `NAME-2.log` where another program writes
    /// that, and so on. The file and the old one have at most `most` bytes each, and one line more.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(folder: &Path, name: &str, most: u64) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        for number in 1..=MOST_AT_ONCE {
            let path = folder.join(if number == 1 { format!("{name}.log") } else { format!("{name}-{number}.log") });
            if let Some(file) = opened(&path)? {
                let length = file.metadata()?.len();
                return Ok(Self { file, path, length, most, at_line_end: true });
            }
        }
        Err(io::Error::other("too many programs write into it"))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the file the old one and begins a new one.
    fn roll(&mut self) -> io::Result<()> {
        std::fs::rename(&self.path, self.path.with_extension(OLD_ENDING))?;
        // Another program may have been quicker to take the name: then its lock is respected, and this one goes on in the old file.
        if let Some(file) = opened(&self.path)? {
            self.file = file;
        }
        self.length = 0;
        Ok(())
    }
}

/// A file to write behind, locked; none where another program has it locked.
fn opened(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    match file.try_lock() {
        // A file system without locks: lines of several programs stand one after the other.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
    }
}

impl Write for RollingLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.at_line_end && self.length >= self.most && self.roll().is_err() {
            // Full, and it stays so: nothing more is written.
            return Ok(bytes.len());
        }
        self.at_line_end = bytes.last().map_or(self.at_line_end, |last| *last == b'\n');
        if self.file.write_all(bytes).is_ok() {
            self.length += bytes.len() as u64;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &Path) -> Vec<String> {
        std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_full_log_becomes_the_old_one_and_the_newest_lines_are_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut log = RollingLog::begin(folder.path(), "zoetrope", 1000).expect("begun");
        for number in 0..1000 {
            writeln!(log, "line {number}").expect("a log never fails");
        }
        let [new, old] = ["zoetrope.log", "zoetrope.old.log"].map(|name| folder.path().join(name));
        assert_eq!(log.path(), new);
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 2);
        assert!([&new, &old].iter().all(|path| std::fs::metadata(path).expect("a file").len() < 1020));
        let kept: Vec<String> = [lines(&old), lines(&new)].concat();
        let expected: Vec<String> = (1000 - kept.len()..1000).map(|number| format!("line {number}")).collect();
        assert!(kept.len() > 90 && kept == expected, "{kept:?}");
        // The next one goes on behind it.
        drop(log);
        let before = lines(&new).len();
        writeln!(RollingLog::begin(folder.path(), "zoetrope", 100_000).expect("begun"), "again").expect("a log never fails");
        assert_eq!(lines(&new).len(), before + 1);
    }

    #[test]
    fn two_programs_have_a_file_each_also_when_they_are_full() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut logs = [0, 1].map(|_| RollingLog::begin(folder.path(), "zoetrope", 500).expect("begun"));
        for number in 0..300 {
            for (which, log) in logs.iter_mut().enumerate() {
                writeln!(log, "{which} says {number}").expect("a log never fails");
            }
        }
        for (which, log) in logs.iter().enumerate() {
            let said = [lines(&log.path().with_extension(OLD_ENDING)), lines(log.path())].concat();
            assert!(said.iter().all(|line| line.starts_with(&format!("{which} says "))), "{said:?}");
            assert_eq!(said.last().expect("a line"), &format!("{which} says 299"));
        }
    }

    #[test]
    fn a_log_that_cannot_be_written_holds_up_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("file"), "no folder").expect("written");
        assert!(RollingLog::begin(&folder.path().join("file"), "zoetrope", 100).is_err());
        let place = folder.path().join("log");
        let mut log = RollingLog::begin(&place, "zoetrope", 100).expect("begun");
        std::fs::remove_dir_all(&place).expect("removed");
        for number in 0..100 {
            writeln!(log, "line {number}").expect("a log never fails");
        }
    }
}
