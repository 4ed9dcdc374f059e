//! `zoetrope capture VIDEO -o OUT`: the motion of the person in a video.

use super::capture_args::CaptureArgs;
use super::convert::{presets, write_options};
use super::error::CliError;
use super::interrupt::Interrupt;
use super::progress::{Progress, say};
use super::values::excerpt;
use crate::capture::{Ffmpeg, SEEN_BY, Watching, pictures, pose_networks};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, WriteOptions};
use crate::timeline::{Origin, Provenance};
use std::time::Instant;

pub(super) fn run(args: &CaptureArgs) -> Result<(), CliError> {
    let excerpt = excerpt(args.from, args.to)?;
    let options = write_options(&args.export, &args.output, &presets(&args.export.who, &[])?)?;
    // An ending that cannot be written is told before an hour of video is looked at.
    formats::Format::of(&args.output).map_err(CliError::from_below)?;
    let interrupt = Interrupt::listen();
    let pictures = pictures(&args.video, excerpt, args.source_fps, &Ffmpeg::of_user()).map_err(CliError::from_below)?;
    let networks = pose_networks().map_err(CliError::from_below)?;
    let mut watching = Watching::begin(&args.video, pictures, &networks);
    let mut progress = Progress::new("looking");
    let begun = Instant::now();
    let mut looked_at = 0;
    loop {
        let watched = watching.step();
        // Who interrupts ends ffmpeg too, which is no fault of the video.
        interrupt.check()?;
        let Some(pictures) = watched.map_err(CliError::from_below)? else { break };
        looked_at = pictures;
        progress.at(looked_at, looked_at);
    }
    progress.end();
    let looking_secs = begun.elapsed().as_secs_f32();
    let captured = watching.finish().map_err(CliError::from_below)?;
    for note in &captured.notes {
        say(&one_line(&format!("note: {}: {note}", args.video.display()), LONGEST_LINE));
    }
    let name = args.video.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (model, licence) = SEEN_BY;
    let provenance =
        Provenance { origin: Origin::Video { name }, model: model.to_owned(), licence: licence.to_owned(), ..Provenance::default() };
    let options = WriteOptions { provenance: Some(provenance), ..options };
    formats::write(&args.output, &captured.motion, &options).map_err(CliError::from_below)?;
    let (secs, rate) = (captured.motion.duration_secs(), looked_at as f32 / looking_secs.max(1e-3));
    let line = format!("{}: {secs:.2} s, {looked_at} pictures looked at, {rate:.1} a second", args.output.display());
    say(&one_line(&line, LONGEST_LINE));
    Ok(())
}
