//! BVH: the skeleton and animation text format that every DCC tool reads.

mod read;
mod write;

pub use read::parse;
pub(super) use write::encode;

use super::error::Fault;
use super::{Recorded, own, rate};
use crate::motion::Motion;

/// The motion of a BVH file's bytes and what they hold. Names may be in any encoding; what is read by name is ASCII.
pub(super) fn decode(bytes: &[u8]) -> Result<(Motion, Recorded), Fault> {
    let clip = parse(&String::from_utf8_lossy(bytes)).map_err(Fault::damaged)?;
    let frames = clip.frame_count();
    let recorded = Recorded {
        frames,
        fps: rate::check(&rate::Clip { frames, fps: clip.fps })?,
        joints: clip.skeleton.names.iter().filter(|name| !name.ends_with(read::END)).count(),
    };
    Ok((own::motion_of(clip)?, recorded))
}
