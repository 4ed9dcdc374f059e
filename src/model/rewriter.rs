//! Making a prompt shorter and clearer with a language model that the user brings, as the published programs do with theirs:
//! a Llama in GGUF form with its vocabulary inside (`docs/representation.md`, Text). It never decides alone: without a usable answer in
//! time, the caller keeps the original words.

use std::path::Path;
use std::time::{Duration, Instant};

use candle_core::quantized::gguf_file;
use candle_core::quantized::tokenizer::TokenizerFromGguf;
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;
use tokenizers::Tokenizer;

use super::entry::malformed;
use super::error::{Error, Result};
use super::foreign::{Counted, guarded};
use super::source::FileSource;

/// An answer is a sentence; a model that goes on is lost.
const MOST_TOKENS: usize = 256;

/// A loaded language model.
pub struct Rewriter {
    network: ModelWeights,
    tokenizer: Tokenizer,
    /// Tokens that end an answer.
    ends: Vec<u32>,
}

impl Rewriter {
    /// Loads a language model. It takes as much memory as its file.
    ///
    /// # Errors
    /// Files that are no GGUF, of another family than Llama, or without a vocabulary.
    pub fn load(path: &Path) -> Result<Self> {
        let source = FileSource::from(path);
        let label = source.label();
        let bad = |cause: String| malformed("GGUF language model", &cause, &label);
        let (mut reader, _) = source.open()?;
        let content = guarded(|| gguf_file::Content::read(&mut Counted::of(&mut reader))).map_err(bad)?;
        let family = content.metadata.get("general.architecture").and_then(|family| family.to_string().ok()).cloned();
        if family.as_deref() != Some("llama") {
            let cause = format!("the language model is of the family {:?}", family.unwrap_or_default());
            return Err(Error::Config { cause, path: label, advice: "use a Llama in GGUF form, such as Llama-3.1-8B-Instruct" });
        }
        let tokenizer = guarded(|| Tokenizer::from_gguf(&content)).map_err(bad)?;
        let named = content.metadata.get("tokenizer.ggml.eos_token_id").and_then(|id| id.to_u32().ok());
        let ends = ["<|eot_id|>", "<|end_of_text|>", "<|im_end|>", "</s>"].into_iter().filter_map(|end| tokenizer.token_to_id(end));
        let ends = ends.chain(named).collect();
        let network = guarded(|| ModelWeights::from_gguf(content, &mut reader, &Device::Cpu)).map_err(bad)?;
        Ok(Self { network, tokenizer, ends })
    }

    /// The prompt in shorter and clearer words; nothing if the model gives no usable answer in time. Always the same answer to
    /// the same prompt.
    ///
    /// # Errors
    /// Failed arithmetic, and prompts that have no words for this model.
    pub fn rewrite(&mut self, prompt: &str, patience: Duration) -> Result<Option<String>> {
        let deadline = Instant::now() + patience;
        let text = |cause: tokenizers::Error| Error::Text { cause: cause.to_string() };
        let asked = self.tokenizer.encode(self.conversation(prompt), false).map_err(text)?.get_ids().to_vec();
        self.network.clear_kv_cache();
        let (mut answer, mut next, mut position) = (Vec::new(), asked, 0);
        while answer.len() < MOST_TOKENS && Instant::now() < deadline && !next.is_empty() {
            let input = Tensor::new(next.as_slice(), &Device::Cpu)?.unsqueeze(0)?;
            let logits = self.network.forward(&input, position)?;
            position += next.len();
            let token = logits.flatten_all()?.argmax(0)?.to_scalar::<u32>()?;
            if self.ends.contains(&token) {
                break;
            }
            answer.push(token);
            if let Some(found) = bracketed(&self.tokenizer.decode(&answer, true).map_err(text)?) {
                return Ok(Some(found));
            }
            next = vec![token];
        }
        Ok(None)
    }

    /// The request in the form that the model's family was trained on.
    fn conversation(&self, prompt: &str) -> String {
        let request = format!(
            "Rewrite this description of a person's motion in fewer and clearer words. Keep its meaning and the order of what happens. \
             Answer with the new description in square brackets and nothing else.\n\
             Example: \"Someone is first of all walking, and he walks in the forward direction, after which he sits down.\" becomes \
             [a person walks forward, then sits down]\n\
             Description: \"{prompt}\""
        );
        if self.tokenizer.token_to_id("<|start_header_id|>").is_some() {
            format!(
                "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{request}<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\n"
            )
        } else if self.tokenizer.token_to_id("<|im_start|>").is_some() {
            format!("<|im_start|>user\n{request}<|im_end|>\n<|im_start|>assistant\n")
        } else {
            format!("[INST] {request} [/INST]")
        }
    }
}

/// The first text in brackets on one line, else in braces; nothing if it is empty.
fn bracketed(answer: &str) -> Option<String> {
    let between = |open: char, close: char| {
        answer.lines().find_map(|line| {
            let (_, rest) = line.split_once(open)?;
            let (inner, _) = rest.split_once(close)?;
            Some(inner.trim().to_owned()).filter(|inner| !inner.is_empty())
        })
    };
    between('[', ']').or_else(|| between('{', '}'))
}

#[cfg(test)]
mod tests {
    use super::bracketed;

    #[test]
    fn an_answer_is_what_stands_in_the_first_brackets() {
        let found = |answer| bracketed(answer).unwrap_or_default();
        assert_eq!(found("Sure! [ a person walks ] and [another]"), "a person walks");
        assert_eq!(found("{a person runs}"), "a person runs");
        assert_eq!(found("{no} [yes]"), "yes");
        assert_eq!(found("[\nacross lines]"), "");
        assert_eq!(found("[] {}"), "");
        assert_eq!(found("no brackets"), "");
    }
}
