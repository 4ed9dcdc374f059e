//! Ghosts: the material of characters that are only half there, the uniforms of `shaders/ghost.wgsl`.

use super::studio::{CurrentStudio, Decor, Decorating, linear};
use crate::view::{Look, MOST_ECHOES};
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::prelude::*;
use bevy::render::render_resource::AsBindGroup;
use bevy::shader::ShaderRef;

const SHADER: Handle<Shader> = uuid_handle!("b1b8c0b4-8a54-4f0b-9d0e-2f6f8f7f1c33");

/// Light that is added to what is behind it, or that hides some of it.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub(super) struct GhostMaterial {
    /// Linear colour, and how strongly it glows.
    #[uniform(0)]
    glow: Vec4,
    /// How much it hides, in the first number.
    #[uniform(0)]
    hides: Vec4,
    look: Look,
}

impl GhostMaterial {
    fn of(look: Look, decor: &Decor) -> Self {
        // The farther from now, the fainter.
        let echo = |steps: u8| 0.95 - 0.2 * f32::from(steps);
        let (color, strength) = match look {
            Look::Solid | Look::Original => (decor.original, 1.0),
            Look::Before(steps) => (decor.before, echo(steps)),
            Look::After(steps) => (decor.after, echo(steps)),
        };
        Self { glow: linear(color).with_w(strength), hides: Vec4::X * decor.ghosts_hide, look }
    }
}

impl Material for GhostMaterial {
    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn alpha_mode(&self) -> AlphaMode {
        AlphaMode::Premultiplied
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
        app.add_plugins(MaterialPlugin::<GhostMaterial>::default())
            .add_systems(PreStartup, mix)
            .add_systems(PostUpdate, tint.in_set(Decorating));
    }
}

fn mix(mut commands: Commands<'_, '_>, mut materials: ResMut<'_, Assets<GhostMaterial>>, studio: Res<'_, CurrentStudio>) {
    let mut ghost = |look| materials.add(GhostMaterial::of(look, studio.decor()));
    let original = ghost(Look::Original);
    let before = std::array::from_fn(|echo| ghost(Look::Before(echo as u8 + 1)));
    let after = std::array::from_fn(|echo| ghost(Look::After(echo as u8 + 1)));
    commands.insert_resource(Ghosts { original, before, after });
}

fn tint(studio: Res<'_, CurrentStudio>, mut materials: ResMut<'_, Assets<GhostMaterial>>) {
    for (_, ghost) in materials.iter_mut() {
        *ghost = GhostMaterial::of(ghost.look, studio.decor());
    }
}
