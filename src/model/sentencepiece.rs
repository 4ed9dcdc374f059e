//! `spiece.model` → a word-piece tokenizer: the same one that a T5's `tokenizer.json` describes.
//!
//! Source: SentencePiece's `sentencepiece_model.proto` for the file; the steps around the pieces are those with which Hugging
//! Face turns a T5's SentencePiece model into a fast tokenizer.

use prost::Message;
use tokenizers::models::unigram::Unigram;
use tokenizers::normalizers::{Precompiled, Replace, Sequence, Strip};
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{AddedToken, NormalizerWrapper, Tokenizer};

/// Words that T5 was trained to fill in: `<extra_id_99>` … `<extra_id_0>` behind the pieces.
const SENTINELS: usize = 100;
/// SentencePiece's number for the unigram algorithm.
const UNIGRAM: i32 = 1;

#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(message, repeated, tag = "1")]
    pieces: Vec<Piece>,
    #[prost(message, optional, tag = "2")]
    trainer: Option<Trainer>,
    #[prost(message, optional, tag = "3")]
    normalizer: Option<Rules>,
}

#[derive(Clone, PartialEq, Message)]
struct Piece {
    #[prost(string, tag = "1")]
    text: String,
    /// The logarithm of its probability.
    #[prost(float, tag = "2")]
    score: f32,
}

#[derive(Clone, PartialEq, Message)]
struct Trainer {
    #[prost(int32, optional, tag = "3")]
    algorithm: Option<i32>,
    #[prost(uint32, optional, tag = "40")]
    unknown: Option<u32>,
    #[prost(uint32, optional, tag = "42")]
    end: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
struct Rules {
    /// Which characters become which, compiled by SentencePiece.
    #[prost(bytes = "vec", tag = "2")]
    characters: Vec<u8>,
}

/// Builds the tokenizer of a T5.
///
/// # Errors
/// What is wrong with the file, as the cause of a longer message.
pub(super) fn tokenizer(bytes: &[u8]) -> Result<Tokenizer, String> {
    let model = Model::decode(bytes).map_err(|cause| cause.to_string())?;
    let trainer = model.trainer.unwrap_or_default();
    if trainer.algorithm.unwrap_or(UNIGRAM) != UNIGRAM {
        return Err("its pieces are not of the unigram algorithm".into());
    }
    let (unknown, end) = (trainer.unknown.unwrap_or(0), trainer.end.unwrap_or(2));
    let Some(end_piece) = model.pieces.get(end as usize).map(|piece| piece.text.clone()) else {
        return Err("it has no piece for the end of a text".into());
    };
    let words = |cause: tokenizers::Error| cause.to_string();

    let sentinels: Vec<String> = (0..SENTINELS).rev().map(|index| format!("<extra_id_{index}>")).collect();
    let controls: Vec<String> = [Some(0), Some(end), Some(unknown)]
        .into_iter()
        .flatten()
        .filter_map(|id| Some(model.pieces.get(id as usize)?.text.clone()))
        .collect();
    let pieces = model.pieces.into_iter().map(|piece| (piece.text, f64::from(piece.score)));
    let vocabulary = pieces.chain(sentinels.iter().map(|sentinel| (sentinel.clone(), 0.0))).collect();
    let mut tokenizer = Tokenizer::new(Unigram::from(vocabulary, Some(unknown as usize), false).map_err(words)?);

    let mut steps: Vec<NormalizerWrapper> = Vec::new();
    let rules = model.normalizer.unwrap_or_default().characters;
    if !rules.is_empty() {
        steps.push(Precompiled::from(&rules).map_err(|cause| cause.to_string())?.into());
    }
    steps.push(Strip::new(false, true).into());
    let spaces = tokenizers::normalizers::replace::ReplacePattern::Regex(" {2,}".into());
    steps.push(Replace::new(spaces, "▁").map_err(words)?.into());
    tokenizer.with_normalizer(Some(Sequence::new(steps))).map_err(words)?;
    tokenizer.with_pre_tokenizer(Some(Metaspace::new('▁', PrependScheme::Always, true)));
    let mut template = TemplateProcessing::builder();
    template.try_single(format!("$A {end_piece}"))?;
    template.special_tokens(vec![(end_piece, end)]);
    tokenizer.with_post_processor(Some(template.build().map_err(|cause| cause.to_string())?));
    let controls = controls.into_iter().map(|text| AddedToken::from(text, true));
    let sentinels = sentinels.into_iter().map(|text| AddedToken::from(text, true).lstrip(true).rstrip(true));
    tokenizer.add_special_tokens(controls.chain(sentinels).collect::<Vec<_>>()).map_err(words)?;
    Ok(tokenizer)
}
