//! The animator's document: takes and where they came from, clips of them in a row, and everything that can be done to these.
//!
//! Plain data. A clip stands where the one before it ends, so gaps, overlaps and other rates cannot be made ([`Edit`]); everything
//! can be undone ([`Document`]); and all of it is one motion at any time ([`Chain`]). A take carries the request that made it
//! ([`Request`], [`Origin`]). Not here: how a request is carried out (`pipeline`), how a motion is drawn (`stage`), how it is stored
//! (`formats`).

mod arrangement;
mod chain;
mod clip;
mod constraint;
mod document;
mod edit;
mod pose_layer;
mod request;
mod take;
mod undo;

pub use arrangement::{Arrangement, ListedTake};
pub use chain::Chain;
pub use clip::{BLEND_FRAMES, Clip, ClipId, ClipSettings, MOST_BLEND_FRAMES, MOST_LOOPS, SPEEDS};
pub use constraint::{ConstraintFault, Constraints, End, Key, PathPoint};
pub use document::Document;
pub use edit::{Edit, EditError, FEWEST_FRAMES, MOST_CLIPS};
pub use pose_layer::{EASE_FRAMES, MOST_EASE_FRAMES, PoseKey, PoseLayer};
pub use request::{DIRECTED_CANDIDATES, Finish, Length, MOST_CANDIDATES, Request, RequestVersion, Sampling};
pub use take::{Context, Origin, Provenance, Take, TakeEdit, TakeId};
