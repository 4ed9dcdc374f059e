//! The characters: skinned meshes on the joints of each, the mannequin's or a skeleton's, as many as the stage shows.

use super::assets::{AssetStores, CharacterAssets};
use super::ghost::{GhostMaterial, Ghosts};
use super::lights::SHADOW_PROXY_LAYER;
use super::material::CharacterMaterial;
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

/// The characters on the stage, and what they are drawn with.
#[derive(Resource)]
struct Characters {
    mannequin: Arc<Character>,
    /// Of each character on the stage.
    assets: Vec<CharacterAssets>,
    material: Handle<CharacterMaterial>,
    bone: Handle<CharacterMaterial>,
    /// The entities of the actors, in their order; those of a row that is gone are kept for the next one.
    places: Vec<Place>,
}

/// The entities of one actor.
struct Place {
    character: Arc<Character>,
    joints: Vec<Entity>,
    skins: Vec<Entity>,
    /// The material of each mesh in its pose, as far as there are entities that have it.
    posed: Vec<Option<Handle<PosedMaterial>>>,
}

impl Characters {
    /// The character of an actor.
    fn character(&self, actor: &Actor) -> Arc<Character> {
        Arc::clone(actor.character.0.as_ref().unwrap_or(&self.mannequin))
    }

    fn assets(&self, character: &Arc<Character>) -> Option<&CharacterAssets> {
        self.assets.iter().find(|assets| Arc::ptr_eq(&assets.character, character))
    }

    fn assets_at(&self, place: usize) -> Option<&CharacterAssets> {
        self.assets(&self.places.get(place)?.character)
    }
}

/// One mesh of a character, of whatever it is made.
fn body(assets: &CharacterAssets, skin: Skin, joints: Vec<Entity>) -> impl Bundle + use<> {
    let skinned = SkinnedMesh { inverse_bindposes: assets.inverse_bindposes.clone(), joints };
    // Bevy culls skinned meshes by the box of their bind pose, which is where the character started, not where it went.
    (skin, Mesh3d(assets.parts[skin.mesh].body.clone()), skinned, NoFrustumCulling)
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
    Plain,
    /// The material of a body whose vertices its pose moves.
    Posed,
    Ghost,
    /// Only a shadow.
    ShadowProxy,
}

/// When characters take their poses, in `PostUpdate`.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Posing;

pub(super) struct CharacterPlugin;

impl Plugin for CharacterPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<OnStage>().init_resource::<Standing>().add_systems(Startup, make_mannequin).add_systems(
            PostUpdate,
            (change, stand, make_missing, make_posed, pose_joints, show, throw_shadows, tint_ghosts)
                .chain()
                .run_if(resource_changed::<OnStage>.or_eager(resource_changed::<StageQuality>))
                .in_set(Posing)
                .before(TransformSystems::Propagate),
        );
    }
}

fn make_mannequin(
    mut commands: Commands<'_, '_>,
    mut materials: ResMut<'_, Assets<CharacterMaterial>>,
    mut stores: AssetStores<'_>,
    studio: Res<'_, CurrentStudio>,
) {
    let mannequin = Arc::new(Character::mannequin());
    commands.insert_resource(Characters {
        assets: vec![CharacterAssets::new(Arc::clone(&mannequin), &mut stores)],
        material: materials.add(CharacterMaterial::painted(studio.decor())),
        bone: materials.add(CharacterMaterial::bone(studio.decor())),
        mannequin,
        places: Vec::new(),
    });
}

/// Outfits of the characters that are shown. What is not needed any more becomes another one's where it fits, under the same handles.
fn change(shown: Res<'_, OnStage>, mut characters: ResMut<'_, Characters>, mut stores: AssetStores<'_>) {
    let characters = &mut *characters;
    let mut needed: Vec<Arc<Character>> = Vec::new();
    for actor in &shown.actors {
        let character = characters.character(actor);
        if !needed.iter().any(|other| Arc::ptr_eq(other, &character)) {
            needed.push(character);
        }
    }
    let is_needed = |assets: &CharacterAssets| needed.iter().any(|other| Arc::ptr_eq(other, &assets.character));
    let missing: Vec<_> = needed.iter().filter(|character| characters.assets(character).is_none()).cloned().collect();
    if missing.is_empty() {
        return;
    }
    for character in missing {
        let spare = characters.assets.iter_mut().find(|assets| !is_needed(assets) && assets.fits(&character));
        let Some(assets) = spare else {
            characters.assets.push(CharacterAssets::new(character, &mut stores));
            continue;
        };
        let before = Arc::clone(&assets.character);
        if let Err(error) = assets.change(Arc::clone(&character), &mut stores) {
            tracing::error!("another character could not be shown: {error}");
            continue;
        }
        for place in characters.places.iter_mut().filter(|place| Arc::ptr_eq(&place.character, &before)) {
            place.character = Arc::clone(&character);
        }
    }
    characters.assets.retain(|assets| is_needed(assets));
}

fn stand(shown: Res<'_, OnStage>, characters: Res<'_, Characters>, mut standing: ResMut<'_, Standing>) {
    standing.0.clear();
    standing.0.extend(shown.actors.iter().map(|actor| {
        let character = characters.character(actor);
        let rig = character.world(&actor.pose);
        Stand { look: actor.look, ours: character.ours(&actor.pose, &rig), rig }
    }));
}

/// Entities are made when they are needed for the first time, or for another character than before, and kept.
fn make_missing(mut commands: Commands<'_, '_>, shown: Res<'_, OnStage>, ghosts: Res<'_, Ghosts>, mut characters: ResMut<'_, Characters>) {
    for (at, actor) in shown.actors.iter().enumerate() {
        let character = characters.character(actor);
        if characters.places.get(at).is_some_and(|place| Arc::ptr_eq(&place.character, &character)) {
            continue;
        }
        let Some(assets) = characters.assets(&character) else { continue };
        let joint = |joint| commands.spawn((JointOf { place: at, joint }, Transform::IDENTITY)).id();
        let joints: Vec<Entity> = (0..character.rig().len()).map(joint).collect();
        let mut skins = Vec::new();
        for mesh in 0..assets.parts.len() {
            let body = |kind| body(assets, Skin { place: at, mesh, kind }, joints.clone());
            let only_key = RenderLayers::layer(SHADOW_PROXY_LAYER);
            skins.extend([
                commands.spawn((body(SkinKind::Plain), MeshMaterial3d(characters.material.clone()))).id(),
                commands.spawn((body(SkinKind::Ghost), MeshMaterial3d(ghosts.of(Look::Original)), NotShadowCaster)).id(),
                commands.spawn((body(SkinKind::ShadowProxy), MeshMaterial3d(characters.material.clone()), only_key)).id(),
            ]);
        }
        let place = Place { posed: vec![None; assets.parts.len()], character, joints, skins };
        if at == characters.places.len() {
            characters.places.push(place);
        } else {
            let old = std::mem::replace(&mut characters.places[at], place);
            old.joints.into_iter().chain(old.skins).for_each(|entity| commands.entity(entity).despawn());
        }
    }
}

/// Bodies that poses move have a material of their own, which knows the pose. Ghosts have not: what is half there needs no elbows.
fn make_posed(
    mut commands: Commands<'_, '_>,
    shown: Res<'_, OnStage>,
    studio: Res<'_, CurrentStudio>,
    mut characters: ResMut<'_, Characters>,
    mut materials: ResMut<'_, Assets<PosedMaterial>>,
) {
    let Characters { assets, places, .. } = &mut *characters;
    for (at, actor) in shown.actors.iter().enumerate().filter(|(_, actor)| actor.look == Look::Solid) {
        let Some(place) = places.get_mut(at) else { continue };
        let Some(assets) = assets.iter().find(|assets| Arc::ptr_eq(&assets.character, &place.character)) else { continue };
        for (mesh, part) in assets.parts.iter().enumerate() {
            let Some(shapes) = &part.shapes else { continue };
            let material = PosedMaterial::new(shapes, &actor.pose, studio.decor());
            if let Some(mut shown) = place.posed[mesh].as_ref().and_then(|handle| materials.get_mut(handle)) {
                *shown = material;
                continue;
            }
            let handle = materials.add(material);
            let skin = Skin { place: at, mesh, kind: SkinKind::Posed };
            place.skins.push(commands.spawn((body(assets, skin, place.joints.clone()), MeshMaterial3d(handle.clone()))).id());
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

fn show(
    shown: Res<'_, OnStage>,
    characters: Res<'_, Characters>,
    quality: Res<'_, StageQuality>,
    mut skins: Query<'_, '_, (&Skin, &mut Mesh3d, &mut Visibility)>,
    mut materials: Query<'_, '_, &mut MeshMaterial3d<CharacterMaterial>, With<Skin>>,
) {
    let is_bones = shown.figure == Figure::Skeleton;
    let wanted = if is_bones { &characters.bone } else { &characters.material };
    let coarse = uses_proxies(&shown, *quality);
    for (skin, mut mesh3d, mut visibility) in &mut skins {
        let Some((assets, part)) = characters.assets_at(skin.place).and_then(|assets| Some((assets, assets.parts.get(skin.mesh)?))) else {
            visibility.set_if_neq(Visibility::Hidden);
            continue;
        };
        let solid = if part.shapes.is_some() && !is_bones { SkinKind::Posed } else { SkinKind::Plain };
        let seen = shown.actors.get(skin.place).is_some_and(|actor| match (actor.look, skin.kind) {
            // The first mesh's entities show the bones of all.
            _ if is_bones && skin.mesh > 0 => false,
            (Look::Solid, SkinKind::ShadowProxy) => coarse,
            (Look::Solid, kind) => kind == solid,
            (_, kind) => kind == SkinKind::Ghost,
        });
        visibility.set_if_neq(if seen { Visibility::Visible } else { Visibility::Hidden });
        let mesh = match (skin.kind, is_bones) {
            (SkinKind::ShadowProxy, _) => &part.shadow_proxy,
            (_, true) => &assets.bones,
            (_, false) => &part.body,
        };
        mesh3d.set_if_neq(Mesh3d(mesh.clone()));
    }
    for mut material in &mut materials {
        material.set_if_neq(MeshMaterial3d(wanted.clone()));
    }
}

/// Bones are coarse enough by themselves, and large maps are for devices that need no help.
fn uses_proxies(shown: &Shown, quality: StageQuality) -> bool {
    shown.figure == Figure::Mannequin && quality.shadows == Shadows::Small
}

/// What is seen throws its own shadow, or leaves that to its proxy.
fn throw_shadows(
    mut commands: Commands<'_, '_>,
    shown: Res<'_, OnStage>,
    quality: Res<'_, StageQuality>,
    skins: Query<'_, '_, (Entity, &Skin, Has<NotShadowCaster>)>,
) {
    let leaves_it = uses_proxies(&shown, *quality);
    for (skin, Skin { kind, .. }, throws_none) in &skins {
        if matches!(kind, SkinKind::Plain | SkinKind::Posed) && throws_none != leaves_it {
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
