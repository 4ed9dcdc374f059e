//! The window without a window: the session driven by a stand-in generator, panels through egui's test harness, and the stage's
//! pictures where there is a graphics device.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test says aloud what it skips")]
#![cfg(feature = "app")]

mod characters;
mod continuing;
mod desk;
mod edits;
mod export;
mod generation;
#[path = "../shared/graphics.rs"]
mod graphics;
mod models;
mod palette;
mod panels;
mod pose_shapes;
mod project;
mod rating;
mod recovery;
#[path = "../shared/kit.rs"]
mod shared;
#[path = "../shared/small_model.rs"]
mod small_model;
mod stage;
mod variations;
mod window;
