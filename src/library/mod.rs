//! What the user has beside projects: which models are installed or can be had, under which licence, how a published checkpoint becomes a
//! model folder; and mapping presets. It does not know how a model runs (`model`) or what a preset does (`motion`).

mod bundled;
mod catalogue;
mod error;
mod fetch;
mod footprint;
mod import;
mod installed;
mod mappings;
mod sha256;

pub use bundled::{STARTER, is_built_in, starter};
pub use catalogue::{Offer, RemoteFile, offer, offers};
pub use error::{Error, Result};
pub use fetch::{FetchProgress, Fetched, Patience, fetch};
pub use footprint::{Footprint, footprint};
pub use import::{Import, ImportProgress, import};
pub use installed::{Listing, find, is_plain_name, list, models_folder, remove, tuning_file};
pub use mappings::{keep_mapping, mappings_folder, mappings_in, read_mapping};
