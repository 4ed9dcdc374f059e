//! The characters: skinned meshes on the joints of each, the mannequin's or a skeleton's, as many as the stage shows.

use super::clay::ClayMaterial;
use super::ghost::{GhostMaterial, Ghosts};
use super::shown::{Actor, Look, Shown};
use super::studio::Studio;
use super::surface::{Surface, skeleton_surface};
use crate::body::Character;
use crate::motion::{JOINT_COUNT, Pose, WorldPose};
use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::light::NotShadowCaster;
use bevy::mesh::skinning::{SkinnedMesh, SkinnedMeshInverseBindposes};
use bevy::mesh::{Indices, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What characters look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Figure {
    /// The mannequin.
    #[default]
    Mannequin,
    /// Bones only.
    Skeleton,
}

/// Where the joints of the shown characters are; changes when they move.
#[derive(Resource, Default)]
pub(super) struct Standing(Vec<(Look, WorldPose)>);

impl Standing {
    /// The solid characters.
    pub(super) fn solid(&self) -> impl Iterator<Item = &WorldPose> + Clone {
        self.0.iter().filter(|(look, _)| *look == Look::Solid).map(|(_, world)| world)
    }

    /// The middle of the solid characters' pelvises on the floor; the origin where there are none.
    pub(super) fn middle_m(&self) -> Vec3 {
        let places = || self.solid().map(|world| world.positions_m[0].with_y(0.0));
        let (Some(least), Some(most)) = (places().reduce(Vec3::min), places().reduce(Vec3::max)) else { return Vec3::ZERO };
        (least + most) / 2.0
    }
}

/// Everything that is made once for all characters.
#[derive(Resource)]
struct Wardrobe {
    mannequin: Arc<Character>,
    character: Arc<Character>,
    inverse_bindposes: Handle<SkinnedMeshInverseBindposes>,
    body: Handle<Mesh>,
    bones: Handle<Mesh>,
    clay: Handle<ClayMaterial>,
    bone: Handle<ClayMaterial>,
    /// The pose that the body's vertices are moved for.
    moved_for: Option<Pose>,
    /// How many characters there are entities for.
    made: usize,
}

/// A joint of the character at a place among those shown.
#[derive(Component, Clone, Copy)]
struct JointOf {
    place: usize,
    joint: usize,
}

/// The mesh of the character at this place among those shown: solid, or a ghost.
#[derive(Component, Clone, Copy)]
struct Skin {
    place: usize,
    ghost: bool,
}

/// When characters take their poses, in `PostUpdate`.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Posing;

pub(super) struct CharacterPlugin;

impl Plugin for CharacterPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Shown>().init_resource::<Standing>().add_systems(Startup, fill_wardrobe).add_systems(
            PostUpdate,
            (change, stand, move_vertices, make_missing, pose_joints, dress, tint_ghosts)
                .chain()
                .run_if(resource_changed::<Shown>)
                .in_set(Posing)
                .before(TransformSystems::Propagate),
        );
    }
}

fn fill_wardrobe(
    mut commands: Commands<'_, '_>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut clays: ResMut<'_, Assets<ClayMaterial>>,
    mut bindposes: ResMut<'_, Assets<SkinnedMeshInverseBindposes>>,
    studio: Res<'_, Studio>,
) {
    let character = Arc::new(Character::mannequin());
    commands.insert_resource(Wardrobe {
        inverse_bindposes: bindposes.add(bind(&character)),
        body: meshes.add(body(&character)),
        bones: meshes.add(mesh(skeleton_surface(&character.rest_positions_m()))),
        clay: clays.add(ClayMaterial::painted(studio.decor())),
        bone: clays.add(ClayMaterial::bone(studio.decor())),
        mannequin: Arc::clone(&character),
        character,
        moved_for: None,
        made: 0,
    });
}

/// Rest rotations are the identity, so a bind pose is a place and nothing more.
fn bind(character: &Character) -> SkinnedMeshInverseBindposes {
    character.rest_positions_m().map(|place_m| Mat4::from_translation(-place_m)).to_vec().into()
}

/// Another body for everybody, under the same handles.
fn change(
    shown: Res<'_, Shown>,
    mut wardrobe: ResMut<'_, Wardrobe>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut bindposes: ResMut<'_, Assets<SkinnedMeshInverseBindposes>>,
) {
    let character = shown.worn.0.clone().unwrap_or_else(|| Arc::clone(&wardrobe.mannequin));
    if Arc::ptr_eq(&character, &wardrobe.character) {
        return;
    }
    let bones = mesh(skeleton_surface(&character.rest_positions_m()));
    let made = [(&wardrobe.body, body(&character)), (&wardrobe.bones, bones)];
    let replaced = made.into_iter().try_for_each(|(handle, mesh)| meshes.insert(handle, mesh));
    if let Err(error) = replaced.and_then(|()| bindposes.insert(&wardrobe.inverse_bindposes, bind(&character))) {
        tracing::error!("another body could not be put on: {error}");
    }
    wardrobe.character = character;
    wardrobe.moved_for = None;
}

/// A character's mesh. One that poses move stays within reach.
fn body(character: &Character) -> Mesh {
    let mut body = mesh(Surface::of(character));
    if !character.pose_shapes.is_empty() {
        body.asset_usage = RenderAssetUsages::all();
    }
    body
}

fn mesh(surface: Surface) -> Mesh {
    let joints = surface.joints.iter().map(|joints| joints.map(u16::from)).collect();
    let mut mesh = Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, surface.positions_m)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, surface.normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_JOINT_INDEX, VertexAttributeValues::Uint16x4(joints))
        .with_inserted_attribute(Mesh::ATTRIBUTE_JOINT_WEIGHT, surface.weights)
        .with_inserted_indices(Indices::U32(surface.indices));
    if !surface.colors.is_empty() {
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, surface.colors);
    }
    mesh
}

fn stand(shown: Res<'_, Shown>, wardrobe: Res<'_, Wardrobe>, mut standing: ResMut<'_, Standing>) {
    standing.0.clear();
    standing.0.extend(shown.actors.iter().map(|Actor { pose, look }| (*look, wardrobe.character.stands(pose))));
}

/// Pose blend shapes, for one character alone: all others of a row, and ghosts, have the same mesh.
fn move_vertices(shown: Res<'_, Shown>, mut wardrobe: ResMut<'_, Wardrobe>, mut meshes: ResMut<'_, Assets<Mesh>>) {
    if wardrobe.character.pose_shapes.is_empty() || shown.figure != Figure::Mannequin {
        return;
    }
    let alone = shown.actors.first().filter(|_| shown.abreast.is_none());
    let pose = alone.map_or(Pose::REST, |actor| Pose { root_m: Vec3::ZERO, ..actor.pose });
    if wardrobe.moved_for == Some(pose) {
        return;
    }
    let positions_m: Vec<[f32; 3]> = wardrobe.character.posed_m(&pose).into_iter().map(|place_m| place_m.to_array()).collect();
    if let Some(mut body) = meshes.get_mut(&wardrobe.body) {
        body.insert_attribute(Mesh::ATTRIBUTE_POSITION, positions_m);
    }
    wardrobe.moved_for = Some(pose);
}

/// Characters are made when they are needed for the first time, and kept.
fn make_missing(mut commands: Commands<'_, '_>, shown: Res<'_, Shown>, ghosts: Res<'_, Ghosts>, mut wardrobe: ResMut<'_, Wardrobe>) {
    for place in wardrobe.made..shown.actors.len() {
        let joint = |joint| commands.spawn((JointOf { place, joint }, Transform::IDENTITY)).id();
        let joints: Vec<Entity> = (0..JOINT_COUNT).map(joint).collect();
        let skin = SkinnedMesh { inverse_bindposes: wardrobe.inverse_bindposes.clone(), joints };
        // Bevy culls skinned meshes by the box of their bind pose, which is where the character started, not where it went.
        let body = || (Mesh3d(wardrobe.body.clone()), skin.clone(), NoFrustumCulling);
        commands.spawn((Skin { place, ghost: false }, MeshMaterial3d(wardrobe.clay.clone()), body()));
        commands.spawn((Skin { place, ghost: true }, MeshMaterial3d(ghosts.of(Look::Original)), body(), NotShadowCaster));
    }
    wardrobe.made = wardrobe.made.max(shown.actors.len());
}

fn pose_joints(standing: Res<'_, Standing>, mut joints: Query<'_, '_, (&JointOf, &mut Transform)>) {
    for (JointOf { place, joint }, mut transform) in &mut joints {
        let Some((_, world)) = standing.0.get(*place) else { continue };
        *transform = Transform::from_translation(world.positions_m[*joint]).with_rotation(world.rotations[*joint]);
    }
}

fn dress(
    shown: Res<'_, Shown>,
    wardrobe: Res<'_, Wardrobe>,
    mut skins: Query<'_, '_, (&Skin, &mut Mesh3d, &mut Visibility)>,
    mut clays: Query<'_, '_, &mut MeshMaterial3d<ClayMaterial>, With<Skin>>,
) {
    let (mesh, clay) = match shown.figure {
        Figure::Mannequin => (&wardrobe.body, &wardrobe.clay),
        Figure::Skeleton => (&wardrobe.bones, &wardrobe.bone),
    };
    for (skin, mut worn, mut visibility) in &mut skins {
        let seen = shown.actors.get(skin.place).is_some_and(|actor| (actor.look != Look::Solid) == skin.ghost);
        visibility.set_if_neq(if seen { Visibility::Visible } else { Visibility::Hidden });
        worn.set_if_neq(Mesh3d(mesh.clone()));
    }
    for mut material in &mut clays {
        material.set_if_neq(MeshMaterial3d(clay.clone()));
    }
}

fn tint_ghosts(shown: Res<'_, Shown>, ghosts: Res<'_, Ghosts>, mut skins: Query<'_, '_, (&Skin, &mut MeshMaterial3d<GhostMaterial>)>) {
    for (skin, mut material) in &mut skins {
        if let Some(actor) = shown.actors.get(skin.place) {
            material.set_if_neq(MeshMaterial3d(ghosts.of(actor.look)));
        }
    }
}
