//! The window without a window: the session driven by a stand-in generator, panels through egui's test harness, and the stage's
//! pictures where there is a graphics device.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test says aloud what it skips")]
#![cfg(feature = "app")]

#[path = "../shared/actions.rs"]
mod actions;
mod characters;
#[path = "../shared/desk.rs"]
mod desk;
mod directing;
mod export;
#[path = "../shared/graphics.rs"]
mod graphics;
mod mapping;
mod materials;
mod models;
mod palette;
mod panels;
mod pictures;
mod pose_shapes;
mod rating;
#[path = "../shared/kit.rs"]
mod shared;
#[path = "../shared/small_model.rs"]
mod small_model;
mod videos;
mod window;
