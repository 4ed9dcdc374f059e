//! Request → motion as a state with `step()`: text, tokens, features, clean-up; of a request that has something to meet the best of several
//! samples, finished exactly. The caller owns the loop, so progress, cancelling and previews are the caller's.
//!
//! Not here: threads that outlive a step, channels, files of motion (`formats`), windows.

mod batch;
mod choice;
mod device;
mod directed;
mod error;
mod fallback;
mod generation;
mod made;
mod on_gpu;
mod samples;
mod sequence;
mod split;
mod variations;
mod verbs;

pub use batch::Batch;
pub use device::{Device, Loaded, load, load_on};
pub use error::PipelineError;
pub use generation::{Generation, Step, parts};
pub use made::{Distance, Made, Remark};
pub use on_gpu::transformer_on_gpu;
pub use samples::BatchStep;
pub use split::{shared, split};
