//! Ghosts: the material of characters that are only half there, the uniforms of `shaders/ghost.wgsl`.

use super::palette::{AFTER, BEFORE, ORIGINAL, linear};
use super::shown::{Look, MOST_ECHOES};
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::prelude::*;
use bevy::render::render_resource::AsBindGroup;
use bevy::shader::ShaderRef;

const SHADER: Handle<Shader> = uuid_handle!("b1b8c0b4-8a54-4f0b-9d0e-2f6f8f7f1c33");

/// Light that is added to what is behind it.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub(super) struct GhostMaterial {
    /// Linear colour, and how strongly it glows.
    #[uniform(0)]
    glow: Vec4,
}

impl Material for GhostMaterial {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn alpha_mode(&self) -> AlphaMode {
        AlphaMode::Add
    }

    fn enable_prepass() -> bool {
        false
    }

    fn enable_shadows() -> bool {
        false
    }
}

/// The ghosts' materials, one for each look.
#[derive(Resource)]
pub(super) struct Ghosts {
    original: Handle<GhostMaterial>,
    before: [Handle<GhostMaterial>; MOST_ECHOES as usize],
    after: [Handle<GhostMaterial>; MOST_ECHOES as usize],
}

impl Ghosts {
    /// The material of a look.
    pub(super) fn of(&self, look: Look) -> Handle<GhostMaterial> {
        let nth = |echoes: &[Handle<GhostMaterial>], steps: u8| echoes[usize::from(steps.clamp(1, MOST_ECHOES)) - 1].clone();
        match look {
            Look::Solid | Look::Original => self.original.clone(),
            Look::Before(steps) => nth(&self.before, steps),
            Look::After(steps) => nth(&self.after, steps),
        }
    }
}

pub(super) struct GhostPlugin;

impl Plugin for GhostPlugin {
    fn build(&self, app: &mut App) {
        load_internal_asset!(app, SHADER, "../../shaders/ghost.wgsl", Shader::from_wgsl);
        app.add_plugins(MaterialPlugin::<GhostMaterial>::default()).add_systems(PreStartup, mix);
    }
}

fn mix(mut commands: Commands<'_, '_>, mut materials: ResMut<'_, Assets<GhostMaterial>>) {
    let mut glow = |color, strength: f32| materials.add(GhostMaterial { glow: linear(color).with_w(strength) });
    let original = glow(ORIGINAL, 1.0);
    let [before, after] = [BEFORE, AFTER].map(|color| std::array::from_fn(|echo| glow(color, 0.75 - 0.2 * echo as f32)));
    commands.insert_resource(Ghosts { original, before, after });
}
