//! Training: against what the published code computes, against finite differences, and against itself.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on fails, and says aloud what it skips")]

mod gradients;
mod hostile;
mod kit;
mod published;
mod runs;
#[path = "../shared/kit.rs"]
mod shared;
#[path = "../shared/spoilt.rs"]
mod spoilt;
#[path = "../shared/walks.rs"]
mod walks;
