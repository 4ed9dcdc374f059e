//! From motion capture to a model: data sets, training loops, evaluation. Never the window, never how a model is called from it.
//!
//! [`dataset`] makes and reads the folder that everything else here learns from and is measured on.

pub mod dataset;
pub mod eval;
