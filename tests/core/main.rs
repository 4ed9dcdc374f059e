//! What needs no model: motion, files, the body, the timeline, ratings, downloads.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and says aloud what it skips"
)]

mod archives;
mod arrays;
mod author;
mod body;
mod body_model;
mod cases;
mod characters;
mod constraints;
mod dialects;
#[path = "../shared/documents.rs"]
mod documents;
mod exported_bytes;
mod fbx;
mod fbx_onto;
mod fbx_read;
mod fetch;
mod formats;
mod fuzzed;
mod gltf;
mod growing;
mod hostile;
mod motion;
mod music;
mod onto;
mod pickles;
mod presets;
mod project;
mod rating;
mod rigged;
#[path = "../shared/kit.rs"]
mod shared;
#[path = "../shared/songs.rs"]
mod songs;
mod timeline;
mod usd;
mod video;
