//! Contacts as the animator says them.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What somebody says of a foot, whatever its heights and speeds look like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEdit {
    /// Which foot, in the order of [`FEET`](crate::motion::feet::FEET): 0 left, 1 right.
    pub foot: usize,
    /// In which frames.
    pub frames: Range<usize>,
    /// Whether it stands on the floor then.
    pub touches: bool,
}
