//! One person from picture to picture: detected once, then followed by where the landmarks say that it is, until they lose it.

use super::detection::{Detection, detections, sigmoid};
use super::detector::{self, PoseDetector};
use super::landmarks::{self, HEATMAP_SIDE, LANDMARKS, LandmarkNetwork, NUMBERS, RawLandmarks};
use super::picture::{Around, RgbPicture, Square, turned};
use crate::model::error::Result;
use crate::model::source::Source;

/// Landmarks of a body.
pub const BODY_LANDMARKS: usize = 33;
/// Those behind them that say where to look next: between the hips, and how far the body reaches.
const MIDDLE: usize = 33;
const RIM: usize = 34;
/// How sure the network must be that somebody is there.
const LEAST_PRESENCE: f32 = 0.5;
/// So far around a landmark a heat map is looked at, squares to each side.
const HEAT_REACH: usize = 4;
/// A heat map that is nowhere as warm says nothing.
const LEAST_HEAT: f32 = 0.5;

/// Where a person's landmarks are, in mediapipe's order.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyLandmarks {
    /// In the picture: x to the right and y down, pixels; z away from the camera, in pixels too, from between the hips.
    pub picture: [[f32; 3]; BODY_LANDMARKS],
    /// Metres from between the hips: right in the picture, down, away from the camera.
    pub world_m: [[f32; 3]; BODY_LANDMARKS],
    /// How sure it is that each can be seen, 0 to 1.
    pub visibility: [f32; BODY_LANDMARKS],
    /// How sure it is that there is a body, 0 to 1.
    pub presence: f32,
}

/// What was seen in a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The person who is followed, if it was seen.
    pub body: Option<BodyLandmarks>,
    /// How many people there are, where they were looked for: as long as somebody is followed, nobody else is.
    pub people: Option<usize>,
}

/// Both networks.
pub struct PoseNetworks {
    detector: PoseDetector,
    landmarks: LandmarkNetwork,
}

impl PoseNetworks {
    /// Reads `pose_detection.safetensors` and `pose_landmark_full.safetensors`.
    ///
    /// # Errors
    /// Missing and damaged files, and weights of other networks.
    pub fn load(source: &Source) -> Result<Self> {
        Ok(Self {
            detector: PoseDetector::load(&source.file("pose_detection.safetensors"))?,
            landmarks: LandmarkNetwork::load(&source.file("pose_landmark_full.safetensors"))?,
        })
    }

    /// The squares around everybody in a picture, the largest first.
    ///
    /// # Errors
    /// Failed arithmetic.
    pub fn detect(&self, picture: &RgbPicture) -> Result<Vec<Square>> {
        let whole = Square::around(picture);
        let raw = self.detector.forward(whole.sampled(picture, detector::SIDE, Around::Black, [-1.0, 1.0]))?;
        let square = |found: &Detection| Square::of_person(whole.to_picture(found.middle), whole.to_picture(found.rim));
        let mut squares: Vec<Square> = Vec::new();
        // Boxes of heads that are apart may mean the same body: its hips say so.
        for found in detections(&raw).iter().map(square).filter(|square| square.side > 0.0) {
            if !squares.iter().any(|other| other.shares_middle_with(&found)) {
                squares.push(found);
            }
        }
        squares.sort_by(|one, other| other.side.total_cmp(&one.side));
        Ok(squares)
    }

    /// The landmarks of the person in a square of the picture, and its guides: between the hips, and how far the body reaches. None where
    /// nobody is there.
    ///
    /// # Errors
    /// Failed arithmetic.
    pub fn landmarks(&self, picture: &RgbPicture, square: &Square) -> Result<Option<(BodyLandmarks, Guides)>> {
        let raw = self.landmarks.forward(square.sampled(picture, landmarks::SIDE, Around::Edge, [0.0, 1.0]))?;
        let presence = sigmoid(raw.presence);
        if presence.is_nan() || presence < LEAST_PRESENCE {
            return Ok(None);
        }
        let places: Vec<[f32; 2]> = (0..LANDMARKS).map(|landmark| refined(&raw, landmark)).collect();
        let depth = |landmark: usize| raw.landmarks[landmark * NUMBERS + 2] / landmarks::SIDE as f32 * square.side;
        let world_m = |landmark: usize| {
            let place = &raw.world_m[3 * landmark..];
            let [right, down] = turned([place[0], place[1]], square.turn_rad);
            [right, down, place[2]]
        };
        let body = BodyLandmarks {
            picture: std::array::from_fn(|landmark| {
                let [x, y] = square.to_picture(places[landmark]);
                [x, y, depth(landmark)]
            }),
            world_m: std::array::from_fn(world_m),
            visibility: std::array::from_fn(|landmark| sigmoid(raw.landmarks[landmark * NUMBERS + 3])),
            presence,
        };
        let is_finite = body.picture.iter().chain(&body.world_m).flatten().all(|number| number.is_finite());
        let guides = [MIDDLE, RIM].map(|guide| square.to_picture(places[guide]));
        let is_body = is_finite && Square::of_person(guides[0], guides[1]).side > 0.0;
        Ok(is_body.then_some((body, guides)))
    }
}

/// A landmark's place in the square, moved to where its heat map is warm around it.
fn refined(raw: &RawLandmarks, landmark: usize) -> [f32; 2] {
    let place = [0, 1].map(|at| raw.landmarks[landmark * NUMBERS + at] / landmarks::SIDE as f32);
    let squares = place.map(|at| at * HEATMAP_SIDE as f32);
    if squares.iter().any(|at| !(0.0..HEATMAP_SIDE as f32).contains(at)) {
        return place;
    }
    let around = squares.map(|at| (at as usize).saturating_sub(HEAT_REACH)..(at as usize + HEAT_REACH + 1).min(HEATMAP_SIDE));
    let (mut whole, mut warmest, mut sums) = (0.0_f32, 0.0_f32, [0.0_f32; 2]);
    for row in around[1].clone() {
        for column in around[0].clone() {
            let heat = sigmoid(raw.heatmaps[(row * HEATMAP_SIDE + column) * LANDMARKS + landmark]);
            whole += heat;
            warmest = warmest.max(heat);
            sums = [sums[0] + heat * column as f32, sums[1] + heat * row as f32];
        }
    }
    if warmest >= LEAST_HEAT && whole > 0.0 { sums.map(|sum| sum / whole / HEATMAP_SIDE as f32) } else { place }
}

/// Where to look next: between the hips, and how far the body reaches; pixels.
pub type Guides = [[f32; 2]; 2];

/// The cutoff of guides at rest, and how much more it is for each body length a second.
const STILL_HZ: f64 = 0.01;
const HZ_PER_SPEED: f64 = 10.0;
/// The cutoff of their speed.
const SPEED_HZ: f64 = 1.0;

/// Guides without tremble, so that the square around somebody at rest does not move: the 1€ filter (Casiez et al., CHI 2012), as mediapipe
/// has it.
struct Steadied {
    secs: f32,
    seen: Guides,
    calm: [[f64; 2]; 2],
    speed: [[f64; 2]; 2],
}

impl Steadied {
    fn begin(seen: Guides, secs: f32) -> Self {
        Self { secs, seen, calm: seen.map(|guide| guide.map(f64::from)), speed: [[0.0; 2]; 2] }
    }

    fn add(&mut self, seen: Guides, secs: f32) {
        let rate = 1.0 / f64::from((secs - self.secs).max(1e-3));
        let share = |cutoff_hz: f64| 1.0 / (1.0 + rate / (std::f64::consts::TAU * cutoff_hz));
        let [right, down] = [0, 1].map(|axis| f64::from(seen[1][axis] - seen[0][axis]));
        let body = (2.0 * right.hypot(down)).max(1e-3);
        for (guide, places) in seen.iter().enumerate() {
            for (axis, place) in places.iter().enumerate() {
                let step = f64::from(*place) - f64::from(self.seen[guide][axis]);
                let speed = &mut self.speed[guide][axis];
                *speed += share(SPEED_HZ) * (step / body * rate - *speed);
                let cutoff_hz = STILL_HZ + HZ_PER_SPEED * speed.abs();
                let calm = &mut self.calm[guide][axis];
                *calm += share(cutoff_hz) * (f64::from(*place) - *calm);
            }
        }
        (self.seen, self.secs) = (seen, secs);
    }

    fn square(&self) -> Square {
        let [middle, rim] = self.calm.map(|guide| guide.map(|at| at as f32));
        Square::of_person(middle, rim)
    }
}

/// Follows one person: the largest when nobody is followed.
pub struct PoseTracker<'n> {
    networks: &'n PoseNetworks,
    followed: Option<Steadied>,
}

impl<'n> PoseTracker<'n> {
    /// One that follows nobody yet.
    #[must_use]
    pub fn new(networks: &'n PoseNetworks) -> Self {
        Self { networks, followed: None }
    }

    /// Looks at the next picture, which is shown at a later time than the one before.
    ///
    /// # Errors
    /// Failed arithmetic.
    pub fn see(&mut self, picture: &RgbPicture, secs: f32) -> Result<Seen> {
        if let Some(mut followed) = self.followed.take()
            && let Some((body, guides)) = self.networks.landmarks(picture, &followed.square())?
        {
            followed.add(guides, secs);
            self.followed = Some(followed);
            return Ok(Seen { body: Some(body), people: None });
        }
        let squares = self.networks.detect(picture)?;
        let people = Some(squares.len());
        let Some(largest) = squares.first() else { return Ok(Seen { body: None, people }) };
        let found = self.networks.landmarks(picture, largest)?;
        self.followed = found.as_ref().map(|(_, guides)| Steadied::begin(*guides, secs));
        Ok(Seen { body: found.map(|(body, _)| body), people })
    }
}
