//! Training: against what the published code computes, against finite differences, and against itself.

mod gradients;
mod hostile;
mod kit;
mod published;
mod runs;
