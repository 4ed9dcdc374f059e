//! How finely the stage is drawn, and the drawing of fewer pixels than the window has.
//!
//! The whole 3D pass then fills a corner of its texture (bevy's resolution override), which one more pass spreads over all of it; panels
//! are drawn over that as sharp as ever.

use super::camera::StageCamera;
use super::inputs::StageQuality;
use crate::view::Resolution;
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::camera::MainPassResolutionOverride;
use bevy::core_pipeline::fullscreen_material::{FullscreenMaterial, FullscreenMaterialPlugin};
use bevy::prelude::*;
use bevy::render::extract_component::ExtractComponent;
use bevy::render::render_resource::ShaderType;
use bevy::render::sync_world::RenderEntity;
use bevy::render::{Extract, ExtractSchedule, RenderApp};
use bevy::shader::ShaderRef;

const SHADER: Handle<Shader> = uuid_handle!("3a7e02b6-9f1d-4c36-8b47-52ce10d98f65");

/// The part of the texture that is drawn, to be spread over all of it: shares of width and height.
#[derive(Component, ExtractComponent, ShaderType, Clone, Copy, Debug, Default, PartialEq)]
struct Spread {
    part: Vec2,
    /// Uniforms come in 16 bytes.
    pixels: Vec2,
}

impl FullscreenMaterial for Spread {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }
}

pub(super) struct QualityPlugin;

impl Plugin for QualityPlugin {
    fn build(&self, app: &mut App) {
        load_internal_asset!(app, SHADER, "../../shaders/spread.wgsl", Shader::from_wgsl);
        app.add_plugins(FullscreenMaterialPlugin::<Spread>::default()).add_systems(PostUpdate, choose_part);
        if let Some(render) = app.get_sub_app_mut(RenderApp) {
            render.add_systems(ExtractSchedule, override_resolution);
        }
    }
}

fn choose_part(
    quality: Res<'_, StageQuality>,
    camera: Single<'_, '_, (Entity, &Camera, Option<&mut Spread>), With<StageCamera>>,
    mut commands: Commands<'_, '_>,
) {
    let (entity, camera, spread) = camera.into_inner();
    let size = camera.physical_viewport_size().filter(|_| quality.resolution != Resolution::Full);
    match (size, spread) {
        (None, None) => {}
        (None, Some(_)) => {
            commands.entity(entity).remove::<Spread>();
        }
        (Some(size), spread) => {
            let pixels = (size.as_vec2() * quality.resolution.share()).round().max(Vec2::ONE);
            let wanted = Spread { part: pixels / size.as_vec2(), pixels };
            match spread {
                Some(mut spread) => {
                    spread.set_if_neq(wanted);
                }
                None => {
                    commands.entity(entity).insert(wanted);
                }
            }
        }
    }
}

/// The stage's camera as the renderer knows it, and which part it draws.
type StageCameras<'w, 's> = Query<'w, 's, (RenderEntity, Option<&'static Spread>), With<StageCamera>>;

fn override_resolution(mut commands: Commands<'_, '_>, cameras: Extract<'_, '_, StageCameras<'_, '_>>) {
    for (camera, spread) in &cameras {
        let mut camera = commands.entity(camera);
        match spread {
            Some(spread) => camera.insert(MainPassResolutionOverride(spread.pixels.as_uvec2())),
            None => camera.remove::<(MainPassResolutionOverride, Spread)>(),
        };
    }
}
