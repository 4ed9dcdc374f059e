//! The floor and the backdrop behind it: one look, two shaders.

use super::character::Shown;
use super::lights::KEY;
use super::palette::{FLOOR, GRID, HORIZON, ZENITH, linear};
use crate::motion::Joint;
use bevy::asset::{load_internal_asset, uuid_handle};
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::pbr::{MaterialPipeline, MaterialPipelineKey};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError};
use bevy::shader::ShaderRef;

const FLOOR_SHADER: Handle<Shader> = uuid_handle!("5f0c6a1e-3f3b-4d51-9a8e-6c1f2f3a7b10");
const BACKDROP_SHADER: Handle<Shader> = uuid_handle!("c4b1d7de-6b0f-4b9f-8a5b-1f0f4b5f9e21");
/// Half the floor's side, metres; it moves along with the character, so it never ends.
const FLOOR_REACH_M: f32 = 120.0;
/// How far the near part reaches from the character: with the light, against it, and to either side, metres. Nothing of the
/// shadow lies outside of what a figure with stretched limbs throws.
const NEAR_AHEAD_M: f32 = 3.0;
const NEAR_BEHIND_M: f32 = 1.4;
const NEAR_ACROSS_M: f32 = 1.4;

/// The body parts that darken the floor near them, and their radii in metres.
const OCCLUDERS: [(Joint, f32); 8] = [
    (Joint::LAnkle, 0.075),
    (Joint::RAnkle, 0.075),
    (Joint::LFoot, 0.06),
    (Joint::RFoot, 0.06),
    (Joint::Pelvis, 0.17),
    (Joint::LWrist, 0.07),
    (Joint::RWrist, 0.07),
    (Joint::Head, 0.12),
];

/// What the floor's shader is told: colours, light, and where the character is.
#[derive(Clone, Debug, Default, ShaderType)]
struct FloorUniform {
    floor: Vec4,
    grid: Vec4,
    horizon: Vec4,
    /// Direction to the key light, normalized.
    to_key: Vec4,
    /// The point of the floor under the pelvis.
    focus_m: Vec4,
    /// Spheres that darken the floor: centre and radius.
    occluders: [Vec4; OCCLUDERS.len()],
}

/// Which part of the floor. Two meshes, because software adapters compute both sides of a branch in a shader.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    /// Around the character, with its shadow.
    Near,
    /// All the rest.
    Far,
}

#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
#[bind_group_data(Part)]
struct FloorMaterial {
    #[uniform(0)]
    uniform: FloorUniform,
    part: Part,
}

impl From<&FloorMaterial> for Part {
    fn from(material: &FloorMaterial) -> Self {
        material.part
    }
}

impl Material for FloorMaterial {
    fn fragment_shader() -> ShaderRef {
        FLOOR_SHADER.into()
    }

    fn enable_prepass() -> bool {
        false
    }

    fn specialize(
        _pipeline: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        _layout: &MeshVertexBufferLayoutRef,
        key: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        if let (Part::Near, Some(fragment)) = (key.bind_group_data, &mut descriptor.fragment) {
            fragment.shader_defs.push("NEAR".into());
        }
        Ok(())
    }
}

/// The colours of the air.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
struct BackdropMaterial {
    #[uniform(0)]
    horizon: Vec4,
    #[uniform(0)]
    zenith: Vec4,
}

impl Material for BackdropMaterial {
    fn fragment_shader() -> ShaderRef {
        BACKDROP_SHADER.into()
    }

    fn enable_prepass() -> bool {
        false
    }

    fn specialize(
        _pipeline: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        _layout: &MeshVertexBufferLayoutRef,
        _key: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        // Seen from inside.
        descriptor.primitive.cull_mode = None;
        Ok(())
    }
}

/// A part of the floor, and where it lies relative to the point under the pelvis.
#[derive(Component)]
struct Ground {
    from_focus: Transform,
}

pub(super) struct FloorPlugin;

impl Plugin for FloorPlugin {
    fn build(&self, app: &mut App) {
        load_internal_asset!(app, FLOOR_SHADER, "../../shaders/floor.wgsl", Shader::from_wgsl);
        load_internal_asset!(app, BACKDROP_SHADER, "../../shaders/backdrop.wgsl", Shader::from_wgsl);
        app.add_plugins((MaterialPlugin::<FloorMaterial>::default(), MaterialPlugin::<BackdropMaterial>::default()))
            .insert_resource(ClearColor(HORIZON))
            .add_systems(Startup, spawn)
            .add_systems(PostUpdate, follow_character.before(TransformSystems::Propagate));
    }
}

fn spawn(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut floors: ResMut<'_, Assets<FloorMaterial>>,
    mut backdrops: ResMut<'_, Assets<BackdropMaterial>>,
) {
    let uniform = FloorUniform {
        floor: linear(FLOOR),
        grid: linear(GRID),
        horizon: linear(HORIZON),
        to_key: KEY.towards.normalize().extend(0.0),
        ..default()
    };
    let near = meshes.add(Plane3d::default().mesh().size(2.0 * NEAR_ACROSS_M, NEAR_AHEAD_M + NEAR_BEHIND_M));
    let far = meshes.add(Plane3d::default().mesh().size(2.0 * FLOOR_REACH_M, 2.0 * FLOOR_REACH_M));
    // The near part lies where the shadow falls, a little above the far one.
    let away_from_key = -KEY.towards.with_y(0.0).normalize();
    let to_near = Transform::from_translation(away_from_key * (NEAR_AHEAD_M - NEAR_BEHIND_M) / 2.0).looking_to(away_from_key, Vec3::Y);
    let to_far = Transform::from_xyz(0.0, -0.001, 0.0);
    for (part, mesh, from_focus) in [(Part::Near, near, to_near), (Part::Far, far, to_far)] {
        let material = floors.add(FloorMaterial { uniform: uniform.clone(), part });
        commands.spawn((Ground { from_focus }, Mesh3d(mesh), MeshMaterial3d(material), from_focus, NotShadowCaster));
    }
    commands.spawn((
        Mesh3d(meshes.add(Sphere::new(FLOOR_REACH_M).mesh().uv(24, 12))),
        MeshMaterial3d(backdrops.add(BackdropMaterial { horizon: linear(HORIZON), zenith: linear(ZENITH) })),
        NotShadowCaster,
        NotShadowReceiver,
    ));
}

fn follow_character(
    shown: Res<'_, Shown>,
    mut floors: ResMut<'_, Assets<FloorMaterial>>,
    mut grounds: Query<'_, '_, (&Ground, &MeshMaterial3d<FloorMaterial>, &mut Transform)>,
) {
    if !shown.is_changed() {
        return;
    }
    let world = shown.pose.world();
    let under_m = shown.pose.root_m.with_y(0.0);
    for (ground, material, mut transform) in &mut grounds {
        *transform = ground.from_focus.with_translation(ground.from_focus.translation + under_m);
        if let Some(mut material) = floors.get_mut(&material.0) {
            material.uniform.focus_m = under_m.extend(0.0);
            material.uniform.occluders = OCCLUDERS.map(|(joint, radius_m)| world.positions_m[joint as usize].extend(radius_m));
        }
    }
}
