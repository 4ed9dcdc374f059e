//! Writing beside and then renaming, so that a failure never leaves half a file under its final name.

use super::left_over;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Links that lead to links before a path counts as going round in a circle, as on Linux.
const MOST_LINKS: usize = 40;

/// Writes `bytes` to `path`. An existing file is replaced only by a complete one; of a link, the file that it leads to.
///
/// # Errors
/// The file cannot be written; then nothing is left behind.
pub fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    save_with(path, |file| file.write_all(bytes))
}

/// Has the file that gets the name `path` written, as [`save`] does.
///
/// # Errors
/// As [`save`], and what `write` answers.
pub fn save_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut beside = Beside::of(path)?;
    write(beside.file())?;
    beside.finish()
}

/// A new file beside a path, which gets its name when it is finished and disappears when it is not.
#[derive(Debug)]
pub struct Beside {
    file: NamedTempFile,
    path: PathBuf,
}

impl Beside {
    /// A new, empty file in the folder of `path`.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn of(path: &Path) -> io::Result<Self> {
        let path = followed(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self { file: left_over::begin(folder)?, path })
    }

    /// The file, to write to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Where the file is until it is finished.
    #[must_use]
    pub fn place(&self) -> &Path {
        self.file.path()
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// It cannot be written to the end or renamed; then it is gone, and what stood under the name stays.
    pub fn finish(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map(drop).map_err(|error| error.error)
    }
}

/// The path that links lead to in the end, also where no file is there yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        // Anything but a link stays as it is, whether it is there or not.
        let Ok(target) = std::fs::read_link(&path) else { return Ok(path) };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(io::Error::other("its links go round in a circle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.txt");
        save(&path, b"old").expect("written");
        let mut beside = Beside::of(&path).expect("begun");
        beside.file().write_all(b"half").expect("written");
        drop(beside);
        assert_eq!(std::fs::read(&path).expect("there"), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn the_longest_name_that_a_folder_takes_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("n".repeat(255));
        save(&path, b"new").expect("written");
        assert_eq!(std::fs::read(&path).expect("there"), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_its_file_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let (deep, link, second) = (folder.path().join("deep"), folder.path().join("link"), folder.path().join("second"));
        std::fs::create_dir(&deep).expect("a folder");
        std::os::unix::fs::symlink("deep/file", &link).expect("a link to nothing yet");
        std::os::unix::fs::symlink("link", &second).expect("a link to a link");
        save(&second, b"new").expect("written");
        assert_eq!(std::fs::read(deep.join("file")).expect("there"), b"new");
        assert!(link.is_symlink() && second.is_symlink());
        let round = folder.path().join("round");
        std::os::unix::fs::symlink("round", &round).expect("a link to itself");
        assert!(save(&round, b"new").is_err());
    }
}
