//! Prompt → motion as a state with `step()`: text, tokens, features, clean-up. The caller owns the loop, so progress, cancelling
//! and previews are the caller's.
//!
//! Not here: threads, channels, files of motion (`formats`), windows.

mod error;
mod generation;
mod request;
mod sequence;
mod split;

pub use error::PipelineError;
pub use generation::{Generation, Made, Step, Variations, parts};
pub use request::{Finish, Length, Request, Sampling};
pub use split::split;
