//! From motion capture to a model: data sets, training loops, evaluation. Never the window, never how a model is called from it.
//!
//! [`dataset`] makes and reads the folder that everything else here learns from and is measured on. A [`Run`] is a state that
//! advances by one update; what it learns from is a [`Lesson`]. The arithmetic of learning is `model::learn`'s.

pub mod captions;
mod clips;
pub mod curve;
pub mod dataset;
mod error;
pub mod eval;
mod evaluator;
pub mod folder;
mod generator;
pub mod order;
mod run;
pub mod schedule;
pub mod sequence;
mod tokenizer;
mod tokens;

pub use clips::{Clips, Texts};
pub use error::{Result, TrainError};
pub use evaluator::EvaluatorLesson;
pub use generator::{GeneratorLesson, RowOptions};
pub use run::{Lesson, Plan, Run};
pub use tokenizer::{TokenizerLesson, WindowSizes};
pub use tokens::Tokens;
