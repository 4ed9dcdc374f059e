//! A chat model from a GGUF file of the user's own (llama, qwen2 and qwen3 families by candle-transformers), for rewording captions.
//!
//! It answers one message at a time, greedily or sampled, and stops at a deadline. The tokenizer is read from `tokenizer.json` beside
//! the file, as published with the same model: what GGUF itself holds of it is not enough for every family.

use std::path::Path;
use std::time::Instant;

use candle_core::quantized::gguf_file;
use candle_core::{Device, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling};
use candle_transformers::models::{quantized_llama, quantized_qwen2, quantized_qwen3};
use tokenizers::Tokenizer;

use super::error::{Error, Result};
use super::source::FileSource;

/// Tokens of an answer at most.
const MAX_ANSWER: usize = 256;

/// A loaded chat model; runs on the CPU.
pub struct LanguageModel {
    network: Network,
    tokenizer: Tokenizer,
    form: ChatForm,
    ends: Vec<u32>,
    label: String,
}

enum Network {
    Llama(quantized_llama::ModelWeights),
    Qwen2(quantized_qwen2::ModelWeights),
    Qwen3(quantized_qwen3::ModelWeights),
}

/// How a family marks who speaks, told by the marks that its tokenizer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChatForm {
    ChatMl,
    Llama3,
    Instruct,
}

impl LanguageModel {
    /// Loads a GGUF file and `tokenizer.json` beside it.
    ///
    /// # Errors
    /// Missing and damaged files, other families.
    pub fn open(path: &Path) -> Result<Self> {
        let file = FileSource::Path(path.to_owned());
        let label = file.label();
        let malformed =
            |cause: candle_core::Error| Error::Malformed { kind: "GGUF", cause: first_line(&cause.to_string()), path: label.clone() };
        let (mut reader, _) = file.open()?;
        let content = gguf_file::Content::read(&mut reader).map_err(malformed)?;
        let family = content.metadata.get("general.architecture").and_then(|value| value.to_string().ok()).cloned().unwrap_or_default();
        let network = match family.as_str() {
            "llama" => Network::Llama(quantized_llama::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).map_err(malformed)?),
            "qwen2" => Network::Qwen2(quantized_qwen2::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).map_err(malformed)?),
            "qwen3" => Network::Qwen3(quantized_qwen3::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).map_err(malformed)?),
            other => {
                let cause = format!("the model family \"{}\" is not known", first_line(other));
                return Err(Error::Config { cause, path: label, advice: "use a chat model of the llama, qwen2 or qwen3 family" });
            }
        };
        let beside = FileSource::Path(path.with_file_name("tokenizer.json"));
        let tokenizer = Tokenizer::from_bytes(beside.bytes()?).map_err(|cause| Error::Malformed {
            kind: "tokenizer.json",
            cause: first_line(&cause.to_string()),
            path: beside.label(),
        })?;
        let knows = |mark: &str| tokenizer.token_to_id(mark).is_some();
        let form = if knows("<|im_start|>") {
            ChatForm::ChatMl
        } else if knows("<|start_header_id|>") {
            ChatForm::Llama3
        } else {
            ChatForm::Instruct
        };
        let ends = ["<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "<|endoftext|>", "</s>"];
        let ends = ends.iter().filter_map(|mark| tokenizer.token_to_id(mark)).collect();
        Ok(Self { network, tokenizer, form, ends, label })
    }

    /// The answer to a message, sampled with a seed; `None` if the deadline comes first.
    ///
    /// # Errors
    /// The message cannot be read, or the network cannot be computed.
    pub fn answer(&mut self, message: &str, seed: u64, deadline: Instant) -> Result<Option<String>> {
        let text = self.form.message(message);
        let unread = |cause: tokenizers::Error| Error::Text { cause: first_line(&cause.to_string()) };
        let prompt = self.tokenizer.encode(text, true).map_err(unread)?.get_ids().to_vec();
        if prompt.is_empty() {
            return Err(Error::Text { cause: format!("{} makes no tokens of it", self.label) });
        }
        self.forget();
        let mut sampler = LogitsProcessor::from_sampling(seed, Sampling::TopP { p: 0.9, temperature: 0.8 });
        let mut answer: Vec<u32> = Vec::new();
        let (mut input, mut position) = (prompt, 0);
        while answer.len() < MAX_ANSWER {
            if Instant::now() >= deadline {
                return Ok(None);
            }
            let tokens = Tensor::new(input.as_slice(), &Device::Cpu)?.unsqueeze(0)?;
            let logits = self.forward(&tokens, position)?;
            position += input.len();
            let token = sampler.sample(&logits.flatten_all()?)?;
            if self.ends.contains(&token) {
                break;
            }
            answer.push(token);
            input = vec![token];
        }
        self.tokenizer.decode(&answer, true).map(Some).map_err(unread)
    }

    /// Logits of the token behind the last of `tokens`.
    fn forward(&mut self, tokens: &Tensor, position: usize) -> Result<Tensor> {
        Ok(match &mut self.network {
            Network::Llama(network) => network.forward(tokens, position)?,
            Network::Qwen2(network) => network.forward(tokens, position)?,
            Network::Qwen3(network) => network.forward(tokens, position)?,
        })
    }

    fn forget(&mut self) {
        match &mut self.network {
            Network::Llama(network) => network.clear_kv_cache(),
            Network::Qwen2(network) => network.clear_kv_cache(),
            Network::Qwen3(network) => network.clear_kv_cache(),
        }
    }
}

impl ChatForm {
    /// A user's message as the family reads it, up to where the answer begins.
    fn message(self, message: &str) -> String {
        match self {
            // The empty thought keeps qwen3 from thinking aloud; others pass over it.
            Self::ChatMl => format!("<|im_start|>user\n{message}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"),
            Self::Llama3 => {
                format!("<|start_header_id|>user<|end_header_id|>\n\n{message}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")
            }
            Self::Instruct => format!("[INST] {message} [/INST]"),
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(160).collect()
}
