//! Exports: what can be chosen, how files are called, the same on the command line, and many of them at once.

pub mod choices;
pub mod command_line;
pub mod film;
pub mod names;
pub mod work;

pub use choices::{ExportChoices, ExportOf, FileKind};
