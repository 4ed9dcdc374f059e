//! Motion as data: the representation, its measures, clean-up, joining.

mod cleanup;
mod effects;
mod ground;
mod kit;
mod measures;
mod remove_sliding;
mod representation;
pub(crate) mod rigs;
mod stands;
mod supports;
mod tears;
