//! The lit stage: character, floor, lights, camera, and pictures of it with and without a window.
//!
//! It shows what [`OnStage`] says at that moment: whoever owns the time writes it there. Space: the world of `motion` (Y up, metres).
//! Not here: panels, documents, time.

mod assets;
mod camera;
mod character;
mod characters;
mod floor;
mod ghost;
mod graphics;
mod inputs;
mod lights;
mod lines;
mod material;
mod picture;
mod posed;
mod prepare;
mod quality;
mod render;
mod shadow_proxy;
mod studio;
mod surface;
mod textures;
mod video;

pub use camera::{CameraRig, OnScreen, Orbit, ScreenBox};
pub use characters::{CharacterLoading, Characters};
pub use graphics::{Graphics, StageError, quietly};
pub use inputs::{OnStage, StageQuality};
pub use picture::Picture;
pub use render::{PictureOptions, Pictures, render_pictures};

use bevy::prelude::*;

/// The whole stage. Needs bevy's render plugins and a [`StageQuality`] resource.
pub struct StagePlugin;

impl Plugin for StagePlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins((
            studio::StudioPlugin,
            floor::FloorPlugin,
            lights::LightsPlugin,
            material::CharacterMaterialPlugin,
            posed::PosedPlugin,
            ghost::GhostPlugin,
            lines::LinesPlugin,
        ))
        .add_plugins((character::CharacterPlugin, camera::CameraPlugin, quality::QualityPlugin));
    }
}
