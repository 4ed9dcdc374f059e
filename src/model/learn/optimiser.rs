//! Gradients, and AdamW (Loshchilov and Hutter, arXiv 1711.05101) on plain numbers, with a state that can be saved: candle's cannot.

use std::collections::BTreeMap;

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use crate::model::error::Result;

/// How weights follow their gradients.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdamW {
    /// Forgetting of the mean gradient and of the mean square.
    pub betas: (f64, f64),
    /// Added to the root of the mean square.
    pub eps: f64,
    /// Share of the rate by which weights shrink in each update.
    pub weight_decay: f64,
    /// Whether norms, biases and tables shrink too, as in the published code; otherwise only matrices do.
    pub decay_all: bool,
    /// The longest gradient (Euclidean, over all weights); longer ones are shortened. None as published.
    pub clip: Option<f64>,
    /// Forgetting of the averaged weights.
    pub average: f64,
}

/// Gradients by the names of the weights.
#[derive(Debug, Default)]
pub struct Gradients(pub BTreeMap<String, Vec<f32>>);

/// One weight tensor's numbers while it learns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    pub weight: Vec<f32>,
    /// Running mean of the gradient.
    pub first: Vec<f32>,
    /// Running mean of its square.
    pub second: Vec<f32>,
    /// Running mean of the weight.
    pub averaged: Vec<f32>,
}

impl Gradients {
    /// Adds `factor` times a gradient.
    ///
    /// # Errors
    /// A gradient that cannot be read.
    pub fn add(&mut self, name: &str, gradient: &Tensor, factor: f64) -> Result<()> {
        let values = gradient.flatten_all()?.to_vec1::<f32>()?;
        let sum = self.0.entry(name.to_owned()).or_insert_with(|| vec![0.0; values.len()]);
        sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor as f32 * value);
        Ok(())
    }

    /// The Euclidean length over all weights.
    pub fn norm(&self) -> f64 {
        self.0.values().flatten().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt()
    }
}

impl Slot {
    pub(super) fn new(weight: Vec<f32>) -> Self {
        let zeros = vec![0.0; weight.len()];
        Self { averaged: weight.clone(), first: zeros.clone(), second: zeros, weight }
    }

    /// The update number `update` (from 1) with this rate; the gradient counts `factor` times.
    pub(super) fn update(&mut self, gradient: &[f32], factor: f64, rate: f64, update: u64, decays: bool, options: &AdamW) {
        let (beta1, beta2) = options.betas;
        let count = update.min(1 << 30) as i32;
        let step = (rate / (1.0 - beta1.powi(count))) as f32;
        let root_correction = (1.0 - beta2.powi(count)).sqrt() as f32;
        let kept = if decays { (1.0 - rate * options.weight_decay) as f32 } else { 1.0 };
        // A young average forgets quickly.
        let averaged_kept = options.average.min((1 + update) as f64 / (10 + update) as f64) as f32;
        let (b1, b2, eps, factor) = (beta1 as f32, beta2 as f32, options.eps as f32, factor as f32);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((weight, averaged), ((first, second), gradient)) in self.weight.iter_mut().zip(&mut self.averaged).zip(moments.zip(gradient)) {
            let gradient = gradient * factor;
            *first = b1 * *first + (1.0 - b1) * gradient;
            *second = b2 * *second + (1.0 - b2) * gradient * gradient;
            *weight = *weight * kept - step * *first / (second.sqrt() / root_correction + eps);
            *averaged += (1.0 - averaged_kept) * (*weight - *averaged);
        }
    }
}
