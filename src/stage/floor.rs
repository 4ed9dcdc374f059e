//! The floor and the backdrop behind it: one look, two shaders.

use super::character::{Posing, Standing};
use super::studio::{CurrentStudio, Decorating, TO_KEY, linear};
use crate::motion::Joint;
use crate::view::MOST_COMPARED;
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

/// What the floor's shader is told: colours, light, and where the characters are.
#[derive(Clone, Debug, ShaderType)]
struct FloorUniform {
    floor: Vec4,
    grid: Vec4,
    horizon: Vec4,
    /// How much light there is far from the characters, and in their shadows.
    light: Vec4,
    /// How many characters there are, at least one.
    count: u32,
    /// The points of the floor under their pelvises.
    focuses_m: [Vec4; MOST_COMPARED],
    /// Spheres that darken the floor, of one character after the other: centre and radius.
    occluders: [Vec4; MOST_COMPARED * OCCLUDERS.len()],
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

/// A part of the floor.
#[derive(Component)]
struct Ground(Part);

pub(super) struct FloorPlugin;

impl Plugin for FloorPlugin {
    fn build(&self, app: &mut App) {
        load_internal_asset!(app, FLOOR_SHADER, "../../shaders/floor.wgsl", Shader::from_wgsl);
        load_internal_asset!(app, BACKDROP_SHADER, "../../shaders/backdrop.wgsl", Shader::from_wgsl);
        app.add_plugins((MaterialPlugin::<FloorMaterial>::default(), MaterialPlugin::<BackdropMaterial>::default()))
            .add_systems(Startup, spawn)
            .add_systems(PostUpdate, paint.in_set(Decorating))
            .add_systems(
                PostUpdate,
                follow_characters.after(Posing).before(TransformSystems::Propagate).run_if(resource_changed::<Standing>),
            );
    }
}

fn spawn(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut floors: ResMut<'_, Assets<FloorMaterial>>,
    mut backdrops: ResMut<'_, Assets<BackdropMaterial>>,
) {
    let uniform = FloorUniform {
        floor: Vec4::ZERO,
        grid: Vec4::ZERO,
        horizon: Vec4::ZERO,
        light: Vec4::ONE,
        count: 1,
        focuses_m: [Vec4::ZERO; MOST_COMPARED],
        occluders: [Vec4::ZERO; MOST_COMPARED * OCCLUDERS.len()],
    };
    let plane = meshes.add(Plane3d::default().mesh().size(1.0, 1.0));
    for part in [Part::Near, Part::Far] {
        let material = floors.add(FloorMaterial { uniform: uniform.clone(), part });
        commands.spawn((Ground(part), Mesh3d(plane.clone()), MeshMaterial3d(material), NotShadowCaster));
    }
    commands.spawn((
        Mesh3d(meshes.add(Sphere::new(FLOOR_REACH_M).mesh().uv(24, 12))),
        MeshMaterial3d(backdrops.add(BackdropMaterial { horizon: Vec4::ZERO, zenith: Vec4::ZERO })),
        NotShadowCaster,
        NotShadowReceiver,
    ));
}

fn paint(
    studio: Res<'_, CurrentStudio>,
    mut floors: ResMut<'_, Assets<FloorMaterial>>,
    mut backdrops: ResMut<'_, Assets<BackdropMaterial>>,
) {
    let decor = studio.decor();
    for (_, floor) in floors.iter_mut() {
        let uniform = &mut floor.uniform;
        (uniform.floor, uniform.grid, uniform.horizon) = (linear(decor.floor), linear(decor.grid), linear(decor.horizon));
        uniform.light = Vec4::new(decor.floor_away, decor.floor_shaded, 0.0, 0.0);
    }
    for (_, backdrop) in backdrops.iter_mut() {
        *backdrop = BackdropMaterial { horizon: linear(decor.horizon), zenith: linear(decor.zenith) };
    }
}

fn follow_characters(
    standing: Res<'_, Standing>,
    mut floors: ResMut<'_, Assets<FloorMaterial>>,
    mut grounds: Query<'_, '_, (&Ground, &MeshMaterial3d<FloorMaterial>, &mut Transform)>,
) {
    for (ground, material, mut transform) in &mut grounds {
        *transform = match ground.0 {
            Part::Near => near(standing.solid().map(|world| world.positions_m[0])),
            // A little under the near part.
            Part::Far => Transform::from_translation(standing.middle_m() - 0.001 * Vec3::Y).with_scale(Vec3::splat(2.0 * FLOOR_REACH_M)),
        };
        let Some(mut material) = floors.get_mut(&material.0) else { continue };
        let uniform = &mut material.uniform;
        uniform.count = (standing.solid().count().clamp(1, MOST_COMPARED)) as u32;
        for (place, world) in standing.solid().take(MOST_COMPARED).enumerate() {
            uniform.focuses_m[place] = world.positions_m[0].with_y(0.0).extend(0.0);
            let own = &mut uniform.occluders[place * OCCLUDERS.len()..];
            for (sphere, (joint, radius_m)) in own.iter_mut().zip(OCCLUDERS) {
                *sphere = world.positions_m[joint as usize].extend(radius_m);
            }
        }
    }
}

/// Where the near part lies: as a plane of 1 m, turned and stretched over all that characters with these pelvises shade.
fn near(pelvises_m: impl Iterator<Item = Vec3> + Clone) -> Transform {
    let away_from_key = -TO_KEY.with_y(0.0).normalize();
    let across = away_from_key.cross(Vec3::Y);
    let corners_m = pelvises_m.flat_map(|pelvis_m| {
        [(-NEAR_ACROSS_M, -NEAR_BEHIND_M), (NEAR_ACROSS_M, -NEAR_BEHIND_M), (-NEAR_ACROSS_M, NEAR_AHEAD_M), (NEAR_ACROSS_M, NEAR_AHEAD_M)]
            .map(|(aside, ahead)| pelvis_m + across * aside + away_from_key * ahead)
    });
    // Along the light for one, along the row for many: whichever is smaller.
    let [lit, straight] = [away_from_key, Vec3::NEG_Z].map(|ahead| covering(corners_m.clone(), ahead));
    if lit.scale.x * lit.scale.z <= straight.scale.x * straight.scale.z { lit } else { straight }
}

/// The smallest plane with a side in this direction that covers all points.
fn covering(points_m: impl Iterator<Item = Vec3>, ahead: Vec3) -> Transform {
    let aside = ahead.cross(Vec3::Y);
    let (mut least, mut most) = (Vec2::INFINITY, Vec2::NEG_INFINITY);
    for point_m in points_m {
        let at = Vec2::new(point_m.dot(aside), point_m.dot(ahead));
        (least, most) = (least.min(at), most.max(at));
    }
    if !least.is_finite() {
        return Transform::default();
    }
    let (middle, size) = ((least + most) / 2.0, most - least);
    Transform::from_translation(aside * middle.x + ahead * middle.y).looking_to(ahead, Vec3::Y).with_scale(Vec3::new(size.x, 1.0, size.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_near_part_holds_the_shadows_of_everybody() {
        let pelvises_m = [Vec3::new(-3.0, 0.9, 0.0), Vec3::new(3.0, 1.1, 2.0)];
        let place = near(pelvises_m.into_iter()).to_matrix().inverse();
        for pelvis_m in pelvises_m {
            // The shadow of the head.
            let head_m = pelvis_m.with_y(1.7);
            let shadow_m = head_m - TO_KEY * (head_m.y / TO_KEY.y);
            for point_m in [pelvis_m.with_y(0.0), shadow_m] {
                let inside = place.transform_point3(point_m);
                assert!(inside.x.abs() < 0.5 && inside.z.abs() < 0.5 && inside.y.abs() < 1e-4, "{point_m}: {inside}");
            }
        }
    }
}
