//! BVH: the skeleton and animation text format that every animation tool writes.

mod hierarchy;
mod read;
mod rows;
mod text;
mod write;

pub(super) use write::encode;

use super::error::Fault;
use super::{ReadOptions, Reading, Recorded, own, rate};

/// The motion of a BVH file's bytes and what they hold.
pub(super) fn decode(bytes: &[u8], options: &ReadOptions) -> Result<Reading, Fault> {
    let read::Parsed { mut clip, joints, mut notes } = parse(bytes, options)?;
    notes.extend(own::decided(&mut clip.rig, &options.presets));
    let recorded = Recorded { frames: clip.frame_count(), fps: clip.fps, joints };
    Ok(Reading { notes, ..Reading::of(own::motion_of(clip)?, recorded) })
}

/// The skeleton and the frames of a BVH file's bytes, at a rate that can be.
pub(super) fn parse(bytes: &[u8], options: &ReadOptions) -> Result<read::Parsed, Fault> {
    let read::Parsed { mut clip, joints, mut notes } = read::parse(&text::decoded(bytes))?;
    let frames = clip.frame_count();
    let fps = match options.source_fps {
        Some(fps) => fps,
        None if (1e-4..=10.0).contains(&(1.0 / clip.fps)) => clip.fps,
        None => {
            let cause = format!("a Frame Time of {} s", 1.0 / clip.fps);
            return Err(Fault::new(cause, "give the real rate with --source-fps, or export it again"));
        }
    };
    clip.fps = rate::check(&rate::Clip { frames, fps })?;
    if options.source_fps.is_none() {
        notes.extend(rate::doubt(&rate::Clip { frames, fps }));
    }
    Ok(read::Parsed { clip, joints, notes })
}
