//! Zoetrope: type a motion, watch a character do it, export it.
//!
//! The map of the house. Imports only point down; modules of one floor do not know each other; each outside crate enters by
//! one door (`tests/floors` enforces both).
//!
//! ```text
//! floor 5              app   (bevy_egui, rfd)
//! floor 4           author   (directories, shlex)             cli   (clap)
//! floor 3        generator   (crossbeam-channel)       train     rating     stage   (bevy)
//! floor 2        pipeline    formats (gltf, npyz, zip, base64 …)    library (directories, ureq, sha2)    view    capture
//! floor 1    model (candle, tokenizers, prost, zip)   engine (wgpu)   body   timeline
//! floor 0                       motion (glam)    files (tempfile)    tasks
//! ```

#[cfg(feature = "app")]
pub mod app;
pub mod author;
pub mod body;
pub mod capture;
pub mod cli;
pub mod engine;
pub mod files;
pub mod formats;
pub mod generator;
pub mod library;
pub mod model;
pub mod motion;
pub mod pipeline;
pub mod rating;
#[cfg(feature = "app")]
pub mod stage;
pub mod tasks;
pub mod timeline;
pub mod train;
pub mod view;
