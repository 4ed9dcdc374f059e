//! Work for the device: kernels in their order, handed over in portions that leave the desktop smooth.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wgpu::{BindGroup, Buffer, CommandEncoderDescriptor, ComputePassDescriptor, QuerySet};

use super::budget::Budget;
use super::buffers::BufferPart;
use super::device::Gpu;
use super::error::{Error, Result};
use super::kernel::Kernel;

/// Submits of one run that can be timed.
const TIMED: u32 = 1024;

/// A kernel with its buffers, ready to run.
#[derive(Debug)]
pub struct Dispatch {
    kernel: Arc<Kernel>,
    group: BindGroup,
    workgroups: [u32; 2],
    /// Bytes that it reads, or as many operations: how long it takes, in comparison with others.
    work: u64,
    /// What it is for.
    what: &'static str,
}

impl Dispatch {
    /// Ties a kernel to its buffers, by their names in its source.
    ///
    /// # Errors
    /// As [`Kernel::bind`], and more workgroups than a device takes.
    pub fn new(gpu: &Gpu, kernel: Arc<Kernel>, parts: &[(&str, BufferPart<'_>)], workgroups: [u32; 2], work: u64) -> Result<Self> {
        let most = gpu.device.limits().max_compute_workgroups_per_dimension;
        if workgroups.iter().any(|&count| count > most) {
            return Err(Error::Kernel { kernel: kernel.variant().to_string(), cause: format!("{workgroups:?} workgroups are too many") });
        }
        let group = kernel.bind(gpu, parts)?;
        Ok(Self { kernel, group, workgroups, work, what: "" })
    }

    /// With a word for what it is for.
    #[must_use]
    pub fn called(self, what: &'static str) -> Self {
        Self { what, ..self }
    }

    /// What it is for.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// Which kernel it runs.
    #[must_use]
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// See [`Dispatch::new`].
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }
}

/// How much work a submit gets: learned from how long the ones before took.
#[derive(Debug)]
pub struct Pace {
    budget: Budget,
    submits: u64,
    longest: Duration,
    queries: Option<Queries>,
}

/// The device's own clock.
#[derive(Debug)]
struct Queries {
    set: QuerySet,
    resolved: Buffer,
    staging: Buffer,
    nanoseconds: f64,
}

/// What a run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// From the first submit to the results.
    pub whole: Duration,
    /// The device's own time in kernels; nothing where it has no clock.
    pub busy: Option<Duration>,
    /// Submits.
    pub submits: u32,
}

impl Pace {
    /// Cautious at first.
    #[must_use]
    pub fn new(gpu: &Gpu) -> Self {
        let queries = gpu.has_timestamps().then(|| {
            let description = wgpu::QuerySetDescriptor { label: Some("submits"), ty: wgpu::QueryType::Timestamp, count: 2 * TIMED };
            let bytes = u64::from(2 * TIMED) * 8;
            Queries {
                set: gpu.device.create_query_set(&description),
                resolved: gpu.buffer("submits", bytes, wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC),
                staging: gpu.staging(bytes),
                nanoseconds: f64::from(gpu.queue.get_timestamp_period()),
            }
        });
        Self { budget: Budget::new(), submits: 0, longest: Duration::ZERO, queries }
    }

    /// The longest submit so far. Without a clock on the device it is a share of the whole run's time.
    #[must_use]
    pub fn longest_submit(&self) -> Duration {
        self.longest
    }

    /// Submits so far.
    #[must_use]
    pub fn submits(&self) -> u64 {
        self.submits
    }
}

impl Gpu {
    /// [`run`](Self::run) with a staging buffer of its own: for tests and measurements.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_once(&self, dispatches: &[Dispatch], pace: &mut Pace, result: &Buffer, count: usize) -> Result<Vec<f32>> {
        let staging = self.staging(4 * count as u64);
        self.run(dispatches, pace, result, &staging, count).map(|(values, _)| values)
    }

    /// Runs kernels in their order and copies the first `count` numbers of `result` back.
    ///
    /// # Errors
    /// A device that was lost, or that refused something.
    pub fn run(
        &self,
        dispatches: &[Dispatch],
        pace: &mut Pace,
        result: &Buffer,
        staging: &Buffer,
        count: usize,
    ) -> Result<(Vec<f32>, Ran)> {
        let works: Vec<u64> = dispatches.iter().map(Dispatch::work).collect();
        let cuts = pace.budget.cuts(&works);
        let submits = cuts.len() - 1;
        let timed = submits.min(TIMED as usize);
        let start = Instant::now();
        for (index, cut) in cuts.windows(2).enumerate() {
            let mut encoder = self.device.create_command_encoder(&CommandEncoderDescriptor::default());
            let timestamp_writes = pace.queries.as_ref().filter(|_| index < timed).map(|queries| wgpu::ComputePassTimestampWrites {
                query_set: &queries.set,
                beginning_of_pass_write_index: Some(2 * index as u32),
                end_of_pass_write_index: Some(2 * index as u32 + 1),
            });
            let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor { label: None, timestamp_writes });
            for dispatch in &dispatches[cut[0]..cut[1]] {
                pass.set_pipeline(&dispatch.kernel.pipeline);
                pass.set_bind_group(0, &dispatch.group, &[]);
                pass.dispatch_workgroups(dispatch.workgroups[0], dispatch.workgroups[1], 1);
            }
            drop(pass);
            if index + 1 == submits {
                encoder.copy_buffer_to_buffer(result, 0, staging, 0, (4 * count) as u64);
                if let Some(Queries { set, resolved, staging, .. }) = &pace.queries {
                    encoder.resolve_query_set(set, 0..2 * timed as u32, resolved, 0);
                    encoder.copy_buffer_to_buffer(resolved, 0, staging, 0, 16 * timed as u64);
                }
            }
            self.queue.submit([encoder.finish()]);
        }
        let clock = pace.queries.as_ref().map(|queries| self.map(&queries.staging));
        let values = self.read_staging(staging, count)?;
        let whole = start.elapsed();
        let works: Vec<u64> = cuts.windows(2).map(|cut| works[cut[0]..cut[1]].iter().sum()).collect();
        let times = match pace.queries.as_ref().zip(clock) {
            Some((queries, clock)) => {
                let ticks: Vec<u64> = self.take(&queries.staging, &clock, 2 * timed)?;
                let time = |pair: &[u64]| Duration::from_nanos((pair[1].saturating_sub(pair[0]) as f64 * queries.nanoseconds) as u64);
                ticks.chunks_exact(2).map(time).collect()
            }
            None => {
                let all = works.iter().sum::<u64>().max(1);
                works.iter().map(|&work| whole.mul_f64(work as f64 / all as f64)).collect::<Vec<_>>()
            }
        };
        pace.submits += submits as u64;
        if let Some((&took, &work)) = times.iter().zip(&works).max_by_key(|(took, _)| **took) {
            pace.longest = pace.longest.max(took);
            pace.budget.learn(work, took);
        }
        let busy = pace.queries.as_ref().map(|_| times.iter().sum());
        Ok((values, Ran { whole, busy, submits: submits as u32 }))
    }
}
