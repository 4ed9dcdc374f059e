//! A video becomes a motion: pictures of our own stage, seen by the built-in networks.

use image::{Rgb, RgbImage};
use std::path::Path;
use std::time::Duration;
use zoetrope::capture::{Captured, Error, Excerpt, Ffmpeg, Watching, pictures, pose_networks};
use zoetrope::motion::measure::measure;
use zoetrope::motion::rotation::heading;

/// So many pictures of a person who walks towards the camera, six a second, as a folder.
fn walk(folder: &Path, count: u32) {
    let sheet = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/blazepose/pictures.png");
    let sheet = image::open(sheet).expect("a sheet of pictures").to_rgb8();
    for at in 0..count {
        let part = image::imageops::crop_imm(&sheet, 320 * (5 + at), 0, 320, 240).to_image();
        part.save(folder.join(format!("{at}.png"))).expect("a picture");
    }
}

fn captured(folder: &Path) -> Result<Captured, Error> {
    let networks = pose_networks()?;
    let nowhere = Ffmpeg { program: "no-such-program-anywhere".into(), patience: Duration::from_secs(1) };
    let mut watching = Watching::begin(folder, pictures(folder, Excerpt::default(), 6.0, &nowhere)?, &networks);
    while watching.step()?.is_some() {}
    watching.finish()
}

#[test]
fn a_walk_in_pictures_is_a_walk_on_the_floor() {
    let folder = tempfile::tempdir().expect("a folder");
    walk(folder.path(), 3);
    let Captured { motion, raw, notes } = captured(folder.path()).expect("a motion");
    // From the first picture to the third, a third of a second.
    assert_eq!((motion.len(), raw.len()), (11, 11));
    assert!(notes.iter().any(|note| note.contains("still")), "{notes:?}");
    let quality = measure(&motion);
    assert!(quality.penetration_mm <= 2.0 && quality.contact_slide_mm_per_frame <= 1.0, "{quality:?}");
    for pose in &motion.frames {
        assert!(heading(pose.local[0]).abs() < 0.6, "it faces the camera: {}", heading(pose.local[0]));
        assert!((0.8..1.0).contains(&pose.root_m.y), "it is upright: {}", pose.root_m.y);
    }
}

#[test]
fn a_video_without_anybody_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    for at in 0..2_u8 {
        let grey = RgbImage::from_pixel(64, 48, Rgb([90 + at; 3]));
        grey.save(folder.path().join(format!("{at}.png"))).expect("a picture");
    }
    let error = captured(folder.path()).expect_err("nobody").to_string();
    assert!(error.contains("nobody is seen in 2 pictures"), "{error}");
}
