//! BlazePose beside mediapipe's own, in pictures of our stage that are seen each by itself, or one after another (`tests/golden/blazepose`).

use image::RgbImage;
use serde::Deserialize;
use std::fmt;
use std::path::Path;
use zoetrope::model::Source;
use zoetrope::model::blazepose::{BodyLandmarks, PoseNetworks, PoseTracker, RgbPicture};

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

/// How far ours are from theirs.
#[derive(Default)]
pub(crate) struct Compared {
    pub(crate) pictures: usize,
    /// Pictures in which both see somebody, and those in which one does alone.
    pub(crate) seen: usize,
    pub(crate) seen_by_one: usize,
    /// The farthest landmark, as a share of the longer side of the body's box, and in metres.
    pub(crate) worst_of_box: f32,
    pub(crate) worst_m: f32,
    /// The largest difference of a visibility.
    pub(crate) worst_visibility: f32,
}

impl Compared {
    /// The pictures in a folder that `make.py` fills.
    pub(crate) fn of(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("landmarks.json")).expect("landmarks");
        let goldens: Goldens = serde_json::from_str(&text).expect("landmarks");
        let sheet = image::open(folder.join("pictures.png")).expect("a sheet of pictures").to_rgb8();
        let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/blazepose");
        let networks = PoseNetworks::load(&Source::Folder(weights)).expect("both networks");
        let single = goldens.seen.len() - goldens.followed;
        let mut follower = PoseTracker::new(&networks);
        let mut compared = Self { pictures: goldens.seen.len(), ..Self::default() };
        for (number, theirs) in goldens.seen.iter().enumerate() {
            let picture = tile(&sheet, &goldens, number as u32);
            let ours = match number.checked_sub(single) {
                None => PoseTracker::new(&networks).see(&picture, 0.0),
                Some(at) => follower.see(&picture, at as f32 / 30.0),
            };
            match (ours.expect("arithmetic").body, theirs) {
                (Some(ours), Some(theirs)) => compared.add(&ours, theirs, goldens.size),
                (None, None) => {}
                _ => compared.seen_by_one += 1,
            }
        }
        compared
    }

    fn add(&mut self, ours: &BodyLandmarks, theirs: &Theirs, [width, height]: [u32; 2]) {
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
        let visibility = ours.visibility.iter().zip(&theirs.picture).map(|(one, other)| (one - other[3]).abs());
        self.seen += 1;
        self.worst_of_box = in_picture.fold(self.worst_of_box, f32::max);
        self.worst_m = in_world.fold(self.worst_m, f32::max);
        self.worst_visibility = visibility.fold(self.worst_visibility, f32::max);
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of_box_pct, mm) = (100.0 * self.worst_of_box, 1e3 * self.worst_m);
        write!(
            f,
            "{} pictures, somebody in {}: the farthest landmark is {of_box_pct:.2} % of the body's box and {mm:.1} mm off",
            self.pictures, self.seen
        )
    }
}

fn tile(sheet: &RgbImage, goldens: &Goldens, at: u32) -> RgbPicture {
    let [width, height] = goldens.size;
    let (column, row) = (at % goldens.columns, at / goldens.columns);
    let part = image::imageops::crop_imm(sheet, column * width, row * height, width, height).to_image();
    RgbPicture::new(width as usize, height as usize, part.into_raw()).expect("a picture")
}
