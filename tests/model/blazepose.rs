//! BlazePose against mediapipe's own: pictures of our stage, each by itself or one after another (`tests/golden/blazepose`).

use crate::landmarks::Compared;
use std::path::{Path, PathBuf};
use zoetrope::model::Source;
use zoetrope::model::blazepose::{PoseNetworks, PoseTracker, RgbPicture};

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn networks() -> PoseNetworks {
    PoseNetworks::load(&Source::Folder(in_repository("models/blazepose"))).expect("both networks")
}

/// mediapipe's interpolation of pixels is in 32nds, its products are summed in another order: most is far below what is asked.
const MOST_OF_BOX: f32 = 0.01;
const MOST_M: f32 = 0.01;

const MOST_OF_VISIBILITY: f32 = 0.05;

#[test]
fn landmarks_are_mediapipes_in_single_pictures_and_along_a_motion() {
    let compared = Compared::of(&in_repository("tests/golden/blazepose"));
    println!("{compared}");
    assert_eq!(compared.seen_by_one, 0, "both see somebody or nobody");
    assert!(compared.seen * 10 >= compared.pictures * 9, "somebody is in most of them");
    assert!(compared.worst_of_box <= MOST_OF_BOX && compared.worst_m <= MOST_M, "{compared}");
    assert!(compared.worst_visibility <= MOST_OF_VISIBILITY, "the visibilities differ by {}", compared.worst_visibility);
}

#[test]
fn nobody_is_in_an_empty_picture_and_the_smallest_is_no_trouble() {
    let networks = networks();
    let mut tracker = PoseTracker::new(&networks);
    for (width, height) in [(1, 1), (64, 48), (3, 200)] {
        let picture = RgbPicture::new(width, height, vec![90; 3 * width * height]).expect("a picture");
        let seen = tracker.see(&picture, 0.0).expect("arithmetic");
        assert_eq!((seen.body, seen.people), (None, Some(0)));
    }
}

#[test]
fn weights_of_another_network_are_named() {
    let wrong = tempfile::tempdir().expect("a folder");
    for (from, to) in [("pose_landmark_full", "pose_detection"), ("pose_detection", "pose_landmark_full")] {
        let from = in_repository(&format!("models/blazepose/{from}.safetensors"));
        std::fs::copy(from, wrong.path().join(format!("{to}.safetensors"))).expect("a copy");
    }
    let error = PoseNetworks::load(&Source::Folder(wrong.path().to_owned())).err().expect("another network");
    assert!(error.to_string().contains("pose_detection.safetensors"), "{error}");
}
