//! A copy of what has not been saved, for the case that the program dies.
//!
//! Each running window has a lock file in the folder of copies, and holds its lock as long as it lives; the file says which project it
//! works on. A copy whose lock is free was left behind by a window that died: the next window offers it. Between making its lock file and
//! locking it a window would look like a dead one: one window at a time makes its own or looks at the others', with `GUARD` locked.
//!
//! When everything is saved, the copy is set aside under a name that is not offered: the next one has most of its takes already.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use crate::formats::PROJECT_ENDING;

const LOCK_ENDING: &str = "lock";
/// Of a copy of what has been saved since.
const ASIDE_ENDING: &str = "saved";
/// The file that stays in the folder and is locked while lock files are made and looked at.
const GUARD: &str = "guard";

/// The place of this window's copy.
#[derive(Debug)]
pub struct Recovery {
    copy: PathBuf,
    lock: File,
}

/// Keeps other windows out until it is dropped.
fn guard(folder: &Path) -> io::Result<File> {
    let guard = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(GUARD))?;
    guard.lock()?;
    Ok(guard)
}

/// A copy that was left behind. Nobody else is offered it meanwhile.
#[derive(Debug)]
pub struct Orphan {
    copy: PathBuf,
    _lock: File,
    /// The file of its project, if it had one.
    pub project: Option<PathBuf>,
}

/// Where copies are kept: a folder in the user's data.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "zoetrope")?.data_local_dir().join("recovery"))
}

impl Recovery {
    /// A place in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let _guard = guard(folder)?;
        let mut number = 1;
        loop {
            let copy = folder.join(format!("{number}.{PROJECT_ENDING}"));
            match OpenOptions::new().write(true).create_new(true).open(copy.with_extension(LOCK_ENDING)) {
                Ok(lock) => {
                    lock.lock()?;
                    return Ok(Self { copy, lock });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Where the copy is written.
    #[must_use]
    pub fn copy(&self) -> &Path {
        &self.copy
    }

    /// Has the copy of unsaved work written, which is that of a project if it has one.
    ///
    /// # Errors
    /// What `write` answers, or why the copy has not got its name.
    pub fn write(&self, project: Option<&Path>, write: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), String> {
        // Without the note the copy is only without its name.
        let _ = self.note(project);
        let aside = self.copy.with_extension(ASIDE_ENDING);
        if self.copy.exists() || !aside.exists() {
            return write(&self.copy);
        }
        // Nobody is offered it before it is that of the new work.
        write(&aside)?;
        fs::rename(&aside, &self.copy).map_err(|error| error.to_string())
    }

    /// Notes which project the copy is of.
    ///
    /// # Errors
    /// The lock file cannot be written.
    pub fn note(&self, project: Option<&Path>) -> io::Result<()> {
        let mut lock = &self.lock;
        lock.set_len(0)?;
        lock.rewind()?;
        lock.write_all(project.map_or_else(String::new, |path| path.to_string_lossy().into_owned()).as_bytes())
    }

    /// Makes a copy that was left behind this window's own.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn adopt(&self, orphan: Orphan) -> io::Result<()> {
        fs::rename(&orphan.copy, &self.copy)?;
        self.note(orphan.project.as_deref())?;
        orphan.remove();
        Ok(())
    }

    /// Everything is saved: the copy is offered to nobody.
    pub fn set_aside(&self) {
        if fs::rename(&self.copy, self.copy.with_extension(ASIDE_ENDING)).is_err() {
            self.remove_copy();
        }
    }

    /// Its document was left.
    pub fn remove_copy(&self) {
        // One that was never written is not there.
        let _ = fs::remove_file(&self.copy);
        let _ = fs::remove_file(self.copy.with_extension(ASIDE_ENDING));
    }

    /// The window closes as it should: the copy goes.
    pub fn end(&self) {
        self.remove_copy();
        let _ = fs::remove_file(self.copy.with_extension(LOCK_ENDING));
    }
}

impl Orphan {
    /// The file of the copy.
    #[must_use]
    pub fn copy(&self) -> &Path {
        &self.copy
    }

    /// The newest copy in a folder that was left behind.
    #[must_use]
    pub fn newest(folder: &Path) -> Option<Self> {
        let _guard = guard(folder).ok()?;
        let copies = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
        let mut locks: Vec<PathBuf> = copies.filter(|path| path.extension().is_some_and(|ending| ending == LOCK_ENDING)).collect();
        let age = |lock: &PathBuf| fs::metadata(lock.with_extension(PROJECT_ENDING)).and_then(|copy| copy.modified()).ok();
        locks.sort_by_key(age);
        locks.iter().rev().find_map(|lock| Self::at(lock))
    }

    fn at(path: &Path) -> Option<Self> {
        let copy = path.with_extension(PROJECT_ENDING);
        let lock = File::open(path).ok()?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return None,
        }
        let project = io::read_to_string(&lock).ok().filter(|path| !path.is_empty()).map(PathBuf::from);
        let orphan = Self { project, copy, _lock: lock };
        if orphan.copy.exists() {
            return Some(orphan);
        }
        orphan.remove();
        None
    }

    /// Nobody wants it.
    pub fn remove(&self) {
        // It may be there in part.
        let _ = fs::remove_file(&self.copy);
        let _ = fs::remove_file(self.copy.with_extension(ASIDE_ENDING));
        let _ = fs::remove_file(self.copy.with_extension(LOCK_ENDING));
    }
}
