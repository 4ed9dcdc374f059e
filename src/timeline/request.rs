//! What a motion is asked for with: plain data that the command line and the window fill in, the pipeline carries out, and takes and
//! project files keep.

use super::constraint::Constraints;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many samples the best is chosen from where a motion has something to meet, and nobody says otherwise.
pub const DIRECTED_CANDIDATES: u32 = 16;
/// The most samples to choose from.
pub const MOST_CANDIDATES: u32 = 64;

/// One generation. What is left out in a file is the default of [`Request::new`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The layout of this data.
    pub version: RequestVersion,
    /// What the person does.
    pub prompt: String,
    /// Whether the model reads the prompt as it is, instead of what it understands by it in plain words.
    pub literal: bool,
    /// Seed of the sampler. Variation `i` (from 0) uses `seed + i`.
    pub seed: u64,
    /// How long the motion is.
    pub length: Length,
    /// How many takes to make of the prompt, at least 1. A take's own request has 1.
    pub variations: u32,
    /// What differs from the model's own sampler settings.
    pub sampling: Sampling,
    /// What is done to the decoder's numbers.
    pub finish: Finish,
    /// What the motion has to meet.
    #[serde(skip_serializing_if = "Constraints::is_empty")]
    pub constraints: Constraints,
    /// How many samples the best is chosen from, at least 1.
    pub candidates: u32,
}

/// The version of [`Request`] as data: 1. Another one would be misread and is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u32", try_from = "u32")]
pub struct RequestVersion;

const VERSION: u32 = 1;

impl From<RequestVersion> for u32 {
    fn from(_: RequestVersion) -> Self {
        VERSION
    }
}

impl TryFrom<u32> for RequestVersion {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        if version == VERSION { Ok(Self) } else { Err(format!("a request of version {version}, made by a newer Zoetrope")) }
    }
}

impl Default for Request {
    fn default() -> Self {
        Self::new("")
    }
}

impl Request {
    /// A request with the defaults of the command line: seed 0, the model ends within 10 s, cleaned up.
    #[must_use]
    pub fn new(prompt: impl Into<String>) -> Self {
        Self {
            version: RequestVersion,
            prompt: prompt.into(),
            literal: false,
            seed: 0,
            length: Length::default(),
            variations: 1,
            sampling: Sampling::default(),
            finish: Finish::Clean,
            constraints: Constraints::default(),
            candidates: 1,
        }
    }

    /// Whether the model reads the prompt as it is; always so in the published program's place.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.literal || self.finish == Finish::Published
    }

    /// Its settings beside prompt and seed, for people to read.
    #[must_use]
    pub fn settings(&self) -> String {
        match self.finish {
            Finish::Published => self.finish.to_string(),
            Finish::Clean | Finish::Raw => {
                let literal = if self.literal { ", to the letter" } else { "" };
                let directed = if self.constraints.is_empty() { "" } else { ", directed" };
                let best = if self.candidates > 1 { format!(", the best of {}", self.candidates) } else { String::new() };
                format!("{}, {}, {}{literal}{directed}{best}", self.length, self.sampling, self.finish)
            }
        }
    }

    /// Whether samples are chosen from, or the motion has something to meet.
    #[must_use]
    pub fn is_directed(&self) -> bool {
        self.candidates > 1 || !self.constraints.is_empty()
    }

    /// The request for one variation alone, counted from 0.
    #[must_use]
    pub fn variation(&self, variation: u32) -> Self {
        Self { seed: self.seed.wrapping_add(u64::from(variation)), variations: 1, ..self.clone() }
    }
}

/// How long a motion is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Exactly `round(secs × 30)` frames: whole tokens are made, with the end token masked before, and the rest is cut off.
    Exact {
        /// Seconds, above 0.
        secs: f32,
    },
    /// The model ends where it wants within these bounds; the end token is masked before the lower one.
    Between {
        /// Seconds, 0 or more.
        min_secs: f32,
        /// Seconds, at least `min_secs`.
        max_secs: f32,
    },
}

impl Default for Length {
    fn default() -> Self {
        Self::Between { min_secs: 0.0, max_secs: 10.0 }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact { secs } => write!(f, "{secs} s"),
            Self::Between { min_secs, max_secs } => write!(f, "{min_secs} to {max_secs} s"),
        }
    }
}

/// Sampler settings; `None` keeps the model's own default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// Always the most probable token; temperature, top-k and top-p then do nothing.
    pub greedy: bool,
    /// Divides the logits; above 0.
    pub temperature: Option<f32>,
    /// Only the `k` most probable tokens.
    pub top_k: Option<usize>,
    /// Only the most probable tokens that make up this share, 0 < p ≤ 1.
    pub top_p: Option<f32>,
    /// Classifier-free guidance scale; 1 is none.
    pub guidance: Option<f32>,
}

impl fmt::Display for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.greedy {
            parts.push("greedy".to_owned());
        }
        parts.extend(self.temperature.map(|t| format!("temperature {t}")));
        parts.extend(self.top_k.map(|k| format!("top-k {k}")));
        parts.extend(self.top_p.map(|p| format!("top-p {p}")));
        parts.extend(self.guidance.map(|g| format!("guidance {g}")));
        if parts.is_empty() { f.write_str("the model's own sampling") } else { f.write_str(&parts.join(", ")) }
    }
}

/// What is done to the decoder's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// Cleaned up.
    #[default]
    Clean,
    /// The decoder's own numbers.
    Raw,
    /// The published system: greedy, at most 50 tokens, its decode with its faults. For parity; length and sampling are ignored.
    Published,
}

impl fmt::Display for Finish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clean => "cleaned up",
            Self::Raw => "raw",
            Self::Published => "published decode",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_data_with_a_version_and_a_newer_one_is_refused() {
        let request = Request {
            seed: u64::MAX,
            literal: true,
            length: Length::Exact { secs: 2.35 },
            sampling: Sampling { greedy: true, top_k: Some(40), top_p: Some(0.9), ..Sampling::default() },
            finish: Finish::Raw,
            ..Request::new("a person walks, then waves")
        };
        let json = serde_json::to_string(&request).expect("data");
        assert_eq!(serde_json::from_str::<Request>(&json).expect("a request"), request);
        let sparse: Request = serde_json::from_str(r#"{"version":1,"prompt":"jump"}"#).expect("a request");
        assert_eq!(sparse, Request::new("jump"));
        let earlier: Request = serde_json::from_str(r#"{"version":1,"prompt":"jump","constraints":[]}"#).expect("a request");
        assert_eq!(earlier, sparse, "as it was written before there were any");
        let newer = serde_json::from_str::<Request>(&json.replace("\"version\":1", "\"version\":2")).expect_err("newer");
        assert!(newer.to_string().contains("newer Zoetrope"), "{newer}");
    }
}
