//! Files of models that hold absurd things: each ends in a sentence, at once and without much memory.

use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;
use zoetrope::model::{Checkpoint, FileSource, Source, try_pieces};

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }
}

fn names(path: &std::path::Path) -> Result<Vec<String>, String> {
    Checkpoint::open(&FileSource::from(path), "net").map(|checkpoint| checkpoint.names()).map_err(|error| error.to_string())
}

fn refused(path: &std::path::Path) -> String {
    let message = names(path).expect_err("refused");
    assert!(message.len() < 600 && !message.contains(char::is_control), "{message}");
    message
}

/// A safetensors file of numbers with these names.
fn safetensors(names: &[&str]) -> Vec<u8> {
    let entries: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| format!(r#""{name}":{{"dtype":"F32","shape":[1],"data_offsets":[{},{}]}}"#, 4 * at, 4 * at + 4))
        .collect();
    let header = format!("{{{}}}", entries.join(","));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; 4 * names.len()]].concat()
}

/// The archive that PyTorch writes for `{"net": {name: one number, …}}`.
fn pth(names: &[&str]) -> Vec<u8> {
    let text = |text: &str| [&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let mut pickle = [&b"\x80\x02}"[..], &text("net"), b"}("].concat();
    for name in names {
        pickle.extend(text(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend(text("storage"));
        pickle.extend(b"ctorch\nFloatStorage\n");
        pickle.extend(text("0"));
        pickle.extend(text("cpu"));
        pickle.extend(b"K\x01tQK\x00K\x01\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR");
    }
    pickle.extend(b"us.");
    archive(&pickle, &[0; 4])
}

fn archive(pickle: &[u8], numbers: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [("model/data.pkl", pickle), ("model/data/0", numbers)] {
        archive.start_file(name, stored).expect("started");
        archive.write_all(bytes).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

#[test]
fn only_the_prefix_of_a_name_is_left_out_and_names_stay_apart() {
    let folder = Folder::new();
    let kept = ["module.head.module.weight", "body.module.weight"];
    let expected = ["body.module.weight", "head.module.weight"];
    assert_eq!(names(&folder.file("a.safetensors", &safetensors(&kept))).expect("read"), expected);
    assert_eq!(names(&folder.file("a.pth", &pth(&kept))).expect("read"), expected);
    for (name, bytes) in [("b.safetensors", safetensors(&["module.weight", "weight"])), ("b.pth", pth(&["module.weight", "weight"]))] {
        let message = refused(&folder.file(name, &bytes));
        assert!(message.contains("two tensors called weight") && message.contains(name), "{message}");
    }
    // In one of several files, too.
    let shards = [("one.safetensors", "weight"), ("two.safetensors", "module.weight")];
    shards.iter().for_each(|(name, tensor)| drop(folder.file(name, &safetensors(&[tensor]))));
    let index = br#"{"weight_map": {"weight": "one.safetensors", "module.weight": "two.safetensors"}}"#;
    let message = refused(&folder.file("model.safetensors.index.json", index));
    assert!(message.contains("two tensors called weight"), "{message}");
}

#[test]
fn absurd_pth_files_are_refused_at_once() {
    let folder = Folder::new();
    let pickles: [(&str, Vec<u8>); 5] = [
        ("endless lists", vec![b']'; 5 << 20]),
        ("a list in itself", b"\x80\x02]q\x00h\x00a.".to_vec()),
        ("a deep tuple", [&b"\x80\x02)"[..], &[0x85; 1 << 20], b"."].concat()),
        ("a giant text", b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fx.".to_vec()),
        ("a command", b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.".to_vec()),
    ];
    for (what, pickle) in pickles {
        let message = refused(&folder.file("absurd.pth", &archive(&pickle, &[0; 4])));
        assert!(message.contains("absurd.pth"), "{what}: {message}");
    }
    // A shape beyond the file.
    let mut bytes = pth(&["weight"]);
    let at = bytes.windows(6).position(|part| part == b"K\x00K\x01\x85K").expect("the shape") + 3;
    bytes[at] = 200;
    // The archive's checksum of its table is not what refuses it.
    assert!(names(&folder.file("shape.pth", &bytes)).is_err());
}

#[test]
fn absurd_gguf_files_are_refused_at_once() {
    let folder = Folder::new();
    let head = |tensors: u64, values: u64| [&b"GGUF\x03\0\0\0"[..], &tensors.to_le_bytes(), &values.to_le_bytes()].concat();
    let key = |name: &str, kind: u32| [&(name.len() as u64).to_le_bytes()[..], name.as_bytes(), &kind.to_le_bytes()].concat();
    let files: [(&str, Vec<u8>); 6] = [
        ("nothing", b"GGUF".to_vec()),
        ("countless", head(u64::MAX, u64::MAX)),
        ("a giant name", [head(0, 1), u64::MAX.to_le_bytes().to_vec()].concat()),
        // Ten million small values of which each takes more in memory.
        (
            "a giant list",
            [head(0, 1), key("a", 9), 0u32.to_le_bytes().to_vec(), (10u64 << 20).to_le_bytes().to_vec(), vec![0; 10 << 20]].concat(),
        ),
        (
            "lists in lists",
            [head(0, 1), key("a", 9), [9u32.to_le_bytes().to_vec(), 1u64.to_le_bytes().to_vec()].concat().repeat(10_000)].concat(),
        ),
        ("no alignment", [head(0, 1), key("general.alignment", 4), 0u32.to_le_bytes().to_vec()].concat()),
    ];
    for (what, bytes) in files {
        let path = folder.file("absurd.gguf", &bytes);
        match names(&path) {
            Err(message) => assert!(message.contains("absurd.gguf") && message.len() < 600, "{what}: {message}"),
            Ok(names) => assert!(names.is_empty(), "{what}: {names:?}"),
        }
    }
}

#[test]
fn a_texts_tokenizer_that_its_parser_fails_on_is_an_error() {
    let folder = Folder::new();
    let tokenizer = |normalizer: &str, processor: &str| {
        format!(
            r#"{{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":{normalizer},
            "pre_tokenizer":{{"type":"Whitespace"}},"post_processor":{processor},"decoder":null,
            "model":{{"type":"WordLevel","vocab":{{"[UNK]":0,"person":1}},"unk_token":"[UNK]"}}}}"#
        )
    };
    let tried = |json: &str| {
        folder.file("tokenizer.json", json.as_bytes());
        try_pieces(&Source::Folder(folder.0.path().to_owned()), "").map_err(|error| error.to_string())
    };
    assert_eq!(tried(&tokenizer("null", "null")), Ok(()));
    let piece = |id: &str| format!(r#"{{"SpecialToken":{{"id":"{id}","type_id":0}}}}"#);
    let sequence = r#"{"Sequence":{"id":"A","type_id":0}}"#;
    let undeclared = format!(
        r#"{{"type":"TemplateProcessing","single":[{},{sequence}],"pair":[{sequence},{}],"special_tokens":{{}}}}"#,
        piece("[CLS]"),
        r#"{"Sequence":{"id":"B","type_id":1}}"#
    );
    let spoilt = [
        tokenizer(r#"{"type":"Precompiled","precompiled_charsmap":"!!! no base64"}"#, "null"),
        tokenizer(r#"{"type":"Precompiled","precompiled_charsmap":"AAAA"}"#, "null"),
        tokenizer("null", &undeclared),
        "{".repeat(100_000),
        String::new(),
    ];
    for json in spoilt {
        let message = tried(&json).expect_err("refused");
        assert!(message.contains("tokenizer.json") && message.len() < 600 && !message.contains(char::is_control), "{message}");
    }
}
