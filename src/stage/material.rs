//! The character's material: the uniforms of `shaders/character.wgsl`.

use super::studio::{CurrentStudio, Decor, Decorating, RIM_COUNT, TO_KEY, linear};
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;

pub(super) const SHADER: Handle<Shader> = uuid_handle!("8d5b1c0a-2a0d-4e53-8b57-0f6f3c9e7d42");

#[derive(Clone, Debug, ShaderType)]
pub(super) struct CharacterUniform {
    base: Vec4,
    to_key: Vec4,
    key: Vec4,
    sky: Vec4,
    earth: Vec4,
    to_rims: [Vec4; RIM_COUNT],
    rims: [Vec4; RIM_COUNT],
}

/// A matt material under the stage's light.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub(super) struct CharacterMaterial {
    #[uniform(0)]
    uniform: CharacterUniform,
    is_bone: bool,
}

impl CharacterUniform {
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

impl CharacterMaterial {
    /// The colours of its vertices.
    pub(super) fn painted(decor: &Decor) -> Self {
        Self { uniform: CharacterUniform::of(Color::WHITE, decor), is_bone: false }
    }

    /// The studio's colour for bones.
    pub(super) fn bone(decor: &Decor) -> Self {
        Self { uniform: CharacterUniform::of(decor.bone, decor), is_bone: true }
    }
}

impl Material for CharacterMaterial {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }
}

pub(super) struct CharacterMaterialPlugin;

impl Plugin for CharacterMaterialPlugin {
    fn build(&self, app: &mut App) {
        load_internal_asset!(app, SHADER, "../../shaders/character.wgsl", Shader::from_wgsl);
        app.add_plugins(MaterialPlugin::<CharacterMaterial>::default()).add_systems(PostUpdate, relight.in_set(Decorating));
    }
}

fn relight(studio: Res<'_, CurrentStudio>, mut materials: ResMut<'_, Assets<CharacterMaterial>>) {
    let decor = studio.decor();
    for (_, material) in materials.iter_mut() {
        *material = if material.is_bone { CharacterMaterial::bone(decor) } else { CharacterMaterial::painted(decor) };
    }
}
