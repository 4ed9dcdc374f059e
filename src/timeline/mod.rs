//! The animator's document: takes and where they came from.
//!
//! Plain data. Not here: how a take was made (`pipeline`), how it is drawn (`stage`), how it is stored (`formats`).

mod take;

pub use take::{Provenance, Take};
