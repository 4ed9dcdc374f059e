//! Data sets: the published layout read and made, from files good and bad.

use std::fs;
use std::path::Path;
use tempfile::TempDir;
use zoetrope::formats;
use zoetrope::motion::{Features, Motion, Pose, features};
use zoetrope::train::dataset::{Dataset, Purpose, Split};

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, text).expect("written");
}

fn standing(frames: usize) -> Features {
    features::encode(&Motion { frames: vec![Pose::REST; frames] })
}

/// A data set of the published layout with the clips `a` and `deep/b`.
fn published() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let at = |path: &str| folder.path().join(path);
    for name in ["a", "deep/b"] {
        let motion = at(&format!("motion_data/vector_272/{name}.npy"));
        write(&motion, "");
        formats::write_features(&motion, &standing(100)).expect("features");
    }
    write(&at("texts/a.txt"), "a person stands.#a/DET person/NOUN stand/VERB#0.0#0.0\n\n  someone waits \n");
    write(&at("texts/deep/b.txt"), "\n  \n");
    write(&at("split/version1/t2m_60_300/train.txt"), "a\n\ndeep/b\na\n");
    write(&at("split/version1/tokenizer_96/train.txt"), "a\n");
    write(&at("split/version1/tokenizer_96/val.txt"), "deep/b\n");
    write(&at("split/version1/tokenizer_96/test.txt"), "a\n");
    folder
}

#[test]
fn the_published_layout_is_read() {
    let folder = published();
    let dataset = Dataset::open(folder.path()).expect("a data set");
    assert_eq!(dataset.names(Purpose::Generator, Split::Train).expect("names"), ["a", "deep/b"]);
    assert_eq!(dataset.names(Purpose::Tokenizer, Split::All).expect("names"), ["a", "deep/b"]);
    assert_eq!(dataset.captions("a").expect("captions"), ["a person stands.", "someone waits"]);
    assert!(dataset.augmented_captions("a").expect("none").is_empty());
    assert_eq!(dataset.features("deep/b").expect("features"), standing(100));
}

#[test]
fn what_is_wrong_with_a_data_set_is_one_line_that_names_the_file() {
    let folder = published();
    let at = |path: &str| folder.path().join(path);
    let dataset = Dataset::open(folder.path()).expect("a data set");
    write(&at("split/version1/t2m_60_300/val.txt"), "../../secret\n");
    write(&at("motion_data/vector_272/cut.npy"), "\u{93}NUMPY");
    let complaints = [
        (Dataset::open(&at("nowhere")).expect_err("no folder").to_string(), "nowhere"),
        (dataset.names(Purpose::Generator, Split::Val).expect_err("a path").to_string(), "val.txt"),
        (dataset.names(Purpose::Generator, Split::Test).expect_err("no list").to_string(), "test.txt"),
        (dataset.features("missing").expect_err("no clip").to_string(), "missing.npy"),
        (dataset.features("cut").expect_err("damaged").to_string(), "cut.npy"),
        (dataset.features("../a").expect_err("outside").to_string(), "../a"),
        (dataset.captions("deep/b").expect_err("blank").to_string(), "b.txt"),
        (dataset.statistics().expect_err("no statistics").to_string(), "mean.npy"),
    ];
    for (complaint, file) in complaints {
        assert!(complaint.contains(file), "{complaint} does not name {file}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}
