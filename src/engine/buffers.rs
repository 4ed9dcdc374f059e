//! Buffers on the device, and what goes to and from them.

use bytemuck::Pod;
use wgpu::{Buffer, BufferBinding, BufferUsages};

use super::device::{Gpu, first_line};
use super::error::{Error, Result};

/// The least distance of two uniforms in a buffer that every device allows.
const UNIFORM_STEP: u64 = 256;

/// A buffer or a part of one, as a kernel sees it.
#[derive(Clone, Copy, Debug)]
pub struct BufferPart<'b> {
    buffer: &'b Buffer,
    from: u64,
    size: u64,
}

impl<'b> BufferPart<'b> {
    pub(super) fn bytes(&self) -> u64 {
        self.size
    }

    pub(super) fn binding(&self) -> BufferBinding<'b> {
        BufferBinding { buffer: self.buffer, offset: self.from, size: std::num::NonZeroU64::new(self.size) }
    }
}

impl<'b> From<&'b Buffer> for BufferPart<'b> {
    fn from(buffer: &'b Buffer) -> Self {
        Self { buffer, from: 0, size: buffer.size() }
    }
}

/// Many small structs in one buffer, each bound alone.
#[derive(Debug)]
pub struct Uniforms {
    buffer: Buffer,
}

impl Uniforms {
    /// Room for so many.
    pub fn new(gpu: &Gpu, count: usize) -> Self {
        let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        Self { buffer: gpu.buffer("uniforms", count.max(1) as u64 * UNIFORM_STEP, usage) }
    }

    /// Writes the one at `index` and answers where it is.
    ///
    /// # Panics
    /// If there is no room for it.
    pub fn set<T: Pod>(&self, gpu: &Gpu, index: usize, value: &T) -> BufferPart<'_> {
        let from = index as u64 * UNIFORM_STEP;
        assert!(size_of::<T>() as u64 <= UNIFORM_STEP && from < self.buffer.size(), "there is room for uniform {index}");
        gpu.queue.write_buffer(&self.buffer, from, bytemuck::bytes_of(value));
        BufferPart { buffer: &self.buffer, from, size: size_of::<T>() as u64 }
    }
}

impl Gpu {
    pub(super) fn buffer(&self, label: &str, bytes: u64, usage: BufferUsages) -> Buffer {
        // Whole fours of words, so that every kind of element fits.
        let size = bytes.next_multiple_of(16).max(16);
        self.device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
    }

    /// A buffer for kernels, with nothing in it that means anything.
    pub fn storage(&self, label: &str, bytes: u64) -> Buffer {
        self.buffer(label, bytes, BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC)
    }

    /// A buffer for kernels that holds these values.
    pub fn storage_of<T: Pod>(&self, label: &str, values: &[T]) -> Buffer {
        let buffer = self.storage(label, size_of_val(values) as u64);
        self.write(&buffer, 0, values);
        buffer
    }

    /// Writes values, from `offset` bytes on, before whatever is submitted next.
    pub fn write<T: Pod>(&self, buffer: &Buffer, offset: u64, values: &[T]) {
        if !values.is_empty() {
            self.queue.write_buffer(buffer, offset, bytemuck::cast_slice(values));
        }
    }

    /// Reads the first `count` values of a buffer, when all that was submitted is done.
    ///
    /// # Errors
    /// As [`Gpu::check`].
    pub fn read<T: Pod>(&self, buffer: &Buffer, count: usize) -> Result<Vec<T>> {
        let bytes = (count * size_of::<T>()) as u64;
        let staging = self.staging(bytes);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, bytes.next_multiple_of(4));
        self.queue.submit([encoder.finish()]);
        self.read_staging(&staging, count)
    }

    /// A buffer that results are copied to, so that they can be read.
    pub(super) fn staging(&self, bytes: u64) -> Buffer {
        self.buffer("results", bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST)
    }

    /// Reads a staging buffer when all that was submitted is done.
    pub(super) fn read_staging<T: Pod>(&self, staging: &Buffer, count: usize) -> Result<Vec<T>> {
        let mapped = self.map(staging);
        self.wait()?;
        self.take(staging, &mapped, count)
    }

    /// Asks for a staging buffer's contents; they are there after the next wait.
    pub(super) fn map(&self, staging: &Buffer) -> Mapped {
        let (told, outcome) = std::sync::mpsc::channel();
        staging.slice(..).map_async(wgpu::MapMode::Read, move |mapped| {
            let _ = told.send(mapped);
        });
        Mapped(outcome)
    }

    /// Takes the first `count` values that were asked for.
    pub(super) fn take<T: Pod>(&self, staging: &Buffer, mapped: &Mapped, count: usize) -> Result<Vec<T>> {
        let lost = |cause: String| Error::Lost { name: self.name().to_owned(), cause };
        match mapped.0.try_recv() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(lost(first_line(&error))),
            Err(error) => return Err(lost(first_line(&error))),
        }
        let bytes = (count * size_of::<T>()) as u64;
        let values = bytemuck::pod_collect_to_vec(&staging.slice(..bytes.max(4)).get_mapped_range()[..bytes as usize]);
        staging.unmap();
        Ok(values)
    }
}

/// A staging buffer that was asked for.
#[derive(Debug)]
pub(super) struct Mapped(std::sync::mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>);
