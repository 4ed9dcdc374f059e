//! The graphics engine: its kernels against their twins, its transformer against candle's. Runs on any adapter, a software one
//! included; with `REQUIRE_GPU` set one must be there, else its tests say aloud that they were skipped.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

mod kernels;
mod kit;
mod shaders;
#[path = "../shared/kit.rs"]
mod shared;
mod transformer;
