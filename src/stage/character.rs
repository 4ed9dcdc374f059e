//! The characters: skinned meshes on the joints of each, the mannequin's or a skeleton's, as many as the stage shows.

use super::clay::ClayMaterial;
use super::palette;
use super::shown::{Actor, Look, Shown};
use super::surface::{Surface, skeleton_surface};
use crate::body::Character;
use crate::motion::{JOINT_COUNT, WorldPose};
use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::skinning::{SkinnedMesh, SkinnedMeshInverseBindposes};
use bevy::mesh::{Indices, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use serde::{Deserialize, Serialize};

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
    character: Character,
    inverse_bindposes: Handle<SkinnedMeshInverseBindposes>,
    body: Handle<Mesh>,
    bones: Handle<Mesh>,
    clay: Handle<ClayMaterial>,
    bone: Handle<ClayMaterial>,
    /// How many characters there are entities for.
    made: usize,
}

/// A joint of the character at a place among those shown.
#[derive(Component, Clone, Copy)]
struct JointOf {
    place: usize,
    joint: usize,
}

/// The mesh of the character at this place among those shown.
#[derive(Component, Clone, Copy)]
struct Skin(usize);

/// When characters take their poses, in `PostUpdate`.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Posing;

pub(super) struct CharacterPlugin;

impl Plugin for CharacterPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Shown>().init_resource::<Standing>().add_systems(Startup, fill_wardrobe).add_systems(
            PostUpdate,
            (stand, make_missing, pose_joints, dress)
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
) {
    let character = Character::mannequin();
    // Rest rotations are the identity, so a bind pose is a place and nothing more.
    let inverse_bindposes = bindposes.add(character.rest_positions_m().map(|place_m| Mat4::from_translation(-place_m)).to_vec());
    commands.insert_resource(Wardrobe {
        inverse_bindposes,
        body: meshes.add(mesh(Surface::of(&character))),
        bones: meshes.add(mesh(skeleton_surface())),
        clay: clays.add(ClayMaterial::new(Color::WHITE)),
        bone: clays.add(ClayMaterial::new(palette::BONE)),
        character,
        made: 0,
    });
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

/// Characters are made when they are needed for the first time, and kept.
fn make_missing(mut commands: Commands<'_, '_>, shown: Res<'_, Shown>, mut wardrobe: ResMut<'_, Wardrobe>) {
    for place in wardrobe.made..shown.actors.len() {
        let joint = |joint| commands.spawn((JointOf { place, joint }, Transform::IDENTITY)).id();
        let joints: Vec<Entity> = (0..JOINT_COUNT).map(joint).collect();
        let skin = SkinnedMesh { inverse_bindposes: wardrobe.inverse_bindposes.clone(), joints };
        // Bevy culls skinned meshes by the box of their bind pose, which is where the character started, not where it went.
        let body = (Mesh3d(wardrobe.body.clone()), MeshMaterial3d(wardrobe.clay.clone()));
        commands.spawn((Skin(place), body, skin, NoFrustumCulling));
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
    mut skins: Query<'_, '_, (&Skin, &mut Mesh3d, &mut MeshMaterial3d<ClayMaterial>, &mut Visibility)>,
) {
    let (mesh, clay) = match shown.figure {
        Figure::Mannequin => (&wardrobe.body, &wardrobe.clay),
        Figure::Skeleton => (&wardrobe.bones, &wardrobe.bone),
    };
    for (skin, mut worn, mut material, mut visibility) in &mut skins {
        visibility.set_if_neq(if skin.0 < shown.actors.len() { Visibility::Visible } else { Visibility::Hidden });
        worn.set_if_neq(Mesh3d(mesh.clone()));
        material.set_if_neq(MeshMaterial3d(clay.clone()));
    }
}
