//! How long each kind of work of a token takes, alone, and how fast the device's memory is: what `bench` prints.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::device::Gpu;
use super::error::Result;
use super::pass::Pass;
use super::program::{Dispatch, Pace};
use super::transformer::Transformer;
use super::variants::Positions;

/// The best of this many runs counts.
const RUNS: usize = 4;
/// Copies in a run.
const COPIES: u64 = 8;
/// Positions that attention looks back at: a motion's middle.
const PAST: usize = 100;

/// One kind of work: the same kernel with matrices of the same size, in all blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// What it is for.
    pub what: &'static str,
    /// The kernel.
    pub kernel: &'static str,
    /// How often a token needs it.
    pub count: usize,
    /// Bytes that all of them read together; of weights, where there are some.
    pub bytes: u64,
    /// All of them, one after the other.
    pub took: Duration,
}

impl Profile {
    /// Runs each kind of work of a token alone, all blocks' together so that nothing is in a cache.
    ///
    /// # Errors
    /// What goes wrong on the device.
    pub fn of(transformer: &Arc<Transformer>) -> Result<Vec<Self>> {
        let caches = transformer.caches(1)?;
        let pass = Pass::new(transformer, &caches, 1, 1, false)?;
        let gpu = &transformer.gpu;
        gpu.write(&pass.tokens, 0, &[0_u32]);
        gpu.write(&pass.rows, 0, &[0_u32, 0]);
        pass.place(gpu, &Positions { count: 1, past: PAST.min(transformer.sizes.positions - 1) as u32, words: 1 });
        let mut kinds: Vec<(&'static str, Vec<Dispatch>)> = Vec::new();
        for dispatch in pass.dispatches {
            match kinds.iter_mut().find(|(what, _)| *what == dispatch.what()) {
                Some((_, all)) => all.push(dispatch),
                None => kinds.push((dispatch.what(), vec![dispatch])),
            }
        }
        let staging = gpu.staging(16);
        let profile = |(what, dispatches): (&'static str, Vec<Dispatch>)| {
            let mut pace = Pace::new(gpu);
            let mut took = Duration::MAX;
            for _ in 0..RUNS {
                let (_, ran) = gpu.run(&dispatches, &mut pace, &pass.logits, &staging, 1)?;
                took = took.min(ran.busy.unwrap_or(ran.whole));
            }
            let bytes = dispatches.iter().map(Dispatch::work).sum();
            Ok(Self { what, kernel: dispatches[0].kernel().variant().kernel, count: dispatches.len(), bytes, took })
        };
        kinds.into_iter().map(profile).collect()
    }
}

/// How fast a device copies its own memory, bytes read and bytes written together in a second: the measure for all that kernels read.
///
/// # Errors
/// A device without room for two buffers, or that was lost.
pub fn copy_bandwidth(gpu: &Gpu) -> Result<f64> {
    let bytes = (if gpu.is_software() { 64 << 20 } else { 256 << 20 }).min(gpu.most_bound_bytes());
    let (from, to) = (gpu.storage("from", bytes), gpu.storage("to", bytes));
    let mut best = f64::INFINITY;
    for _ in 0..4 {
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for _ in 0..COPIES {
            encoder.copy_buffer_to_buffer(&from, 0, &to, 0, bytes);
        }
        let start = Instant::now();
        gpu.queue.submit([encoder.finish()]);
        gpu.wait()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok((2 * COPIES * bytes) as f64 / best)
}
