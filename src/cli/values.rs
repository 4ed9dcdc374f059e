//! The values that the command line accepts, and what it says of others.

use super::error::CliError;
use crate::capture::Excerpt;
use crate::formats::{Format, PROJECT_ENDING};
use crate::motion::mapping::Fingers;
use std::path::PathBuf;

pub(super) fn number(text: &str, what: &str, fits: impl Fn(f32) -> bool) -> Result<f32, String> {
    text.parse().ok().filter(|&number: &f32| number.is_finite() && fits(number)).ok_or_else(|| format!("must be {what}"))
}

pub(super) fn seconds(text: &str) -> Result<f32, String> {
    number(text, "a number of seconds above 0, at most 3600", |secs| secs > 0.0 && secs <= 3600.0)
}

pub(super) fn seconds_or_zero(text: &str) -> Result<f32, String> {
    number(text, "a number of seconds from 0 to 3600", |secs| (0.0..=3600.0).contains(&secs))
}

pub(super) fn frames_a_second(text: &str) -> Result<f32, String> {
    number(text, "a number of frames a second from 1 to 1000", |fps| (1.0..=1000.0).contains(&fps))
}

pub(super) fn above_zero(text: &str) -> Result<f32, String> {
    number(text, "a number above 0", |value| value > 0.0)
}

pub(super) fn zero_or_more(text: &str) -> Result<f32, String> {
    number(text, "a number of 0 or more", |value| value >= 0.0)
}

pub(super) fn share(text: &str) -> Result<f32, String> {
    number(text, "a number above 0, at most 1", |value| value > 0.0 && value <= 1.0)
}

pub(super) fn build(text: &str) -> Result<f32, String> {
    number(text, "a number from -1 to 1", |value| (-1.0..=1.0).contains(&value))
}

/// Red, green and blue, as web pages write them.
pub(super) fn color(text: &str) -> Result<[u8; 3], String> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6);
    number.map(|rgb| [16, 8, 0].map(|shift| (rgb >> shift) as u8)).ok_or_else(|| "must be six hexadecimal digits, as in c7a078".to_owned())
}

pub(super) fn fingers(text: &str) -> Result<Fingers, String> {
    let named = Fingers::ALL.iter().find(|(_, name)| *name == text).map(|(fingers, _)| *fingers);
    named.ok_or_else(|| "must be rest, relaxed, fist or flat".to_owned())
}

pub(super) fn size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once(['x', 'X', '×']).and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    sides
        .filter(|&(width, height): &(u32, u32)| (16..=8192).contains(&width) && (16..=8192).contains(&height))
        .ok_or_else(|| "must be WIDTHxHEIGHT, each from 16 to 8192".to_owned())
}

/// A file that the window opens. Other words were meant for commands.
pub(super) fn openable(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_project = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(PROJECT_ENDING));
    if is_project || Format::readable(&path).is_ok() {
        return Ok(path);
    }
    Err("is neither a command nor a .zoetrope, .bvh, .glb, .gltf, .vrm, .vrma, .fbx, .npz or .npy file; see --help".to_owned())
}

/// The part between two times, the first of which has to come first.
pub(super) fn excerpt(from: Option<f32>, to: Option<f32>) -> Result<Excerpt, CliError> {
    let excerpt = Excerpt { from_secs: from.unwrap_or(0.0), to_secs: to.unwrap_or(f32::INFINITY) };
    if excerpt.from_secs >= excerpt.to_secs {
        return Err(CliError::Usage(format!("--from {} is not before --to {}", excerpt.from_secs, excerpt.to_secs)));
    }
    Ok(excerpt)
}
