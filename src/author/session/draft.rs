//! What the next generation is asked for, as the prompt bar shows it.

use crate::timeline::{Length, Request, Sampling};

/// Temperatures that can be chosen.
pub const TEMPERATURES: (f32, f32) = (0.05, 2.0);
/// Shares of the likeliest tokens that can be chosen.
pub const TOP_PS: (f32, f32) = (0.05, 1.0);
/// The most of the likeliest tokens that can be chosen; 0 is all.
pub const MOST_TOP_K: usize = 1000;
/// Guidance scales that can be chosen.
pub const GUIDANCES: (f32, f32) = (1.0, 10.0);

/// What the next generation is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What the person does.
    pub prompt: String,
    /// Seed of the first variation.
    pub seed: u64,
    /// Seconds; none lets the model end where it wants.
    pub length_secs: Option<f32>,
    /// Takes of the prompt.
    pub variations: u32,
    /// Whether the model reads the prompt word by word.
    pub literal: bool,
    /// What differs from the model's own sampler settings.
    pub sampling: Sampling,
}

impl Default for Draft {
    fn default() -> Self {
        Self { prompt: String::new(), seed: 0, length_secs: None, variations: 1, literal: false, sampling: Sampling::default() }
    }
}

impl Draft {
    /// What asks for a request again.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let length_secs = match request.length {
            Length::Exact { secs } => Some(secs),
            Length::Between { .. } => None,
        };
        Self {
            prompt: request.prompt.clone(),
            seed: request.seed,
            length_secs,
            variations: request.variations,
            literal: request.literal,
            sampling: request.sampling.clone(),
        }
    }

    /// Takes on sampler settings, as far as they mean something.
    pub(super) fn set_sampling(&mut self, wanted: Sampling) {
        let within =
            |value: Option<f32>, (least, most): (f32, f32)| value.filter(|value| value.is_finite()).map(|value| value.clamp(least, most));
        self.sampling = Sampling {
            greedy: wanted.greedy,
            temperature: within(wanted.temperature, TEMPERATURES),
            top_k: wanted.top_k.map(|top_k| top_k.min(MOST_TOP_K)),
            top_p: within(wanted.top_p, TOP_PS),
            guidance: within(wanted.guidance, GUIDANCES),
        };
    }

    /// It as a request.
    #[must_use]
    pub fn request(&self) -> Request {
        let length = self.length_secs.map_or_else(Length::default, |secs| Length::Exact { secs });
        Request {
            literal: self.literal,
            seed: self.seed,
            length,
            variations: self.variations,
            sampling: self.sampling.clone(),
            ..Request::new(self.prompt.trim())
        }
    }
}
