//! `zoetrope inspect FILE`: how long a motion is, how far it goes and how clean it is.

use super::args::InspectArgs;
use super::error::CliError;
use super::progress::answer;
use crate::formats;
use crate::motion::measure::{Quality, measure};
use crate::motion::{FPS, JOINT_COUNT, Motion};

pub(super) fn run(args: &InspectArgs) -> Result<(), CliError> {
    let motion = formats::read(&args.file).map_err(CliError::from_below)?;
    let quality = measure(&motion);
    answer(&if args.json { as_json(&motion, &quality) } else { as_text(&motion, &quality) });
    Ok(())
}

fn as_json(motion: &Motion, quality: &Quality) -> String {
    let report = serde_json::json!({
        "frames": motion.len(),
        "fps": FPS,
        "seconds": motion.duration_secs(),
        "joints": JOINT_COUNT,
        "path_m": quality.path_m,
        "slide_mm": quality.slide_mm_per_frame,
        "float_pct": quality.float_pct,
        "penetration_mm": quality.penetration_mm,
        "jitter": quality.jitter_mm_per_frame3,
    });
    report.to_string()
}

fn as_text(motion: &Motion, quality: &Quality) -> String {
    [
        format!("frames       {} at {FPS} a second, {JOINT_COUNT} joints", motion.len()),
        format!("seconds      {:.2}", motion.duration_secs()),
        format!("path         {:.2} m", quality.path_m),
        format!("foot slide   {:.2} mm/frame", quality.slide_mm_per_frame),
        format!("floating     {:.1} % of the frames", quality.float_pct),
        format!("penetration  {:.1} mm", quality.penetration_mm),
        format!("jitter       {:.2} mm/frame³", quality.jitter_mm_per_frame3),
    ]
    .join("\n")
}
