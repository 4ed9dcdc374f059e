//! `zoetrope inspect FILE`: what a file holds, how far its motion goes and how clean it is.

use super::args::InspectArgs;
use super::error::CliError;
use super::progress::answer;
use crate::formats::{self, Recorded};
use crate::motion::measure::{Quality, measure};

pub(super) fn run(args: &InspectArgs) -> Result<(), CliError> {
    let (motion, recorded) = formats::read_recorded(&args.file).map_err(CliError::from_below)?;
    // Measured at 30 fps on our skeleton, whatever the file has: figures of different files can be compared.
    let quality = measure(&motion);
    answer(&if args.json { as_json(&recorded, &quality) } else { as_text(&recorded, &quality) });
    Ok(())
}

fn as_json(recorded: &Recorded, quality: &Quality) -> String {
    let report = serde_json::json!({
        "frames": recorded.frames,
        "fps": recorded.fps,
        "seconds": recorded.duration_secs(),
        "joints": recorded.joints,
        "path_m": quality.path_m,
        "slide_mm": quality.slide_mm_per_frame,
        "contact_slide_mm": quality.contact_slide_mm_per_frame,
        "contact_pct": quality.contact_pct,
        "float_pct": quality.float_pct,
        "penetration_mm": quality.penetration_mm,
        "jitter": quality.jitter_mm_per_frame3,
    });
    report.to_string()
}

fn as_text(recorded: &Recorded, quality: &Quality) -> String {
    [
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
    ]
    .join("\n")
}
