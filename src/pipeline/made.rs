//! What a generation comes to.

use crate::motion::features::Features;
use crate::motion::{Motion, Pose, join};
use crate::timeline::{Provenance, Take};
use std::fmt;
use std::sync::Arc;

/// How far a motion is from what it has to meet; metres, none where there is no such thing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Distance {
    /// The way that the body takes on the whole from the path: the mean over the frames, each at its share of the way, when both begin in one
    /// place and direction.
    pub path_m: Option<f32>,
    /// The mean over the keys.
    pub keys_m: Option<f32>,
}

/// A finished generation.
#[derive(Clone, Debug)]
pub struct Made {
    /// The motion and where it came from.
    pub take: Take,
    /// The decoder's own numbers, before any clean-up; of a continuation only the new part, of a directed motion those of the sample that was
    /// chosen.
    pub features: Features,
    /// The tokens; of a continuation only the new ones. Of features that were refined those that they began with.
    pub tokens: Vec<u32>,
    /// What the user should know, one line each.
    pub warnings: Vec<Remark>,
    /// How far the model was from what it had to meet, before it was brought there; none where there was nothing to meet.
    pub before_finish: Option<Distance>,
    /// Where the first frame of the motion stands that it leads to; none where it leads to none.
    pub goes_on: Option<Pose>,
}

/// What the user should know of a motion: one line, and where on the floor it is about, if it is about a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// The line.
    pub text: String,
    /// The place (x, z), metres.
    pub at_m: Option<[f32; 2]>,
}

impl From<String> for Remark {
    fn from(text: String) -> Self {
        Self { text, at_m: None }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Made {
    /// The motion that it leads to, where that goes on.
    #[must_use]
    pub fn behind(&self, after: &Motion) -> Motion {
        match (&self.goes_on, after.frames.first()) {
            (Some(place), Some(first)) => join::placed_at(after, first, place),
            _ => after.clone(),
        }
    }

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
            before_finish: next.before_finish.or(self.before_finish),
            goes_on: next.goes_on,
        }
    }
}
