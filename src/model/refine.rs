//! A motion's tokens refined through the decoder: the quantised values before the decoder are moved so that what it makes is like some wished
//! numbers, and otherwise stays near what it was. They are not rounded again.
//!
//! Optimising what a frozen decoder is given is from MotionCLR and MaskControl (arXiv 2410.10780); here with Adam (Kingma and Ba, arXiv
//! 1412.6980) on the values of finite scalar quantisation themselves, within their bounds.

use candle_core::{Device, Tensor, Var};

use super::bundle::MotionModel;
use super::error::{Error, Result};
use super::tokenizer::MotionTokenizer;

/// A number that a decoded motion is wished to have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WishedFeature {
    /// Frame of the motion.
    pub frame: usize,
    /// Element of its row.
    pub element: usize,
    /// In the units of features.
    pub value: f32,
}

/// What counts beside a wish: how far the values move, and how much the accelerations of the features change.
const CLOSENESS: f64 = 0.02;
const SMOOTHNESS: f64 = 0.5;
/// How far a value goes in a step at most.
const RATE: f32 = 0.03;
const FORGETTING: [f32; 2] = [0.9, 0.99];

impl MotionModel {
    /// Tokens → features in metres, flat `[tokens · frames_per_token · input_dim]`, brought nearer to some wishes in so many steps.
    ///
    /// # Errors
    /// A token that is no motion code, a wish outside of the motion.
    pub fn refine_motion(&self, tokens: &[u32], wishes: &[WishedFeature], steps: usize) -> Result<Vec<f32>> {
        let normal = |wish: &WishedFeature| {
            let (mean, std) = self.statistics.mean.get(wish.element).zip(self.statistics.std.get(wish.element))?;
            Some(WishedFeature { value: (wish.value - mean) / std, ..*wish })
        };
        let normal: Option<Vec<WishedFeature>> = wishes.iter().map(normal).collect();
        let normal = normal.ok_or_else(|| Error::Input("a wish for an element that there is not".to_owned()))?;
        let mut features = refined(&self.tokenizer, tokens, &normal, steps)?;
        self.statistics.denormalise(&mut features);
        Ok(features)
    }
}

/// Normalised features from normalised wishes.
fn refined(tokenizer: &MotionTokenizer, tokens: &[u32], wishes: &[WishedFeature], steps: usize) -> Result<Vec<f32>> {
    let (dim, frames) = (tokenizer.config().input_dim, tokens.len() * tokenizer.config().frames_per_token());
    if wishes.iter().any(|wish| wish.frame >= frames || wish.element >= dim) {
        return Err(Error::Input(format!("a wish outside of a motion of {frames} frames")));
    }
    if wishes.is_empty() || tokens.is_empty() {
        return tokenizer.decode(tokens);
    }
    let start: Vec<f32> = tokenizer.codes_of(tokens)?;
    let shape = (1, tokens.len(), start.len() / tokens.len());
    let first = Tensor::from_slice(&start, shape, &Device::Cpu)?;
    let bends = bends_of(&tokenizer.decode_codes(&first)?)?.detach();
    let at: Vec<u32> = wishes.iter().map(|wish| (wish.frame * dim + wish.element) as u32).collect();
    let at = Tensor::from_vec(at, wishes.len(), &Device::Cpu)?;
    let wanted = Tensor::from_vec(wishes.iter().map(|wish| wish.value).collect(), wishes.len(), &Device::Cpu)?;

    let (mut values, mut mean, mut square) = (start.clone(), vec![0.0_f32; start.len()], vec![0.0_f32; start.len()]);
    for step in 1..=steps {
        let codes = Var::from_slice(&values, shape, &Device::Cpu)?;
        let decoded = tokenizer.decode_codes(codes.as_tensor())?;
        let missing = (decoded.flatten_all()?.index_select(&at, 0)? - &wanted)?.sqr()?.mean_all()?;
        let moved = (codes.as_tensor() - &first)?.sqr()?.mean_all()?;
        let bent = (bends_of(&decoded)? - &bends)?.sqr()?.mean_all()?;
        let loss = ((missing + (moved * CLOSENESS)?)? + (bent * SMOOTHNESS)?)?;
        let gradients = loss.backward()?;
        let Some(gradient) = gradients.get(codes.as_tensor()) else { break };
        let gradient = gradient.flatten_all()?.to_vec1::<f32>()?;
        let corrections = FORGETTING.map(|forgetting| 1.0 - forgetting.powi(step as i32));
        for (((value, mean), square), slope) in values.iter_mut().zip(&mut mean).zip(&mut square).zip(gradient) {
            *mean = FORGETTING[0] * *mean + (1.0 - FORGETTING[0]) * slope;
            *square = FORGETTING[1] * *square + (1.0 - FORGETTING[1]) * slope * slope;
            let pull = (*mean / corrections[0]) / ((*square / corrections[1]).sqrt() + 1e-6);
            *value = (*value - RATE * pull).clamp(-1.0, 1.0);
        }
    }
    let codes = Tensor::from_vec(values, shape, &Device::Cpu)?;
    Ok(tokenizer.decode_codes(&codes)?.flatten_all()?.to_vec1()?)
}

/// Second differences over time, `[1, t, c]` → `[1, t − 2, c]`.
fn bends_of(decoded: &Tensor) -> Result<Tensor> {
    let count = decoded.dim(1)?.saturating_sub(2);
    let [before, at, behind] = [0, 1, 2].map(|from| decoded.narrow(1, from, count));
    Ok(((before? + behind?)? - (at? * 2.0)?)?)
}
