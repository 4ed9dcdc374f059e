//! The pictures of a video, one after another: GIFs and folders of numbered pictures by what is linked, everything else by the user's `ffmpeg`.
//! No more than two pictures are in memory.

use super::error::Result;
use super::timed::{Excerpt, TimedPicture};
use super::{ffmpeg, gif, numbered};
use crate::files::Ffmpeg;
use std::path::Path;

/// The pictures of a video in order.
pub type Pictures = Box<dyn Iterator<Item = Result<TimedPicture>>>;

/// Opens a video. `folder_fps` is how many pictures a second a folder of numbered pictures has.
///
/// # Errors
/// A file that cannot be read or is no video, and [`super::Error::NoDecoder`] where it takes an `ffmpeg` that is not there. What is wrong
/// further behind comes with the pictures, and ends them.
pub fn pictures(path: &Path, excerpt: Excerpt, folder_fps: f32, by: &Ffmpeg) -> Result<Pictures> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if path.is_dir() {
        return Ok(Box::new(numbered::pictures(path, excerpt, folder_fps)?));
    }
    match ending.as_str() {
        "gif" => Ok(Box::new(gif::pictures(path, excerpt)?)),
        _ => Ok(Box::new(ffmpeg::pictures(path, excerpt, by)?)),
    }
}
