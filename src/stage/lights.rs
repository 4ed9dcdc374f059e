//! Studio light: a warm key with the only shadow, two rims from behind, and a sky that fills from above.
//!
//! The stage's own shaders (`shaders/`) do the lighting; bevy's light exists for its shadow map. That is a third of the work of
//! bevy's physically based material, which software adapters feel, and looks the same on every device.

use super::Quality;
use bevy::light::{CascadeShadowConfigBuilder, DirectionalLightShadowMap};
use bevy::prelude::*;

/// A light: direction to it (not normalized), and what a white surface that faces it shows, linear.
pub(super) struct Light {
    pub(super) towards: Vec3,
    pub(super) color: Vec3,
}

/// The light that casts shadows.
pub(super) const KEY: Light = Light { towards: Vec3::new(-0.72, 1.15, 0.62), color: Vec3::new(2.70, 2.46, 2.14) };
/// The lights that draw the character's edges.
pub(super) const RIMS: [Light; 2] = [
    Light { towards: Vec3::new(1.0, 0.5, -0.8), color: Vec3::new(0.50, 0.70, 1.10) },
    Light { towards: Vec3::new(-1.0, 0.35, -1.1), color: Vec3::new(0.60, 0.42, 0.28) },
];
/// Light from straight above.
pub(super) const SKY: Vec3 = Vec3::new(0.30, 0.33, 0.40);
/// Light from straight below.
pub(super) const EARTH: Vec3 = Vec3::new(0.075, 0.075, 0.085);

/// Beyond this distance from the camera nothing is shadowed, metres.
const SHADOW_REACH_M: f32 = 16.0;

pub(super) struct LightsPlugin;

impl Plugin for LightsPlugin {
    fn build(&self, app: &mut App) {
        let size = match app.world().get_resource::<Quality>() {
            Some(Quality::Software) => 1024,
            Some(Quality::Hardware) | None => 2048,
        };
        app.insert_resource(DirectionalLightShadowMap { size }).insert_resource(GlobalAmbientLight::NONE).add_systems(Startup, spawn);
    }
}

fn spawn(mut commands: Commands<'_, '_>) {
    let key = DirectionalLight { shadow_maps_enabled: true, shadow_depth_bias: 0.03, shadow_normal_bias: 1.6, ..default() };
    let one_map = CascadeShadowConfigBuilder { num_cascades: 1, maximum_distance: SHADOW_REACH_M, ..default() }.build();
    commands.spawn((key, one_map, Transform::from_translation(KEY.towards).looking_at(Vec3::ZERO, Vec3::Y)));
}
