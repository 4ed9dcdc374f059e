//! What the transformer learns: the next token, given the text and the tokens before (`docs/representation.md`, Training).

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::losses::cross_entropy;
use super::{Loss, Objective, Tensors};
use crate::model::checkpoint::Checkpoint;
use crate::model::config::TransformerConfig;
use crate::model::dropout::Dropout;
use crate::model::error::{Error, Result};
use crate::model::text_encoder::TextFeatures;
use crate::model::transformer::Transformer;
use crate::model::weights::Weights;

/// The target of a position that has none.
pub const IGNORED: u32 = u32::MAX;

/// Rows of text and tokens. Row `i` holds its text at its first `texts[i].words()` positions and its tokens behind.
#[derive(Debug, Clone)]
pub struct TokenBatch {
    /// Each row's text.
    pub texts: Vec<Arc<TextFeatures>>,
    /// What each position reads: anything in the place of the text, tokens behind it. All rows are equally long.
    pub inputs: Vec<Vec<u32>>,
    /// What each position is to predict, or [`IGNORED`].
    pub targets: Vec<Vec<u32>>,
    /// Seed of the dropout; none to measure.
    pub dropout_seed: Option<u64>,
}

/// Learning to continue.
#[derive(Debug, Clone)]
pub struct TransformerTask {
    /// The network's sizes.
    pub config: TransformerConfig,
    /// Share of the numbers that are dropped from the input and from what each block adds; 0 as published.
    pub dropout: f32,
}

impl TransformerTask {
    /// The network's input `[rows, t, n]`.
    fn embed(network: &Transformer, batch: &TokenBatch) -> Result<Tensor> {
        let tokens = network.embed_tokens(&batch.inputs)?;
        let (rows, t, n) = tokens.dims3()?;
        let limit = batch.texts.iter().map(|text| text.words()).max().unwrap_or(0);
        let dim = network.config().clip_dim;
        if batch.texts.len() != rows || limit == 0 || limit > t || batch.texts.iter().any(|text| text.dim() != dim) {
            return Err(Error::Input(format!("texts of up to {limit} features do not fit {rows} rows of {t} positions")));
        }
        let mut features = vec![0.0_f32; rows * limit * dim];
        for (row, text) in features.chunks_exact_mut(limit * dim).zip(&batch.texts) {
            row[..text.values().len()].copy_from_slice(text.values());
        }
        let text = network.embed_text(&Tensor::from_vec(features, (rows, limit, dim), &Device::Cpu)?)?.pad_with_zeros(1, 0, t - limit)?;
        let is_text = |row: &Arc<TextFeatures>| (0..t).map(move |at| u8::from(at < row.words())).collect::<Vec<_>>();
        let place = Tensor::from_vec(batch.texts.iter().flat_map(is_text).collect::<Vec<u8>>(), (rows, t, 1), &Device::Cpu)?;
        Ok(place.broadcast_as((rows, t, n))?.where_cond(&text, &tokens)?)
    }
}

impl Objective for TransformerTask {
    type Batch = TokenBatch;

    fn loss(&self, tensors: Tensors, batch: &TokenBatch) -> Result<Loss> {
        let weights = Weights::new(Checkpoint::from_tensors(tensors, "the trained transformer"));
        let network = Transformer::load(weights, &self.config)?;
        let mut dropout = batch.dropout_seed.map(|seed| Dropout::new(self.dropout, seed));
        let mut dropped = |x: Tensor| dropout.as_mut().map_or(Ok(x.clone()), |dropout| dropout.apply(&x));
        let x = dropped(Self::embed(&network, batch)?)?;
        let words: Vec<usize> = batch.texts.iter().map(|text| text.words()).collect();
        let is_added = |name: &str| name.ends_with(".attn") || name.ends_with(".mlp");
        let states = network.states(&x, &words, |name, y| if is_added(name) { dropped(y) } else { Ok(y) })?;

        // The head is dear: only positions with a target go through it.
        let targets = batch.targets.concat();
        let places: Vec<u32> = (0..targets.len() as u32).filter(|&at| targets[at as usize] != IGNORED).collect();
        let wanted: Vec<u32> = targets.into_iter().filter(|&target| target != IGNORED).collect();
        if wanted.iter().any(|&target| target > network.end_token()) || wanted.is_empty() {
            return Err(Error::Input("a row's target is no motion code".into()));
        }
        let places = Tensor::new(places, &Device::Cpu)?;
        let logits = network.logits(&states.flatten(0, 1)?.index_select(&places, 0)?)?;
        Ok(Loss { value: cross_entropy(&logits, &wanted)?, count: wanted.len() })
    }
}
