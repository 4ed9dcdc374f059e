//! Which models are installed, under which licence, and how a published checkpoint becomes a model folder.
//! It does not know how a model runs (`model`).

mod bundled;
mod error;
mod import;
mod installed;

pub use bundled::{BUNDLED, STARTER};
pub use error::{Error, Result};
pub use import::{Import, import};
pub use installed::{Listing, find, list, models_folder};
