//! The networks against what the published code computes (reference kit), and against themselves: cached against whole,
//! streamed against at once, one format against another. Tolerances are those of the kit's README files.

mod checkpoints;
mod kit;
mod rewriting;
mod streaming;
mod text;
mod tokenizer;
mod transformer;
