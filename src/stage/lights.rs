//! The key light and its shadow map.
//!
//! The stage's own shaders (`shaders/`) do the lighting; bevy's light exists for its shadow map. That is a third of the work of
//! bevy's physically based material, which software adapters feel, and looks the same on every device.

use super::camera::CameraRig;
use super::inputs::StageQuality;
use super::shadow_proxy::SHADOW_PROXY_LAYER;
use super::studio::TO_KEY;
use crate::view::Shadows;
use bevy::camera::visibility::RenderLayers;
use bevy::light::{CascadeShadowConfig, CascadeShadowConfigBuilder, DirectionalLightShadowMap, SimulationLightSystems};
use bevy::prelude::*;

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
    let sees = RenderLayers::from_layers(&[0, SHADOW_PROXY_LAYER]);
    commands.spawn((key, sees, one_map(16.0), Transform::from_translation(TO_KEY).looking_at(Vec3::ZERO, Vec3::Y)));
}

/// One shadow map for all that is nearer to the camera.
fn one_map(reach_m: f32) -> CascadeShadowConfig {
    CascadeShadowConfigBuilder { num_cascades: 1, maximum_distance: reach_m, ..default() }.build()
}

fn refine_shadows(
    quality: Res<'_, StageQuality>,
    mut map: ResMut<'_, DirectionalLightShadowMap>,
    key: Single<'_, '_, &mut DirectionalLight>,
) {
    if quality.is_changed() {
        map.size = if quality.shadows == Shadows::Large { 2048 } else { 1024 };
        key.into_inner().shadow_maps_enabled = quality.shadows != Shadows::Off;
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
