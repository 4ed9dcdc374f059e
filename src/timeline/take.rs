//! A take: a motion and where it came from. It lives on this floor because the pipeline makes takes, the worker sends them,
//! the writers credit them and the window keeps them, and imports point down.

use crate::motion::Motion;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A take's number in a document; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TakeId(pub u64);

/// A finished motion with its history. Cheap to clone: the frames are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    /// The motion, at 30 fps.
    pub motion: Arc<Motion>,
    /// The motion before its clean-up, with as many frames; none if it had none.
    pub raw: Option<Arc<Motion>>,
    /// Where it came from.
    pub provenance: Provenance,
}

/// Where a motion came from, as far as it is known. Every export carries it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The prompt; prompts of a chain are joined by " → ".
    pub prompt: String,
    /// What the model was asked for in the prompt's place, in its plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub understood: Option<String>,
    /// The seed of the sampler.
    pub seed: u64,
    /// Name of the model that made it.
    pub model: String,
    /// The licence of what the model makes.
    pub licence: String,
    /// The other settings that are needed to make it again, for people to read: `4 s, greedy`.
    pub settings: String,
}

impl Provenance {
    /// One sentence for a copyright field or a log.
    #[must_use]
    pub fn credit(&self) -> String {
        format!("made with Zoetrope, model {}, licence: {}", self.model, self.licence)
    }
}
