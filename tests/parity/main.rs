//! The networks against what the published code computes (reference kit), and against themselves: cached against whole,
//! streamed against at once, one format against another. Tolerances are those of the kit's README files.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

mod checkpoints;
mod kit;
mod rewriting;
#[path = "../shared/kit.rs"]
mod shared;
mod streaming;
mod text;
mod tokenizer;
mod transformer;
