//! What a caller asks for: plain data with the command line's defaults.

use crate::timeline::Provenance;
use std::fmt;

/// One generation.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What the person does.
    pub prompt: String,
    /// Whether the model reads the prompt as it is, instead of what it understands by it in plain words.
    pub literal: bool,
    /// Seed of the sampler. Variation `i` (from 0) uses `seed + i`.
    pub seed: u64,
    /// How long the motion is.
    pub length: Length,
    /// How many takes to make of the prompt, at least 1.
    pub variations: u32,
    /// What differs from the model's own sampler settings.
    pub sampling: Sampling,
    /// What is done to the decoder's numbers.
    pub finish: Finish,
}

impl Request {
    /// A request with the defaults of the command line: seed 0, the model ends within 10 s, cleaned up.
    #[must_use]
    pub fn new(prompt: impl Into<String>) -> Self {
        Self {
            prompt: prompt.into(),
            literal: false,
            seed: 0,
            length: Length::default(),
            variations: 1,
            sampling: Sampling::default(),
            finish: Finish::Clean,
        }
    }

    /// Whether the model reads the prompt as it is; always so in the published program's place.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.literal || self.finish == Finish::Published
    }

    /// The request that made a take; none where its settings do not say that all was the model's own.
    #[must_use]
    pub fn of(provenance: &Provenance) -> Option<Self> {
        let Provenance { prompt, seed, settings, .. } = provenance;
        let mut parts = settings.splitn(3, ", ");
        let length = Length::parse(parts.next()?)?;
        let own = Sampling::default().to_string();
        let clean = Finish::Clean.to_string();
        (parts.next()? == own && parts.next()? == clean).then(|| Self { seed: *seed, length, ..Self::new(prompt.as_str()) })
    }

    /// What a take says of its settings, for people to read.
    #[must_use]
    pub fn settings(&self) -> String {
        match self.finish {
            Finish::Published => self.finish.to_string(),
            Finish::Clean | Finish::Raw => {
                let literal = if self.literal { ", to the letter" } else { "" };
                format!("{}, {}, {}{literal}", self.length, self.sampling, self.finish)
            }
        }
    }

    /// The request for one variation alone, counted from 0.
    #[must_use]
    pub fn variation(&self, variation: u32) -> Self {
        Self { seed: self.seed.wrapping_add(u64::from(variation)), variations: 1, ..self.clone() }
    }
}

/// How long a motion is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// Exactly `round(secs × token rate)` tokens; the end token is masked before.
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

impl Length {
    /// The length of each of `count` parts.
    #[must_use]
    pub fn divided_by(self, count: usize) -> Self {
        let part = |secs: f32| secs / count.max(1) as f32;
        match self {
            Self::Exact { secs } => Self::Exact { secs: part(secs) },
            Self::Between { min_secs, max_secs } => Self::Between { min_secs: part(min_secs), max_secs: part(max_secs) },
        }
    }

    /// What [`Length`]'s own text says.
    fn parse(text: &str) -> Option<Self> {
        let secs = |text: &str| text.parse().ok().filter(|secs: &f32| secs.is_finite());
        let text = text.strip_suffix(" s")?;
        match text.split_once(" to ") {
            Some((min, max)) => Some(Self::Between { min_secs: secs(min)?, max_secs: secs(max)? }),
            None => Some(Self::Exact { secs: secs(text)? }),
        }
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
#[derive(Clone, Debug, Default, PartialEq)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finish {
    /// Foot clean-up.
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
    fn a_take_says_which_request_makes_it_again_unless_something_was_special() {
        let plain = Request { seed: 7, length: Length::Exact { secs: 2.35 }, ..Request::new("a person walks, then waves") };
        let open = Request::new("a person jumps");
        let greedy = Request { sampling: Sampling { greedy: true, ..Sampling::default() }, ..plain.clone() };
        let raw = Request { finish: Finish::Raw, ..plain.clone() };
        let literal = Request { literal: true, ..plain.clone() };
        let of = |request: &Request| {
            let provenance =
                Provenance { prompt: request.prompt.clone(), seed: request.seed, settings: request.settings(), ..Provenance::default() };
            Request::of(&provenance)
        };
        assert_eq!([of(&greedy), of(&raw), of(&literal)], [None, None, None]);
        assert_eq!([of(&plain), of(&open)], [Some(plain), Some(open)]);
        assert_eq!(Request::of(&Provenance::default()), None);
    }
}
