//! Studio light: a warm key with the only shadow, two rims from behind, and a sky that fills from above.
//!
//! The stage's own shaders (`shaders/`) do the lighting; bevy's light exists for its shadow map. That is a third of the work of
//! bevy's physically based material, which software adapters feel, and looks the same on every device.

use super::{CameraRig, Quality};
use bevy::light::{CascadeShadowConfig, CascadeShadowConfigBuilder, DirectionalLightShadowMap, SimulationLightSystems};
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

/// Behind what the camera looks at, so much is still shadowed, metres; and in which steps the shadow map's reach changes.
const SHADOW_BEHIND_M: f32 = 7.0;
const SHADOW_REACH_STEP_M: f32 = 4.0;

pub(super) struct LightsPlugin;

impl Plugin for LightsPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(GlobalAmbientLight::NONE)
            .add_systems(Startup, spawn)
            .add_systems(PostUpdate, refine_shadows)
            .add_systems(PostUpdate, reach.before(SimulationLightSystems::UpdateDirectionalLightCascades));
    }
}

fn spawn(mut commands: Commands<'_, '_>) {
    let key = DirectionalLight { shadow_maps_enabled: true, shadow_depth_bias: 0.03, shadow_normal_bias: 1.6, ..default() };
    commands.spawn((key, one_map(16.0), Transform::from_translation(KEY.towards).looking_at(Vec3::ZERO, Vec3::Y)));
}

/// One shadow map for all that is nearer to the camera.
fn one_map(reach_m: f32) -> CascadeShadowConfig {
    CascadeShadowConfigBuilder { num_cascades: 1, maximum_distance: reach_m, ..default() }.build()
}

fn refine_shadows(quality: Res<'_, Quality>, mut map: ResMut<'_, DirectionalLightShadowMap>, key: Single<'_, '_, &mut DirectionalLight>) {
    if quality.is_changed() {
        map.size = if *quality == Quality::High { 2048 } else { 1024 };
        key.into_inner().shadow_maps_enabled = *quality != Quality::Low;
    }
}

/// The shadow map reaches behind what the camera looks at, and no farther, so that its pixels are small.
fn reach(rig: Res<'_, CameraRig>, key: Single<'_, '_, &mut CascadeShadowConfig>) {
    let reach_m = ((rig.distance_m() + SHADOW_BEHIND_M) / SHADOW_REACH_STEP_M).ceil() * SHADOW_REACH_STEP_M;
    let mut map = key.into_inner();
    if map.bounds != [reach_m] {
        *map = one_map(reach_m);
    }
}
