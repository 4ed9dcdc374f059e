//! Decoding while tokens are still arriving: frames come out as soon as no later token can change them.

use std::sync::Arc;

use super::MotionTokenizer;
use crate::model::config::{Norm, TokenizerConfig};
use crate::model::error::Result;

/// How far the decoder sees, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Earlier tokens that touch a token's frames; `usize::MAX` if all do.
    pub behind: usize,
    /// Later tokens that touch a token's frames.
    pub ahead: usize,
}

impl Reach {
    /// The decoder's reach; none if every frame depends on every token (group norm averages over all of time).
    /// The published network has 16 tokens on either side (`docs/representation.md`, Motion tokens).
    pub fn of_decoder(config: &TokenizerConfig) -> Option<Self> {
        if config.norm == Some(Norm::Group) {
            return None;
        }
        if config.use_attn {
            // Attention sees the whole past and nothing ahead.
            return Some(Self { behind: usize::MAX, ahead: 0 });
        }
        let dilations = (0..config.depth).map(|index| config.dilation_growth_rate.pow(index as u32)).sum::<usize>();
        // Time steps that one side sees, counted from the output inwards at each rate: two convolutions at the tail, one and
        // the residual blocks in each stage, one at the head.
        let steps = |taps: usize| {
            let mut seen = 2 * taps;
            for _ in 0..config.down_t {
                // A step may be the last (or first) of those that share a coarser step.
                seen = (seen + taps).div_ceil(config.stride_t) + dilations * taps;
            }
            seen + taps
        };
        // A causal kernel of three has both neighbours behind it, the usual one has one on either side.
        Some(if config.causal { Self { behind: steps(2), ahead: 0 } } else { Self { behind: steps(1), ahead: steps(1) } })
    }
}

/// A decoder that is fed tokens and yields frames; together they equal decoding all tokens at once.
pub struct StreamDecoder {
    tokenizer: Arc<MotionTokenizer>,
    reach: Option<Reach>,
    tokens: Vec<u32>,
    /// Tokens whose frames have come out.
    done: usize,
}

impl StreamDecoder {
    /// A decoder before its first token.
    pub fn new(tokenizer: Arc<MotionTokenizer>) -> Self {
        let reach = Reach::of_decoder(tokenizer.config());
        Self { tokenizer, reach, tokens: Vec::new(), done: 0 }
    }

    /// Takes more tokens; returns the normalised frames, flat, that are final now and were not before. Costs a decoding of
    /// the new tokens and the decoder's reach, so feed a few at a time.
    pub fn push(&mut self, tokens: &[u32]) -> Result<Vec<f32>> {
        self.tokens.extend_from_slice(tokens);
        match self.reach {
            Some(reach) => self.decode_until(self.tokens.len().saturating_sub(reach.ahead)),
            None => Ok(Vec::new()),
        }
    }

    /// No more tokens will come: returns the remaining normalised frames, flat.
    pub fn finish(mut self) -> Result<Vec<f32>> {
        self.decode_until(self.tokens.len())
    }

    /// The normalised frames, flat, of the tokens that are not settled yet, as if no more came: good for a preview. Changes
    /// nothing.
    pub fn provisional(&self) -> Result<Vec<f32>> {
        self.frames_until(self.tokens.len())
    }

    fn decode_until(&mut self, end: usize) -> Result<Vec<f32>> {
        let frames = self.frames_until(end)?;
        self.done = self.done.max(end);
        Ok(frames)
    }

    fn frames_until(&self, end: usize) -> Result<Vec<f32>> {
        if end <= self.done {
            return Ok(Vec::new());
        }
        let first = self.reach.map_or(0, |reach| self.done.saturating_sub(reach.behind));
        let frames = self.tokenizer.decode(&self.tokens[first..])?;
        let token_len = self.tokenizer.config().frames_per_token() * self.tokenizer.config().input_dim;
        Ok(frames[(self.done - first) * token_len..(end - first) * token_len].to_vec())
    }
}
