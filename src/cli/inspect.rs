//! `zoetrope inspect FILE`: what a file holds, how far its motion goes and how clean it is.

use super::args::InspectArgs;
use super::bones;
use super::error::CliError;
use super::figure;
use super::maps;
use super::progress::{answer, say};
use crate::files::one_line;
use crate::formats::{self, ClipChoice, ReadOptions, Reading};
use crate::motion::measure::{MotionQuality, measure};

pub(super) fn run(args: &InspectArgs) -> Result<(), CliError> {
    let presets = maps::presets(&args.map, &[&args.file])?;
    if args.bones {
        return bones::run(&args.file, &presets, args.json);
    }
    let figure = figure::in_file(&args.file, &presets);
    let options = ReadOptions { clip: args.clip.clone().map(ClipChoice::Named), presets, ..ReadOptions::default() };
    let reading = match (formats::read_with(&args.file, &options), &figure) {
        (Ok(reading), _) => reading,
        // A character that nothing moves.
        (Err(_), Some(figure)) if args.clip.is_none() => {
            if args.json {
                answer(&serde_json::json!({ "character": figure::as_json(figure) }).to_string());
            } else {
                notes(&figure.notes);
                answer(&figure::as_text(figure));
            }
            return Ok(());
        }
        (Err(error), _) => return Err(CliError::from_below(error)),
    };
    // Measured at 30 fps on our skeleton, whatever the file has: figures of different files can be compared.
    let quality = measure(&reading.motion);
    if args.json {
        answer(&as_json(&reading, &quality, figure.as_ref().map(figure::as_json)));
    } else {
        notes(&reading.notes);
        figure.iter().for_each(|figure| notes(&figure.notes));
        let lines = [as_text(&reading, &quality)].into_iter().chain(figure.as_ref().map(figure::as_text));
        answer(&lines.collect::<Vec<_>>().join("\n"));
    }
    Ok(())
}

fn notes(notes: &[String]) {
    for note in notes {
        say(&format!("note: {}", one_line(note, 200)));
    }
}

fn as_json(reading: &Reading, quality: &MotionQuality, character: Option<serde_json::Value>) -> String {
    let recorded = &reading.recorded;
    let clip = |animation: &formats::Animation| serde_json::json!({ "name": animation.name, "seconds": animation.secs, "moves": animation.moves, "fault": animation.fault });
    let report = serde_json::json!({
        "frames": recorded.frames,
        "fps": recorded.fps,
        "seconds": recorded.duration_secs(),
        "joints": recorded.joints,
        "clips": reading.animations.iter().map(clip).collect::<Vec<_>>(),
        "clip": reading.animations.get(reading.taken).map(|animation| &animation.name),
        "notes": reading.notes,
        "character": character,
        "path_m": quality.path_m,
        "slide_mm": quality.slide_mm_per_frame,
        "contact_slide_mm": quality.contact_slide_mm_per_frame,
        "contact_pct": quality.contact_pct,
        "float_pct": quality.float_pct,
        "penetration_mm": quality.penetration_mm,
        "jitter": quality.jitter_mm_per_frame3,
        "largest_step_mm": quality.largest_step_mm,
    });
    report.to_string()
}

fn as_text(reading: &Reading, quality: &MotionQuality) -> String {
    let recorded = &reading.recorded;
    let mut lines = vec![
        format!("frames         {} at {} a second, {} joints", recorded.frames, recorded.fps, recorded.joints),
        format!("seconds        {:.2}", recorded.duration_secs()),
        format!("path           {:.2} m", quality.path_m),
        format!("foot slide     {:.2} mm/frame of low toes, swinging ones too", quality.slide_mm_per_frame),
        format!(
            "contact slide  {:.2} mm/frame of toes on the floor ({:.0} % of the frames)",
            quality.contact_slide_mm_per_frame, quality.contact_pct
        ),
        format!("floating       {:.1} % of the frames", quality.float_pct),
        format!("penetration    {:.1} mm", quality.penetration_mm),
        format!("jitter         {:.2} mm/frame³", quality.jitter_mm_per_frame3),
        format!("largest step   {:.0} mm of a joint from one frame to the next", quality.largest_step_mm),
    ];
    if reading.animations.len() > 1 {
        lines.push("clips".to_owned());
    }
    for (at, animation) in reading.animations.iter().enumerate().filter(|_| reading.animations.len() > 1) {
        let mark = if at == reading.taken { "  (measured)" } else { "" };
        let state = match &animation.fault {
            Some(_) => "cannot be read".to_owned(),
            None if animation.moves => format!("{:.2} s", animation.secs),
            None => format!("{:.2} s, moves no body", animation.secs),
        };
        lines.push(format!("  {:<3} {}  {state}{mark}", at + 1, one_line(&animation.name, 60)));
    }
    lines.join("\n")
}
