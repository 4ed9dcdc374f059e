//! Prompts rewritten by a language model.

use std::path::Path;

use candle_core::{Device, Tensor};
use zoetrope::model::Rewriter;

/// A language model without a thought: each letter has one that follows it. `follow` names pairs; others are followed by a dot.
fn parrot(path: &Path, follow: &[(&str, &str)]) {
    use candle_core::quantized::gguf_file::{Value, write};
    use candle_core::quantized::{GgmlDType, QTensor};
    const WIDTH: usize = 128;
    let mut words: Vec<String> = (33..127_u8).map(|byte| char::from(byte).to_string()).collect();
    words.extend(["Ġ", "Ċ", "ab", "</s>"].map(str::to_owned));
    let id = |word: &str| words.iter().position(|known| known == word).unwrap();
    let mut embedding = vec![0_f32; words.len() * WIDTH];
    (0..words.len()).for_each(|word| embedding[word * WIDTH + word] = 1.0);
    let mut output = vec![0_f32; words.len() * WIDTH];
    for (word, name) in words.iter().enumerate() {
        let next = follow.iter().find(|pair| pair.0 == name).map_or(".", |pair| pair.1);
        output[id(next) * WIDTH + word] = 1.0;
    }
    let quantised = |values: Vec<f32>, shape: &[usize]| {
        QTensor::quantize(&Tensor::from_vec(values, shape, &Device::Cpu).unwrap(), GgmlDType::F32).unwrap()
    };
    let square = || quantised(vec![0.0; WIDTH * WIDTH], &[WIDTH, WIDTH]);
    let ones = || quantised(vec![1.0; WIDTH], &[WIDTH]);
    let mut tensors = vec![
        ("token_embd.weight".to_owned(), quantised(embedding, &[words.len(), WIDTH])),
        ("output.weight".to_owned(), quantised(output, &[words.len(), WIDTH])),
        ("output_norm.weight".to_owned(), ones()),
    ];
    for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_down", "ffn_up"] {
        tensors.push((format!("blk.0.{part}.weight"), square()));
    }
    tensors.extend(["attn_norm", "ffn_norm"].map(|part| (format!("blk.0.{part}.weight"), ones())));
    let texts = |texts: &[&str]| Value::Array(texts.iter().map(|&text| Value::String(text.into())).collect());
    let metadata = [
        ("general.architecture", Value::String("llama".into())),
        ("llama.attention.head_count", Value::U32(8)),
        ("llama.attention.head_count_kv", Value::U32(8)),
        ("llama.block_count", Value::U32(1)),
        ("llama.embedding_length", Value::U32(WIDTH as u32)),
        ("llama.rope.dimension_count", Value::U32(16)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
        ("tokenizer.ggml.model", Value::String("gpt2".into())),
        ("tokenizer.ggml.tokens", texts(&words.iter().map(String::as_str).collect::<Vec<_>>())),
        ("tokenizer.ggml.merges", texts(&["a b"])),
        ("tokenizer.ggml.eos_token_id", Value::U32(id("</s>") as u32)),
    ];
    let metadata: Vec<_> = metadata.iter().map(|(key, value)| (*key, value)).collect();
    let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    write(&mut std::fs::File::create(path).unwrap(), &metadata, &tensors).unwrap();
}

#[test]
fn a_language_model_rewrites_a_prompt_or_leaves_it_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parrot.gguf");
    let patience = std::time::Duration::from_secs(60);
    // The request ends with a bracket that closes; the answer begins with one that opens.
    parrot(&path, &[("]", "["), ("[", "r"), ("r", "u"), ("u", "n"), ("n", "]")]);
    let mut rewriter = Rewriter::load(&path).unwrap();
    for _ in 0..2 {
        assert_eq!(rewriter.rewrite("a person runs", patience).unwrap().as_deref(), Some("run"));
    }
    assert_eq!(rewriter.rewrite("a person runs", std::time::Duration::ZERO).unwrap(), None, "no time");
    parrot(&path, &[]);
    assert_eq!(Rewriter::load(&path).unwrap().rewrite("a person runs", patience).unwrap(), None, "dots only");
    parrot(&path, &[("]", "</s>")]);
    assert_eq!(Rewriter::load(&path).unwrap().rewrite("a person runs", patience).unwrap(), None, "it says nothing");

    std::fs::write(&path, "no model").unwrap();
    let message = Rewriter::load(&path).err().expect("refused").to_string();
    assert!(message.contains("parrot.gguf") && !message.contains('\n'), "{message}");
}
