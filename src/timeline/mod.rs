//! The animator's document: takes and where they came from, clips of them in a row, and everything that can be done to these.
//!
//! Plain data. A clip stands where the one before it ends, so gaps, overlaps and other rates cannot be made ([`Edit`]); everything
//! can be undone ([`Document`]); and all of it is one motion at any time ([`Chain`]). Not here: how a take was made (`pipeline`), how it
//! is drawn (`stage`), how it is stored (`formats`).

mod chain;
mod clip;
mod document;
mod edit;
mod take;

pub use chain::Chain;
pub use clip::{BLEND_FRAMES, Clip, ClipId, ClipSettings, MOST_BLEND_FRAMES, MOST_ROUNDS, SPEEDS};
pub use document::{Arrangement, Document, Shelved};
pub use edit::{Edit, EditError, FEWEST_FRAMES, MOST_CLIPS};
pub use take::{Provenance, Take, TakeId};
