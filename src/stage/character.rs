//! The characters: skinned meshes on the joints of each, the mannequin's or a skeleton's, as many as the stage shows.

use super::assets::CharacterAssets;
use super::characters::{CharacterLoading, Characters, Replaced, bound_uploads, characters_are_coming, get_characters};
use super::ghost::{GhostMaterial, Ghosts};
use super::inputs::{OnStage, StageQuality};
use super::material::CharacterMaterial;
use super::posed::PosedMaterial;
use super::shadow_proxy::SHADOW_PROXY_LAYER;
use super::studio::CurrentStudio;
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

/// The entities of the actors, in their order; those of a row that is gone are kept for the next one.
#[derive(Resource)]
struct Places {
    places: Vec<Place>,
    /// What bones are made of.
    bone: Handle<CharacterMaterial>,
}

/// The entities of one actor.
struct Place {
    character: Arc<Character>,
    joints: Vec<Entity>,
    skins: Vec<Entity>,
    /// The material of each mesh in its pose, as far as there are entities that have it.
    posed: Vec<Option<Handle<PosedMaterial>>>,
}

impl Places {
    /// What an actor is drawn with at its place.
    fn assets<'a>(&self, characters: &'a Characters, at: usize, actor: &Actor) -> Option<&'a CharacterAssets> {
        characters.of(actor, self.places.get(at).map(|place| &place.character))
    }
}

/// A mesh on the joints of a character, of whatever it is made.
fn skinned(assets: &CharacterAssets, mesh: &Handle<Mesh>, skin: Skin, joints: Vec<Entity>) -> impl Bundle + use<> {
    let skinned = SkinnedMesh { inverse_bindposes: assets.inverse_bindposes.clone(), joints };
    // Bevy culls skinned meshes by the box of their bind pose, which is where the character started, not where it went.
    (skin, Mesh3d(mesh.clone()), skinned, NoFrustumCulling)
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
        app.init_resource::<OnStage>()
            .init_resource::<Standing>()
            .init_resource::<CharacterLoading>()
            .insert_resource(Characters::new())
            .add_systems(Startup, (make_bone, bound_uploads))
            .add_systems(
                PostUpdate,
                (get_characters, make_missing, stand, make_posed, pose_joints, show, throw_shadows, tint_ghosts)
                    .chain()
                    .run_if(resource_changed::<OnStage>.or_eager(resource_changed::<StageQuality>).or_eager(characters_are_coming))
                    .in_set(Posing)
                    .before(TransformSystems::Propagate),
            );
    }
}

fn make_bone(mut commands: Commands<'_, '_>, mut materials: ResMut<'_, Assets<CharacterMaterial>>, studio: Res<'_, CurrentStudio>) {
    commands.insert_resource(Places { places: Vec::new(), bone: materials.add(CharacterMaterial::bone(studio.decor())) });
}

/// Entities are made when they are needed for the first time, or for another character than before, and kept.
fn make_missing(
    mut commands: Commands<'_, '_>,
    shown: Res<'_, OnStage>,
    ghosts: Res<'_, Ghosts>,
    mut characters: ResMut<'_, Characters>,
    mut places: ResMut<'_, Places>,
) {
    for Replaced { before, now } in characters.take_replaced() {
        for place in places.places.iter_mut().filter(|place| Arc::ptr_eq(&place.character, &before)) {
            place.character = Arc::clone(&now);
        }
    }
    for (at, actor) in shown.actors.iter().enumerate() {
        let Some(assets) = places.assets(&characters, at, actor) else { continue };
        if places.places.get(at).is_some_and(|place| Arc::ptr_eq(&place.character, &assets.character)) {
            continue;
        }
        let joint = |joint| commands.spawn((JointOf { place: at, joint }, Transform::IDENTITY)).id();
        let joints: Vec<Entity> = (0..assets.character.rig().len()).map(joint).collect();
        let mut skins = Vec::new();
        for (mesh, part) in assets.parts.iter().enumerate() {
            let body = |kind| skinned(assets, &part.body, Skin { place: at, mesh, kind }, joints.clone());
            let mut plain = commands.spawn((body(SkinKind::Plain), MeshMaterial3d(part.material.clone())));
            if part.is_translucent {
                plain.insert(NotShadowCaster);
            }
            skins.push(plain.id());
            skins.push(commands.spawn((body(SkinKind::Ghost), MeshMaterial3d(ghosts.of(Look::Original)), NotShadowCaster)).id());
        }
        if assets.parts.is_empty() {
            // Who has no meshes has bones alone.
            let bones = skinned(assets, &assets.bones, Skin { place: at, mesh: 0, kind: SkinKind::Plain }, joints.clone());
            skins.push(commands.spawn((bones, MeshMaterial3d(places.bone.clone()))).id());
        }
        if let Some(proxy) = &assets.shadow_proxy {
            let skin = Skin { place: at, mesh: 0, kind: SkinKind::ShadowProxy };
            let only_key = RenderLayers::layer(SHADOW_PROXY_LAYER);
            let proxy = skinned(assets, proxy, skin, joints.clone());
            skins.push(commands.spawn((proxy, MeshMaterial3d(places.bone.clone()), only_key)).id());
        }
        let place = Place { posed: vec![None; assets.parts.len()], character: Arc::clone(&assets.character), joints, skins };
        if at == places.places.len() {
            places.places.push(place);
        } else if let Some(old) = places.places.get_mut(at).map(|old| std::mem::replace(old, place)) {
            old.joints.into_iter().chain(old.skins).for_each(|entity| commands.entity(entity).despawn());
        }
    }
}

fn stand(shown: Res<'_, OnStage>, characters: Res<'_, Characters>, places: Res<'_, Places>, mut standing: ResMut<'_, Standing>) {
    standing.0.clear();
    standing.0.extend(shown.actors.iter().enumerate().filter_map(|(at, actor)| {
        let character = &places.assets(&characters, at, actor)?.character;
        let rig = character.world(&actor.pose);
        Some(Stand { look: actor.look, ours: character.ours(&actor.pose, &rig), rig })
    }));
}

/// Bodies that poses move have a material of their own, which knows the pose. Ghosts have not: what is half there needs no elbows.
fn make_posed(
    mut commands: Commands<'_, '_>,
    shown: Res<'_, OnStage>,
    studio: Res<'_, CurrentStudio>,
    characters: Res<'_, Characters>,
    mut places: ResMut<'_, Places>,
    mut materials: ResMut<'_, Assets<PosedMaterial>>,
) {
    for (at, actor) in shown.actors.iter().enumerate().filter(|(_, actor)| actor.look == Look::Solid) {
        let Some(place) = places.places.get_mut(at) else { continue };
        let Some(assets) = characters.assets(&place.character) else { continue };
        for (mesh, part) in assets.parts.iter().enumerate() {
            let Some(shapes) = &part.shapes else { continue };
            let material = PosedMaterial::new(shapes, &assets.character.meshes()[mesh].material, &actor.pose, studio.decor());
            if let Some(mut shown) = place.posed[mesh].as_ref().and_then(|handle| materials.get_mut(handle)) {
                *shown = material;
                continue;
            }
            let handle = materials.add(material);
            let skin = Skin { place: at, mesh, kind: SkinKind::Posed };
            place
                .skins
                .push(commands.spawn((skinned(assets, &part.body, skin, place.joints.clone()), MeshMaterial3d(handle.clone()))).id());
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
    places: Res<'_, Places>,
    quality: Res<'_, StageQuality>,
    mut skins: Query<'_, '_, (&Skin, &mut Mesh3d, &mut Visibility, Option<&mut MeshMaterial3d<CharacterMaterial>>)>,
) {
    let is_bones = shown.figure == Figure::Skeleton;
    let coarse = uses_proxies(&shown, *quality);
    for (skin, mut mesh3d, mut visibility, material) in &mut skins {
        let assets = places.places.get(skin.place).and_then(|place| characters.assets(&place.character));
        let Some((assets, part)) = assets.and_then(|assets| Some((assets, assets.parts.get(skin.mesh)?))) else {
            let has_bones_alone = assets.is_some_and(|assets| assets.parts.is_empty()) && skin.kind == SkinKind::Plain;
            let seen = has_bones_alone && is_bones && shown.actors.get(skin.place).is_some();
            visibility.set_if_neq(if seen { Visibility::Visible } else { Visibility::Hidden });
            continue;
        };
        let solid = if part.shapes.is_some() && !is_bones { SkinKind::Posed } else { SkinKind::Plain };
        let seen = shown.actors.get(skin.place).is_some_and(|actor| match (actor.look, skin.kind) {
            // The first mesh's entities show the bones of all.
            _ if is_bones && skin.mesh > 0 => false,
            (Look::Solid, SkinKind::ShadowProxy) => coarse,
            (Look::Solid, kind) => kind == solid,
            (_, kind) => kind == SkinKind::Ghost && (is_bones || !part.is_translucent),
        });
        visibility.set_if_neq(if seen { Visibility::Visible } else { Visibility::Hidden });
        let mesh = match (skin.kind, is_bones) {
            (SkinKind::ShadowProxy, _) => assets.shadow_proxy.as_ref(),
            (_, true) => Some(&assets.bones),
            (_, false) => Some(&part.body),
        };
        if let Some(mesh) = mesh {
            mesh3d.set_if_neq(Mesh3d(mesh.clone()));
        }
        if let (SkinKind::Plain, Some(mut material)) = (skin.kind, material) {
            material.set_if_neq(MeshMaterial3d(if is_bones { places.bone.clone() } else { part.material.clone() }));
        }
    }
}

/// Bones are coarse enough by themselves, and large maps are for devices that need no help.
fn uses_proxies(shown: &Shown, quality: StageQuality) -> bool {
    shown.figure == Figure::Mannequin && quality.shadows == Shadows::Small
}

/// What is seen throws its own shadow, or leaves that to its proxy; what light shines through throws none.
fn throw_shadows(
    mut commands: Commands<'_, '_>,
    shown: Res<'_, OnStage>,
    characters: Res<'_, Characters>,
    places: Res<'_, Places>,
    quality: Res<'_, StageQuality>,
    skins: Query<'_, '_, (Entity, &Skin, Has<NotShadowCaster>)>,
) {
    let leaves_it = uses_proxies(&shown, *quality);
    let is_translucent = |skin: &Skin| {
        let place = places.places.get(skin.place);
        let part = place.and_then(|place| characters.assets(&place.character)?.parts.get(skin.mesh));
        shown.figure == Figure::Mannequin && part.is_some_and(|part| part.is_translucent)
    };
    for (entity, skin, throws_none) in skins.iter().filter(|(_, skin, _)| matches!(skin.kind, SkinKind::Plain | SkinKind::Posed)) {
        match (throws_none, leaves_it || is_translucent(skin)) {
            (false, true) => {
                commands.entity(entity).insert(NotShadowCaster);
            }
            (true, false) => {
                commands.entity(entity).remove::<NotShadowCaster>();
            }
            _ => {}
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
