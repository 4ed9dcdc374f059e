//! Motion as data: the representation, its measures, clean-up, joining.

mod any_rig;
mod cleanup;
mod dance;
mod directed;
mod effects;
mod generated;
mod ground;
mod kit;
mod known_failures;
mod measures;
pub(crate) mod moves;
pub(crate) mod paths;
mod posing;
mod remove_sliding;
mod representation;
pub(crate) mod rigs;
pub(crate) mod skins;
mod stands;
mod supports;
mod tears;
