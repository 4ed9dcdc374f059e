//! How good a model is: its tokenizer, its motions and its obedience, measured on the clips of a data set.
//!
//! Published measures ([`metrics`]) on the embeddings of an evaluator (`model::evaluator`), quality measures of `motion::measure`.
//! Not here: how a table looks on a terminal.

pub mod metrics;
