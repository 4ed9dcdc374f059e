//! The program cut off in the middle of its work: by who reads its answers, by Ctrl-C, by a kill. What was done stays, and the same
//! command goes on to the same end.

use std::process::{Command, Stdio};
use tempfile::TempDir;

#[path = "shared/walks.rs"]
mod walks;
use walks::walks;

#[test]
fn who_stops_reading_does_not_stop_the_work() {
    let root = TempDir::new().expect("a folder");
    walks(root.path(), [4, 1, 1]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_zoetrope"))
        .args(["dataset", "stats"])
        .arg(root.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("panicked"), "{said}");
    assert!(root.path().join("thumbnails.png").is_file(), "{said}");
}

/// A disk that is always full.
#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_a_failure() {
    let root = TempDir::new().expect("a folder");
    walks(root.path(), [4, 1, 1]);
    let full = std::fs::File::create("/dev/full").expect("a full disk");
    let output = Command::new(env!("CARGO_BIN_EXE_zoetrope"))
        .args(["dataset", "stats"])
        .arg(root.path())
        .stdout(full)
        .output()
        .expect("the program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.lines().last().is_some_and(|line| line.starts_with("error: cannot print the results")), "{said}");
}
