//! The prompt normaliser: what a prompt asks for, as the canonical prompt that a small transformer obeys best.
//!
//! A transformer trained for an hour has met each sentence a few times only. A small classification head over the same text features,
//! trained on all captions many times over, knows far more words (`models/recipe/train_intent.py`): it names one of the actions that
//! the model knows and a manner of doing it. The transformer reads these instead of the prompt. No published counterpart: the published
//! programs have prompts rewritten by a language model instead (`docs/representation.md`, Text).

use candle_core::{D, Tensor};
use candle_nn::ops::{layer_norm, softmax};
use serde::Deserialize;

use super::checkpoint::Checkpoint;
use super::error::{Error, Result};
use super::source::Source;
use super::text_encoder::TextFeatures;
use super::weights::Weights;

const WEIGHTS: &str = "intent.safetensors";
const WORDS: &str = "intent.json";
/// How probable the likeliest action must be to count: several may be meant alike, such as waving goodbye and waving
/// with the right hand.
const LEAST_ACTION: f32 = 0.3;
/// How probable a manner must be.
const LEAST_MANNER: f32 = 0.5;
const EPS: f32 = 1e-5;

/// Attention pooling over text features, then scores of actions and of manners.
pub struct PromptNormaliser {
    norm: [Tensor; 2],
    look: [Tensor; 2],
    value: [Tensor; 2],
    mix: [Tensor; 2],
    action: [Tensor; 2],
    manner: [Tensor; 2],
    words: Words,
}

/// What it tells apart.
#[derive(Deserialize)]
struct Words {
    /// Canonical prompts; an empty one for prompts that are no single action and stay as they are.
    actions: Vec<String>,
    /// What follows a sentence; empty where there is nothing special.
    manners: Vec<String>,
}

impl PromptNormaliser {
    /// Loads `intent.safetensors` and `intent.json` of a model folder, for text features of `dim` numbers; nothing if it has none.
    ///
    /// # Errors
    /// Damaged and unfitting files.
    pub fn load(source: &Source, dim: usize) -> Result<Option<Self>> {
        let (weights, words) = (source.file(WEIGHTS), source.file(WORDS));
        if !weights.exists() {
            return Ok(None);
        }
        let malformed =
            |cause: serde_json::Error| Error::Malformed { kind: "list of actions", cause: cause.to_string(), path: words.label() };
        let words: Words = serde_json::from_slice(&words.bytes()?).map_err(malformed)?;
        let mut weights = Weights::new(Checkpoint::open(&weights, "net")?);
        let size = |name: &str| weights.shape(name).and_then(|shape| shape.first().copied()).unwrap_or_default();
        let (looks, width) = (size("look.weight"), size("value.weight"));
        let mut layer = |name: &str, shape: &[usize]| -> Result<[Tensor; 2]> {
            Ok([weights.tensor(&format!("{name}.weight"), shape)?, weights.tensor(&format!("{name}.bias"), &shape[..1])?])
        };
        let normaliser = Self {
            norm: layer("norm", &[dim])?,
            look: layer("look", &[looks, dim])?,
            value: layer("value", &[width, dim])?,
            mix: layer("mix", &[width, (looks + 1) * width])?,
            action: layer("action", &[words.actions.len(), width])?,
            manner: layer("manner", &[words.manners.len(), width])?,
            words,
        };
        weights.finish()?;
        Ok(Some(normaliser))
    }

    /// The canonical prompt for a prompt's text features; nothing where what it asks for is not clear, or no single action.
    ///
    /// # Errors
    /// Failed arithmetic.
    pub fn canonical_prompt(&self, features: &TextFeatures) -> Result<Option<String>> {
        let x = Tensor::from_slice(features.values(), (features.words(), features.dim()), self.norm[0].device())?;
        let x = layer_norm(&x, &self.norm[0], &self.norm[1], EPS)?;
        // Each look, and a plain mean beside them, pools the values of all words.
        let looks = softmax(&linear(&x, &self.look)?.t()?, D::Minus1)?;
        let even = Tensor::full(1.0 / features.words() as f32, (1, features.words()), x.device())?;
        let pooled = Tensor::cat(&[&looks, &even], 0)?.matmul(&linear(&x, &self.value)?)?;
        let mixed = linear(&pooled.flatten_all()?.unsqueeze(0)?, &self.mix)?.gelu_erf()?;
        let action = likeliest(&linear(&mixed, &self.action)?, &self.words.actions, LEAST_ACTION)?.filter(|action| !action.is_empty());
        let manner = likeliest(&linear(&mixed, &self.manner)?, &self.words.manners, LEAST_MANNER)?.unwrap_or_default();
        Ok(action.map(|action| sentence(action, manner)))
    }
}

fn linear(x: &Tensor, [weight, bias]: &[Tensor; 2]) -> Result<Tensor> {
    Ok(x.matmul(&weight.t()?)?.broadcast_add(bias)?)
}

/// An action done in a manner, which some actions name already.
fn sentence(action: &str, manner: &str) -> String {
    let manner = if action.ends_with(manner) { "" } else { manner };
    format!("{action} {manner}").trim_end().to_owned()
}

/// The most probable word, if it is probable enough.
fn likeliest<'w>(scores: &Tensor, words: &'w [String], least: f32) -> Result<Option<&'w str>> {
    let shares: Vec<f32> = softmax(scores, D::Minus1)?.flatten_all()?.to_vec1()?;
    let best = shares.iter().zip(words).max_by(|(one, _), (other, _)| one.total_cmp(other));
    Ok(best.filter(|(share, _)| **share >= least).map(|(_, word)| word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manner_follows_its_action_once() {
        assert_eq!(sentence("a person walks", "happily"), "a person walks happily");
        assert_eq!(sentence("a person stands still proudly", "proudly"), "a person stands still proudly");
        assert_eq!(sentence("a person bows", ""), "a person bows");
    }
}
