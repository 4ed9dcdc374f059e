//! The lit stage: character, floor, lights, camera, and pictures of it with and without a window.
//!
//! It shows one pose at a time: whoever owns the time writes it into [`Shown`]. Space: the world of `motion` (Y up, metres).
//! Not here: panels, documents, time.

mod camera;
mod character;
mod clay;
mod floor;
mod graphics;
mod lights;
mod palette;
mod picture;
mod render;
mod surface;

pub use camera::{CameraMove, CameraRig, Orbit, ViewAngle};
pub use character::{Figure, Shown};
pub use graphics::{Graphics, Quality, StageError, quietly};
pub use picture::Picture;
pub use render::{PictureOptions, render_pictures};

use bevy::prelude::*;

/// The whole stage. Needs bevy's render plugins and a [`Quality`] resource.
pub struct StagePlugin;

impl Plugin for StagePlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins((floor::FloorPlugin, lights::LightsPlugin, clay::ClayPlugin, character::CharacterPlugin, camera::CameraPlugin));
    }
}
