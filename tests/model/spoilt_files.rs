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

/// How one tensor of a `.pth` is described: the module and name of its storage's class, the number of its first item, shape, strides.
struct Described<'a> {
    class: &'a str,
    first: Vec<u8>,
    shape: Vec<u8>,
    strides: Vec<u8>,
}

impl Default for Described<'_> {
    /// One float32.
    fn default() -> Self {
        Self { class: "torch\nFloatStorage", first: int(0), shape: tuple(&[1]), strides: tuple(&[1]) }
    }
}

/// A number of a pickle, in as many bytes as it takes.
fn int(number: i64) -> Vec<u8> {
    match u8::try_from(number) {
        Ok(byte) => vec![b'K', byte],
        Err(_) => [&[0x8a, 8][..], &number.to_le_bytes()].concat(),
    }
}

fn tuple(numbers: &[i64]) -> Vec<u8> {
    [&b"("[..], &numbers.iter().flat_map(|number| int(*number)).collect::<Vec<u8>>(), b"t"].concat()
}

/// The pickle that PyTorch writes for `{"net": {name: tensor, …}}`, each tensor in the storage `0`.
fn table(tensors: &[(&str, Described<'_>)]) -> Vec<u8> {
    let text = |text: &str| [&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let mut pickle = [&b"\x80\x02}"[..], &text("net"), b"}("].concat();
    for (name, Described { class, first, shape, strides }) in tensors {
        pickle.extend(text(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend(text("storage"));
        pickle.extend(format!("c{class}\n").into_bytes());
        pickle.extend(text("0"));
        pickle.extend(text("cpu"));
        pickle.extend([&b"K\x01tQ"[..], first, shape, strides, b"\x89ccollections\nOrderedDict\n)RtR"].concat());
    }
    pickle.extend(b"us.");
    pickle
}

/// The archive that PyTorch writes for `{"net": {name: one number, …}}`.
fn pth(names: &[&str]) -> Vec<u8> {
    let tensors: Vec<_> = names.iter().map(|name| (*name, Described::default())).collect();
    archive(&table(&tensors), &[0; 4])
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
}

#[test]
fn a_pth_whose_tensors_are_not_in_the_file_is_refused_with_the_tensors_name() {
    let folder = Folder::new();
    let one = Described::default;
    let (huge, most) = (1 << 40, i64::MAX);
    let cases: [(&str, Described<'_>, &str); 10] = [
        ("two numbers of one", Described { shape: tuple(&[2]), ..one() }, "claims the shape [2]"),
        ("a number behind the last", Described { first: int(1), ..one() }, "more than the file holds"),
        ("a start beyond all memory", Described { first: int(most), ..one() }, "more than the file holds"),
        ("a shape beyond all memory", Described { shape: tuple(&[most, most]), strides: tuple(&[most, 1]), ..one() }, "more than the file"),
        ("gigabytes", Described { shape: tuple(&[huge]), ..one() }, "claims the shape [1099511627776]"),
        ("doubles of floats", Described { class: "torch\nDoubleStorage", ..one() }, "claims the shape [1]"),
        ("columns before rows", Described { shape: tuple(&[2, 2]), strides: tuple(&[1, 2]), ..one() }, "contiguous"),
        ("nine dimensions", Described { shape: tuple(&[1; 9]), strides: tuple(&[1; 9]), ..one() }, "incompletely"),
        ("less than nothing", Described { shape: tuple(&[-1]), ..one() }, "incompletely"),
        ("numbers of a kind that no network has", Described { class: "torch\nComplexFloatStorage", ..one() }, "type of numbers"),
    ];
    for (what, described, says) in cases {
        let message = refused(&folder.file("shape.pth", &archive(&table(&[("net.weight", described)]), &[0; 4])));
        let names_all = ["net.weight", says, "shape.pth"].iter().all(|word| message.contains(word));
        assert!(names_all, "{what}: {message}");
    }
    // Eight dimensions are read, and as many numbers as there are.
    let read = |described, numbers: &[u8]| names(&folder.file("right.pth", &archive(&table(&[("weight", described)]), numbers)));
    assert!(read(Described { shape: tuple(&[1; 8]), strides: tuple(&[1; 8]), ..one() }, &[0; 4]).is_ok());
    assert!(read(Described { first: int(1), shape: tuple(&[2]), ..one() }, &[0; 12]).is_ok());
    // A table that unpacks to more than any table has.
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("model/data.pkl", zip::write::SimpleFileOptions::default()).expect("started");
    let nothing = vec![0; 1 << 20];
    (0..65).for_each(|_| archive.write_all(&nothing).expect("written"));
    let message = refused(&folder.file("bomb.pth", &archive.finish().expect("finished").into_inner()));
    assert!(message.contains("model/data.pkl is absurdly long"), "{message}");
}

#[test]
fn a_damaged_table_of_a_pth_is_called_damaged_and_a_cut_one_cut_off() {
    let folder = Folder::new();
    let whole = pth(&["weight"]);
    let at = whole.windows(6).position(|part| part == b"weight").expect("its name");
    let mut damaged = whole.clone();
    damaged[at] ^= 1;
    let message = refused(&folder.file("damaged.pth", &damaged));
    assert!(message.contains("model/data.pkl is damaged") && message.contains("checksum") && !message.contains("cut off"), "{message}");
    // The archive is sound and what is in it is not.
    let pickle = table(&[("weight", Described::default())]);
    let message = refused(&folder.file("half.pth", &archive(&pickle[..pickle.len() / 2], &[0; 4])));
    assert!(message.contains("model/data.pkl") && message.contains("cut off"), "{message}");
    let message = refused(&folder.file("cut.pth", &whole[..whole.len() / 2]));
    assert!(message.contains("end of the archive"), "{message}");
    let mut other = whole.clone();
    // The numbers' member under another name.
    for at in (0..other.len()).filter(|at| whole[*at..].starts_with(b"model/data/0")) {
        other[at + 11] = b'1';
    }
    let message = refused(&folder.file("lost.pth", &other));
    assert!(message.contains("the tensor weight") && message.contains("no model/data/0"), "{message}");
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
