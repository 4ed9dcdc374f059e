//! The characters: skinned meshes on the joints of each, the mannequin's or a skeleton's, as many as the stage shows.

use super::caster::caster;
use super::clay::ClayMaterial;
use super::ghost::{GhostMaterial, Ghosts};
use super::lights::CASTER_LAYER;
use super::posed::{PosedMaterial, Shapes};
use super::studio::CurrentStudio;
use super::surface::{Surface, skeleton_surface};
use super::{OnStage, StageQuality};
use crate::body::Character;
use crate::motion::{JOINT_COUNT, WorldPose};
use crate::view::{Actor, Figure, Look, Shadows, Shown};
use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::{NoFrustumCulling, RenderLayers};
use bevy::light::NotShadowCaster;
use bevy::mesh::skinning::{SkinnedMesh, SkinnedMeshInverseBindposes};
use bevy::mesh::{Indices, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;
use std::sync::Arc;

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
    /// What throws its shadow into a small map.
    caster: Handle<Mesh>,
    bones: Handle<Mesh>,
    clay: Handle<ClayMaterial>,
    bone: Handle<ClayMaterial>,
    /// How poses move the body's vertices, if they do.
    shapes: Option<Shapes>,
    /// The clay of each place's body in its pose, as far as there are entities that wear it.
    posed: Vec<Handle<PosedMaterial>>,
    /// The joints of the characters that there are entities for.
    joints: Vec<Vec<Entity>>,
}

impl Wardrobe {
    /// The body of a character, of whatever it is made.
    fn body(&self, place: usize, kind: SkinKind, joints: Vec<Entity>) -> impl Bundle + use<> {
        let skin = SkinnedMesh { inverse_bindposes: self.inverse_bindposes.clone(), joints };
        // Bevy culls skinned meshes by the box of their bind pose, which is where the character started, not where it went.
        (Skin { place, kind }, Mesh3d(self.body.clone()), skin, NoFrustumCulling)
    }
}

/// A joint of the character at a place among those shown.
#[derive(Component, Clone, Copy)]
struct JointOf {
    place: usize,
    joint: usize,
}

/// The mesh of the character at this place among those shown.
#[derive(Component, Clone, Copy)]
struct Skin {
    place: usize,
    kind: SkinKind,
}

/// What the mesh is made of; one of them is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SkinKind {
    Clay,
    /// Clay of a body whose vertices its pose moves.
    Posed,
    Ghost,
    /// Only a shadow.
    Caster,
}

/// When characters take their poses, in `PostUpdate`.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Posing;

pub(super) struct CharacterPlugin;

impl Plugin for CharacterPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<OnStage>().init_resource::<Standing>().add_systems(Startup, fill_wardrobe).add_systems(
            PostUpdate,
            (change, stand, make_missing, make_posed, pose_joints, dress, throw_shadows, tint_ghosts)
                .chain()
                .run_if(resource_changed::<OnStage>.or_eager(resource_changed::<StageQuality>))
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
    studio: Res<'_, CurrentStudio>,
) {
    let character = Arc::new(Character::mannequin());
    commands.insert_resource(Wardrobe {
        inverse_bindposes: bindposes.add(bind(&character)),
        body: meshes.add(body(&character)),
        caster: meshes.add(mesh(caster(&Surface::of(&character)))),
        bones: meshes.add(mesh(skeleton_surface(&character.rest_positions_m()))),
        clay: clays.add(ClayMaterial::painted(studio.decor())),
        bone: clays.add(ClayMaterial::bone(studio.decor())),
        mannequin: Arc::clone(&character),
        character,
        shapes: None,
        posed: Vec::new(),
        joints: Vec::new(),
    });
}

/// Rest rotations are the identity, so a bind pose is a place and nothing more.
fn bind(character: &Character) -> SkinnedMeshInverseBindposes {
    character.rest_positions_m().map(|place_m| Mat4::from_translation(-place_m)).to_vec().into()
}

/// Another body for everybody, under the same handles.
fn change(
    shown: Res<'_, OnStage>,
    mut wardrobe: ResMut<'_, Wardrobe>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut bindposes: ResMut<'_, Assets<SkinnedMeshInverseBindposes>>,
    mut buffers: ResMut<'_, Assets<ShaderBuffer>>,
) {
    let character = shown.worn.0.clone().unwrap_or_else(|| Arc::clone(&wardrobe.mannequin));
    if Arc::ptr_eq(&character, &wardrobe.character) {
        return;
    }
    let bones = mesh(skeleton_surface(&character.rest_positions_m()));
    let coarse = mesh(caster(&Surface::of(&character)));
    let made = [(&wardrobe.body, body(&character)), (&wardrobe.caster, coarse), (&wardrobe.bones, bones)];
    let replaced = made.into_iter().try_for_each(|(handle, mesh)| meshes.insert(handle, mesh));
    if let Err(error) = replaced.and_then(|()| bindposes.insert(&wardrobe.inverse_bindposes, bind(&character))) {
        tracing::error!("another body could not be put on: {error}");
    }
    // Another shape of the same body has the same pose shapes, and they are large.
    if !Arc::ptr_eq(&wardrobe.character.pose_shapes, &character.pose_shapes) {
        wardrobe.shapes = Shapes::of(&character, &mut buffers);
    }
    wardrobe.character = character;
}

fn body(character: &Character) -> Mesh {
    mesh(Surface::of(character))
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

fn stand(shown: Res<'_, OnStage>, wardrobe: Res<'_, Wardrobe>, mut standing: ResMut<'_, Standing>) {
    standing.0.clear();
    standing.0.extend(shown.actors.iter().map(|Actor { pose, look }| (*look, wardrobe.character.stands(pose))));
}

/// Characters are made when they are needed for the first time, and kept.
fn make_missing(mut commands: Commands<'_, '_>, shown: Res<'_, OnStage>, ghosts: Res<'_, Ghosts>, mut wardrobe: ResMut<'_, Wardrobe>) {
    for place in wardrobe.joints.len()..shown.actors.len() {
        let joint = |joint| commands.spawn((JointOf { place, joint }, Transform::IDENTITY)).id();
        let joints: Vec<Entity> = (0..JOINT_COUNT).map(joint).collect();
        let body = |kind| wardrobe.body(place, kind, joints.clone());
        commands.spawn((body(SkinKind::Clay), MeshMaterial3d(wardrobe.clay.clone())));
        commands.spawn((body(SkinKind::Ghost), MeshMaterial3d(ghosts.of(Look::Original)), NotShadowCaster));
        let only_key = RenderLayers::layer(CASTER_LAYER);
        commands.spawn((body(SkinKind::Caster), MeshMaterial3d(wardrobe.clay.clone()), only_key));
        wardrobe.joints.push(joints);
    }
}

/// Bodies that poses move have clay of their own, which knows the pose. Ghosts have not: what is half there needs no elbows.
fn make_posed(
    mut commands: Commands<'_, '_>,
    shown: Res<'_, OnStage>,
    studio: Res<'_, CurrentStudio>,
    mut wardrobe: ResMut<'_, Wardrobe>,
    mut materials: ResMut<'_, Assets<PosedMaterial>>,
) {
    let Some(shapes) = wardrobe.shapes.clone() else { return };
    for (place, actor) in shown.actors.iter().enumerate().filter(|(_, actor)| actor.look == Look::Solid) {
        let material = PosedMaterial::new(&shapes, &actor.pose, studio.decor());
        if let Some(mut worn) = wardrobe.posed.get(place).and_then(|handle| materials.get_mut(handle)) {
            *worn = material;
            continue;
        }
        let handle = materials.add(material);
        commands.spawn((wardrobe.body(place, SkinKind::Posed, wardrobe.joints[place].clone()), MeshMaterial3d(handle.clone())));
        wardrobe.posed.push(handle);
    }
}

fn pose_joints(standing: Res<'_, Standing>, mut joints: Query<'_, '_, (&JointOf, &mut Transform)>) {
    for (JointOf { place, joint }, mut transform) in &mut joints {
        let Some((_, world)) = standing.0.get(*place) else { continue };
        *transform = Transform::from_translation(world.positions_m[*joint]).with_rotation(world.rotations[*joint]);
    }
}

fn dress(
    shown: Res<'_, OnStage>,
    wardrobe: Res<'_, Wardrobe>,
    quality: Res<'_, StageQuality>,
    mut skins: Query<'_, '_, (&Skin, &mut Mesh3d, &mut Visibility)>,
    mut clays: Query<'_, '_, &mut MeshMaterial3d<ClayMaterial>, With<Skin>>,
) {
    let (mesh, clay) = match shown.figure {
        Figure::Mannequin => (&wardrobe.body, &wardrobe.clay),
        Figure::Skeleton => (&wardrobe.bones, &wardrobe.bone),
    };
    let posed = wardrobe.shapes.is_some() && shown.figure == Figure::Mannequin;
    let solid = if posed { SkinKind::Posed } else { SkinKind::Clay };
    let coarse = throws_coarsely(&shown, *quality);
    for (skin, mut worn, mut visibility) in &mut skins {
        let seen = shown.actors.get(skin.place).is_some_and(|actor| match (actor.look, skin.kind) {
            (Look::Solid, SkinKind::Caster) => coarse,
            (Look::Solid, kind) => kind == solid,
            (_, kind) => kind == SkinKind::Ghost,
        });
        visibility.set_if_neq(if seen { Visibility::Visible } else { Visibility::Hidden });
        worn.set_if_neq(Mesh3d(if skin.kind == SkinKind::Caster { wardrobe.caster.clone() } else { mesh.clone() }));
    }
    for mut material in &mut clays {
        material.set_if_neq(MeshMaterial3d(clay.clone()));
    }
}

/// Bones are coarse enough by themselves, and large maps are for devices that need no help.
fn throws_coarsely(shown: &Shown, quality: StageQuality) -> bool {
    shown.figure == Figure::Mannequin && quality.shadows == Shadows::Small
}

/// What is seen throws its own shadow, or leaves that to its caster.
fn throw_shadows(
    mut commands: Commands<'_, '_>,
    shown: Res<'_, OnStage>,
    quality: Res<'_, StageQuality>,
    skins: Query<'_, '_, (Entity, &Skin, Has<NotShadowCaster>)>,
) {
    let leaves_it = throws_coarsely(&shown, *quality);
    for (skin, Skin { kind, .. }, throws_none) in &skins {
        if matches!(kind, SkinKind::Clay | SkinKind::Posed) && throws_none != leaves_it {
            if leaves_it {
                commands.entity(skin).insert(NotShadowCaster);
            } else {
                commands.entity(skin).remove::<NotShadowCaster>();
            }
        }
    }
}

fn tint_ghosts(shown: Res<'_, OnStage>, ghosts: Res<'_, Ghosts>, mut skins: Query<'_, '_, (&Skin, &mut MeshMaterial3d<GhostMaterial>)>) {
    for (skin, mut material) in &mut skins {
        if let Some(actor) = shown.actors.get(skin.place) {
            material.set_if_neq(MeshMaterial3d(ghosts.of(actor.look)));
        }
    }
}
