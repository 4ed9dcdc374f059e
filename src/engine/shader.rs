//! The kernels' sources: one file each in `shaders/engine`, put together from fragments in `shaders/shared`.
//!
//! A variant is data: the constants that stand before a kernel, and which fragment is meant where the kernel imports
//! `name_{choice}`. Nothing else is rewritten, so a kernel reads as it runs.

use std::fmt::{self, Write as _};

use wgpu::naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use wgpu::naga::{self, AddressSpace, Module, StorageAccess, TypeInner};

use super::error::{Error, Result};

macro_rules! sources {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../shaders/", $folder, "/", $name, ".wgsl")))),*]
    };
}

/// Name and text of every kernel.
pub const KERNELS: &[(&str, &str)] =
    sources!("engine": "attention", "embedding", "matmul", "matvec", "matvec_packed", "quantise", "rms_norm", "rope");

/// Name and text of every fragment that kernels import.
pub const FRAGMENTS: &[(&str, &str)] = sources!(
    "shared": "epilogue_add", "epilogue_silu", "epilogue_store", "packed_q4_0", "packed_q8_0", "positions", "product", "weights_f16",
    "weights_f32", "weights_q4_0", "weights_q8_0", "workgroup_shared", "workgroup_subgroups",
);

/// A kernel with its choices made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variant {
    /// The kernel's name, which is its file's.
    pub kernel: &'static str,
    /// Constants that stand before it: name and value.
    pub constants: Vec<(&'static str, u32)>,
    /// What stands for `{choice}` in its imports: choice and fragment.
    pub fragments: Vec<(&'static str, &'static str)>,
}

/// A kernel's binding as its source declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The variable's name.
    pub name: String,
    /// Its number, in group 0.
    pub number: u32,
    /// What may be done with it.
    pub access: Access,
    /// The bytes of what it holds, for uniforms; of one element, for arrays.
    pub size: u32,
}

/// What a kernel does with a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A few numbers, the same for all threads.
    Uniform,
    /// A buffer that is read.
    Read,
    /// A buffer that is read and written.
    Write,
}

/// A parsed kernel.
#[derive(Debug)]
pub struct Parsed {
    /// The source that was put together.
    pub source: String,
    /// Its bindings, by their numbers.
    pub bindings: Vec<Binding>,
    /// Threads in a workgroup.
    pub workgroup: u32,
    /// Bytes of shared memory in a workgroup.
    pub shared_bytes: u32,
}

impl Variant {
    /// A kernel without choices.
    #[must_use]
    pub fn of(kernel: &'static str) -> Self {
        Self { kernel, constants: Vec::new(), fragments: Vec::new() }
    }

    /// With a constant.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: u32) -> Self {
        self.constants.push((name, value));
        self
    }

    /// With a fragment for a choice.
    #[must_use]
    pub fn using(mut self, choice: &'static str, fragment: &'static str) -> Self {
        self.fragments.push((choice, fragment));
        self
    }

    /// The whole source.
    ///
    /// # Errors
    /// [`Error::Kernel`]: a kernel, fragment or choice that does not exist.
    pub fn source(&self) -> Result<String> {
        let wrong = |cause: String| Error::Kernel { kernel: self.kernel.into(), cause };
        let find = |list: &[(&str, &'static str)], name: &str| list.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        let text = find(KERNELS, self.kernel).ok_or_else(|| wrong("there is no such kernel".into()))?;
        let mut source = String::new();
        for (name, value) in &self.constants {
            let _ = writeln!(source, "const {name}: u32 = {value}u;");
        }
        for line in text.lines() {
            let Some(import) = line.strip_prefix("#import ") else {
                source.push_str(line);
                source.push('\n');
                continue;
            };
            let name =
                self.fragments.iter().fold(import.trim().to_owned(), |name, (choice, it)| name.replace(&format!("{{{choice}}}"), it));
            source.push_str(find(FRAGMENTS, &name).ok_or_else(|| wrong(format!("there is no fragment {name}")))?);
        }
        Ok(source)
    }

    /// Parses and validates the source, and reads bindings and workgroup size from it.
    ///
    /// # Errors
    /// [`Error::Kernel`] with the first complaint.
    pub fn parse(&self) -> Result<Parsed> {
        let wrong = |cause: String| Error::Kernel { kernel: self.to_string(), cause };
        let source = self.source()?;
        let module = naga::front::wgsl::parse_str(&source).map_err(|error| wrong(error.emit_to_string(&source)))?;
        let info =
            Validator::new(ValidationFlags::all(), Capabilities::SUBGROUP | Capabilities::SHADER_FLOAT16_IN_FLOAT32).validate(&module);
        let info: ModuleInfo = info.map_err(|error| wrong(error.emit_to_string(&source)))?;
        let [entry] = &module.entry_points[..] else {
            return Err(wrong("it needs exactly one entry point".into()));
        };
        if entry.name != "main" {
            return Err(wrong(format!("its entry point is called {}, not main", entry.name)));
        }
        let mut bindings = Vec::new();
        let mut shared_bytes = 0;
        for (handle, variable) in module.global_variables.iter() {
            let used = !info.get_entry_point(0)[handle].is_empty();
            let Some(resource) = &variable.binding else {
                if variable.space == AddressSpace::WorkGroup && used {
                    shared_bytes += size_of_type(&module, variable.ty);
                }
                continue;
            };
            let name = variable.name.clone().unwrap_or_default();
            let access = match variable.space {
                AddressSpace::Uniform => Access::Uniform,
                AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => Access::Write,
                AddressSpace::Storage { .. } => Access::Read,
                _ => return Err(wrong(format!("{name} is neither a uniform nor a buffer"))),
            };
            if resource.group != 0 || !used {
                return Err(wrong(format!("{name} is not used, or not in group 0")));
            }
            bindings.push(Binding { name, number: resource.binding, access, size: size_of_type(&module, variable.ty) });
        }
        bindings.sort_by_key(|binding| binding.number);
        Ok(Parsed { source, bindings, workgroup: entry.workgroup_size.iter().product(), shared_bytes })
    }
}

/// The bytes of a type; of an array without a length, those of one element.
fn size_of_type(module: &Module, ty: naga::Handle<naga::Type>) -> u32 {
    match &module.types[ty].inner {
        TypeInner::Array { stride, size: naga::ArraySize::Dynamic, .. } => *stride,
        inner => inner.size(module.to_ctx()),
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kernel)?;
        self.fragments.iter().try_for_each(|(_, fragment)| write!(f, " {fragment}"))?;
        self.constants.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}
