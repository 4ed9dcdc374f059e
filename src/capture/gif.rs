//! GIFs as videos: each picture at the time that the file says.

use super::error::{Error, Result};
use super::numbered::fitted;
use super::timed::{Excerpt, MOST_BYTES, TimedPicture};
use crate::files;
use image::codecs::gif::GifDecoder;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, Limits};
use std::io::BufReader;
use std::path::Path;

/// Players show a picture that asks for less for so long.
const USUAL_SECS: f32 = 0.1;
const SHORTEST_SECS: f32 = 0.02;

/// The pictures of a GIF.
pub(super) fn pictures(path: &Path, excerpt: Excerpt) -> Result<impl Iterator<Item = Result<TimedPicture>> + use<>> {
    let path = path.to_owned();
    let damaged = {
        let path = path.clone();
        move |error: image::ImageError| Error::unfit(format!("not a readable GIF ({error})"), &path, "export it again")
    };
    let file = files::open(&path).map_err(|error| Error::refused(&error, &path))?;
    let mut decoder = GifDecoder::new(BufReader::new(file)).map_err(&damaged)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    decoder.set_limits(limits).map_err(&damaged)?;
    let mut at_secs = 0.0;
    let timed = decoder.into_frames().map(move |frame| -> Result<(f32, DynamicImage)> {
        let frame = frame.map_err(&damaged)?;
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        let delay_secs = numerator as f32 / denominator.max(1) as f32 / 1e3;
        let secs = at_secs;
        at_secs += if delay_secs < SHORTEST_SECS { USUAL_SECS } else { delay_secs };
        Ok((secs, DynamicImage::ImageRgba8(frame.into_buffer())))
    });
    let kept = timed.take_while(move |frame| !matches!(frame, Ok((secs, _)) if *secs >= excerpt.to_secs));
    let kept = kept.filter(move |frame| !matches!(frame, Ok((secs, _)) if *secs < excerpt.from_secs));
    Ok(kept.map(move |frame| {
        let (secs, image) = frame?;
        let picture = fitted(&image).ok_or_else(|| Error::unfit("a picture without pixels", &path, "export it again"))?;
        Ok(TimedPicture { secs: secs - excerpt.from_secs.max(0.0), picture })
    }))
}
