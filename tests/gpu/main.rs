//! The graphics engine: its kernels against their twins, its transformer against candle's. Runs on any adapter, a software one
//! included; one must be there unless `ALLOW_NO_GPU` is set.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

#[path = "../shared/graphics.rs"]
mod graphics;
mod kernels;
mod kit;
mod shaders;
#[path = "../shared/kit.rs"]
mod shared;
mod transformer;
