//! BVH: the skeleton and animation text format that every DCC tool reads.

mod read;
mod write;

pub use read::parse;
pub(super) use write::encode;

use super::error::Fault;
use super::own;
use crate::motion::Motion;

/// The motion of a BVH file's bytes. Names may be in any encoding; what is read by name is ASCII.
pub(super) fn decode(bytes: &[u8]) -> Result<Motion, Fault> {
    let clip = parse(&String::from_utf8_lossy(bytes)).map_err(Fault::damaged)?;
    own::motion_of(clip)
}
