//! A finished picture, and writing it to a file.

use super::StageError;
use crate::files::{self, Beside};
use bevy::image::Image;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, ImageFormat, RgbaImage};
use std::io::{BufWriter, Cursor, Write};
use std::path::Path;

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

    /// Whether a picture can be written to a place: for whoever draws for long before.
    ///
    /// # Errors
    /// [`StageError::Write`] where it cannot.
    pub fn check_place(path: &Path) -> Result<(), StageError> {
        Beside::of(path).map(drop).map_err(|error| StageError::Write(path.to_owned(), error.to_string()))
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

    /// Writes pictures as a GIF that repeats, so many a second, as they come; none of them is kept. Nothing is left of one that is not
    /// finished.
    ///
    /// # Errors
    /// The first one of `pictures`; [`StageError::Write`] when the file cannot be written.
    pub fn save_gif(pictures: impl Iterator<Item = Result<Self, StageError>>, fps: f32, path: &Path) -> Result<(), StageError> {
        let failed = |error: &dyn std::fmt::Display| StageError::Write(path.to_owned(), error.to_string());
        let mut beside = Beside::of(path).map_err(|error| failed(&error))?;
        let mut file = BufWriter::new(beside.file());
        // Speed 10 of 1 to 30: colours are still chosen well, at a third of the time.
        let mut encoder = GifEncoder::new_with_speed(&mut file, 10);
        encoder.set_repeat(Repeat::Infinite).map_err(|error| failed(&error))?;
        for (place, picture) in pictures.enumerate() {
            // GIF counts in hundredths of a second; what is rounded off one picture is made up by the next.
            let centisecs = |place: usize| (100.0 * place as f32 / fps).round() as u32;
            let delay = Delay::from_numer_denom_ms(10 * (centisecs(place + 1) - centisecs(place)), 1);
            encoder.encode_frame(Frame::from_parts(picture?.pixels, 0, 0, delay)).map_err(|error| failed(&error))?;
        }
        drop(encoder);
        file.flush().map_err(|error| failed(&error))?;
        drop(file);
        beside.finish().map_err(|error| failed(&error))
    }
}

/// A half-written file never stands under the final name.
fn write_beside(path: &Path, bytes: &[u8]) -> Result<(), StageError> {
    files::save(path, bytes).map_err(|error| StageError::Write(path.to_owned(), error.to_string()))
}
