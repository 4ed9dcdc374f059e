//! A folder of numbered pictures (.png) as a video.

use super::error::{Error, Result};
use super::timed::{Excerpt, LONGEST_SIDE, MOST_BYTES, TimedPicture};
use crate::files;
use crate::model::blazepose::RgbPicture;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// The largest file of a picture.
const LARGEST_FILE: u64 = 64 << 20;
/// The longest side of a picture in a file.
const LONGEST_IN_FILE: u32 = 16_384;

/// The pictures of a folder in the order of their numbers, so many a second.
pub(super) fn pictures(folder: &Path, excerpt: Excerpt, fps: f32) -> Result<impl Iterator<Item = Result<TimedPicture>> + use<>> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::read(error, folder))?;
    let is_png = |path: &PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_png).collect();
    if found.is_empty() {
        return Err(Error::unfit("no pictures (.png) in the folder", folder, "give a folder of numbered pictures, or a video"));
    }
    found.sort_by_cached_key(|path| number(path));
    let at_secs = move |at: usize| at as f32 / fps;
    let chosen = found.into_iter().enumerate().filter(move |(at, _)| excerpt.contains(at_secs(*at)));
    Ok(chosen.map(move |(at, path)| Ok(TimedPicture { secs: at_secs(at) - excerpt.from_secs.max(0.0), picture: picture(&path)? })))
}

/// The last number in a file's name, and the name: `9.png` comes before `10.png`.
fn number(path: &Path) -> (u64, String) {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let end = name.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let begin = name[..end].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + name[at..].chars().next().map_or(1, char::len_utf8));
    (name[begin..end].parse().unwrap_or(0), name)
}

fn picture(path: &Path) -> Result<RgbPicture> {
    let damaged = |error: &dyn std::fmt::Display| Error::unfit(format!("not a readable picture ({error})"), path, "export it again");
    let bytes = files::read(path, LARGEST_FILE).map_err(|error| Error::refused(&error, path))?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST_IN_FILE), Some(LONGEST_IN_FILE));
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| damaged(&error))?;
    fitted(&image).ok_or_else(|| damaged(&"it has no pixels"))
}

/// A picture no larger than what is looked at.
pub(super) fn fitted(image: &DynamicImage) -> Option<RgbPicture> {
    let is_large = image.width().max(image.height()) > LONGEST_SIDE;
    let rgb = if is_large { image.thumbnail(LONGEST_SIDE, LONGEST_SIDE).to_rgb8() } else { image.to_rgb8() };
    let (width, height) = rgb.dimensions();
    RgbPicture::new(width as usize, height as usize, rgb.into_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_in_the_order_of_their_numbers() {
        let mut names = ["walk_10.png", "walk_9.png", "ä7b.png", "100", "walk_0008.png", "none.png"].map(Path::new);
        names.sort_by_cached_key(|path| number(path));
        assert_eq!(names, ["none.png", "ä7b.png", "walk_0008.png", "walk_9.png", "walk_10.png", "100"].map(Path::new));
    }
}
