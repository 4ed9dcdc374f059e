//! What characters look like, and the studio that they are seen in.

use serde::{Deserialize, Serialize};

/// What characters look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Figure {
    /// The mannequin.
    #[default]
    Mannequin,
    /// Bones only.
    Skeleton,
}

/// Which studio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Studio {
    /// Graphite: the character stands in a pool of light.
    #[default]
    Dark,
    /// Paper: the character stands in an even, bright room.
    Light,
}
