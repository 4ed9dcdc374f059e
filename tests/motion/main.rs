//! Motion as data: the representation, its measures, clean-up, joining.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

mod cleanup;
mod effects;
mod kit;
mod measures;
mod remove_sliding;
mod representation;
#[path = "../shared/kit.rs"]
mod shared;
