//! Work cut off in the middle, and memory while it goes on: what depends on time has a program of its own, apart from the busy rest.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

#[path = "../shared/documents.rs"]
mod documents;
mod import;
mod interrupted;
mod memory;
mod project;
mod recipe;
mod saving;
#[path = "../shared/kit.rs"]
mod shared;
#[path = "../shared/small_model.rs"]
mod small_model;
#[path = "../shared/walks.rs"]
mod walks;
