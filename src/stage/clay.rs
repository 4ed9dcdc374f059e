//! The character's material: the uniforms of `shaders/clay.wgsl`.

use super::studio::{CurrentStudio, Decor, Decorating, RIM_COUNT, TO_KEY, linear};
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;

pub(super) const SHADER: Handle<Shader> = uuid_handle!("8d5b1c0a-2a0d-4e53-8b57-0f6f3c9e7d42");

#[derive(Clone, Debug, ShaderType)]
pub(super) struct ClayUniform {
    base: Vec4,
    to_key: Vec4,
    key: Vec4,
    sky: Vec4,
    earth: Vec4,
    to_rims: [Vec4; RIM_COUNT],
    rims: [Vec4; RIM_COUNT],
}

/// Matt clay under the stage's light.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub(super) struct ClayMaterial {
    #[uniform(0)]
    uniform: ClayUniform,
    is_bone: bool,
}

impl ClayUniform {
    pub(super) fn of(base: Color, decor: &Decor) -> Self {
        let rim = |place: usize| &decor.rims[place];
        Self {
            base: linear(base),
            to_key: TO_KEY.normalize().extend(0.0),
            key: decor.key.extend(0.0),
            sky: decor.sky.extend(decor.sheen),
            earth: decor.earth.extend(0.0),
            to_rims: std::array::from_fn(|place| rim(place).towards.normalize().extend(0.0)),
            rims: std::array::from_fn(|place| rim(place).color.extend(0.0)),
        }
    }
}

impl ClayMaterial {
    /// Clay with the colours of its vertices.
    pub(super) fn painted(decor: &Decor) -> Self {
        Self { uniform: ClayUniform::of(Color::WHITE, decor), is_bone: false }
    }

    /// Clay in the studio's colour for bones.
    pub(super) fn bone(decor: &Decor) -> Self {
        Self { uniform: ClayUniform::of(decor.bone, decor), is_bone: true }
    }
}

impl Material for ClayMaterial {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }
}

pub(super) struct ClayPlugin;

impl Plugin for ClayPlugin {
    fn build(&self, app: &mut App) {
        load_internal_asset!(app, SHADER, "../../shaders/clay.wgsl", Shader::from_wgsl);
        app.add_plugins(MaterialPlugin::<ClayMaterial>::default()).add_systems(PostUpdate, relight.in_set(Decorating));
    }
}

fn relight(studio: Res<'_, CurrentStudio>, mut clays: ResMut<'_, Assets<ClayMaterial>>) {
    let decor = studio.decor();
    for (_, clay) in clays.iter_mut() {
        *clay = if clay.is_bone { ClayMaterial::bone(decor) } else { ClayMaterial::painted(decor) };
    }
}
