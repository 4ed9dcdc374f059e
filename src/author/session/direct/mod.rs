//! Directing: what the next take has to meet, and poses set by hand on clips.

mod constraints;
mod pose;

pub use constraints::{ConstraintAction, Miss};
pub(super) use pose::Context;
pub use pose::{PoseAction, PoseTool};
