//! Pictures of a character's textures: PNG and JPEG, unpacked within bounds. What is larger than the stage shows is made smaller by halves.

use crate::body::Image;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Most pixels of a side that are kept.
const MOST_KEPT: u32 = 2048;
/// Bytes of all pictures of a character.
pub(in crate::formats) const MOST_BYTES: usize = 256 << 20;

/// The picture in the bytes of a PNG or JPEG file.
///
/// # Errors
/// Why it is shown as plain colour, as the end of a sentence.
pub(in crate::formats) fn unpack(name: &str, bytes: &[u8]) -> Result<Image, String> {
    let (width, height, pixels) = if bytes.starts_with(b"\x89PNG") {
        png(bytes)?
    } else if bytes.starts_with(&[0xff, 0xd8]) {
        jpeg(bytes)?
    } else {
        return Err(format!("is {}", kind(bytes)));
    };
    let (width, height, pixels) = halved(width, height, pixels);
    Image::new(name, width, height, pixels).ok_or_else(|| format!("has {width} × {height} pixels"))
}

/// The bytes of a PNG file of a picture.
pub(in crate::formats) fn pack(picture: &Image) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive);
    let packed = encoder.write_image(picture.pixels(), picture.width(), picture.height(), ExtendedColorType::Rgba8);
    packed.expect("a picture of as many bytes as it says is written to memory");
    bytes.into_inner()
}

/// What kind of picture cannot be read.
fn kind(bytes: &[u8]) -> &'static str {
    let begins = |with: &[u8]| bytes.starts_with(with);
    if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        "WebP, which is not read"
    } else if begins(b"\xabKTX 20") {
        "KTX2, which is not read"
    } else if begins(b"sB") {
        "Basis Universal, which is not read"
    } else if begins(b"DDS ") {
        "DDS, which is not read"
    } else if begins(b"8BPS") {
        "a Photoshop document, which is not read"
    } else if begins(b"II*\0") || begins(b"MM\0*") {
        "TIFF, which is not read"
    } else if begins(b"BM") {
        "BMP, which is not read"
    } else {
        "neither PNG nor JPEG"
    }
}

type Pixels = (u32, u32, Vec<u8>);

fn png(bytes: &[u8]) -> Result<Pixels, String> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(Image::MOST_PIXELS), Some(Image::MOST_PIXELS));
    limits.max_alloc = Some(2 * MOST_BYTES as u64);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| format!("cannot be unpacked ({error})"))?.into_rgba8();
    Ok((picture.width(), picture.height(), picture.into_raw()))
}

fn jpeg(bytes: &[u8]) -> Result<Pixels, String> {
    let most = Image::MOST_PIXELS as usize;
    let options = DecoderOptions::new_safe().set_max_width(most).set_max_height(most).jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let pixels = decoder.decode().map_err(|error| format!("cannot be unpacked ({error})"))?;
    let (width, height) = decoder.info().map(|info| (u32::from(info.width), u32::from(info.height))).unwrap_or_default();
    Ok((width, height, pixels))
}

/// Half as large until it is small enough; each pixel is the mean of four.
fn halved(width: u32, height: u32, pixels: Vec<u8>) -> Pixels {
    let is_whole = pixels.len() == width as usize * height as usize * 4;
    if !is_whole || width.max(height) <= MOST_KEPT {
        return (width, height, pixels);
    }
    let (half_width, half_height) = ((width / 2).max(1), (height / 2).max(1));
    let mut half = Vec::with_capacity(half_width as usize * half_height as usize * 4);
    let at = |x: u32, y: u32, channel: usize| {
        u32::from(pixels[(y.min(height - 1) as usize * width as usize + x.min(width - 1) as usize) * 4 + channel])
    };
    for y in 0..half_height {
        for x in 0..half_width {
            for channel in 0..4 {
                let sum: u32 = [(0, 0), (1, 0), (0, 1), (1, 1)].iter().map(|(right, down)| at(2 * x + right, 2 * y + down, channel)).sum();
                half.push(((sum + 2) / 4) as u8);
            }
        }
    }
    drop(pixels);
    halved(half_width, half_height, half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_png_or_jpeg_is_named() {
        for (bytes, named) in
            [(&b"RIFF\0\0\0\0WEBPVP8 "[..], "WebP"), (b"\xabKTX 20\xbb\r\n\x1a\n", "KTX2"), (b"sB", "Basis"), (b"x", "neither")]
        {
            let error = unpack("a", bytes).expect_err(named);
            assert!(error.contains(named), "{error}");
        }
        assert!(unpack("a", b"\x89PNG\r\n\x1a\n").is_err() && unpack("a", &[0xff, 0xd8, 0xff]).is_err());
    }

    #[test]
    fn a_picture_too_large_for_the_stage_is_halved() {
        let (width, height, pixels) = halved(MOST_KEPT * 2, 2, vec![10; MOST_KEPT as usize * 16]);
        assert_eq!((width, height, pixels.len()), (MOST_KEPT, 1, MOST_KEPT as usize * 4));
        assert!(pixels.iter().all(|value| *value == 10));
    }
}
