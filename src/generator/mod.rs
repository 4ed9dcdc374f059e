//! The worker thread that owns models and device, and its protocol.
//!
//! [`Worker`] is the handle; [`protocol`] is what is said; [`Backend`] is what does the work: the real pipeline
//! ([`PipelineBackend`]) or a [`fake`] for tests. Not here: who listens (`app`, tests), how a motion is made (`pipeline`).

mod backend;
pub mod fake;
pub mod protocol;
mod real;
mod worker;

pub use backend::{Backend, Run, RunStep};
pub use real::PipelineBackend;
pub use worker::{THREAD, Worker, WorkerError};
