//! What a generation comes to.

use crate::motion::Motion;
use crate::motion::features::Features;
use crate::timeline::{Provenance, Take};
use std::sync::Arc;

/// A finished generation.
#[derive(Clone, Debug)]
pub struct Made {
    /// The motion and where it came from.
    pub take: Take,
    /// The decoder's own numbers, before any clean-up; of a continuation only the new part.
    pub features: Features,
    /// The tokens; of a continuation only the new ones.
    pub tokens: Vec<u32>,
    /// What the user should know, one line each.
    pub warnings: Vec<String>,
}

impl Made {
    /// This motion and the one that goes on from it as one.
    #[must_use]
    pub fn followed_by(self, next: Self) -> Self {
        let both = |one: &Motion, other: &Motion| Arc::new(Motion { frames: [one.frames.as_slice(), &other.frames].concat() });
        let provenance = Provenance::of_chain(&[&self.take.provenance, &next.take.provenance]);
        let raw = self.take.raw.zip(next.take.raw).map(|(one, other)| both(&one, &other));
        Self {
            take: Take { motion: both(&self.take.motion, &next.take.motion), raw, provenance },
            features: self.features.followed_by(&next.features),
            tokens: [self.tokens, next.tokens].concat(),
            warnings: [self.warnings, next.warnings].concat(),
        }
    }
}
