//! `zoetrope bench`: how fast the networks are on this machine, and (with `--prompts`) whether the model does what it is told.

use super::args::{BenchArgs, BenchForm};
use super::error::CliError;
use super::generate::load_model;
use super::interrupt::Interrupt;
use super::progress::{answer, say};
use super::{bench_gpu, control, full_size, prompt_adherence, tears};
use crate::model::bench::{Workload, decode_speed, uncached_speed};
use crate::model::{MotionModel, Quantization};
use crate::pipeline::{Device, Generation, Step};
use crate::timeline::{Length, Request};
use std::path::Path;
use std::time::{Duration, Instant};

/// What the published loop reaches with its 44M transformer on two cores (PyTorch, float32, no cache).
const PUBLISHED_TOKENS_PER_SEC: f64 = 20.0;
/// Tokens before the first preview, as the window's worker asks for it.
const FIRST_PREVIEW_TOKENS: usize = 4;
/// A clip as in the numbers to reach.
const CLIP_SECS: f32 = 4.0;
/// The best of this many runs counts; the first one also fills the caches.
const RUNS: usize = 3;

pub(super) fn run(args: &BenchArgs) -> Result<(), CliError> {
    if args.prompts {
        return prompt_adherence::run(&args.model);
    }
    if args.tears {
        return tears::run(&args.model);
    }
    if let Some(part) = args.constraints {
        return control::run(&args.model, part);
    }
    let interrupt = Interrupt::listen();
    if args.device != Device::Cpu {
        let (size, form) = (args.config.as_deref().unwrap_or("44M"), args.quant.unwrap_or(BenchForm::Q8_0));
        return bench_gpu::run(size, form, &args.device, &interrupt);
    }
    match (&args.config, args.quant) {
        (Some(size), Some(form)) => full_size::run(size, form, args.whole, &interrupt),
        (Some(size), None) => published_size(size, &interrupt),
        (None, _) => {
            say("measuring; close other programs for figures that mean something");
            own_model(&args.model, &interrupt)?;
            on_all_cores()
        }
    }
}

/// The published size again in a process of its own: the networks' thread pools are made once, and a small model wants other ones.
fn on_all_cores() -> Result<(), CliError> {
    let program = std::env::current_exe().map_err(CliError::from_below)?;
    let status = std::process::Command::new(program).args(["bench", "--config", "44M"]).status().map_err(CliError::from_below)?;
    if status.success() { Ok(()) } else { Err(CliError::Failed("the published size could not be measured: see the line above".to_owned())) }
}

/// One generation as the window makes it, previews included.
struct Timed {
    first_frame: Duration,
    tokens: usize,
    making_tokens: Duration,
    whole: Duration,
}

fn own_model(name: &Path, interrupt: &Interrupt) -> Result<(), CliError> {
    let start = Instant::now();
    let model = load_model(name)?;
    answer(&format!("model {}, licence: {}", model.config.name, model.config.licence));
    answer(&format!("  loaded in                 {:>7.2} s", start.elapsed().as_secs_f32()));
    let mut best: Option<Timed> = None;
    for _ in 0..RUNS {
        let timed = generation(&model, interrupt)?;
        if best.as_ref().is_none_or(|best| timed.whole < best.whole) {
            best = Some(timed);
        }
    }
    let Some(best) = best else { return Ok(()) };
    answer(&format!("  first moving frame after  {:>7.2} s", best.first_frame.as_secs_f32()));
    answer(&format!("  a {CLIP_SECS} s clip takes        {:>7.2} s", best.whole.as_secs_f32()));
    answer(&format!(
        "  transformer               {:>7.0} tokens/s (15 are real time)",
        best.tokens as f64 / best.making_tokens.as_secs_f64()
    ));
    Ok(())
}

fn generation(model: &MotionModel, interrupt: &Interrupt) -> Result<Timed, CliError> {
    let request = Request { length: Length::Exact { secs: CLIP_SECS }, ..Request::new("a person walks forward and waves") };
    let start = Instant::now();
    let mut generation = Generation::start(model, &request, None).map_err(CliError::from_below)?;
    let mut timed = Timed { first_frame: Duration::ZERO, tokens: 0, making_tokens: Duration::ZERO, whole: Duration::ZERO };
    loop {
        interrupt.check()?;
        let step_start = Instant::now();
        match generation.step().map_err(CliError::from_below)? {
            Step::Token { tokens, .. } => {
                timed.making_tokens += step_start.elapsed();
                timed.tokens = tokens;
                if tokens.is_multiple_of(FIRST_PREVIEW_TOKENS) {
                    generation.preview().map_err(CliError::from_below)?;
                    if tokens == FIRST_PREVIEW_TOKENS {
                        timed.first_frame = start.elapsed();
                    }
                }
            }
            Step::Done(_) => {
                timed.whole = start.elapsed();
                return Ok(timed);
            }
        }
    }
}

fn published_size(size: &str, interrupt: &Interrupt) -> Result<(), CliError> {
    let config = full_size::sizes(size)?;
    let workload = Workload::default();
    answer(&format!("{size} transformer with random weights, {} text features, {} tokens", workload.words, workload.tokens));
    let uncached = uncached_speed(&config, workload).map_err(CliError::from_below)?;
    interrupt.check()?;
    answer(&format!("  our loop without a cache  {uncached:>7.1} tokens/s   (published, 44M, elsewhere: {PUBLISHED_TOKENS_PER_SEC})"));
    for (name, quantization) in [("f32 ", None), ("q8_0", Some(Quantization::Q8_0))] {
        let speed = decode_speed(&config, quantization, workload).map_err(CliError::from_below)?;
        interrupt.check()?;
        let times = speed / uncached;
        answer(&format!("  with a cache, {name}        {speed:>7.1} tokens/s, {times:.1} × as fast"));
    }
    Ok(())
}
