//! BlazePose against mediapipe's own: pictures of our stage, each by itself or one after another (`tests/golden/blazepose`).

use crate::shared::json;
use image::RgbImage;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use zoetrope::model::Source;
use zoetrope::model::blazepose::{BodyLandmarks, PoseNetworks, PoseTracker, RgbPicture};

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn networks() -> PoseNetworks {
    PoseNetworks::load(&Source::Folder(in_repository("models/blazepose"))).expect("both networks")
}

#[derive(Deserialize)]
struct Goldens {
    size: [u32; 2],
    columns: u32,
    followed: usize,
    seen: Vec<Option<Theirs>>,
}

/// What mediapipe saw: shares of the picture's sides (z of its width) and visibility; metres.
#[derive(Deserialize)]
struct Theirs {
    picture: Vec<[f32; 4]>,
    world_m: Vec<[f32; 3]>,
}

fn goldens() -> (Goldens, Vec<RgbPicture>) {
    let goldens: Goldens = json(&in_repository("tests/golden/blazepose/landmarks.json"));
    let sheet = image::open(in_repository("tests/golden/blazepose/pictures.png")).expect("a sheet of pictures").to_rgb8();
    let [width, height] = goldens.size;
    let tile = |at: u32| {
        let (column, row) = (at % goldens.columns, at / goldens.columns);
        let part: RgbImage = image::imageops::crop_imm(&sheet, column * width, row * height, width, height).to_image();
        RgbPicture::new(width as usize, height as usize, part.into_raw()).expect("a picture")
    };
    let pictures = (0..goldens.seen.len() as u32).map(tile).collect();
    (goldens, pictures)
}

/// The farthest landmark from mediapipe's: in the picture, as a share of the longer side of the body's box, and in metres.
fn apart(ours: &BodyLandmarks, theirs: &Theirs, [width, height]: [u32; 2]) -> (f32, f32) {
    let places: Vec<[f32; 2]> = theirs.picture.iter().map(|[x, y, ..]| [x * width as f32, y * height as f32]).collect();
    let extent = |axis: usize| {
        let along = places.iter().map(|place| place[axis]);
        along.clone().fold(f32::MIN, f32::max) - along.fold(f32::MAX, f32::min)
    };
    let side = extent(0).max(extent(1));
    let in_picture = ours.picture.iter().zip(&places).map(|(one, other)| (one[0] - other[0]).hypot(one[1] - other[1]) / side);
    let in_world = ours.world_m.iter().zip(&theirs.world_m).map(|(one, other)| {
        let squares = one.iter().zip(other).map(|(one, other)| (one - other).powi(2));
        squares.sum::<f32>().sqrt()
    });
    (in_picture.fold(0.0, f32::max), in_world.fold(0.0, f32::max))
}

/// mediapipe's interpolation of pixels is in 32nds, its products are summed in another order: most is far below what is asked.
const MOST_OF_BOX: f32 = 0.01;
const MOST_M: f32 = 0.01;

#[test]
fn landmarks_are_mediapipes_in_single_pictures_and_along_a_motion() {
    let (goldens, pictures) = goldens();
    let networks = networks();
    let single = pictures.len() - goldens.followed;
    let mut follower = PoseTracker::new(&networks);
    let (mut worst, mut seen) = ((0.0_f32, 0.0_f32), 0);
    for (number, (picture, theirs)) in pictures.iter().zip(&goldens.seen).enumerate() {
        let ours = match number.checked_sub(single) {
            None => PoseTracker::new(&networks).see(picture, 0.0),
            Some(at) => follower.see(picture, at as f32 / 30.0),
        };
        let ours = ours.expect("arithmetic").body;
        assert_eq!(ours.is_some(), theirs.is_some(), "picture {number}");
        if let (Some(ours), Some(theirs)) = (ours, theirs) {
            let (of_box, metres) = apart(&ours, theirs, goldens.size);
            println!("{number:2}: {:.3} % of the box, {:.1} mm", 100.0 * of_box, 1e3 * metres);
            let blind = ours.visibility.iter().zip(&theirs.picture).any(|(one, other)| (one - other[3]).abs() > 0.05);
            assert!(!blind, "picture {number}: the visibilities differ");
            worst = (worst.0.max(of_box), worst.1.max(metres));
            seen += 1;
        }
    }
    println!("worst of {seen}: {:.3} % of the box, {:.1} mm", 100.0 * worst.0, 1e3 * worst.1);
    assert!(seen * 10 >= pictures.len() * 9, "somebody is in most of them");
    assert!(worst.0 <= MOST_OF_BOX && worst.1 <= MOST_M, "{worst:?}");
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
