//! The worker thread that owns models and device, and its protocol.
//!
//! [`Worker`] is the handle; a [`Listener`] tells it and hears of its own jobs, and there may be several; [`protocol`] is what is said; [`Backend`] is what does the work: the real pipeline
//! ([`PipelineBackend`]) or a [`fake`] for tests. Not here: who listens (`app`, tests), how a motion is made (`pipeline`).

mod backend;
pub mod fake;
mod listener;
pub mod protocol;
mod real;
mod worker;

pub use backend::{Backend, Run, RunStep};
pub use listener::{Listener, WorkerError};
pub use real::PipelineBackend;
pub use worker::{THREAD, Worker};
