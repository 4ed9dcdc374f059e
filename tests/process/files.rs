//! Files from outside: what odd files, names and places come to.

use serde_json::Value;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Motion, Pose};

fn zoetrope<S: AsRef<OsStr>>(arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(arguments).output().expect("the program runs")
}

fn standing(path: &Path, frames: usize) {
    formats::write(path, &Motion { frames: vec![Pose::REST; frames] }, &WriteOptions::default()).expect("written");
}

/// The one line that a command which must fail says.
#[track_caller]
fn complaint(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let line = said.strip_suffix('\n').expect("a whole line").to_owned();
    assert!(line.starts_with("error: ") && !line.contains(char::is_control) && line.chars().count() <= 300, "{line:?}");
    line
}

#[test]
fn a_complaint_is_one_short_printable_line_whatever_a_file_and_its_name_hold() {
    let folder = TempDir::new().expect("a folder");
    let hierarchy =
        format!("HIERARCHY\nROOT \x1b[31m{}\n{{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Yrotation Xrotation\n}}\n", "x".repeat(5000));
    let path = folder.path().join("\x1b]0;owned\x07 walk\n.bvh");
    std::fs::write(&path, format!("{hierarchy}MOTION\nFrames: 1\nFrame Time: 0.03\n0 nan 0\n")).expect("written");
    let line = complaint(&zoetrope(&[OsStr::new("inspect"), path.as_os_str()]));
    assert!(line.contains("line 10") && line.contains("mend that line"), "{line}");
    let long = folder.path().join("n".repeat(200)).join("n".repeat(200)).join("walk.bvh");
    assert!(complaint(&zoetrope(&[OsStr::new("inspect"), long.as_os_str()])).contains("check the path"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_instead_of_waited_for() {
    let folder = TempDir::new().expect("a folder");
    let pipe = folder.path().join("walk.bvh");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let line = complaint(&zoetrope(&[OsStr::new("inspect"), pipe.as_os_str()]));
    assert!(line.contains("pipe") && line.contains("save"), "{line}");
    let line = complaint(&zoetrope(&[OsStr::new("inspect"), folder.path().join("walk.glb").as_os_str()]));
    assert!(line.contains("cannot read"), "{line}");
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_is_written_where_it_leads() {
    let folder = TempDir::new().expect("a folder");
    let [input, real, link] = ["in.bvh", "real.glb", "link.glb"].map(|name| folder.path().join(name));
    standing(&input, 3);
    std::fs::write(&real, "old").expect("written");
    std::os::unix::fs::symlink("real.glb", &link).expect("a link");
    assert!(zoetrope(&[OsStr::new("convert"), input.as_os_str(), link.as_os_str()]).status.success());
    assert!(link.is_symlink() && formats::read(&real).expect("a motion").len() == 3);
}

#[cfg(unix)]
#[test]
fn paths_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = TempDir::new().expect("a folder");
    let input = folder.path().join(OsStr::from_bytes(b"caf\xe9.bvh"));
    let output = folder.path().join(OsStr::from_bytes(b"caf\xe9.glb"));
    standing(&input, 3);
    assert!(zoetrope(&[OsStr::new("convert"), input.as_os_str(), output.as_os_str()]).status.success() && output.is_file());
    // A model's folder is a path too; an unknown one is no wrong usage.
    let model = folder.path().join(OsStr::from_bytes(b"mod\xe8le"));
    let walk = folder.path().join("walk.glb");
    let arguments = ["generate", "a person walks", "-o"].map(OsStr::new).into_iter().chain([
        walk.as_os_str(),
        OsStr::new("--model"),
        model.as_os_str(),
    ]);
    let line = complaint(&zoetrope(&arguments.collect::<Vec<_>>()));
    assert!(line.contains("models"), "{line}");
}

#[test]
fn a_lead_in_an_origin_and_a_rate_are_chosen() {
    let folder = TempDir::new().expect("a folder");
    let [input, output] = ["in.bvh", "out.npz"].map(|name| folder.path().join(name));
    standing(&input, 31);
    let [input, output] = [&input, &output].map(|path| path.to_str().expect("a plain path"));
    let done = zoetrope(&["convert", input, output, "--lead-in", "0.5", "--npz-origin", "floor"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(formats::read(Path::new(output)).expect("a motion").len(), 15 + 31);
    let done = zoetrope(&["convert", input, output, "--source-fps", "60"]);
    assert!(done.status.success());
    assert_eq!(formats::read(Path::new(output)).expect("a motion").len(), 16);
}

#[test]
fn what_a_file_holds_too_little_of_is_noted_and_listed() {
    let folder = TempDir::new().expect("a folder");
    let [whole, cut] = ["whole.bvh", "cut.bvh"].map(|name| folder.path().join(name));
    standing(&whole, 5);
    let text = std::fs::read_to_string(&whole).expect("text");
    std::fs::write(&cut, text.replace("Frames: 5", "Frames: 7")).expect("written");
    let cut = cut.to_str().expect("a plain path");
    let output = zoetrope(&["convert", cut, folder.path().join("out.glb").to_str().expect("a plain path")]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.lines().any(|line| line.starts_with("note: ") && line.contains("7 frames")), "{said}");
    let report: Value = serde_json::from_slice(&zoetrope(&["inspect", cut, "--json"]).stdout).expect("JSON");
    assert!(report["notes"][0].as_str().is_some_and(|note| note.contains("7 frames")), "{report}");
    assert_eq!((report["frames"].as_u64(), report["clips"].as_array().map(Vec::len)), (Some(5), Some(0)));
}
