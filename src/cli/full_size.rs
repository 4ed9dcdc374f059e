//! `zoetrope bench --config SIZE --quant FORM`: what a published size costs in this form, on random weights. The model is written
//! to a temporary file and loaded from it, as a real one is.

use super::args::BenchForm;
use super::error::CliError;
use super::interrupt::Interrupt;
use super::progress::{answer, say};
use crate::model::bench::{
    BareTextEncoder, Workload, best_generation, bytes_per_token, features, generate, load_transformer, write_random_text_encoder,
    write_random_transformer,
};
use crate::model::{PUBLISHED_SIZES, Quantization, TransformerConfig};
use std::time::Instant;

/// The best of this many generations counts.
const RUNS: usize = 3;
/// More than any cache holds.
const READ_BYTES: usize = 1 << 30;

/// A published size by its name.
pub(super) fn sizes(name: &str) -> Result<TransformerConfig, CliError> {
    TransformerConfig::published(name).ok_or_else(|| {
        let known: Vec<&str> = PUBLISHED_SIZES.iter().map(|size| size.0).collect();
        CliError::Failed(format!("no published transformer is called {name}: choose one of {}", known.join(", ")))
    })
}

/// How weights are quantised for a form.
pub(super) fn quantization(form: BenchForm) -> Option<Quantization> {
    match form {
        BenchForm::F32 => None,
        BenchForm::Q8_0 => Some(Quantization::Q8_0),
        BenchForm::Q4_0 => Some(Quantization::Q4_0),
    }
}

pub(super) fn run(name: &str, form: BenchForm, whole: bool, interrupt: &Interrupt) -> Result<(), CliError> {
    let config = sizes(name)?;
    let quantization = quantization(form);
    let label = form.label();
    let folder = tempfile::Builder::new().prefix("zoetrope-bench-").tempdir().map_err(CliError::from_below)?;
    let (transformer_file, text_file) = (folder.path().join("transformer.gguf"), folder.path().join("text.gguf"));
    say("writing random weights to a temporary file");
    write_random_transformer(&config, quantization, &transformer_file).map_err(CliError::from_below)?;
    if whole {
        // As an import does: never below 8 bits.
        write_random_text_encoder(quantization.map(|_| Quantization::Q8_0), &text_file).map_err(CliError::from_below)?;
    }
    interrupt.check()?;

    let workload = Workload::default();
    answer(&format!("{name} in {label} with random weights, {} text features, {} tokens", workload.words, workload.tokens));
    let start = Instant::now();
    let transformer = load_transformer(&config, &transformer_file).map_err(CliError::from_below)?;
    let text_encoder = whole.then(|| BareTextEncoder::load(&text_file)).transpose().map_err(CliError::from_below)?;
    answer(&format!("  loaded in                 {:>8.2} s", start.elapsed().as_secs_f64()));
    interrupt.check()?;
    if let Some(text_encoder) = &text_encoder {
        // The first one also builds what the kernels need.
        text_encoder.encode(workload.words).map_err(CliError::from_below)?;
        let start = Instant::now();
        let text = text_encoder.encode(workload.words).map_err(CliError::from_below)?;
        answer(&format!("  text encoder, {} words    {:>8.0} ms", text.words(), 1e3 * start.elapsed().as_secs_f64()));
        generate(&transformer, &text, workload.tokens).map_err(CliError::from_below)?;
    } else {
        let text = features(&config, workload.words).map_err(CliError::from_below)?;
        generate(&transformer, &text, 2).map_err(CliError::from_below)?;
    }
    interrupt.check()?;
    let best = best_generation(&transformer, workload, RUNS).map_err(CliError::from_below)?;
    let peak = peak_bytes();
    interrupt.check()?;
    drop((transformer, text_encoder));

    let weights_per_sec = bytes_per_token(&config, quantization) as f64 * best.decoded_per_sec();
    let read_per_sec = read_bandwidth()?;
    answer(&format!("  prefill                   {:>8.0} ms", 1e3 * best.prefill.as_secs_f64()));
    answer(&format!(
        "  decode                    {:>8.1} tokens/s ({:.1} with the prefill)",
        best.decoded_per_sec(),
        best.tokens_per_sec()
    ));
    answer(&format!(
        "  weights read              {:>8.1} GB/s, {:.0} % of the {:.1} GB/s that all threads read",
        weights_per_sec / 1e9,
        100.0 * weights_per_sec / read_per_sec,
        read_per_sec / 1e9
    ));
    match peak {
        Some(bytes) => answer(&format!("  peak memory               {:>8.2} GB", bytes as f64 / 1e9)),
        None => answer("  peak memory                unknown on this system"),
    }
    Ok(())
}

/// The most memory that this process ever had.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

/// Bytes per second when all threads add up numbers from memory: the best of three runs.
fn read_bandwidth() -> Result<f64, CliError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let numbers = vec![1_u64; READ_BYTES / size_of::<u64>()];
    let mut best = 0.0_f64;
    for _ in 0..3 {
        let start = Instant::now();
        let sum = std::thread::scope(|scope| {
            let parts = numbers.chunks(numbers.len().div_ceil(threads));
            let adders: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().sum::<u64>())).collect();
            adders.into_iter().map(|adder| adder.join().unwrap_or(0)).sum::<u64>()
        });
        let secs = start.elapsed().as_secs_f64();
        if sum != numbers.len() as u64 {
            return Err(CliError::Failed("the memory gave wrong numbers: test this machine's memory".to_owned()));
        }
        best = best.max(READ_BYTES as f64 / secs);
    }
    Ok(best)
}
