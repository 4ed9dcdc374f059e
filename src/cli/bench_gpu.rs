//! `zoetrope bench --device gpu`: what a published size costs on a graphics device, with random weights: each kind of work alone and
//! all together, beside the rate at which the device copies its own memory.

use super::args::BenchForm;
use super::error::CliError;
use super::full_size::{quantization, sizes};
use super::interrupt::Interrupt;
use super::progress::{answer, say};
use crate::engine::{AdapterChoice, Gpu, Profile, Transformer, copy_bandwidth};
use crate::library;
use crate::model::bench::{Workload, features, write_random_transformer};
use crate::model::{Checkpoint, FileSource, Sampler, TextFeatures, TransformerConfig};
use crate::pipeline::{Device, transformer_on_gpu};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The best of this many generations counts.
const RUNS: usize = 3;
/// On a software device, whose speed nobody wants to know, one short generation shows that all of it works.
const SOFTWARE: (usize, usize) = (1, 6);

pub(super) fn run(name: &str, form: BenchForm, device: &Device, interrupt: &Interrupt) -> Result<(), CliError> {
    let config = sizes(name)?;
    let choice = match device {
        Device::Gpu(Some(name)) => AdapterChoice::Named(name.clone()),
        _ => AdapterChoice::Fastest,
    };
    let gpu = Gpu::open(&choice).map_err(CliError::from_below)?;
    answer(&format!("{name} in {} with random weights on {}", form.label(), gpu.name()));
    if gpu.is_software() {
        answer("  a software device: its figures say nothing about graphics cards");
    }
    let copied_per_sec = copy_bandwidth(&gpu).map_err(CliError::from_below)?;
    interrupt.check()?;

    let folder = tempfile::Builder::new().prefix("zoetrope-bench-").tempdir().map_err(CliError::from_below)?;
    let file = folder.path().join("transformer.gguf");
    say("writing random weights to a temporary file");
    write_random_transformer(&config, quantization(form), &file).map_err(CliError::from_below)?;
    interrupt.check()?;
    let start = Instant::now();
    let checkpoint = Checkpoint::open(&FileSource::from(file.as_path()), "").map_err(CliError::from_below)?;
    let transformer = transformer_on_gpu(gpu, checkpoint, &config, library::tuning_file().as_deref()).map_err(CliError::from_below)?;
    let transformer = transformer.map_err(CliError::from_below)?;
    interrupt.check()?;
    let spread = transformer.spread();
    answer(&format!("  loaded in                 {:>8.2} s", start.elapsed().as_secs_f64()));
    answer(&format!(
        "  products                  {} threads for {} rows, sums {}, activations in {}",
        spread.threads,
        spread.rows,
        if spread.subgroups { "in subgroups" } else { "in shared memory" },
        if spread.packed { "8 bits" } else { "32 bits" }
    ));
    answer(&format!(
        "  memory on the device      {:>8.2} GB, with the keys and values of a motion",
        transformer.device_bytes() as f64 / 1e9
    ));
    answer(&format!("  memory copied             {:>8.1} GB/s, read and written together", copied_per_sec / 1e9));
    each_alone(&transformer, copied_per_sec)?;
    interrupt.check()?;
    all_together(&transformer, &config, copied_per_sec, interrupt)
}

fn each_alone(transformer: &Arc<Transformer>, copied_per_sec: f64) -> Result<(), CliError> {
    answer("  each kind of work alone:");
    for profile in Profile::of(transformer).map_err(CliError::from_below)? {
        let secs = profile.took.as_secs_f64();
        let per_sec = profile.bytes as f64 / secs;
        let rate = if profile.kernel.starts_with("matvec") {
            format!("{:>7.1} GB/s, {:>3.0} %", per_sec / 1e9, 100.0 * per_sec / copied_per_sec)
        } else {
            String::new()
        };
        answer(&format!(
            "    {:<26} {:<14} {:>4} × {:>9.1} µs {rate}",
            profile.what,
            profile.kernel,
            profile.count,
            1e6 * secs / profile.count as f64
        ));
    }
    Ok(())
}

/// What a generation took.
struct Timed {
    prefill: Duration,
    decode: Duration,
    /// In kernels while decoding; nothing where the device has no clock.
    busy: Option<Duration>,
}

fn all_together(
    transformer: &Arc<Transformer>,
    config: &TransformerConfig,
    copied_per_sec: f64,
    interrupt: &Interrupt,
) -> Result<(), CliError> {
    let mut workload = Workload::default();
    let mut runs = RUNS;
    if transformer.gpu().is_software() {
        (runs, workload.tokens) = SOFTWARE;
    }
    let text = features(config, workload.words).map_err(CliError::from_below)?;
    let mut best: Option<Timed> = None;
    for _ in 0..runs {
        let timed = generation(transformer, &text, workload.tokens, interrupt)?;
        if best.as_ref().is_none_or(|best| timed.prefill + timed.decode < best.prefill + best.decode) {
            best = Some(timed);
        }
    }
    let Some(best) = best else { return Ok(()) };
    let steps = (workload.tokens - 1) as f64;
    let tokens_per_sec = steps / best.decode.as_secs_f64();
    let bytes = transformer.bytes_per_token() as f64;
    let share = |per_sec: f64| 100.0 * bytes * per_sec / copied_per_sec;
    answer(&format!("  {} text features, {} tokens:", workload.words, workload.tokens));
    answer(&format!("    prefill                 {:>8.1} ms", 1e3 * best.prefill.as_secs_f64()));
    answer(&format!(
        "    decode                  {tokens_per_sec:>8.1} tokens/s, {:.1} GB/s of weights, {:.0} % of the copies",
        bytes * tokens_per_sec / 1e9,
        share(tokens_per_sec)
    ));
    if let Some(busy) = best.busy {
        let per_sec = steps / busy.as_secs_f64();
        answer(&format!("    of that in kernels      {per_sec:>8.1} tokens/s, {:.0} %; the rest waits for the processor", share(per_sec)));
    }
    let (longest, submits) = transformer.submits();
    let clock = if transformer.gpu().has_timestamps() { "by the device's clock" } else { "estimated: the device has no clock" };
    answer(&format!("    longest submit          {:>8.2} ms of {submits}, {clock}", 1e3 * longest.as_secs_f64()));
    Ok(())
}

fn generation(transformer: &Arc<Transformer>, text: &TextFeatures, tokens: usize, interrupt: &Interrupt) -> Result<Timed, CliError> {
    let mut sampler = Sampler::greedy();
    let start = Instant::now();
    let (mut state, mut logits) = transformer.start(&[text.values()], &[]).map_err(CliError::from_below)?;
    let prefill = start.elapsed();
    let mut busy = Some(Duration::ZERO);
    for _ in 1..tokens {
        interrupt.check()?;
        let token = sampler.choose(&logits[0], false);
        logits = state.step(&[token]).map_err(CliError::from_below)?;
        busy = busy.zip(state.ran().busy).map(|(sum, one)| sum + one);
    }
    sampler.choose(&logits[0], false);
    Ok(Timed { prefill, decode: start.elapsed() - prefill, busy })
}
