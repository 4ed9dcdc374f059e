//! The networks that look at videos, compiled into the program: 12 MiB, so that it works from any folder and with no network, as the
//! built-in model does.

use super::error::Result;
use crate::model::Source;
use crate::model::blazepose::PoseNetworks;

macro_rules! weights {
    ($($name:literal),+) => {
        &[$(($name, include_bytes!(concat!("../../models/blazepose/", $name)))),+]
    };
}

static BLAZEPOSE: &[(&str, &[u8])] = weights!["pose_detection.safetensors", "pose_landmark_full.safetensors"];

/// What is said of a motion that they saw: their name, and the licence, which is not theirs.
pub const SEEN_BY: (&str, &str) = ("BlazePose", "that of its video");

/// The built-in networks.
///
/// # Errors
/// Weights that are not those of the networks.
pub fn pose_networks() -> Result<PoseNetworks> {
    Ok(PoseNetworks::load(&Source::Embedded(BLAZEPOSE))?)
}
