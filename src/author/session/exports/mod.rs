//! Exports: what would be written, how, and what has become of it.

mod actions;
mod running;
mod subject;

pub(super) use actions::Context;
pub use actions::ExportAction;
pub use running::{ExportWork, Exports};
pub use subject::ExportSubject;
