//! The transformer on a graphics device: its prefill and decode as hand-written WGSL kernels (`shaders/`) on a device of its own.
//! The door to wgpu and naga. What it computes is what `model`'s transformer computes; neither knows the other: sizes and named
//! matrices come in as plain data, logits go out.
//!
//! Not here: text, tokens' meaning, sampling, files.

mod budget;
mod buffers;
mod decode;
mod device;
mod error;
mod kernel;
mod pass;
mod profile;
mod program;
pub mod shader;
mod transformer;
mod trial;
mod tune;
pub mod twins;
pub mod variants;
mod weights;

pub use buffers::{BufferPart, Uniforms};
pub use decode::{DecodeState, Logits};
pub use device::{AdapterChoice, AdapterName, DeviceLossHook, Gpu, adapters};
pub use error::{Error, Result};
pub use kernel::Kernel;
pub use profile::{Profile, copy_bandwidth};
pub use program::{Dispatch, Pace, Ran};
pub use transformer::{Sizes, Transformer};
pub use weights::{DeviceMatrix, MatrixShape, Piece, WeightSource};
