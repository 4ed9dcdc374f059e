//! The memory of an import.

use std::path::Path;

use crate::shared::kit;
use crate::small_model::small_import;

/// A checkpoint of mostly holes: its zeros take no room on the disk.
fn sparse_safetensors(path: &Path, tensors: &[(&str, Vec<usize>)]) {
    let mut header = serde_json::Map::new();
    let mut end = 0;
    for (name, shape) in tensors {
        let bytes = 2 * shape.iter().product::<usize>();
        header.insert((*name).into(), serde_json::json!({ "dtype": "BF16", "shape": shape, "data_offsets": [end, end + bytes] }));
        end += bytes;
    }
    let header = serde_json::Value::Object(header).to_string();
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    std::fs::write(path, &bytes).unwrap();
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len((bytes.len() + end) as u64).unwrap();
}

/// The most memory of its own that a process had, bytes, without what is mapped from files; it is asked until it ends.
#[cfg(target_os = "linux")]
fn peak_bytes(mut command: std::process::Command) -> u64 {
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let own = status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(own.unwrap_or(0) << 10);
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return peak;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_import_needs_far_less_memory_than_the_largest_tensor() {
    let Some(kit) = kit("") else { return };
    let folder = tempfile::tempdir().unwrap();
    // One layer with a feed-forward part of 92 million weights a matrix: 185 MB in the file, 369 MB as float32.
    let (n, m, codes) = (704, 131_072, 512);
    let block = |part: &str| format!("transformer.h.0.{part}");
    let names = [block("rms_1.scale"), block("attn.c_attn.weight"), block("attn.c_proj.weight"), block("rms_2.scale")];
    let names = names.into_iter().chain([block("mlp.c_fc1.weight"), block("mlp.c_fc2.weight"), block("mlp.c_proj.weight")]);
    let shapes = [vec![n], vec![3 * n, n], vec![n, n], vec![n], vec![m, n], vec![m, n], vec![n, m]];
    let ends =
        [("lm_head.weight", vec![codes + 1, n]), ("transformer.wte.weight", vec![codes + 2, n]), ("transformer.ln_f.scale", vec![n])];
    let text = [("llama_proj.weight", vec![n, 32]), ("llama_proj.bias", vec![n])];
    let names: Vec<String> = names.collect();
    let all: Vec<_> = names.iter().map(String::as_str).zip(shapes).chain(ends).chain(text).collect();
    let transformer = folder.path().join("large.safetensors");
    sparse_safetensors(&transformer, &all);
    let small = small_import(&kit, "");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope"));
    command.args(["models", "import", "--heads", "4", "--quantize", "q8_0", "-o"]).arg(folder.path().join("large"));
    let parts = [("--transformer", &transformer), ("--tokenizer", &small.tokenizer), ("--text-encoder", &small.text_encoder)];
    for (option, path) in parts.into_iter().chain([("--mean", &small.mean), ("--std", &small.std)]) {
        command.arg(option).arg(path);
    }
    let (largest, peak) = (2 * m * n, peak_bytes(command));
    assert!(folder.path().join("large/model.json").exists());
    assert!(peak < largest as u64 / 2, "{} MB at the peak, the largest tensor has {} MB", peak >> 20, largest >> 20);
}
