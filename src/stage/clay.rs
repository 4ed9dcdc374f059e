//! The character's material: the uniforms of `shaders/clay.wgsl`.

use super::lights::{EARTH, KEY, RIMS, SKY};
use super::palette::linear;
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;

const SHADER: Handle<Shader> = uuid_handle!("8d5b1c0a-2a0d-4e53-8b57-0f6f3c9e7d42");

#[derive(Clone, Debug, ShaderType)]
struct ClayUniform {
    base: Vec4,
    to_key: Vec4,
    key: Vec4,
    sky: Vec4,
    earth: Vec4,
    to_rims: [Vec4; RIMS.len()],
    rims: [Vec4; RIMS.len()],
}

/// Matt clay under the stage's light.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub(super) struct ClayMaterial {
    #[uniform(0)]
    uniform: ClayUniform,
}

impl ClayMaterial {
    /// Clay of a colour, with which vertex colours are multiplied.
    pub(super) fn new(base: Color) -> Self {
        let uniform = ClayUniform {
            base: linear(base),
            to_key: KEY.towards.normalize().extend(0.0),
            key: KEY.color.extend(0.0),
            sky: SKY.extend(0.0),
            earth: EARTH.extend(0.0),
            to_rims: RIMS.map(|rim| rim.towards.normalize().extend(0.0)),
            rims: RIMS.map(|rim| rim.color.extend(0.0)),
        };
        Self { uniform }
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
        app.add_plugins(MaterialPlugin::<ClayMaterial>::default());
    }
}
