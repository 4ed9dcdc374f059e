//! The networks and what is made with them: parity, sampling, training, models found and imported, prompt to motion, the worker.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

mod blazepose;
mod capture;
#[path = "../shared/desk.rs"]
mod desk;
mod directed;
mod directed_session;
mod eval;
mod generator;
#[path = "../shared/graphics.rs"]
mod graphics;
#[path = "../shared/landmarks.rs"]
mod landmarks;
mod library;
mod listeners;
mod parity;
mod pipeline;
mod sampling;
#[path = "../shared/kit.rs"]
mod shared;
#[path = "../shared/small_model.rs"]
mod small_model;
#[path = "../shared/spoilt.rs"]
mod spoilt;
mod spoilt_files;
mod tears;
mod training;
#[path = "../shared/walks.rs"]
mod walks;
