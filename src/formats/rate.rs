//! Frame rates and lengths that a file may have: what keeps a corrupt rate from becoming hours of frames.

use super::error::Fault;

/// The longest clip that is read.
const MAX_SECS: f32 = 3600.0;
const RATES: std::ops::RangeInclusive<f32> = 1.0..=1000.0;

/// Size of a clip as its file declares it.
pub(super) struct Clip {
    pub(super) frames: usize,
    pub(super) fps: f32,
}

/// The rate of an acceptable clip. A rate that a file rounded (0.016667 s a frame, .03333) is the whole number it was.
pub(super) fn check(clip: &Clip) -> Result<f32, Fault> {
    if clip.frames == 0 {
        return Err(Fault::new("no frames", "export it again with its animation"));
    }
    if !RATES.contains(&clip.fps) {
        return Err(Fault::new(format!("a rate of {:?} frames a second", clip.fps), "export it with a rate between 1 and 1000"));
    }
    let secs = clip.frames as f32 / clip.fps;
    if secs > MAX_SECS {
        return Err(Fault::new(format!("{secs:.0} seconds of motion"), "cut it into clips of less than an hour"));
    }
    let whole = clip.fps.round();
    // Written with five digits, a thirtieth of a second is .03333; the rates of television (29.97) are farther away.
    let is_rounded = (clip.fps / whole - 1.0).abs() < 2e-4;
    Ok(if is_rounded { whole } else { clip.fps })
}

/// Rates at which people are recorded and animated.
const PLAUSIBLE: std::ops::RangeInclusive<f32> = 8.0..=500.0;

/// A note about a rate that is possible but hardly right: many programs write 1 or 1000 where they know none.
pub(super) fn doubt(clip: &Clip) -> Option<String> {
    let secs = clip.frames as f32 / clip.fps;
    (clip.frames > 1 && !PLAUSIBLE.contains(&clip.fps)).then(|| {
        let rate = (clip.fps * 100.0).round() / 100.0;
        format!(
            "the file says {rate} frames a second, so that it lasts {secs:.2} s; if that is wrong, give the real rate with --source-fps"
        )
    })
}
