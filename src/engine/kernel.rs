//! A compiled kernel: its pipeline, and its bindings by the names that its source gives them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use wgpu::{BindGroup, BindGroupLayout, BindingResource, BindingType, BufferBindingType, ComputePipeline};

use super::buffers::BufferPart;
use super::device::{Gpu, first_line, locked};
use super::error::{Error, Result};
use super::shader::{Access, Binding, Parsed, Variant};

/// A kernel on a device.
#[derive(Debug)]
pub struct Kernel {
    variant: Variant,
    bindings: Vec<Binding>,
    workgroup: u32,
    pub(super) pipeline: ComputePipeline,
    layout: BindGroupLayout,
}

/// The kernels of a device, each compiled once.
#[derive(Debug, Default)]
pub(super) struct Kernels(Mutex<HashMap<Variant, Arc<Kernel>>>);

impl Kernels {
    /// The kernel of a variant.
    ///
    /// # Errors
    /// As [`Kernel::compile`].
    pub(super) fn of(&self, gpu: &Gpu, variant: &Variant) -> Result<Arc<Kernel>> {
        if let Some(kernel) = locked(&self.0).get(variant) {
            return Ok(Arc::clone(kernel));
        }
        let kernel = Arc::new(Kernel::compile(gpu, variant)?);
        locked(&self.0).insert(variant.clone(), Arc::clone(&kernel));
        Ok(kernel)
    }
}

impl Kernel {
    /// Compiles a variant for a device.
    ///
    /// # Errors
    /// [`Error::Kernel`] and what [`Gpu::check`] finds.
    pub fn compile(gpu: &Gpu, variant: &Variant) -> Result<Self> {
        gpu.check()?;
        let Parsed { source, bindings, workgroup, shared_bytes } = variant.parse()?;
        let wrong = |cause: String| Error::Kernel { kernel: variant.to_string(), cause };
        let limits = gpu.device.limits();
        if workgroup > gpu.most_threads() || shared_bytes > limits.max_compute_workgroup_storage_size {
            return Err(wrong(format!("{workgroup} threads with {shared_bytes} bytes are more than the device has")));
        }
        // A driver that cannot compile a kernel is not broken: another variant may suit it.
        let outer = gpu.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let inner = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let description = wgpu::ShaderModuleDescriptor { label: Some(variant.kernel), source: wgpu::ShaderSource::Wgsl(source.into()) };
        let module = module(gpu, description);
        let entries: Vec<_> = bindings.iter().map(layout_entry).collect();
        let layout = wgpu::BindGroupLayoutDescriptor { label: Some(variant.kernel), entries: &entries };
        let layout = gpu.device.create_bind_group_layout(&layout);
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(variant.kernel),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(variant.kernel),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                // Every kernel writes what it reads of it.
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        let found = pollster::block_on(inner.pop());
        match found.or(pollster::block_on(outer.pop())) {
            Some(error) => Err(wrong(first_line(&error))),
            None => gpu.check().map(|()| Self { variant: variant.clone(), bindings, workgroup, pipeline, layout }),
        }
    }

    /// Which kernel it is.
    #[must_use]
    pub fn variant(&self) -> &Variant {
        &self.variant
    }

    /// Threads in a workgroup.
    #[must_use]
    pub fn workgroup(&self) -> u32 {
        self.workgroup
    }

    /// Ties buffers to the kernel's variables, by name; names that it does not have are left out.
    ///
    /// # Errors
    /// [`Error::Kernel`]: a variable without a buffer, or a buffer smaller than what the kernel reads of it.
    pub fn bind(&self, gpu: &Gpu, parts: &[(&str, BufferPart<'_>)]) -> Result<BindGroup> {
        let wrong = |cause: String| Error::Kernel { kernel: self.variant.to_string(), cause };
        let entry = |binding: &Binding| {
            let part = parts.iter().find(|(name, _)| *name == binding.name).map(|(_, part)| part);
            let part = part.ok_or_else(|| wrong(format!("nothing is bound to {}", binding.name)))?;
            if part.bytes() < u64::from(binding.size) {
                return Err(wrong(format!("{} needs {} bytes and gets {}", binding.name, binding.size, part.bytes())));
            }
            Ok(wgpu::BindGroupEntry { binding: binding.number, resource: BindingResource::Buffer(part.binding()) })
        };
        let entries = self.bindings.iter().map(entry).collect::<Result<Vec<_>>>()?;
        let description = wgpu::BindGroupDescriptor { label: Some(self.variant.kernel), layout: &self.layout, entries: &entries };
        Ok(gpu.device.create_bind_group(&description))
    }
}

fn layout_entry(binding: &Binding) -> wgpu::BindGroupLayoutEntry {
    let ty = match binding.access {
        Access::Uniform => BufferBindingType::Uniform,
        Access::Read => BufferBindingType::Storage { read_only: true },
        Access::Write => BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding: binding.number,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}

#[expect(unsafe_code, reason = "the checks cost a tenth of the speed")]
fn module(gpu: &Gpu, description: wgpu::ShaderModuleDescriptor<'_>) -> wgpu::ShaderModule {
    if gpu.checks_shaders() {
        return gpu.device.create_shader_module(description);
    }
    // SAFETY: the kernels are our own; each compares its indices with sizes that the program derives from the buffers.
    unsafe { gpu.device.create_shader_module_trusted(description, wgpu::ShaderRuntimeChecks::unchecked()) }
}
