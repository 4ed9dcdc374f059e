//! The engine's own device: which adapter, opened how, and what became of it.
//!
//! It is never the window's device: wgpu has one queue a device, waiting for it holds a lock that submitting needs, and a lost
//! device must not take the window down. Everything here is used from one thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wgpu::{Backends, DeviceType, Features};

use super::error::{Error, Result};

/// A device that has not answered for so long hangs: what is submitted at once takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which adapter to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AdapterChoice {
    /// The fastest that is real: a card before a processor's own graphics, never software.
    #[default]
    Fastest,
    /// The first whose name contains this, in any case; the only way to a software adapter.
    Named(String),
}

/// An adapter of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterName {
    /// As its driver calls it.
    pub name: String,
    /// Whether it computes on the processor: nothing is gained by it, but it can test every kernel.
    pub is_software: bool,
}

/// An open device.
pub struct Gpu {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    name: String,
    is_software: bool,
    /// Bytes that buffers may take together; none is what the driver gives.
    memory_limit: Option<u64>,
    checks_shaders: bool,
    /// Whether it is to look as if it did not answer: for tests.
    hangs: Arc<AtomicBool>,
    trouble: Arc<Mutex<Trouble>>,
}

/// What the driver told of outside of a call.
#[derive(Debug, Default)]
struct Trouble {
    lost: Option<String>,
    error: Option<String>,
}

/// The adapters of this machine, the best first.
#[must_use]
pub fn adapters() -> Vec<AdapterName> {
    let name = |adapter: &wgpu::Adapter| {
        let info = adapter.get_info();
        AdapterName { is_software: info.device_type == DeviceType::Cpu, name: info.name }
    };
    ranked().iter().map(name).collect()
}

fn ranked() -> Vec<wgpu::Adapter> {
    let mut description = wgpu::InstanceDescriptor::new_without_display_handle();
    description.backends = Backends::PRIMARY;
    // A model that does not fit is to be refused, not to push the desktop out of the device's memory.
    description.memory_budget_thresholds.for_resource_creation = Some(95);
    let instance = wgpu::Instance::new(description);
    let mut adapters = pollster::block_on(instance.enumerate_adapters(Backends::PRIMARY));
    adapters.sort_by_key(|adapter| match adapter.get_info().device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    });
    adapters
}

impl Gpu {
    /// Opens an adapter with all that it has to offer the kernels.
    ///
    /// # Errors
    /// [`Error::NoAdapter`] and [`Error::Refused`].
    pub fn open(choice: &AdapterChoice) -> Result<Self> {
        let adapters = ranked();
        let is_software = |adapter: &wgpu::Adapter| adapter.get_info().device_type == DeviceType::Cpu;
        let is_it = |adapter: &&wgpu::Adapter| match choice {
            AdapterChoice::Fastest => !is_software(adapter),
            AdapterChoice::Named(name) => adapter.get_info().name.to_lowercase().contains(&name.to_lowercase()),
        };
        let Some(adapter) = adapters.iter().find(is_it) else {
            let wanted = match choice {
                AdapterChoice::Fastest => "of this machine can compute".to_owned(),
                AdapterChoice::Named(name) => format!("is called {name}"),
            };
            let names: Vec<String> = adapters.iter().map(|adapter| adapter.get_info().name).collect();
            let known = if names.is_empty() { "is none".to_owned() } else { format!("is {}", names.join(", ")) };
            return Err(Error::NoAdapter { wanted, known });
        };
        let info = adapter.get_info();
        let description = wgpu::DeviceDescriptor {
            label: Some("zoetrope engine"),
            required_features: adapter.features() & (Features::SUBGROUP | Features::TIMESTAMP_QUERY),
            required_limits: adapter.limits(),
            // Buffers are of the size of matrices: large blocks would be half empty.
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            ..Default::default()
        };
        let opened = pollster::block_on(adapter.request_device(&description));
        let (device, queue) = opened.map_err(|error| Error::Refused { name: info.name.clone(), cause: first_line(&error) })?;
        let trouble = Arc::new(Mutex::new(Trouble::default()));
        let seen = Arc::clone(&trouble);
        device.set_device_lost_callback(move |_, message| {
            locked(&seen).lost.get_or_insert(message);
        });
        let seen = Arc::clone(&trouble);
        // Without this, wgpu panics.
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            locked(&seen).error.get_or_insert(first_line(&error));
        }));
        let is_software = is_software(adapter);
        Ok(Self { device, queue, name: info.name, is_software, memory_limit: None, checks_shaders: false, hangs: Arc::default(), trouble })
    }

    /// Lets buffers take this many bytes together, also where the device has more.
    #[must_use]
    pub fn with_memory_limit(mut self, bytes: Option<u64>) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// Has the kernels compare every index with its buffer's length and count every loop, which costs a tenth of the speed. Tests run
    /// with it and without.
    #[must_use]
    pub fn with_shader_checks(mut self) -> Self {
        self.checks_shaders = true;
        self
    }

    /// See [`with_shader_checks`](Self::with_shader_checks).
    #[must_use]
    pub fn checks_shaders(&self) -> bool {
        self.checks_shaders
    }

    /// The adapter as its driver calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it computes on the processor.
    #[must_use]
    pub fn is_software(&self) -> bool {
        self.is_software
    }

    /// Whether kernels may use subgroups.
    #[must_use]
    pub fn has_subgroups(&self) -> bool {
        self.device.features().contains(Features::SUBGROUP)
    }

    /// Whether passes can be timed on the device itself.
    #[must_use]
    pub fn has_timestamps(&self) -> bool {
        self.device.features().contains(Features::TIMESTAMP_QUERY)
    }

    /// The most threads in a workgroup.
    #[must_use]
    pub fn most_threads(&self) -> u32 {
        let limits = self.device.limits();
        limits.max_compute_invocations_per_workgroup.min(limits.max_compute_workgroup_size_x)
    }

    /// The most bytes that a kernel can be given as one buffer.
    #[must_use]
    pub fn most_bound_bytes(&self) -> u64 {
        let limits = self.device.limits();
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)
    }

    /// See [`with_memory_limit`](Self::with_memory_limit).
    #[must_use]
    pub fn memory_limit(&self) -> Option<u64> {
        self.memory_limit
    }

    /// What the driver told of meanwhile.
    ///
    /// # Errors
    /// [`Error::Lost`] and [`Error::Device`].
    pub fn check(&self) -> Result<()> {
        let trouble = locked(&self.trouble);
        if let Some(cause) = &trouble.lost {
            return Err(Error::Lost { name: self.name.clone(), cause: cause.clone() });
        }
        if let Some(cause) = &trouble.error {
            return Err(Error::Device { name: self.name.clone(), cause: cause.clone() });
        }
        Ok(())
    }

    /// Waits until the device has done all that it was given. One that does not answer counts as lost from then on.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn wait(&self) -> Result<()> {
        let patience = (!self.is_software).then_some(PATIENCE);
        let waited = if self.hangs.load(Ordering::Relaxed) {
            Err(wgpu::PollError::Timeout)
        } else {
            self.device.poll(wgpu::PollType::Wait { submission_index: None, timeout: patience })
        };
        if let Err(error) = waited {
            let cause = match error {
                wgpu::PollError::Timeout => "it does not answer any more".to_owned(),
                other @ wgpu::PollError::WrongSubmissionIndex(..) => first_line(&other),
            };
            if locked(&self.trouble).lost.replace(cause).is_none() {
                // wgpu waits for what hangs before it lets the queue go, and then panics: it is never let go.
                std::mem::forget(self.queue.clone());
            }
        }
        self.check()
    }

    /// Takes the device away when it is asked to: for tests of what follows.
    #[must_use]
    pub fn loss_hook(&self) -> DeviceLossHook {
        DeviceLossHook { device: self.device.clone(), hangs: Arc::clone(&self.hangs) }
    }
}

/// Takes a device away, as a driver that crashes or hangs does: for tests of what follows.
#[derive(Debug)]
pub struct DeviceLossHook {
    device: wgpu::Device,
    hangs: Arc<AtomicBool>,
}

impl DeviceLossHook {
    /// The device is lost.
    pub fn lose(self) {
        self.device.destroy();
        // Whoever listens is told when the device is next looked at.
        let _ = self.device.poll(wgpu::PollType::Poll);
    }

    /// The device hangs: whoever waits for it waits in vain.
    pub fn hang(self) {
        self.hangs.store(true, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gpu").field("name", &self.name).finish_non_exhaustive()
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn first_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given").to_owned()
}
