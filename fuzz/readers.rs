//! What the fuzz targets run: each reader on any bytes. It may refuse them, in one line; it may not panic, hang or take much memory.
#![allow(dead_code, unreachable_pub, reason = "no target needs all of it, and the tests include it as a module of their own")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use zoetrope::files::pickle::Pickle;
use zoetrope::formats::{self, ReadOptions};
use zoetrope::model::{Checkpoint, FileSource, Source, try_pieces};

pub fn bvh(bytes: &[u8]) {
    motion("fuzzed.bvh", bytes);
}

pub fn gltf(bytes: &[u8]) {
    motion("fuzzed.glb", bytes);
}

pub fn npz(bytes: &[u8]) {
    motion("fuzzed.npz", bytes);
}

pub fn npy(bytes: &[u8]) {
    motion("fuzzed.npy", bytes);
}

pub fn project(bytes: &[u8]) {
    on_disk("fuzzed.zoetrope", bytes, |path, _| one_line(formats::open_project(path)));
}

pub fn body_model(bytes: &[u8]) {
    on_disk("fuzzed.pkl", bytes, |path, _| one_line(formats::read_body_model(path)));
}

pub fn pickle(bytes: &[u8]) {
    let Ok(pickle) = Pickle::parse(bytes) else { return };
    for (_, value) in pickle.entries(pickle.root()) {
        let _ = (pickle.counts(value), pickle.bytes(value), pickle.call(value));
    }
}

pub fn pth(bytes: &[u8]) {
    checkpoint("fuzzed.pth", bytes);
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
