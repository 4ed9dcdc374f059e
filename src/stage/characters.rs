//! Which characters the stage has what to draw with, and which it is getting.
//!
//! Large characters are made ready beside the drawing, and their pictures go to the device over several frames; until then whoever was
//! there stays.

use super::assets::{AssetStores, CharacterAssets};
use super::prepare::{Prepared, is_quick};
use super::{OnStage, StageQuality};
use crate::body::Character;
use crate::view::Actor;
use bevy::prelude::*;
use bevy::render::render_asset::RenderAssetBytesPerFrame;
use bevy::tasks::{AsyncComputeTaskPool, Task, futures::check_ready};
use std::sync::Arc;

/// Bytes of pictures and meshes that go to the device in one frame, where characters come in the background.
const BYTES_A_FRAME: usize = 8 << 20;
/// Frames from handing something to the device until it is there.
const FRAMES_ON_THE_WAY: usize = 3;

/// When large characters are made ready.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CharacterLoading {
    /// Before anything else is drawn: for pictures, which show what they are told to.
    #[default]
    AtOnce,
    /// Beside the drawing: for windows, which never wait.
    Background,
}

/// The characters that the stage can draw, and those on the way.
#[derive(Resource)]
pub struct Characters {
    mannequin: Arc<Character>,
    ready: Vec<CharacterAssets>,
    preparing: Vec<Preparing>,
    uploading: Vec<Uploading>,
    /// Which characters took another one's place under the same handles, since that was asked last.
    replaced: Vec<Replaced>,
}

/// A character that is being made ready.
struct Preparing {
    character: Arc<Character>,
    fine: bool,
    task: Task<Prepared>,
}

/// A character that is on its way to the device.
struct Uploading {
    assets: CharacterAssets,
    frames: usize,
}

impl Characters {
    pub(super) fn new() -> Self {
        Self {
            mannequin: Arc::new(Character::mannequin()),
            ready: Vec::new(),
            preparing: Vec::new(),
            uploading: Vec::new(),
            replaced: Vec::new(),
        }
    }

    /// The character that an actor asks for.
    fn wanted<'a>(&'a self, actor: &'a Actor) -> &'a Arc<Character> {
        actor.character.0.as_ref().unwrap_or(&self.mannequin)
    }

    /// What an actor is drawn with; until its own character is there, with the one that was there before (`current`).
    pub(super) fn of(&self, actor: &Actor, current: Option<&Arc<Character>>) -> Option<&CharacterAssets> {
        let find = |character: &Arc<Character>| self.ready.iter().find(|assets| Arc::ptr_eq(&assets.character, character));
        find(self.wanted(actor)).or_else(|| current.and_then(find)).or(self.ready.first())
    }

    /// What a character is drawn with.
    pub(super) fn assets(&self, character: &Arc<Character>) -> Option<&CharacterAssets> {
        self.ready.iter().find(|assets| Arc::ptr_eq(&assets.character, character))
    }

    /// Whether characters are on the way: then the stage changes by itself.
    #[must_use]
    pub fn are_coming(&self) -> bool {
        !self.preparing.is_empty() || !self.uploading.is_empty()
    }

    /// The characters that are asked for, each once.
    fn needed(&self, shown: &OnStage) -> Vec<Arc<Character>> {
        let mut needed: Vec<Arc<Character>> = Vec::new();
        for actor in &shown.actors {
            let character = self.wanted(actor);
            if !needed.iter().any(|other| Arc::ptr_eq(other, character)) {
                needed.push(Arc::clone(character));
            }
        }
        needed
    }
}

/// One character took the place of another one.
pub(super) struct Replaced {
    pub(super) before: Arc<Character>,
    pub(super) now: Arc<Character>,
}

/// A condition for systems: whether characters are on the way.
pub(super) fn characters_are_coming(characters: Res<'_, Characters>) -> bool {
    characters.are_coming()
}

/// Gets the characters that are shown.
pub(super) fn get_characters(
    shown: Res<'_, OnStage>,
    quality: Res<'_, StageQuality>,
    loading: Res<'_, CharacterLoading>,
    mut characters: ResMut<'_, Characters>,
    mut stores: AssetStores<'_>,
) {
    let characters = &mut *characters;
    let fine = quality.has_fine_materials();
    let needed = characters.needed(&shown);
    let is_needed = |character: &Arc<Character>| needed.iter().any(|other| Arc::ptr_eq(other, character));
    characters.preparing.retain(|preparing| is_needed(&preparing.character) && preparing.fine == fine);
    characters.uploading.retain(|uploading| is_needed(&uploading.assets.character));
    for character in &needed {
        let has = |assets: &CharacterAssets| assets.is_of(character, fine);
        let is_coming = characters.preparing.iter().any(|preparing| Arc::ptr_eq(&preparing.character, character))
            || characters.uploading.iter().any(|uploading| has(&uploading.assets));
        if is_coming || characters.ready.iter().any(has) {
            continue;
        }
        // Mapped anew, or with other fingers: what it is drawn with stays.
        let looks_like = |assets: &&mut CharacterAssets| assets.looks_like(character, fine) && !is_needed(&assets.character);
        if let Some(assets) = characters.ready.iter_mut().find(looks_like) {
            let before = std::mem::replace(&mut assets.character, Arc::clone(character));
            characters.replaced.push(Replaced { before, now: Arc::clone(character) });
            continue;
        }
        if *loading == CharacterLoading::Background && !is_quick(character) {
            let of = Arc::clone(character);
            let task = AsyncComputeTaskPool::get().spawn(async move { Prepared::of(&of, fine) });
            characters.preparing.push(Preparing { character: Arc::clone(character), fine, task });
            continue;
        }
        let prepared = Prepared::of(character, fine);
        let is_spare = |assets: &&mut CharacterAssets| !is_needed(&assets.character) && assets.fits(character);
        match characters.ready.iter_mut().find(is_spare) {
            Some(spare) => {
                let before = Arc::clone(&spare.character);
                match spare.change(Arc::clone(character), fine, prepared, &mut stores) {
                    Ok(()) => characters.replaced.push(Replaced { before, now: Arc::clone(character) }),
                    Err(error) => tracing::error!("another character could not be shown: {error}"),
                }
            }
            None => {
                let assets = CharacterAssets::new(Arc::clone(character), fine, prepared, &mut stores);
                characters.put(assets);
            }
        }
    }
    characters.move_on(&mut stores);
    let all_are_there = needed.iter().all(|character| characters.assets(character).is_some());
    if all_are_there {
        characters.ready.retain(|assets| is_needed(&assets.character));
    }
}

impl Characters {
    /// Which characters took another one's place.
    pub(super) fn take_replaced(&mut self) -> Vec<Replaced> {
        std::mem::take(&mut self.replaced)
    }

    /// Takes in what was made ready, and what has arrived.
    fn move_on(&mut self, stores: &mut AssetStores<'_>) {
        for mut preparing in std::mem::take(&mut self.preparing) {
            let Some(prepared) = check_ready(&mut preparing.task) else {
                self.preparing.push(preparing);
                continue;
            };
            let frames = FRAMES_ON_THE_WAY + prepared.bytes() / BYTES_A_FRAME;
            let assets = CharacterAssets::new(preparing.character, preparing.fine, prepared, stores);
            self.uploading.push(Uploading { assets, frames });
        }
        for mut uploading in std::mem::take(&mut self.uploading) {
            match uploading.frames.checked_sub(1) {
                Some(frames) => {
                    uploading.frames = frames;
                    self.uploading.push(uploading);
                }
                None => self.put(uploading.assets),
            }
        }
    }

    /// Has something to draw a character with, in the place of what drew it in another detail.
    fn put(&mut self, assets: CharacterAssets) {
        self.ready.retain(|other| !Arc::ptr_eq(&other.character, &assets.character));
        self.ready.push(assets);
    }
}

/// Spreads what goes to the device over frames, where characters come in the background.
pub(super) fn bound_uploads(loading: Res<'_, CharacterLoading>, mut bytes: ResMut<'_, RenderAssetBytesPerFrame>) {
    bytes.max_bytes = (*loading == CharacterLoading::Background).then_some(BYTES_A_FRAME);
}
