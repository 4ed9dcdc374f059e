//! Video in, motion out: pictures of a person, the landmarks that BlazePose sees in them, and our skeleton fitted to them. Songs too: the beats
//! that a dance is made for.
//!
//! The camera is taken to stand still and upright. World space as everywhere, heading 0 towards the camera.
//! Not here: the networks (`model::blazepose`), clean-up (`motion::cleanup`), files of motion.

mod camera;
mod error;
mod ffmpeg;
mod fit;
mod gif;
mod numbered;
mod path;
mod sightings;
mod smooth;
mod song;
mod timed;
mod video;
mod watching;
mod weights;

pub use crate::files::Ffmpeg;
pub use error::{Error, Result};
pub use song::{Count, RATE as SONG_RATE, Song};
pub use timed::{Excerpt, TimedPicture};
pub use video::{Pictures, pictures};
pub use watching::{Captured, Watching};
pub use weights::{SEEN_BY, pose_networks};
