//! `zoetrope render`: a motion file as a picture (.png), an animation (.gif) or a video (.mp4, .webm), drawn without a window.

use super::args::RenderArgs;
use super::error::CliError;

/// Drawing belongs to the window's half of the program.
#[cfg(not(feature = "app"))]
pub(super) fn run(args: &RenderArgs) -> Result<(), CliError> {
    Err(CliError::Failed(format!(
        "this program was built without its window and cannot draw: {}: build it with `cargo build --release`",
        args.output.display()
    )))
}

#[cfg(feature = "app")]
pub(super) fn run(args: &RenderArgs) -> Result<(), CliError> {
    drawing::run(args)
}

#[cfg(feature = "app")]
mod drawing {
    use super::super::args::CameraChoice;
    use super::super::convert::presets;
    use super::super::figure;
    use super::super::interrupt::Interrupt;
    use super::super::progress::say;
    use super::{CliError, RenderArgs};
    use crate::files::Ffmpeg;
    use crate::formats::{self, ClipChoice, ReadOptions};
    use crate::motion::{FPS, Motion};
    use crate::stage::{CameraRig, Picture, Pictures, StageError};
    use crate::view::{CharacterHandle, Figure, Shown, ViewAngle};
    use image::RgbaImage;

    /// Between two pictures of an animation. GIF counts in hundredths of a second.
    const GIF_FRAME_SECS: f32 = 0.08;
    /// More pictures than this beside each other would not fit in memory on a small machine. An animation's come and go.
    const MOST_PICTURES: usize = 600;

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Kind {
        Png,
        Gif,
        Video,
    }

    pub(super) fn run(args: &RenderArgs) -> Result<(), CliError> {
        let ending = args.output.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let kind = match ending.as_deref() {
            Some("png") => Kind::Png,
            Some("gif") => Kind::Gif,
            Some("mp4" | "webm") => Kind::Video,
            _ => {
                return Err(CliError::Failed(format!(
                    "a picture ends in .png, .gif, .mp4 or .webm: {}: choose one of them",
                    args.output.display()
                )));
            }
        };
        let presets = presets(&args.who, &[&args.file])?;
        let clip = args.clip.clone().map(ClipChoice::Named);
        let options = ReadOptions { clip, presets, ..ReadOptions::default() };
        let reading = formats::read_with(&args.file, &options).map_err(CliError::from_below)?;
        let motion = reading.motion;
        let character = CharacterHandle(figure::of(&args.who, &options.presets)?);
        let times_secs = times(args, kind, &motion);
        let count = times_secs.len();
        if kind == Kind::Png && count > MOST_PICTURES {
            return Err(CliError::Failed(format!(
                "that would be {count} pictures, at most {MOST_PICTURES} fit: {}: choose some with --times",
                args.file.display()
            )));
        }
        let size = args.size.unwrap_or(match kind {
            Kind::Png => (960, 720),
            Kind::Gif => (480, 360),
            Kind::Video => (1280, 720),
        });
        let angle = match args.camera {
            CameraChoice::Front => ViewAngle::Front,
            CameraChoice::Side => ViewAngle::Side,
            CameraChoice::ThreeQuarter => ViewAngle::ThreeQuarter,
        };
        let interrupt = Interrupt::listen();
        // A place that cannot be written to is told before anything is drawn.
        Picture::check_place(&args.output).map_err(CliError::from_below)?;
        let secs = motion.duration_secs();
        let shown = times_secs.into_iter().map(move |secs| {
            let mut shown = Shown::alone(motion.pose_at(secs), Figure::Mannequin);
            shown.actors.iter_mut().for_each(|actor| actor.character = character.clone());
            shown
        });
        let pictures = Pictures::of(shown, CameraRig::new(angle), size).map_err(CliError::from_below)?;
        let pictures = pictures.map(|picture| interrupt.check().map_err(|_| StageError::Cancelled).and(picture));
        let written = match kind {
            Kind::Png => pictures.collect::<Result<Vec<_>, _>>().and_then(|all| beside_each_other(&all).save_png(&args.output)),
            Kind::Gif => Picture::save_gif(pictures, 1.0 / GIF_FRAME_SECS, &args.output),
            Kind::Video => Picture::save_video(pictures, FPS, &args.output, &Ffmpeg::of_user()),
        };
        interrupt.check()?;
        written.map_err(CliError::from_below)?;
        say(&format!("{}: {count} picture{} of {secs:.2} s", args.output.display(), if count == 1 { "" } else { "s" }));
        Ok(())
    }

    fn times(args: &RenderArgs, kind: Kind, motion: &Motion) -> Vec<f32> {
        match kind {
            _ if !args.times.is_empty() => args.times.clone(),
            Kind::Png => vec![motion.duration_secs() / 2.0],
            Kind::Gif => steadily(motion.duration_secs(), GIF_FRAME_SECS),
            Kind::Video => steadily(motion.duration_secs(), 1.0 / FPS),
        }
    }

    fn steadily(secs: f32, step_secs: f32) -> Vec<f32> {
        let count = (secs / step_secs - 1e-3).ceil().max(1.0) as usize;
        (0..count).map(|picture| picture as f32 * step_secs).collect()
    }

    fn beside_each_other(pictures: &[Picture]) -> Picture {
        let width = pictures.iter().map(|picture| picture.pixels.width()).sum();
        let height = pictures.iter().map(|picture| picture.pixels.height()).max().unwrap_or(0);
        let mut pixels = RgbaImage::new(width, height);
        let mut left = 0;
        for picture in pictures {
            image::imageops::replace(&mut pixels, &picture.pixels, left, 0);
            left += i64::from(picture.pixels.width());
        }
        Picture { pixels }
    }
}
