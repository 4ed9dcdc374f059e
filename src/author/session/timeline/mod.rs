//! The timeline: takes and clips, and what is done with them.

mod clips;
mod selection;
mod sketch;
mod state;
mod viewport;
mod whole;

pub use clips::ClipAction;
pub use selection::SelectionAction;
pub use sketch::{Curves, Inspection, Route, StickFigure, StickFigures};
pub use state::{TakeEntry, Timeline};
pub use whole::TimelineAction;
