//! Generating token by token with a cache of keys and values on the device. The cache is exact: texts never depend on tokens.

use std::sync::{Arc, PoisonError};

use super::device::first_line;
use super::error::{Error, Result};
use super::pass::{Cache, Pass};
use super::program::Ran;
use super::transformer::Transformer;
use super::variants::{Positions, Row};

/// Where there is no token.
const NO_TOKEN: u32 = u32::MAX;

/// Sequences that are being generated side by side.
pub struct DecodeState {
    transformer: Arc<Transformer>,
    caches: Vec<Cache>,
    /// Sequences that the caches have room for.
    slots: usize,
    rows: Vec<Row>,
    /// Positions of the longest text.
    words: usize,
    /// Positions in the cache.
    len: usize,
    /// For single tokens; built when the first one comes, and again when their count changes.
    step: Option<Pass>,
    ran: Ran,
}

/// The next token's logits, one row a sequence.
pub type Logits = Vec<Vec<f32>>;

impl Transformer {
    /// Reads texts, flat `[words, text_width]` each, and the tokens that each sequence begins with, in one pass.
    ///
    /// # Errors
    /// [`Error::Input`] for no or empty texts, too many positions and unknown tokens; and what goes wrong on the device.
    pub fn start(self: &Arc<Self>, texts: &[&[f32]], prefix: &[u32]) -> Result<(DecodeState, Logits)> {
        let sizes = &self.sizes;
        let lens: Vec<usize> = texts.iter().map(|text| text.len() / sizes.text_width).collect();
        let words = lens.iter().copied().max().unwrap_or(0);
        if lens.contains(&0) || words == 0 || texts.iter().any(|text| !text.len().is_multiple_of(sizes.text_width)) {
            return Err(Error::Input(format!("every text needs features of {} numbers", sizes.text_width)));
        }
        let count = words + prefix.len();
        self.check_room(count)?;
        self.check_tokens(prefix)?;
        let rows: Vec<Row> = (0..).zip(&lens).map(|(slot, len)| Row { slot, pad: (words - len) as u32 }).collect();
        let caches = self.caches(rows.len())?;
        let pass = Pass::new(self, &caches, rows.len(), count, true)?;

        let lines = rows.len() * count;
        let (mut x, mut features) = (vec![0.0; lines * sizes.width], vec![0.0; lines * sizes.text_width]);
        let mut tokens = vec![NO_TOKEN; lines];
        for (index, (row, text)) in rows.iter().zip(texts).enumerate() {
            // Texts begin with the projection's bias; tokens are looked up, and their features are zero.
            for line in index * count + row.pad as usize..index * count + words {
                x[line * sizes.width..][..sizes.width].copy_from_slice(&self.text_bias);
            }
            features[(index * count + row.pad as usize) * sizes.text_width..][..text.len()].copy_from_slice(text);
            tokens[index * count + words..][..prefix.len()].copy_from_slice(prefix);
        }
        self.gpu.write(&pass.x, 0, &x);
        if let Some(buffer) = &pass.features {
            self.gpu.write(buffer, 0, &features);
        }
        let slots = rows.len();
        let mut state = DecodeState { transformer: Arc::clone(self), caches, slots, rows, words, len: 0, step: None, ran: Ran::default() };
        let logits = state.run(&pass, &tokens, count)?;
        Ok((state, logits))
    }

    fn check_room(&self, positions: usize) -> Result<()> {
        if positions <= self.sizes.positions {
            return Ok(());
        }
        let most = self.sizes.positions;
        Err(Error::Input(format!(
            "text and motion need {positions} positions and the model has {most}: use a shorter text or a shorter motion"
        )))
    }

    fn check_tokens(&self, tokens: &[u32]) -> Result<()> {
        match tokens.iter().find(|&&token| token as usize >= self.sizes.vocabulary) {
            Some(token) => Err(Error::Input(format!("the token {token} is not in the vocabulary of {}", self.sizes.vocabulary))),
            None => Ok(()),
        }
    }

    /// Room for so many sequences' keys and values.
    pub(super) fn caches(&self, slots: usize) -> Result<Vec<Cache>> {
        let sizes = &self.sizes;
        let bytes = (slots * sizes.positions * sizes.width * 4) as u64;
        if bytes > self.gpu.most_bound_bytes() {
            return Err(Error::Unfit(format!("{slots} sequences at once")));
        }
        let scope = self.gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let cache = |_| Cache { keys: self.gpu.storage("keys", bytes), values: self.gpu.storage("values", bytes) };
        let caches = (0..sizes.layers).map(cache).collect();
        match pollster::block_on(scope.pop()) {
            Some(error) => Err(Error::Device { name: self.gpu.name().to_owned(), cause: first_line(&error) }),
            None => self.gpu.check().map(|()| caches),
        }
    }
}

impl DecodeState {
    /// Appends one token to every row and returns the logits of the next one.
    ///
    /// # Errors
    /// [`Error::Input`] for a wrong count of tokens, unknown ones and no room left; and what goes wrong on the device.
    pub fn step(&mut self, tokens: &[u32]) -> Result<Logits> {
        if tokens.len() != self.rows() {
            return Err(Error::Input(format!("{} tokens for {} rows", tokens.len(), self.rows())));
        }
        self.transformer.check_room(self.len + 1)?;
        self.transformer.check_tokens(tokens)?;
        let pass = match self.step.take() {
            Some(pass) => pass,
            None => Pass::new(&self.transformer, &self.caches, self.rows(), 1, false)?,
        };
        let logits = self.run(&pass, tokens, 1)?;
        self.step = Some(pass);
        Ok(logits)
    }

    /// Sequences in the batch.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Tokens that still fit.
    #[must_use]
    pub fn room(&self) -> usize {
        self.transformer.sizes.positions - self.len
    }

    /// What the last pass took.
    #[must_use]
    pub fn ran(&self) -> Ran {
        self.ran
    }

    /// Goes on with these rows only, in this order. A row that is named several times is copied: variations share what was read.
    ///
    /// # Errors
    /// [`Error::Input`] for a row that does not exist; and what goes wrong on the device.
    pub fn keep_rows(&mut self, rows: &[usize]) -> Result<()> {
        if rows.is_empty() || rows.iter().any(|&row| row >= self.rows()) {
            return Err(Error::Input(format!("cannot keep the rows {rows:?} of {}", self.rows())));
        }
        let wanted: Vec<Row> = rows.iter().map(|&row| self.rows[row]).collect();
        let mut kept = wanted.clone();
        let mut copies = Vec::new();
        if rows.len() <= self.slots {
            // The first of each keeps its place; its copies go to places that nobody needs any more.
            let mut free: Vec<u32> = (0..self.slots as u32).filter(|slot| wanted.iter().all(|row| row.slot != *slot)).collect();
            for at in 0..kept.len() {
                if kept[..at].iter().any(|row| row.slot == wanted[at].slot)
                    && let Some(slot) = free.pop()
                {
                    copies.push((wanted[at].slot, slot));
                    kept[at].slot = slot;
                }
            }
            self.copy(None, &copies);
        } else {
            for (row, slot) in kept.iter_mut().zip(0..) {
                copies.push((row.slot, slot));
                row.slot = slot;
            }
            let before = std::mem::replace(&mut self.caches, self.transformer.caches(rows.len())?);
            self.slots = rows.len();
            self.step = None;
            self.copy(Some(&before), &copies);
        }
        if kept.len() != self.rows() {
            self.step = None;
        }
        self.rows = kept;
        self.transformer.gpu.check()
    }

    /// Copies what is in the cache from slot to slot, from these caches or inside the own ones.
    fn copy(&self, from: Option<&[Cache]>, slots: &[(u32, u32)]) {
        let (gpu, sizes) = (&self.transformer.gpu, &self.transformer.sizes);
        let slot_bytes = (sizes.positions * sizes.width * 4) as u64;
        let bytes = (self.len * sizes.width * 4) as u64;
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for (from, to) in from.unwrap_or(&self.caches).iter().zip(&self.caches) {
            for &(first, second) in slots {
                let (first, second) = (u64::from(first) * slot_bytes, u64::from(second) * slot_bytes);
                for (from, to) in [(&from.keys, &to.keys), (&from.values, &to.values)] {
                    if from == to {
                        // One buffer cannot be read and written by the same copy.
                        let between = gpu.storage("copy", bytes);
                        encoder.copy_buffer_to_buffer(from, first, &between, 0, bytes);
                        encoder.copy_buffer_to_buffer(&between, 0, to, second, bytes);
                    } else {
                        encoder.copy_buffer_to_buffer(from, first, to, second, bytes);
                    }
                }
            }
        }
        gpu.queue.submit([encoder.finish()]);
    }

    /// Runs a pass over `count` new positions of each row; returns the last ones' logits.
    fn run(&mut self, pass: &Pass, tokens: &[u32], count: usize) -> Result<Logits> {
        let network = &self.transformer;
        let gpu = &network.gpu;
        gpu.write(&pass.tokens, 0, tokens);
        gpu.write(&pass.rows, 0, &self.rows);
        pass.place(gpu, &Positions { count: count as u32, past: self.len as u32, words: self.words as u32 });
        let each = network.sizes.vocabulary - 1;
        let pace = &network.paces[usize::from(count == 1)];
        let mut pace = pace.lock().unwrap_or_else(PoisonError::into_inner);
        let (logits, ran) = gpu.run(&pass.dispatches, &mut pace, &pass.logits, &pass.staging, each * self.rows.len())?;
        self.ran = ran;
        self.len += count;
        Ok(logits.chunks_exact(each).map(<[f32]>::to_vec).collect())
    }
}
