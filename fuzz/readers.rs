//! What the fuzz targets run: each reader on any bytes. It may refuse them, in one line; it may not panic, hang or take much memory.
#![allow(dead_code, unreachable_pub, reason = "no target needs all of it, and the tests include it as a module of their own")]

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};
use zoetrope::files::pickle::Pickle;
use zoetrope::formats::{self, ReadOptions};
use zoetrope::model::{Checkpoint, FileSource, Source, try_pieces};

pub fn bvh(bytes: &[u8]) {
    motion("fuzzed.bvh", bytes);
}

pub fn gltf(bytes: &[u8]) {
    motion("fuzzed.glb", bytes);
    character("fuzzed.glb", bytes);
}

pub fn fbx(bytes: &[u8]) {
    motion("fuzzed.fbx", bytes);
    character("fuzzed.fbx", bytes);
}

pub fn npz(bytes: &[u8]) {
    archived(bytes, |bytes| motion("fuzzed.npz", bytes));
}

pub fn npy(bytes: &[u8]) {
    motion("fuzzed.npy", bytes);
}

pub fn project(bytes: &[u8]) {
    archived(bytes, |bytes| on_disk("fuzzed.zoetrope", bytes, |path, _| one_line(formats::open_project(path))));
}

pub fn body_model(bytes: &[u8]) {
    archived(bytes, |bytes| on_disk("fuzzed.pkl", bytes, |path, _| one_line(formats::read_body_model(path))));
}

fn character(name: &str, bytes: &[u8]) {
    on_disk(name, bytes, |path, _| one_line(formats::read_character(path)));
}

pub fn pickle(bytes: &[u8]) {
    let Ok(pickle) = Pickle::parse(bytes) else { return };
    for (_, value) in pickle.entries(pickle.root()) {
        let _ = (pickle.counts(value), pickle.bytes(value), pickle.call(value));
    }
}

pub fn pth(bytes: &[u8]) {
    archived(bytes, |bytes| checkpoint("fuzzed.pth", bytes));
}

pub fn safetensors(bytes: &[u8]) {
    checkpoint("fuzzed.safetensors", bytes);
}

pub fn gguf(bytes: &[u8]) {
    checkpoint("fuzzed.gguf", bytes);
}

pub fn tokenizer_json(bytes: &[u8]) {
    on_disk("tokenizer.json", bytes, |_, folder| one_line(try_pieces(&Source::Folder(folder.to_owned()), "")));
}

pub fn sentencepiece(bytes: &[u8]) {
    on_disk("spiece.model", bytes, |_, folder| one_line(try_pieces(&Source::Folder(folder.to_owned()), "")));
}

/// Runs a reader of archives on the bytes, and on a sound archive of what its members have become: a changed byte is else refused by its
/// member's checksum, and nothing behind that is ever reached.
fn archived(bytes: &[u8], read: impl Fn(&[u8])) {
    read(bytes);
    if let Some(sound) = repacked(bytes) {
        read(&sound);
    }
}

/// A new archive of the members of one that may be damaged, found by the marks before them; none where there are no such marks. Members
/// keep their bytes as they lie there, so those of the seeds are not compressed.
pub fn repacked(bytes: &[u8]) -> Option<Vec<u8>> {
    const MEMBER: &[u8] = b"PK\x03\x04";
    const MARKS: [&[u8]; 3] = [MEMBER, b"PK\x01\x02", b"PK\x07\x08"];
    const HEADER: usize = 30;
    let is_mark = |at: &usize, marks: &[&[u8]]| marks.iter().any(|mark| bytes[*at..].starts_with(mark));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut count = 0;
    for start in (0..bytes.len()).filter(|at| is_mark(at, &[MEMBER])) {
        let length = |at: usize| bytes.get(start + at..start + at + 2).map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]])));
        let Some((name, extra)) = length(26).zip(length(28)) else { continue };
        let (name_start, start) = (start + HEADER, start + HEADER + name + extra);
        let Some(name) = bytes.get(name_start..name_start + name) else { continue };
        let end = (start..bytes.len()).find(|at| is_mark(at, &MARKS)).unwrap_or(bytes.len());
        // Two of one name are refused.
        if archive.start_file(String::from_utf8_lossy(name), stored).is_ok() {
            archive.write_all(bytes.get(start..end).unwrap_or_default()).ok()?;
            count += 1;
        }
    }
    archive.finish().ok().filter(|_| count > 0).map(Cursor::into_inner)
}

fn motion(name: &str, bytes: &[u8]) {
    match formats::decode(Path::new(name), bytes, &ReadOptions::default()) {
        Ok(reading) => {
            assert!(!reading.motion.is_empty(), "a motion without frames");
            let is_usable = |pose: &zoetrope::motion::Pose| pose.root_m.is_finite() && pose.local.iter().all(|turn| turn.is_finite());
            assert!(reading.motion.frames.iter().all(is_usable), "a number that is not finite");
        }
        refused => one_line(refused),
    }
}

fn checkpoint(name: &str, bytes: &[u8]) {
    on_disk(name, bytes, |path, _| {
        let Ok(mut checkpoint) = Checkpoint::open(&FileSource::from(path), "net") else { return };
        for name in checkpoint.names() {
            one_line(checkpoint.read(&name));
        }
    });
}

/// Errors are a line that a terminal can show.
fn one_line<T, E: std::fmt::Display>(outcome: Result<T, E>) {
    if let Err(error) = outcome {
        let message = error.to_string();
        assert!(message.len() < 2000 && !message.contains(char::is_control), "{message}");
    }
}

/// Readers that want a file get one, in a folder of its own.
fn on_disk(name: &str, bytes: &[u8], read: impl FnOnce(&Path, &Path)) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let own = format!("zoetrope-fuzz-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder: PathBuf = std::env::temp_dir().join(own);
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    read(&path, &folder);
    std::fs::remove_dir_all(&folder).expect("removed");
}
