//! What the evaluator learns: which caption belongs to which clip.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::{Loss, Objective, Tensors};
use crate::model::checkpoint::Checkpoint;
use crate::model::dropout::Dropout;
use crate::model::error::{Error, Result};
use crate::model::evaluator::{EvaluatorNetworks, contrastive_loss, elements};
use crate::model::text_encoder::TextFeatures;

/// Clips and their captions, in pairs.
#[derive(Debug, Clone)]
pub struct EvaluatorBatch {
    /// Normalised features of each clip, flat.
    pub motions: Vec<Vec<f32>>,
    /// Word features of each caption.
    pub texts: Vec<Arc<TextFeatures>>,
    /// Numbers of all that is said of each clip: where two clips share one, their captions are no wrong ones for each other's clips.
    pub meanings: Vec<Vec<usize>>,
    /// Seed of the dropout; none to measure.
    pub dropout_seed: Option<u64>,
}

/// Learning to match.
#[derive(Debug, Clone, Copy)]
pub struct EvaluatorTask {
    /// Attention heads of both networks.
    pub heads: usize,
    /// Share of numbers that are dropped.
    pub dropout: f32,
}

impl Objective for EvaluatorTask {
    type Batch = EvaluatorBatch;

    fn loss(&self, tensors: Tensors, batch: &EvaluatorBatch) -> Result<Loss> {
        let networks = EvaluatorNetworks::load(Checkpoint::from_tensors(tensors, "the trained evaluator"), self.heads)?;
        let input = networks.motion.size().input;
        let motions: Vec<(usize, Vec<f32>)> = batch.motions.iter().map(|motion| elements(motion, input)).collect();
        let (x, lengths) = padded(motions.iter().map(|(count, values)| (*count, values.as_slice())), input)?;
        let (words, word_counts) = padded(batch.texts.iter().map(|text| (text.words(), text.values())), networks.text.size().input)?;
        let mut dropout = batch.dropout_seed.map(|seed| Dropout::new(self.dropout, seed));
        let (motion, _) = networks.motion.forward(&x, &lengths, dropout.as_mut())?;
        let (text, _) = networks.text.forward(&words, &word_counts, dropout.as_mut())?;
        let value = contrastive_loss(&text, &motion, |a, b| batch.meanings[a].iter().any(|said| batch.meanings[b].contains(said)))?;
        Ok(Loss { value, count: batch.motions.len() })
    }
}

/// Sequences of different lengths as one tensor `[rows, longest, width]`, zeros behind the shorter ones, and the lengths.
fn padded<'a>(rows: impl Iterator<Item = (usize, &'a [f32])>, width: usize) -> Result<(Tensor, Vec<usize>)> {
    let rows: Vec<_> = rows.collect();
    let longest = rows.iter().map(|(length, _)| *length).max().unwrap_or(0);
    if let Some((length, values)) = rows.iter().find(|(length, values)| values.len() != length * width) {
        return Err(Error::Input(format!("{} numbers are not {length} of {width} each", values.len())));
    }
    let mut flat = vec![0.0_f32; rows.len() * longest * width];
    for (at, (_, values)) in rows.iter().enumerate() {
        flat[at * longest * width..][..values.len()].copy_from_slice(values);
    }
    let lengths = rows.iter().map(|(length, _)| *length).collect();
    Ok((Tensor::from_vec(flat, (rows.len(), longest, width), &Device::Cpu)?, lengths))
}
