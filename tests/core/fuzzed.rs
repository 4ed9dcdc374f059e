//! The fuzz targets over their seeds: as they are, cut off, and with bytes changed.

use super::dialects;
use super::formats::{Folder, floats, lively, npy, npz};
use super::pickles::{Entry, dictionary};
use super::project::{make_format_1, members, pack};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zoetrope::formats::{self, Contents, WriteOptions};
use zoetrope::motion::Motion;
use zoetrope::timeline::{Context, Document, Edit, Origin, Provenance, Request, Take, TakeEdit};

#[path = "../../fuzz/readers.rs"]
mod readers;

type Reader = fn(&[u8]);

const TARGETS: [(&str, Reader); 13] = [
    ("bvh", readers::bvh),
    ("gltf", readers::gltf),
    ("fbx", readers::fbx),
    ("npz", readers::npz),
    ("npy", readers::npy),
    ("project", readers::project),
    ("body_model", readers::body_model),
    ("pickle", readers::pickle),
    ("pth", readers::pth),
    ("safetensors", readers::safetensors),
    ("gguf", readers::gguf),
    ("tokenizer_json", readers::tokenizer_json),
    ("sentencepiece", readers::sentencepiece),
];
/// Cuts and changes of each seed.
const TIMES: usize = 24;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

#[test]
fn every_target_takes_its_seeds_cuts_of_them_and_changed_bytes() {
    for (target, read) in TARGETS {
        let seeds: Vec<PathBuf> =
            std::fs::read_dir(fuzz().join("corpus").join(target)).expect(target).map(|entry| entry.expect("an entry").path()).collect();
        assert!(!seeds.is_empty(), "{target} has no seeds");
        for seed in seeds {
            let bytes = std::fs::read(&seed).expect("a seed");
            read(&bytes);
            // The same places and values every time.
            let mut state = 0x9e37_79b9_7f4a_7c15_u64;
            let mut next = |below: usize| {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                (state >> 33) as usize % below.max(1)
            };
            for _ in 0..TIMES {
                read(&bytes[..next(bytes.len())]);
                let mut changed = bytes.clone();
                for _ in 0..1 + next(4) {
                    let at = next(bytes.len());
                    if let Some(byte) = changed.get_mut(at) {
                        *byte = next(256) as u8;
                    }
                }
                read(&changed);
            }
        }
    }
}

/// The archives among the seeds, with some bytes of a member that may be others.
const ARCHIVES: [(&str, &[u8]); 5] = [
    ("pth/one.pth", b"weight"),
    ("npz/aist.npz", b"\xcd\xcc\xcc\x3d"),
    ("npz/clip.npz", b"neutral"),
    ("project/takes.zoetrope", b"a person walks"),
    ("project/format-1.zoetrope", b"a person walks"),
];

#[test]
fn what_is_changed_in_an_archive_is_read_and_not_refused_by_its_checksum() {
    for (seed, part) in ARCHIVES {
        let path = fuzz().join("corpus").join(seed);
        let mut bytes = std::fs::read(&path).expect(seed);
        // Texts of numpy have four bytes a letter.
        let part: Vec<u8> =
            if seed.ends_with("clip.npz") { part.iter().flat_map(|letter| [*letter, 0, 0, 0]).collect() } else { part.to_vec() };
        let at = bytes.windows(part.len()).position(|window| window == part).expect("it is there as it is");
        let whole = members(&path);
        bytes[at] ^= 1;
        let folder = Folder::new();
        let repacked = folder.file("repacked.zip");
        std::fs::write(&repacked, readers::repacked(&bytes).expect("members")).expect("written");
        // Reading them all compares their checksums.
        let changed = members(&repacked);
        assert!(changed.keys().eq(whole.keys()), "{seed}");
        let differences: usize =
            changed.values().zip(whole.values()).map(|(one, other)| one.iter().zip(other).filter(|(a, b)| a != b).count()).sum();
        assert_eq!(differences, 1, "{seed}");
        // What lies behind is cut off, too.
        let cut = readers::repacked(&bytes[..at + 1]).expect("members");
        std::fs::write(&repacked, cut).expect("written");
        assert!(members(&repacked).len() <= whole.len(), "{seed}");
    }
    assert!(readers::repacked(b"no archive").is_none() && readers::repacked(b"PK\x03\x04").is_none());
}

#[test]
fn the_seeds_of_projects_open_with_their_takes() {
    for (name, format) in [("takes.zoetrope", 2), ("format-1.zoetrope", 1)] {
        let path = fuzz().join("corpus/project").join(name);
        let contents: serde_json::Value = serde_json::from_slice(&members(&path)["project.json"]).expect("JSON");
        assert_eq!(contents["format"], format, "{name}");
        let document = formats::open_project(&path).expect(name).document;
        assert!(document.takes().len() == 2 && document.arrangement().clips.len() == 1, "{name}");
    }
}

#[test]
fn every_target_is_in_the_manifest_and_has_its_program() {
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).expect("a manifest");
    for (target, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not in fuzz/Cargo.toml");
        let program = std::fs::read_to_string(fuzz().join(format!("fuzz_targets/{target}.rs"))).expect(target);
        assert!(program.contains(&format!("readers::{target}(")), "{target} runs another reader");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}

/// A take with everything that a take can have, and one that was edited.
fn document() -> Document {
    let mut document = Document::default();
    let end = Motion { frames: dialects::walk().frames[..2].to_vec() };
    let context = Context { after: Some(Arc::new(end.clone())), ..Context::after_end_of(&end) };
    let made = Origin::Prompt { request: Request::new("a person walks"), canonical_prompt: Some("walk".to_owned()), context };
    let edited = Origin::Edit { of: Box::new(Origin::File { name: "walk.bvh".to_owned() }), edit: TakeEdit::RemoveSliding };
    for (origin, raw) in [(made, Some(Arc::new(lively(3)))), (edited, None)] {
        let provenance = Provenance { origin, model: "starter".to_owned(), licence: "CC0".to_owned(), ..Provenance::default() };
        let take = document.add(Take { motion: Arc::new(lively(3)), raw: raw.clone(), provenance });
        document.apply(&Edit::Favourite { take, favourite: true }).expect("a take");
        if raw.is_some() {
            document.apply(&Edit::Insert { take, at: 0 }).expect("a clip");
        }
    }
    document
}

#[test]
#[ignore = "writes into the repository: run it to make the seeds again"]
fn make_the_seeds() {
    let seed = |target: &str, name: &str, bytes: &[u8]| {
        let folder = fuzz().join("corpus").join(target);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(name), bytes).expect("written");
    };
    let folder = Folder::new();
    let motion = lively(3);
    let options = WriteOptions { contents: Contents::Skeleton, ..WriteOptions::default() };
    let read = |name: &str| std::fs::read(folder.file(name)).expect("read");
    // Archives go in without compression.
    let archive = |target: &str, name: &str| {
        pack(&folder.file("stored"), &members(&folder.file(name)));
        seed(target, name, &read("stored"));
    };
    for (target, name) in [("bvh", "clip.bvh"), ("gltf", "clip.glb"), ("fbx", "clip.fbx"), ("npz", "clip.npz"), ("npy", "clip.npy")] {
        formats::write(&folder.file(name), &motion, &options).expect("written");
        if target == "npz" { archive(target, name) } else { seed(target, name, &read(name)) }
    }
    seed("fbx", "ascii.fbx", super::fbx_read::ascii().as_bytes());
    let walk = Motion { frames: dialects::walk().frames[..2].to_vec() };
    let text = dialects::text(&walk);
    seed("bvh", "foreign.bvh", text.as_bytes());
    seed("bvh", "grown-together.bvh", text.replace(" -", "-").as_bytes());
    seed("bvh", "utf-16.bvh", &format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    seed("gltf", "nothing.gltf", br#"{"asset":{"version":"2.0"},"buffers":[{"byteLength":3,"uri":"data:;base64,Wm9l"}]}"#);
    let places: Vec<f32> = walk.frames.iter().flat_map(|pose| pose.world().positions_m.map(|place| place.to_array())).flatten().collect();
    seed("npy", "places.npy", &npy("(2, 22, 3)", "'<f4'", &floats(&places)));
    seed("npy", "humanml3d.npy", &npy("(1, 263)", "'<f4'", &floats(&[0.0; 263])));
    let arrays = [
        ("smpl_poses", npy("(1, 72)", "'<f4'", &floats(&[0.1; 72]))),
        ("smpl_trans", npy("(1, 3)", "'<f4'", &floats(&[0.0; 3]))),
        ("smpl_scaling", npy("(1,)", "'<f4'", &floats(&[90.0]))),
    ];
    std::fs::write(folder.file("aist.npz"), npz(&arrays)).expect("written");
    archive("npz", "aist.npz");
    let arrays = [
        ("smpl_poses", Entry::Array(&[1, 72], "f4", floats(&[0.1; 72]))),
        ("smpl_trans", Entry::Array(&[1, 3], "f4", floats(&[0.0; 3]))),
        ("smpl_scaling", Entry::Fraction(90.0)),
    ];
    seed("npz", "aist.pkl", &dictionary(4, &arrays));
    for (name, document) in [("empty.zoetrope", Document::default()), ("takes.zoetrope", document())] {
        formats::save_project(&folder.file(name), &document, None).expect("written");
        seed("project", name, &read(name));
    }
    make_format_1(&folder.file("takes.zoetrope"));
    seed("project", "format-1.zoetrope", &read("takes.zoetrope"));
    let array = b"\x80\x02}U\x0av_templatecnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K\x01K\x03\x86\
        cnumpy\ndtype\nU\x02f4K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x0c\0\0\x80?\0\0\0\0\0\0\0@tbs.";
    let sparse = b"\x80\x02}U\x0bJ_regressorcscipy.sparse.csc\ncsc_matrix\n)\x81q\x00}(U\x04datah\x00U\x07indicesh\x00U\x06indptrh\x00\
        U\x05shapeK\x02K\x02\x86ubs.";
    for (name, bytes) in [("array.pkl", &array[..]), ("own.pkl", &sparse[..])] {
        seed("body_model", name, bytes);
        seed("pickle", name, bytes);
    }
    seed("pickle", "old.pkl", b"(dp0\nS'a'\np1\nI5\nsV\xc3\xa4\nL7L\ns.");
    let text = |text: &str| [&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let table = [
        &b"\x80\x02}"[..],
        &text("net"),
        b"}(",
        &text("module.weight"),
        b"ctorch._utils\n_rebuild_tensor_v2\n((",
        &text("storage"),
        b"ctorch\nFloatStorage\n",
        &text("0"),
        &text("cpu"),
        b"K\x01tQK\x00K\x01\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRus.",
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [("model/data.pkl", table.concat()), ("model/data/0", vec![0; 4])] {
        archive.start_file(name, stored).expect("started");
        archive.write_all(&bytes).expect("written");
    }
    seed("pth", "one.pth", &archive.finish().expect("finished").into_inner());
    let header = br#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    seed("safetensors", "one.safetensors", &[&(header.len() as u64).to_le_bytes()[..], header, &[0; 8]].concat());
    let key = |name: &str, kind: u32| [&(name.len() as u64).to_le_bytes()[..], name.as_bytes(), &kind.to_le_bytes()].concat();
    let gguf = [
        &b"GGUF\x03\0\0\0"[..],
        &1u64.to_le_bytes(),
        &2u64.to_le_bytes(),
        &key("general.alignment", 4),
        &32u32.to_le_bytes(),
        &key("list", 9),
        &8u32.to_le_bytes(),
        &1u64.to_le_bytes(),
        &1u64.to_le_bytes(),
        b"x",
        &1u64.to_le_bytes(),
        b"a",
        &1u32.to_le_bytes(),
        &2u64.to_le_bytes(),
        &0u32.to_le_bytes(),
        &0u64.to_le_bytes(),
    ];
    let mut gguf = gguf.concat();
    gguf.resize(gguf.len().next_multiple_of(32) + 8, 0);
    seed("gguf", "one.gguf", &gguf);
    let tokenizer = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":{"type":"Lowercase"},
        "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
        "model":{"type":"WordLevel","vocab":{"[UNK]":0,"person":1},"unk_token":"[UNK]"}}"#;
    seed("tokenizer_json", "words.json", tokenizer.as_bytes());
    // Three pieces, an algorithm, an unknown piece and an end, as protocol buffers have them.
    let piece =
        |text: &str| [&[0x0a, text.len() as u8 + 7, 0x0a, text.len() as u8][..], text.as_bytes(), &[0x15, 0, 0, 0x80, 0xbf]].concat();
    let trainer = [&[0x12, 8][..], &[0x18, 1, 0xc0, 2, 0, 0xd0, 2, 1]].concat();
    seed("sentencepiece", "three.model", &[piece("<unk>"), piece("</s>"), piece("a"), trainer].concat());
}
