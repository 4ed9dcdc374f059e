//! A motion's tokens refined through the decoder: the quantised values before the decoder are moved so that what it makes is like some wished
//! numbers, and otherwise stays near what it was. They are not rounded again.
//!
//! Optimising what a frozen decoder is given is from MotionCLR and MaskControl (arXiv 2410.10780); here with Adam (Kingma and Ba, arXiv
//! 1412.6980) on the values of finite scalar quantisation themselves, within their bounds.

use candle_core::{Device, Tensor, Var};

use super::bundle::MotionModel;
use super::error::{Error, Result};

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
    /// Tokens whose features are to be brought nearer to some wishes.
    ///
    /// # Errors
    /// A token that is no motion code, a wish outside of the motion.
    pub fn refinement(&self, tokens: &[u32], wishes: &[WishedFeature]) -> Result<Refinement<'_>> {
        Refinement::new(self, tokens, wishes)
    }
}

/// Tokens that are refined, a step at a time.
pub struct Refinement<'m> {
    model: &'m MotionModel,
    /// The codes at first, and how the features bend then.
    first: Tensor,
    bends: Tensor,
    /// Which features are wished to have which values, normalised.
    at: Tensor,
    wanted: Tensor,
    /// The codes now, and what Adam remembers of their slopes.
    values: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
    steps: i32,
}

impl<'m> Refinement<'m> {
    fn new(model: &'m MotionModel, tokens: &[u32], wishes: &[WishedFeature]) -> Result<Self> {
        let tokenizer = &model.tokenizer;
        let (dim, frames) = (tokenizer.config().input_dim, tokens.len() * tokenizer.config().frames_per_token());
        if wishes.is_empty() || wishes.iter().any(|wish| wish.frame >= frames || wish.element >= dim) {
            return Err(Error::Input(format!("no wish, or one outside of a motion of {frames} frames")));
        }
        let normal = |wish: &WishedFeature| {
            let (mean, std) = model.statistics.mean.get(wish.element).zip(model.statistics.std.get(wish.element))?;
            Some((wish.value - mean) / std)
        };
        let wanted: Option<Vec<f32>> = wishes.iter().map(normal).collect();
        let wanted = wanted.ok_or_else(|| Error::Input("a wish for an element that there is not".to_owned()))?;
        let at: Vec<u32> = wishes.iter().map(|wish| (wish.frame * dim + wish.element) as u32).collect();
        let values = tokenizer.codes_of(tokens)?;
        let first = Tensor::from_slice(&values, (1, tokens.len(), values.len() / tokens.len()), &Device::Cpu)?;
        Ok(Self {
            model,
            bends: bends_of(&tokenizer.decode_codes(&first)?)?.detach(),
            first,
            at: Tensor::from_vec(at, wishes.len(), &Device::Cpu)?,
            wanted: Tensor::from_vec(wanted, wishes.len(), &Device::Cpu)?,
            mean: vec![0.0; values.len()],
            square: vec![0.0; values.len()],
            values,
            steps: 0,
        })
    }

    /// Brings the features nearer to their wishes.
    ///
    /// # Errors
    /// A failing network.
    pub fn step(&mut self) -> Result<()> {
        let codes = Var::from_slice(&self.values, self.first.shape(), &Device::Cpu)?;
        let decoded = self.model.tokenizer.decode_codes(codes.as_tensor())?;
        let missing = (decoded.flatten_all()?.index_select(&self.at, 0)? - &self.wanted)?.sqr()?.mean_all()?;
        let moved = (codes.as_tensor() - &self.first)?.sqr()?.mean_all()?;
        let bent = (bends_of(&decoded)? - &self.bends)?.sqr()?.mean_all()?;
        let loss = ((missing + (moved * CLOSENESS)?)? + (bent * SMOOTHNESS)?)?;
        let gradients = loss.backward()?;
        let Some(gradient) = gradients.get(codes.as_tensor()) else { return Ok(()) };
        let gradient = gradient.flatten_all()?.to_vec1::<f32>()?;
        self.steps += 1;
        let corrections = FORGETTING.map(|forgetting| 1.0 - forgetting.powi(self.steps));
        for (((value, mean), square), slope) in self.values.iter_mut().zip(&mut self.mean).zip(&mut self.square).zip(gradient) {
            *mean = FORGETTING[0] * *mean + (1.0 - FORGETTING[0]) * slope;
            *square = FORGETTING[1] * *square + (1.0 - FORGETTING[1]) * slope * slope;
            let pull = (*mean / corrections[0]) / ((*square / corrections[1]).sqrt() + 1e-6);
            *value = (*value - RATE * pull).clamp(-1.0, 1.0);
        }
        Ok(())
    }

    /// The features as they are now, in metres, flat `[tokens · frames_per_token · input_dim]`.
    ///
    /// # Errors
    /// A failing network.
    pub fn features(&self) -> Result<Vec<f32>> {
        let codes = Tensor::from_slice(&self.values, self.first.shape(), &Device::Cpu)?;
        let mut features = self.model.tokenizer.decode_codes(&codes)?.flatten_all()?.to_vec1()?;
        self.model.statistics.denormalise(&mut features);
        Ok(features)
    }
}

/// Second differences over time, `[1, t, c]` → `[1, t − 2, c]`.
fn bends_of(decoded: &Tensor) -> Result<Tensor> {
    let count = decoded.dim(1)?.saturating_sub(2);
    let [before, at, behind] = [0, 1, 2].map(|from| decoded.narrow(1, from, count));
    Ok(((before? + behind?)? - (at? * 2.0)?)?)
}
