//! Generating token by token with a cache of keys and values. The text's keys and values never depend on motion tokens, so
//! the cache is exact: the logits are those of the whole network over text and tokens.

use std::sync::Arc;

use candle_core::{Device, Tensor};
use candle_nn::kv_cache::KvCache;

use super::Transformer;
use super::rope::Angles;
use crate::model::error::{Error, Result};
use crate::model::text_encoder::TextFeatures;

/// The next token's logits, one row a sequence: every code, then the end token.
pub type Logits = Vec<Vec<f32>>;

/// Sequences that are being generated side by side: variations, and the unconditional rows of guidance.
pub struct DecodeState {
    transformer: Arc<Transformer>,
    caches: Vec<KvCache>,
    /// Rows with shorter texts begin with this many positions that nobody sees, so that all rows end together.
    pads: Vec<usize>,
    /// Positions in the cache.
    len: usize,
}

impl Transformer {
    /// Reads the texts and the tokens that each sequence begins with (`prefix`, the same for all rows, often empty) in one
    /// pass, and returns the state with the logits of the first new token.
    ///
    /// # Errors
    /// No text, an empty text, features of another width, tokens that do not exist, or more positions than the model has.
    pub fn start(self: &Arc<Self>, texts: &[&TextFeatures], prefix: &[u32]) -> Result<(DecodeState, Logits)> {
        let words = texts.iter().map(|text| text.words()).max().unwrap_or(0);
        if words == 0 || texts.iter().any(|text| text.words() == 0 || text.dim() != self.config.clip_dim) {
            return Err(Error::Input(format!("every text needs features of {} numbers", self.config.clip_dim)));
        }
        let t = words + prefix.len();
        self.check_room(t)?;
        let pads: Vec<usize> = texts.iter().map(|text| words - text.words()).collect();
        let rows = texts.iter().zip(&pads).map(|(text, &pad)| {
            let features = Tensor::from_slice(text.values(), (text.words(), text.dim()), &Device::Cpu)?;
            Ok(self.embed_text(&features)?.pad_with_zeros(0, pad, 0)?)
        });
        let mut x = Tensor::stack(&rows.collect::<Result<Vec<_>>>()?, 0)?;
        if !prefix.is_empty() {
            x = Tensor::cat(&[x, self.embed_tokens(&vec![prefix.to_vec(); texts.len()])?], 1)?;
        }
        // Every position sees itself, also those in front of a short text: a softmax over nothing would be NaN.
        let visible = |row: usize, i: usize, j: usize| i == j || (j >= pads[row] && (j <= i || i.max(j) < words));
        let mask = self.mask(texts.len(), t, visible)?;
        let caches = self.blocks.iter().map(|_| KvCache::new(2, self.config.block_size)).collect();
        let mut state = DecodeState { transformer: Arc::clone(self), caches, pads, len: 0 };
        let logits = state.advance(&x, Some(&mask))?;
        Ok((state, logits))
    }

    fn check_room(&self, positions: usize) -> Result<()> {
        if positions <= self.config.block_size {
            return Ok(());
        }
        Err(Error::Input(format!(
            "text and motion need {positions} positions and the model has {}: use a shorter text or a shorter motion",
            self.config.block_size
        )))
    }
}

impl DecodeState {
    /// Appends one token to every row and returns the logits of the next one.
    ///
    /// # Errors
    /// A wrong count of tokens, tokens that do not exist, or no room left.
    pub fn step(&mut self, tokens: &[u32]) -> Result<Logits> {
        if tokens.len() != self.rows() {
            return Err(Error::Input(format!("{} tokens for {} rows", tokens.len(), self.rows())));
        }
        self.transformer.check_room(self.len + 1)?;
        let x = self.transformer.embed_tokens(&tokens.iter().map(|&token| vec![token]).collect::<Vec<_>>())?;
        let mask = self.pads_mask()?;
        self.advance(&x, mask.as_ref())
    }

    /// Sequences in the batch.
    pub fn rows(&self) -> usize {
        self.pads.len()
    }

    /// Tokens that still fit.
    pub fn room(&self) -> usize {
        self.transformer.config.block_size - self.len
    }

    /// Goes on with these rows only, in this order; sequences that have ended cost nothing any more.
    ///
    /// # Errors
    /// A row that does not exist.
    pub fn keep_rows(&mut self, rows: &[usize]) -> Result<()> {
        if rows.is_empty() || rows.iter().any(|&row| row >= self.rows()) {
            return Err(Error::Input(format!("cannot keep the rows {rows:?} of {}", self.rows())));
        }
        let index: Vec<u32> = rows.iter().map(|&row| row as u32).collect();
        let index = Tensor::new(index, &self.transformer.device)?;
        for cache in &mut self.caches {
            let (Some(k), Some(v)) = (cache.k()?, cache.v()?) else { continue };
            let mut kept = KvCache::new(2, self.transformer.config.block_size);
            kept.append(&k.contiguous()?.index_select(&index, 0)?, &v.contiguous()?.index_select(&index, 0)?)?;
            *cache = kept;
        }
        self.pads = rows.iter().map(|&row| self.pads[row]).collect();
        Ok(())
    }

    /// Runs the network over new positions `[rows, t, n]`; returns the last one's logits.
    fn advance(&mut self, x: &Tensor, mask: Option<&Tensor>) -> Result<Logits> {
        let network = Arc::clone(&self.transformer);
        let t = x.dim(1)?;
        let angles = self.angles(t)?;
        let mut x = x.clone();
        for (block, cache) in network.blocks.iter().zip(&mut self.caches) {
            x = (&x + block.attend(&x, &angles, mask, Some(cache))?)?;
            x = (&x + block.feed(&x)?)?;
        }
        self.len += t;
        let last = x.narrow(1, t - 1, 1)?.contiguous()?;
        let normal = candle_nn::ops::rms_norm(&last, &network.ln_f, network.config.norm_eps as f32)?;
        let mut logits = network.lm_head.forward(&normal)?.squeeze(1)?.to_vec2::<f32>()?;
        logits.iter_mut().for_each(|row| row.truncate(network.vocabulary - 1));
        Ok(logits)
    }

    /// Each row counts its positions from its own first word.
    fn angles(&self, t: usize) -> Result<Angles> {
        let rope = &self.transformer.rope;
        if self.pads.iter().all(|&pad| pad == 0) {
            return Ok(rope.range(self.len, t)?);
        }
        let row = |&pad: &usize| (self.len..self.len + t).map(|slot| slot.saturating_sub(pad) as u32).collect();
        Ok(rope.select(&self.pads.iter().map(row).collect::<Vec<_>>())?)
    }

    /// Hides the positions in front of short texts from the next token; nothing if there are none.
    fn pads_mask(&self) -> Result<Option<Tensor>> {
        if self.pads.iter().all(|&pad| pad == 0) {
            return Ok(None);
        }
        let seen = self.len + 1;
        let row = |&pad: &usize| (0..seen).map(move |j| if j >= pad { 0.0 } else { f32::NEG_INFINITY });
        let values: Vec<f32> = self.pads.iter().flat_map(row).collect();
        Ok(Some(Tensor::from_vec(values, (self.rows(), 1, 1, seen), &self.transformer.device)?))
    }
}
