//! The desk without a window: what can be done, and what becomes of the work, takes, clips and files.
//!
//! A [`session`] is changed by [`Action`]s, wherever they come from: panels, keys or a [`script`]. Not here: how it is drawn (`app`,
//! `stage`), how motions are made (`generator`).

mod action;
pub mod export;
mod file_index;
pub mod key;
pub mod key_bindings;
pub mod overlays;
pub mod player;
pub mod recovery;
pub mod script;
pub mod session;
pub mod settings;
pub mod toast;

pub use action::Action;

/// The model that was chosen last, in this window or an earlier one.
#[must_use]
pub fn remembered_model() -> String {
    settings::Settings::file().map_or_else(settings::Settings::default, |file| settings::Settings::read(&file)).model
}

/// The folder for logs, where the system has one for that: they are nothing that anybody would miss.
#[must_use]
pub fn log_folder() -> Option<std::path::PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "zoetrope")?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_local_dir()).join("log"))
}
