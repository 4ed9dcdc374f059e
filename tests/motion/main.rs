//! Motion as data: the representation, its measures, clean-up, joining.

mod cleanup;
mod kit;
mod measures;
mod representation;
