//! What a process that was killed left half-written. A file on its way to its name is locked by its writer as long as that lives: one
//! that nobody holds is removed by whoever next writes into its folder.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::NamedTempFile;

/// How the names of files on their way begin and end.
const PREFIX: &str = ".zoetrope-";
const SUFFIX: &str = ".part";

/// A new file in a folder that is locked until it is closed; before, what others left behind there is removed.
pub(super) fn begin(folder: &Path) -> io::Result<NamedTempFile> {
    remove_once(folder);
    loop {
        let file = create(folder)?;
        // A file system without locks has none that could be mistaken for free.
        let _ = file.as_file().lock();
        // Before it was locked somebody may have taken it for one that was left behind.
        if file.path().exists() {
            return Ok(file);
        }
    }
}

fn create(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        // A temporary file is private to its owner by default; an export gets the permissions of any new file.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Removes what was left behind in a folder, the first time that this process writes into it: thousands of clips go into one folder.
fn remove_once(folder: &Path) {
    static LOOKED_AT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    if LOOKED_AT.lock().unwrap_or_else(PoisonError::into_inner).insert(whole) {
        remove(folder);
    }
}

fn remove(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            remove_free(&entry.path());
        }
    }
}

/// Removes a file that nobody has locked, while it is locked.
fn remove_free(path: &Path) {
    let opened: io::Result<File> = OpenOptions::new().read(true).write(true).open(path);
    if let Ok(file) = opened
        && file.try_lock().is_ok()
    {
        // Somebody else may have been as quick.
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_process_left_goes_and_what_a_living_one_writes_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let [dead, other] = [".zoetrope-dead.part", "walk.part"].map(|name| folder.path().join(name));
        for path in [&dead, &other] {
            std::fs::write(path, "half").expect("written");
        }
        let living = begin(folder.path()).expect("begun");
        assert!(!dead.exists() && other.exists());
        remove(folder.path());
        assert!(living.path().exists(), "its writer lives");
        let place = living.path().to_owned();
        // As if it had been killed: the file stays, its lock does not.
        let kept = living.into_temp_path();
        std::mem::forget(kept);
        remove(folder.path());
        assert!(!place.exists());
    }

    #[test]
    fn writers_at_once_never_lose_a_file_to_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |_| {
            let folder = folder.path().to_owned();
            let work = move || {
                for number in 0..100 {
                    remove(&folder);
                    let file = begin(&folder).expect("begun");
                    assert!(file.path().exists(), "file {number}");
                    file.close().expect("its own");
                }
            };
            std::thread::Builder::new().name("writer".to_owned()).spawn(work).expect("a thread")
        };
        (0..4).map(write).collect::<Vec<_>>().into_iter().for_each(|writer| writer.join().expect("no file is lost"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
    }
}
