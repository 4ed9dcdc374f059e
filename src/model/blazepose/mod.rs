//! BlazePose: where the joints of a person are in a picture, and in metres. Detector and landmark network of mediapipe 0.10.14 with what it
//! does before and after them; `models/recipe/pack_blazepose.py` makes the weights.
//!
//! Not here: videos, and what becomes of landmarks (`capture`).

mod backbone;
mod detection;
mod detector;
mod landmarks;
mod layers;
mod picture;
mod tracker;

pub use picture::{RgbPicture, Square};
pub use tracker::{BODY_LANDMARKS, BodyLandmarks, Guides, PoseNetworks, PoseTracker, Seen};
