//! Motion as data: the representation, its measures, clean-up, joining.

mod kit;
mod measures;
mod representation;
