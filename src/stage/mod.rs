//! The lit stage: character, floor, lights, camera, and pictures of it with and without a window.
//!
//! It shows what [`Shown`] says at that moment: whoever owns the time writes it there. Space: the world of `motion` (Y up, metres).
//! Not here: panels, documents, time.

mod camera;
mod caster;
mod character;
mod clay;
mod floor;
mod ghost;
mod graphics;
mod lights;
mod lines;
mod picture;
mod posed;
mod quality;
mod render;
mod shown;
mod studio;
mod surface;

pub use camera::{CameraMove, CameraRig, OnScreen, Orbit, ScreenBox, ViewAngle};
pub use character::Figure;
pub use graphics::{Graphics, StageError, quietly};
pub use picture::Picture;
pub use quality::{Quality, Resolution, Shadows};
pub use render::{PictureOptions, Pictures, render_pictures};
pub use shown::{Abreast, Actor, Line, Lines, Look, MOST_ABREAST, MOST_ECHOES, Shown, Worn};
pub use studio::Studio;

use bevy::prelude::*;

/// The whole stage. Needs bevy's render plugins and a [`Quality`] resource.
pub struct StagePlugin;

impl Plugin for StagePlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins((
            studio::StudioPlugin,
            floor::FloorPlugin,
            lights::LightsPlugin,
            clay::ClayPlugin,
            posed::PosedPlugin,
            ghost::GhostPlugin,
            lines::LinesPlugin,
        ))
        .add_plugins((character::CharacterPlugin, camera::CameraPlugin, quality::QualityPlugin));
    }
}
