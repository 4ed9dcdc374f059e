//! A finished picture, and writing it to a file.

use super::StageError;
use bevy::image::Image;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, ImageFormat, RgbaImage};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// An opaque picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// sRGB and alpha, row by row from the top.
    pub pixels: RgbaImage,
}

impl Picture {
    /// A picture from what the renderer captured; none in a format that is not 8 bits a channel.
    #[must_use]
    pub fn from_image(image: &Image) -> Option<Self> {
        let mut pixels = image.clone().try_into_dynamic().ok()?.into_rgba8();
        for pixel in pixels.pixels_mut() {
            pixel.0[3] = u8::MAX;
        }
        Some(Self { pixels })
    }

    /// Writes the picture as PNG, beside the path first and then renamed.
    ///
    /// # Errors
    /// [`StageError::Write`] when the file cannot be written.
    pub fn save_png(&self, path: &Path) -> Result<(), StageError> {
        let mut bytes = Cursor::new(Vec::new());
        self.pixels.write_to(&mut bytes, ImageFormat::Png).map_err(|error| StageError::Write(path.to_owned(), error.to_string()))?;
        write_beside(path, bytes.get_ref())
    }

    /// Writes pictures as a GIF that repeats, so many a second, as they come.
    ///
    /// # Errors
    /// The first one of `pictures`; [`StageError::Write`] when the file cannot be written.
    pub fn save_gif(pictures: impl Iterator<Item = Result<Self, StageError>>, fps: f32, path: &Path) -> Result<(), StageError> {
        let failed = |error: image::ImageError| StageError::Write(path.to_owned(), error.to_string());
        let mut bytes = Vec::new();
        // Speed 10 of 1 to 30: colours are still chosen well, at a third of the time.
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, 10);
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        for (place, picture) in pictures.enumerate() {
            // GIF counts in hundredths of a second; what is rounded off one picture is made up by the next.
            let centisecs = |place: usize| (100.0 * place as f32 / fps).round() as u32;
            let delay = Delay::from_numer_denom_ms(10 * (centisecs(place + 1) - centisecs(place)), 1);
            encoder.encode_frame(Frame::from_parts(picture?.pixels, 0, 0, delay)).map_err(failed)?;
        }
        drop(encoder);
        write_beside(path, &bytes)
    }
}

/// A half-written file never stands under the final name.
fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), StageError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let beside = PathBuf::from(name);
    std::fs::write(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| StageError::Write(path.to_owned(), error.to_string()))
}
