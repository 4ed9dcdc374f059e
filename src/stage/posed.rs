//! The material of bodies that poses move before skinning: the character's, with vertices that `shaders/posed.wgsl` moves.

use super::material::{self, CharacterUniform};
use super::studio::{CurrentStudio, Decor, Decorating};
use crate::body::{self, BodyMesh, PoseShapes, ROWS_OF_JOINT};
use crate::motion::{JOINT_COUNT, Pose};
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::prelude::*;
use bevy::render::render_resource::AsBindGroup;
use bevy::render::storage::ShaderBuffer;
use bevy::shader::ShaderRef;

const SHAPES: Handle<Shader> = uuid_handle!("d1f4a0c7-35be-4a68-8c0d-7e92b6510f3a");
const SHADER: Handle<Shader> = uuid_handle!("6c2d9e51-b08a-47f7-a1e4-0f83d57c264b");
const ROWS: usize = JOINT_COUNT * ROWS_OF_JOINT;

/// A body's pose shapes on the graphics device.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shapes {
    starts: Handle<ShaderBuffer>,
    blocks: Handle<ShaderBuffer>,
}

impl Shapes {
    /// A mesh's, if it has some.
    pub(super) fn of(body: &BodyMesh, buffers: &mut Assets<ShaderBuffer>) -> Option<Self> {
        if body.pose_shapes.is_empty() {
            return None;
        }
        let (starts, blocks) = body.pose_shapes.packed(body.positions_m.len());
        Some(Self { starts: buffers.add(ShaderBuffer::from(starts)), blocks: buffers.add(ShaderBuffer::from(blocks)) })
    }
}

/// The material of one body in one pose.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub(super) struct PosedMaterial {
    #[uniform(0)]
    material: CharacterUniform,
    #[uniform(1)]
    numbers: [Vec4; ROWS],
    #[storage(2, read_only)]
    starts: Handle<ShaderBuffer>,
    #[storage(3, read_only)]
    blocks: Handle<ShaderBuffer>,
}

impl PosedMaterial {
    pub(super) fn new(shapes: &Shapes, material: &body::Material, pose: &Pose, decor: &Decor) -> Self {
        let Shapes { starts, blocks } = shapes.clone();
        let rows = PoseShapes::numbers(pose);
        let numbers = std::array::from_fn(|row| rows[row / ROWS_OF_JOINT][row % ROWS_OF_JOINT]);
        Self { material: CharacterUniform::of(material, decor), numbers, starts, blocks }
    }
}

impl Material for PosedMaterial {
    fn vertex_shader() -> ShaderRef {
        SHADER.into()
    }

    fn prepass_vertex_shader() -> ShaderRef {
        SHADER.into()
    }

    fn fragment_shader() -> ShaderRef {
        material::SHADER.into()
    }
}

pub(super) struct PosedPlugin;

impl Plugin for PosedPlugin {
    fn build(&self, app: &mut App) {
        load_internal_asset!(app, SHAPES, "../../shaders/pose_shapes.wgsl", Shader::from_wgsl);
        load_internal_asset!(app, SHADER, "../../shaders/posed.wgsl", Shader::from_wgsl);
        app.add_plugins(MaterialPlugin::<PosedMaterial>::default()).add_systems(PostUpdate, relight.in_set(Decorating));
    }
}

fn relight(studio: Res<'_, CurrentStudio>, mut materials: ResMut<'_, Assets<PosedMaterial>>) {
    for (_, posed) in materials.iter_mut() {
        posed.material.relight(studio.decor());
    }
}
