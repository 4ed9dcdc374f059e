//! The program from outside: what it writes, what it says, and how it exits.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

mod characters;
mod cli;
mod dance;
mod dataset;
mod files;
mod generate;
#[path = "../shared/graphics.rs"]
mod graphics;
mod program;
#[path = "../shared/kit.rs"]
mod shared;
