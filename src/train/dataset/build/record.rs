//! What is already done: a line for each finished file, so that a build goes on where it was stopped.
//!
//! A line is written after the clips it speaks of lie in their places. A line cut off by a kill is not counted, so at most the files
//! in work at that moment are done again.

use super::figures::{Fault, Figures};
use crate::train::dataset::DatasetError;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A clip that was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) name: String,
    /// Whether it has captions and a length that a generator learns from.
    pub(super) for_generator: bool,
    /// What tells it from other clips of the file, for `clips.tsv`: first frame and the frame behind the last.
    pub(super) from_frame: usize,
    pub(super) figures: Figures,
}

/// A clip that was not, or not for everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Rejected {
    pub(super) name: String,
    pub(super) fault: Fault,
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub(super) kept: Vec<Kept>,
    pub(super) rejected: Vec<Rejected>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    outcome: Outcome,
}

/// The record of a data set in the making.
pub(super) struct Record {
    path: PathBuf,
    file: Mutex<File>,
    done: HashMap<String, Outcome>,
}

impl Record {
    /// Opens or begins the record of a data set.
    pub(super) fn open(path: &Path) -> Result<Self, DatasetError> {
        let mut done = HashMap::new();
        let mut torn = false;
        if path.is_file() {
            let mut lines = BufReader::new(File::open(path).map_err(DatasetError::read(path))?);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).map_err(DatasetError::read(path))? > 0 {
                torn = line.last() != Some(&b'\n');
                if let (false, Ok(Entry { key, outcome })) = (torn, serde_json::from_slice(&line)) {
                    done.insert(key, outcome);
                }
                line.clear();
            }
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(DatasetError::write(path))?;
        if torn {
            file.write_all(b"\n").map_err(DatasetError::write(path))?;
        }
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), done })
    }

    /// What became of a file in an earlier run with the same options.
    pub(super) fn get(&self, key: &str) -> Option<&Outcome> {
        self.done.get(key)
    }

    /// Notes what became of a file.
    pub(super) fn put(&self, key: &str, outcome: &Outcome) -> Result<(), DatasetError> {
        let entry = Entry { key: key.to_owned(), outcome: outcome.clone() };
        let failed = |source: std::io::Error| DatasetError::Write { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(&entry).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(&line).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cut_off_by_a_kill_is_done_again() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("record.jsonl");
        let outcome = Outcome::default();
        let record = Record::open(&path).expect("new");
        record.put("a", &outcome).expect("written");
        record.put("b", &outcome).expect("written");
        drop(record);
        let text = std::fs::read_to_string(&path).expect("text");
        std::fs::write(&path, &text[..text.len() - 9]).expect("cut");
        let record = Record::open(&path).expect("torn");
        assert!(record.get("a").is_some() && record.get("b").is_none());
        record.put("c", &outcome).expect("written");
        drop(record);
        assert!(Record::open(&path).expect("again").get("c").is_some());
    }
}
