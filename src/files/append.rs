//! Writing behind the end of a file that stays in its place: until it is committed, the file is put back to what it was by whoever fails,
//! and a process that is killed leaves what stood there as it was, with an unfinished end behind it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

/// A file that is being added to. Dropped before [`Append::commit`], it has its old length and time again.
#[derive(Debug)]
pub struct Append {
    file: File,
    end: u64,
    modified: Option<SystemTime>,
    committed: bool,
}

impl Append {
    /// A file, open at its end for reading and writing, and locked; none where it is not to be changed in its place: it is not there, may
    /// not be written to, is no file, or has another name too (a hard link is a copy that has to stay).
    ///
    /// # Errors
    /// Another program adds to it, or the system refuses.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        if !std::fs::metadata(path).is_ok_and(|there| there.is_file() && has_one_name(&there)) {
            return Ok(None);
        }
        let Ok(mut file) = OpenOptions::new().read(true).write(true).open(path) else { return Ok(None) };
        match file.try_lock() {
            // A file system without locks has nobody to keep out.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Err(io::Error::other("another window is writing it")),
        }
        let modified = file.metadata()?.modified().ok();
        let end = file.seek(SeekFrom::End(0))?;
        Ok(Some(Self { file, end, modified, committed: false }))
    }

    /// How long it was when it was opened, bytes.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The file, to read and to write to.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Waits until everything that was written is on the disk.
    ///
    /// # Errors
    /// It cannot be written to the end.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// The same, and keeps it.
    ///
    /// # Errors
    /// As [`Append::sync`]; then the file is what it was.
    pub fn commit(mut self) -> io::Result<()> {
        self.sync()?;
        self.committed = true;
        Ok(())
    }
}

impl Drop for Append {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        // Where that fails, an unfinished end stays behind what was there.
        let is_back = self.file.set_len(self.end).is_ok();
        if let Some(modified) = self.modified.filter(|_| is_back) {
            let _ = self.file.set_modified(modified);
        }
    }
}

#[cfg(unix)]
fn has_one_name(there: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(there) == 1
}

#[cfg(not(unix))]
fn has_one_name(_: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_is_not_committed_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        assert!(Append::open(&path).expect("no error").is_none());
        assert!(Append::open(folder.path()).expect("no error").is_none());
        std::fs::write(&path, "old").expect("written");
        let before = std::fs::metadata(&path).expect("there").modified().expect("a time");
        let mut append = Append::open(&path).expect("opened").expect("a file");
        assert!(Append::open(&path).is_err(), "one writer at a time");
        append.file().write_all(b" and half").expect("written");
        append.sync().expect("synced");
        drop(append);
        assert_eq!(std::fs::read(&path).expect("there"), b"old");
        assert_eq!(std::fs::metadata(&path).expect("there").modified().expect("a time"), before);
        let mut append = Append::open(&path).expect("opened").expect("a file");
        append.file().write_all(b" and new").expect("written");
        append.commit().expect("kept");
        assert_eq!(std::fs::read(&path).expect("there"), b"old and new");
        #[cfg(unix)]
        {
            std::fs::hard_link(&path, folder.path().join("b")).expect("a link");
            assert!(Append::open(&path).expect("no error").is_none(), "a copy by another name stays");
        }
    }
}
