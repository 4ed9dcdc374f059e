//! Whole sessions without a window.

#[path = "../../shared/actions.rs"]
mod actions;
mod characters;
mod continuing;
#[path = "../../shared/desk.rs"]
pub(super) mod desk;
mod directing;
mod edits;
mod generation;
mod mapping;
mod project;
mod recovery;
mod saving;
mod stage;
mod variations;
