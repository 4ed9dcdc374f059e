//! The studio that the stage is in: a dark one or a light one, each with its colours and its light, as the shaders take them.

use super::inputs::OnStage;
use crate::view::Studio;
use bevy::math::{Vec3, Vec4};
use bevy::prelude::*;

/// A light: direction to it (not normalized), and what a white surface that faces it shows, linear.
pub(super) struct Light {
    pub(super) towards: Vec3,
    pub(super) color: Vec3,
}

/// From where the light comes that casts shadows, in every studio (not normalized).
pub(super) const TO_KEY: Vec3 = Vec3::new(-0.72, 1.15, 0.62);
/// How many lights draw the character's edges.
pub(super) const RIM_COUNT: usize = 2;

/// A studio's colours and light.
pub(super) struct Decor {
    /// Where the floor ends and the backdrop begins.
    pub(super) horizon: Color,
    /// Straight up.
    pub(super) zenith: Color,
    /// The floor in full light, before its grid.
    pub(super) floor: Color,
    /// The floor's lines.
    pub(super) grid: Color,
    /// How much light the floor has far from the character, and in its shadow.
    pub(super) floor_away: f32,
    pub(super) floor_shaded: f32,
    /// What a white surface that faces the key light shows, linear.
    pub(super) key: Vec3,
    /// The lights that draw the character's edges.
    pub(super) rims: [Light; RIM_COUNT],
    /// Light from straight above, and from straight below.
    pub(super) sky: Vec3,
    pub(super) earth: Vec3,
    /// How much brighter edges are that are seen at grazing angles: they keep the silhouette readable before a dark backdrop.
    pub(super) sheen: f32,
    /// The bones of the skeleton view: the window's accent.
    pub(super) bone: Color,
    /// What a take was before its clean-up and edits.
    pub(super) original: Color,
    /// What was before now, and what comes after it.
    pub(super) before: Color,
    pub(super) after: Color,
    /// How much ghosts hide of what is behind them: light alone is not seen before a bright backdrop.
    pub(super) ghosts_hide: f32,
    /// The way of the left and of the right foot.
    pub(super) feet: [Color; 2],
    /// Where somebody is to go: creeping, walking, running, and as fast as it comes.
    pub(super) path: [Color; 3],
    pub(super) path_of_any_speed: Color,
}

const DARK: Decor = Decor {
    horizon: Color::srgb(0.125, 0.137, 0.161),
    zenith: Color::srgb(0.055, 0.060, 0.074),
    floor: Color::srgb(0.262, 0.280, 0.317),
    grid: Color::srgb(0.47, 0.50, 0.57),
    floor_away: 0.30,
    floor_shaded: 0.36,
    key: Vec3::new(2.70, 2.46, 2.14),
    rims: [
        Light { towards: Vec3::new(1.0, 0.5, -0.8), color: Vec3::new(0.50, 0.70, 1.10) },
        Light { towards: Vec3::new(-1.0, 0.35, -1.1), color: Vec3::new(0.60, 0.42, 0.28) },
    ],
    sky: Vec3::new(0.30, 0.33, 0.40),
    earth: Vec3::new(0.075, 0.075, 0.085),
    sheen: 0.30,
    bone: Color::srgb(0.98, 0.66, 0.28),
    original: Color::srgb(0.62, 0.80, 0.95),
    before: Color::srgb(0.25, 0.55, 0.95),
    after: Color::srgb(0.98, 0.55, 0.20),
    ghosts_hide: 0.0,
    feet: [Color::srgb(0.42, 0.77, 0.60), Color::srgb(0.42, 0.66, 0.95)],
    path: [Color::srgb(0.36, 0.56, 0.96), Color::srgb(0.34, 0.78, 0.52), Color::srgb(0.95, 0.42, 0.32)],
    path_of_any_speed: Color::srgb(0.74, 0.77, 0.82),
};

const LIGHT: Decor = Decor {
    horizon: Color::srgb(0.905, 0.915, 0.930),
    zenith: Color::srgb(0.800, 0.835, 0.880),
    floor: Color::srgb(0.845, 0.855, 0.872),
    grid: Color::srgb(0.640, 0.665, 0.705),
    floor_away: 0.94,
    floor_shaded: 0.56,
    key: Vec3::new(2.25, 2.08, 1.86),
    rims: [
        Light { towards: Vec3::new(1.0, 0.5, -0.8), color: Vec3::new(0.22, 0.26, 0.34) },
        Light { towards: Vec3::new(-1.0, 0.35, -1.1), color: Vec3::new(0.24, 0.20, 0.16) },
    ],
    sky: Vec3::new(0.42, 0.45, 0.50),
    earth: Vec3::new(0.20, 0.20, 0.21),
    sheen: 0.04,
    bone: Color::srgb(0.80, 0.42, 0.05),
    original: Color::srgb(0.22, 0.45, 0.66),
    before: Color::srgb(0.10, 0.36, 0.80),
    after: Color::srgb(0.86, 0.38, 0.05),
    ghosts_hide: 0.9,
    feet: [Color::srgb(0.08, 0.52, 0.32), Color::srgb(0.10, 0.40, 0.80)],
    path: [Color::srgb(0.12, 0.36, 0.84), Color::srgb(0.06, 0.50, 0.28), Color::srgb(0.80, 0.20, 0.12)],
    path_of_any_speed: Color::srgb(0.36, 0.39, 0.45),
};

/// The studio that everything has taken on the look of, or is about to.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CurrentStudio(pub(super) Studio);

impl CurrentStudio {
    pub(super) fn decor(self) -> &'static Decor {
        decor(self.0)
    }
}

pub(super) fn decor(studio: Studio) -> &'static Decor {
    match studio {
        Studio::Dark => &DARK,
        Studio::Light => &LIGHT,
    }
}

/// When everything takes on the studio's look, in `PostUpdate`.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Decorating;

pub(super) struct StudioPlugin;

impl Plugin for StudioPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<CurrentStudio>()
            .insert_resource(ClearColor(DARK.horizon))
            .configure_sets(PostUpdate, Decorating.run_if(resource_changed::<CurrentStudio>))
            .add_systems(PostUpdate, enter.before(Decorating))
            .add_systems(PostUpdate, clear.in_set(Decorating));
    }
}

fn enter(shown: Res<'_, OnStage>, mut studio: ResMut<'_, CurrentStudio>) {
    studio.set_if_neq(CurrentStudio(shown.studio));
}

fn clear(studio: Res<'_, CurrentStudio>, mut color: ResMut<'_, ClearColor>) {
    color.0 = studio.decor().horizon;
}

/// A colour as a shader takes it.
pub(super) fn linear(color: Color) -> Vec4 {
    LinearRgba::from(color).to_vec4()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of what is shown, 0 to 1.
    fn luminance(color: Color) -> f32 {
        linear(color).truncate().dot(Vec3::new(0.2126, 0.7152, 0.0722))
    }

    #[test]
    fn lines_and_bones_stand_out_from_the_floor_of_their_studio() {
        for studio in [Studio::Dark, Studio::Light] {
            let decor = decor(studio);
            let floor = luminance(decor.floor);
            for color in [decor.bone, decor.path_of_any_speed].into_iter().chain(decor.feet).chain(decor.path) {
                let (low, high) = (luminance(color).min(floor), luminance(color).max(floor));
                assert!((high + 0.05) / (low + 0.05) > 2.0, "{studio:?}: {color:?}");
            }
        }
        assert!(luminance(LIGHT.horizon) > 10.0 * luminance(DARK.horizon));
    }
}
