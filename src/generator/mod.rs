//! The worker thread that owns models and device, and its protocol.
//!
//! Not here: who listens (`app`, tests), how a motion is made (`pipeline`).

pub mod protocol;
