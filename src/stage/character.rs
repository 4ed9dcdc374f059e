//! The characters: skinned meshes on the joints of each, the mannequin's or a skeleton's, as many as the stage shows.

use super::clay::ClayMaterial;
use super::ghost::{GhostMaterial, Ghosts};
use super::lights::CASTER_LAYER;
use super::outfit::{Outfit, Stores};
use super::posed::PosedMaterial;
use super::studio::CurrentStudio;
use super::{OnStage, StageQuality};
use crate::body::Character;
use crate::motion::WorldPose;
use crate::motion::rig::RigWorld;
use crate::view::{Actor, Figure, Look, Shadows, Shown};
use bevy::camera::visibility::{NoFrustumCulling, RenderLayers};
use bevy::light::NotShadowCaster;
use bevy::mesh::skinning::SkinnedMesh;
use bevy::prelude::*;
use std::sync::Arc;

/// Where the joints of the shown characters are; changes when they move.
#[derive(Resource, Default)]
pub(super) struct Standing(Vec<Stand>);

/// How one character stands.
struct Stand {
    look: Look,
    /// Our joints on its rig.
    ours: WorldPose,
    /// All joints of its rig.
    rig: RigWorld,
}

impl Standing {
    /// The solid characters.
    pub(super) fn solid(&self) -> impl Iterator<Item = &WorldPose> + Clone {
        self.0.iter().filter(|stand| stand.look == Look::Solid).map(|stand| &stand.ours)
    }

    /// The middle of the solid characters' pelvises on the floor; the origin where there are none.
    pub(super) fn middle_m(&self) -> Vec3 {
        let places = || self.solid().map(|world| world.positions_m[0].with_y(0.0));
        let (Some(least), Some(most)) = (places().reduce(Vec3::min), places().reduce(Vec3::max)) else { return Vec3::ZERO };
        (least + most) / 2.0
    }
}

/// What the characters are drawn with.
#[derive(Resource)]
struct Wardrobe {
    mannequin: Arc<Character>,
    /// Of each character on the stage.
    outfits: Vec<Outfit>,
    clay: Handle<ClayMaterial>,
    bone: Handle<ClayMaterial>,
    /// The entities of the actors, in their order; those of a row that is gone are kept for the next one.
    places: Vec<Place>,
}

/// The entities of one actor.
struct Place {
    character: Arc<Character>,
    joints: Vec<Entity>,
    skins: Vec<Entity>,
    /// The clay of each mesh in its pose, as far as there are entities that have it.
    posed: Vec<Option<Handle<PosedMaterial>>>,
}

impl Wardrobe {
    /// The character of an actor.
    fn character(&self, actor: &Actor) -> Arc<Character> {
        Arc::clone(actor.character.0.as_ref().unwrap_or(&self.mannequin))
    }

    fn outfit(&self, character: &Arc<Character>) -> Option<&Outfit> {
        self.outfits.iter().find(|outfit| Arc::ptr_eq(&outfit.character, character))
    }

    fn outfit_at(&self, place: usize) -> Option<&Outfit> {
        self.outfit(&self.places.get(place)?.character)
    }
}

/// One mesh of a character, of whatever it is made.
fn body(outfit: &Outfit, skin: Skin, joints: Vec<Entity>) -> impl Bundle + use<> {
    let skinned = SkinnedMesh { inverse_bindposes: outfit.inverse_bindposes.clone(), joints };
    // Bevy culls skinned meshes by the box of their bind pose, which is where the character started, not where it went.
    (skin, Mesh3d(outfit.parts[skin.mesh].body.clone()), skinned, NoFrustumCulling)
}

/// A joint of the character at a place among those shown.
#[derive(Component, Clone, Copy)]
struct JointOf {
    place: usize,
    joint: usize,
}

/// A mesh of the character at this place among those shown.
#[derive(Component, Clone, Copy)]
struct Skin {
    place: usize,
    /// Which of its meshes.
    mesh: usize,
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
    mut clays: ResMut<'_, Assets<ClayMaterial>>,
    mut stores: Stores<'_>,
    studio: Res<'_, CurrentStudio>,
) {
    let mannequin = Arc::new(Character::mannequin());
    commands.insert_resource(Wardrobe {
        outfits: vec![Outfit::new(Arc::clone(&mannequin), &mut stores)],
        clay: clays.add(ClayMaterial::painted(studio.decor())),
        bone: clays.add(ClayMaterial::bone(studio.decor())),
        mannequin,
        places: Vec::new(),
    });
}

/// Outfits of the characters that are shown. What is not needed any more becomes another one's where it fits, under the same handles.
fn change(shown: Res<'_, OnStage>, mut wardrobe: ResMut<'_, Wardrobe>, mut stores: Stores<'_>) {
    let wardrobe = &mut *wardrobe;
    let mut needed: Vec<Arc<Character>> = Vec::new();
    for actor in &shown.actors {
        let character = wardrobe.character(actor);
        if !needed.iter().any(|other| Arc::ptr_eq(other, &character)) {
            needed.push(character);
        }
    }
    let is_needed = |outfit: &Outfit| needed.iter().any(|other| Arc::ptr_eq(other, &outfit.character));
    let missing: Vec<_> = needed.iter().filter(|character| wardrobe.outfit(character).is_none()).cloned().collect();
    if missing.is_empty() {
        return;
    }
    for character in missing {
        let spare = wardrobe.outfits.iter_mut().find(|outfit| !is_needed(outfit) && outfit.fits(&character));
        let Some(outfit) = spare else {
            wardrobe.outfits.push(Outfit::new(character, &mut stores));
            continue;
        };
        let before = Arc::clone(&outfit.character);
        if let Err(error) = outfit.change(Arc::clone(&character), &mut stores) {
            tracing::error!("another character could not be shown: {error}");
            continue;
        }
        for place in wardrobe.places.iter_mut().filter(|place| Arc::ptr_eq(&place.character, &before)) {
            place.character = Arc::clone(&character);
        }
    }
    wardrobe.outfits.retain(|outfit| is_needed(outfit));
}

fn stand(shown: Res<'_, OnStage>, wardrobe: Res<'_, Wardrobe>, mut standing: ResMut<'_, Standing>) {
    standing.0.clear();
    standing.0.extend(shown.actors.iter().map(|actor| {
        let character = wardrobe.character(actor);
        let rig = character.world(&actor.pose);
        Stand { look: actor.look, ours: character.ours(&actor.pose, &rig), rig }
    }));
}

/// Entities are made when they are needed for the first time, or for another character than before, and kept.
fn make_missing(mut commands: Commands<'_, '_>, shown: Res<'_, OnStage>, ghosts: Res<'_, Ghosts>, mut wardrobe: ResMut<'_, Wardrobe>) {
    for (at, actor) in shown.actors.iter().enumerate() {
        let character = wardrobe.character(actor);
        if wardrobe.places.get(at).is_some_and(|place| Arc::ptr_eq(&place.character, &character)) {
            continue;
        }
        let Some(outfit) = wardrobe.outfit(&character) else { continue };
        let joint = |joint| commands.spawn((JointOf { place: at, joint }, Transform::IDENTITY)).id();
        let joints: Vec<Entity> = (0..character.rig().len()).map(joint).collect();
        let mut skins = Vec::new();
        for mesh in 0..outfit.parts.len() {
            let body = |kind| body(outfit, Skin { place: at, mesh, kind }, joints.clone());
            let only_key = RenderLayers::layer(CASTER_LAYER);
            skins.extend([
                commands.spawn((body(SkinKind::Clay), MeshMaterial3d(wardrobe.clay.clone()))).id(),
                commands.spawn((body(SkinKind::Ghost), MeshMaterial3d(ghosts.of(Look::Original)), NotShadowCaster)).id(),
                commands.spawn((body(SkinKind::Caster), MeshMaterial3d(wardrobe.clay.clone()), only_key)).id(),
            ]);
        }
        let place = Place { posed: vec![None; outfit.parts.len()], character, joints, skins };
        if at == wardrobe.places.len() {
            wardrobe.places.push(place);
        } else {
            let old = std::mem::replace(&mut wardrobe.places[at], place);
            old.joints.into_iter().chain(old.skins).for_each(|entity| commands.entity(entity).despawn());
        }
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
    let Wardrobe { outfits, places, .. } = &mut *wardrobe;
    for (at, actor) in shown.actors.iter().enumerate().filter(|(_, actor)| actor.look == Look::Solid) {
        let Some(place) = places.get_mut(at) else { continue };
        let Some(outfit) = outfits.iter().find(|outfit| Arc::ptr_eq(&outfit.character, &place.character)) else { continue };
        for (mesh, part) in outfit.parts.iter().enumerate() {
            let Some(shapes) = &part.shapes else { continue };
            let material = PosedMaterial::new(shapes, &actor.pose, studio.decor());
            if let Some(mut shown) = place.posed[mesh].as_ref().and_then(|handle| materials.get_mut(handle)) {
                *shown = material;
                continue;
            }
            let handle = materials.add(material);
            let skin = Skin { place: at, mesh, kind: SkinKind::Posed };
            place.skins.push(commands.spawn((body(outfit, skin, place.joints.clone()), MeshMaterial3d(handle.clone()))).id());
            place.posed[mesh] = Some(handle);
        }
    }
}

fn pose_joints(standing: Res<'_, Standing>, mut joints: Query<'_, '_, (&JointOf, &mut Transform)>) {
    for (JointOf { place, joint }, mut transform) in &mut joints {
        let Some(Stand { rig, .. }) = standing.0.get(*place) else { continue };
        let (Some(position_m), Some(rotation)) = (rig.positions.get(*joint), rig.rotations.get(*joint)) else { continue };
        *transform = Transform::from_translation(*position_m).with_rotation(*rotation);
    }
}

fn dress(
    shown: Res<'_, OnStage>,
    wardrobe: Res<'_, Wardrobe>,
    quality: Res<'_, StageQuality>,
    mut skins: Query<'_, '_, (&Skin, &mut Mesh3d, &mut Visibility)>,
    mut clays: Query<'_, '_, &mut MeshMaterial3d<ClayMaterial>, With<Skin>>,
) {
    let is_bones = shown.figure == Figure::Skeleton;
    let clay = if is_bones { &wardrobe.bone } else { &wardrobe.clay };
    let coarse = throws_coarsely(&shown, *quality);
    for (skin, mut worn, mut visibility) in &mut skins {
        let Some((outfit, part)) = wardrobe.outfit_at(skin.place).and_then(|outfit| Some((outfit, outfit.parts.get(skin.mesh)?))) else {
            visibility.set_if_neq(Visibility::Hidden);
            continue;
        };
        let solid = if part.shapes.is_some() && !is_bones { SkinKind::Posed } else { SkinKind::Clay };
        let seen = shown.actors.get(skin.place).is_some_and(|actor| match (actor.look, skin.kind) {
            // The first mesh's entities show the bones of all.
            _ if is_bones && skin.mesh > 0 => false,
            (Look::Solid, SkinKind::Caster) => coarse,
            (Look::Solid, kind) => kind == solid,
            (_, kind) => kind == SkinKind::Ghost,
        });
        visibility.set_if_neq(if seen { Visibility::Visible } else { Visibility::Hidden });
        let mesh = match (skin.kind, is_bones) {
            (SkinKind::Caster, _) => &part.caster,
            (_, true) => &outfit.bones,
            (_, false) => &part.body,
        };
        worn.set_if_neq(Mesh3d(mesh.clone()));
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
