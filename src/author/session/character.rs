//! Who is on the stage: the mannequin with its look, or a character of the user's own.
//!
//! This is a way of seeing, as the camera is: it goes with the project and with the window's settings, and undo, which is for motions,
//! leaves it alone.

use super::desk::Desk;
use super::dialog::{Dialog, FilePurpose};
use super::own_character::{Body, OwnCharacter, PARTS, RiggedCharacter};
use super::unmapped::Unread;
use crate::author::settings::Settings;
use crate::body::{Character, CharacterChoice, CharacterKind, MannequinLook};
use crate::formats;
use crate::motion::mapping::{Fingers, Preset, Presets};
use crate::tasks::{Task, TaskKind, outcome, outcomes};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// What can be done with the character.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CharacterAction {
    /// Open the dialog for an own body.
    OpenBody,
    /// Read a body of SMPL, SMPL-H or SMPL-X; it takes the mannequin's place on the stage and in exports.
    LoadBody(PathBuf),
    /// Give the body one of its shape numbers, from 0, in deviations.
    BodyShape(usize, f32),
    /// Open the dialog for an own rigged character.
    OpenCharacter,
    /// Read a rigged character from a `.glb`, `.gltf`, `.vrm` or `.fbx` file; it takes the mannequin's place on the stage and in exports.
    LoadCharacter(PathBuf),
    /// Look what a file holds: a character goes onto the stage, a motion becomes a take, of both the user chooses.
    OpenFile(PathBuf),
    /// Ask where the file of the character has gone that the settings or the project name.
    FindCharacter,
    /// Have the rigged character hold its fingers like this.
    Fingers(Fingers),
    /// Have a preset decide which joint of the character in this file is which.
    MapCharacter(PathBuf, Box<Preset>),
    /// The mannequin again.
    DropBody,
    /// Choose the mannequin's colour: red, green, blue of sRGB.
    MannequinColor([u8; 3]),
    /// Choose the mannequin's build, from -1 (slim) over 0 to 1 (sturdy).
    MannequinBuild(f32),
}

/// Who is on the stage.
#[derive(Debug, Default)]
pub struct CharacterAssets {
    /// The user's own character, where one is on the stage.
    own: Option<OwnCharacter>,
    /// The mannequin, where it does not look as it comes.
    mannequin: Option<Arc<Character>>,
    /// The character that is being read: of several the latest.
    reading: Option<Task<Result<OwnCharacter, Unread>>>,
    /// Files of which it is being found out what they hold.
    looking: Vec<Task<Contents>>,
    /// The character of a file that holds motions too, while the user is asked.
    offered: Option<RiggedCharacter>,
    /// A file that has moved and is to be asked for.
    missing: Option<PathBuf>,
}

/// What a file holds.
#[derive(Debug)]
enum Contents {
    /// A character, and perhaps motions.
    Character(Box<RiggedCharacter>),
    /// At most a motion.
    Motion(PathBuf),
    /// Somebody who cannot be brought to move, and why.
    Unusable(Unread),
}

impl Contents {
    fn of(path: PathBuf, presets: &Presets) -> Self {
        match RiggedCharacter::read(path.clone(), Fingers::default(), presets) {
            Ok(rigged) => Self::Character(Box::new(rigged)),
            // What else is wrong with it is said when it is read as a motion.
            Err(unread) if formats::read_character(&path).is_ok_and(|read| read.clips.is_empty()) => Self::Unusable(unread),
            Err(_) => Self::Motion(path),
        }
    }
}

impl CharacterAssets {
    /// The user's own character, if one is on the stage.
    #[must_use]
    pub fn own(&self) -> Option<&OwnCharacter> {
        self.own.as_ref()
    }

    /// The user's own body, if one is on the stage.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        match &self.own {
            Some(OwnCharacter::Body(body)) => Some(body),
            _ => None,
        }
    }

    /// The user's own rigged character, if one is on the stage.
    #[must_use]
    pub fn rigged(&self) -> Option<&RiggedCharacter> {
        match &self.own {
            Some(OwnCharacter::Rigged(rigged)) => Some(rigged),
            _ => None,
        }
    }

    /// Whose mesh and bones are shown and exported; the mannequin's as it comes where there is none.
    #[must_use]
    pub fn character(&self) -> Option<Arc<Character>> {
        self.own.as_ref().map(OwnCharacter::character).or(self.mannequin.as_ref()).cloned()
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: CharacterAction, desk: &mut Desk) {
        let look = desk.settings.character.mannequin;
        match action {
            CharacterAction::OpenBody => desk.dialog = Dialog::to_read(FilePurpose::Body, self.path_of_own()),
            CharacterAction::OpenCharacter => desk.dialog = Dialog::to_read(FilePurpose::Character, self.path_of_own()),
            CharacterAction::FindCharacter => {
                let (purpose, path) = match &desk.settings.character.kind {
                    CharacterKind::Smpl { path, .. } => (FilePurpose::Body, path.clone()),
                    CharacterKind::Rigged { path, .. } => (FilePurpose::Character, path.clone()),
                    CharacterKind::Mannequin => return,
                };
                desk.dialog = Dialog::to_read(purpose, path);
            }
            CharacterAction::LoadBody(path) => {
                // One whose file was lost keeps its shape.
                let shape = match &desk.settings.character.kind {
                    CharacterKind::Smpl { shape, .. } if self.own.is_none() => shape.clone(),
                    _ => Vec::new(),
                };
                self.load(CharacterKind::Smpl { path: whole(path), shape }, desk);
            }
            CharacterAction::LoadCharacter(path) => {
                let path = whole(path);
                match self.offered.take().filter(|offered| offered.path() == path) {
                    Some(offered) => {
                        desk.dialog = Dialog::None;
                        self.loaded(Ok(OwnCharacter::Rigged(offered)), desk);
                    }
                    None => {
                        // One whose file was lost keeps its fingers and its mapping.
                        let kind = match &desk.settings.character.kind {
                            CharacterKind::Rigged { fingers, mapping, .. } if self.own.is_none() => {
                                CharacterKind::Rigged { path, fingers: *fingers, mapping: mapping.clone() }
                            }
                            _ => CharacterKind::rigged(path),
                        };
                        self.load(kind, desk);
                    }
                }
            }
            CharacterAction::OpenFile(path) => {
                desk.dialog = Dialog::None;
                let (path, presets) = (whole(path), desk.presets.clone());
                self.looking.push(desk.tasks.run(TaskKind::READ, move || Ok(Contents::of(path, &presets))));
            }
            CharacterAction::BodyShape(number, deviations) => {
                if let Some(OwnCharacter::Body(body)) = &mut self.own
                    && body.reshape(number, deviations)
                {
                    desk.settings.character.kind = OwnCharacter::Body(body.clone()).kind();
                }
            }
            CharacterAction::Fingers(fingers) => {
                if let Some(OwnCharacter::Rigged(rigged)) = self.own.take_if(|own| matches!(own, OwnCharacter::Rigged(_))) {
                    self.put(OwnCharacter::Rigged(rigged.with_fingers(fingers)), desk);
                }
            }
            CharacterAction::MapCharacter(path, preset) => {
                let path = whole(path);
                let mapped =
                    self.rigged().filter(|rigged| rigged.path() == path).cloned().and_then(|rigged| rigged.with_mapping((*preset).clone()));
                match mapped {
                    Some(rigged) => self.put(OwnCharacter::Rigged(rigged), desk),
                    None => self.load(CharacterKind::Rigged { path, fingers: Fingers::default(), mapping: Some(*preset) }, desk),
                }
            }
            CharacterAction::DropBody => {
                if matches!(desk.dialog, Dialog::MissingCharacter { .. }) {
                    desk.dialog = Dialog::None;
                }
                (self.own, self.reading, self.missing) = (None, None, None);
                desk.settings.character.kind = CharacterKind::Mannequin;
            }
            CharacterAction::MannequinColor(color) => self.look(MannequinLook { color, ..look }, &mut desk.settings),
            CharacterAction::MannequinBuild(build) => self.look(MannequinLook { build, ..look }, &mut desk.settings),
        }
    }

    fn path_of_own(&self) -> PathBuf {
        self.own.as_ref().map(|own| own.path().to_owned()).unwrap_or_default()
    }

    /// Puts somebody else on the stage: of the settings at the start, of a project that was opened.
    pub(super) fn take_on(&mut self, character: CharacterChoice, desk: &mut Desk) {
        let character = character.within_bounds();
        self.look(character.mannequin, &mut desk.settings);
        if self.own.as_ref().map_or(CharacterKind::Mannequin, OwnCharacter::kind) != character.kind {
            (self.own, self.reading, self.missing) = (None, None, None);
            match character.kind.path() {
                Some(path) if !path.exists() => self.missing = Some(path.to_owned()),
                Some(_) => self.read(character.kind.clone(), true, desk),
                None => {}
            }
        }
        desk.settings.character = character;
    }

    /// Gives the mannequin a look.
    fn look(&mut self, look: MannequinLook, settings: &mut Settings) {
        let look = look.within_bounds();
        if look != settings.character.mannequin || self.mannequin.is_none() {
            self.mannequin = (look != MannequinLook::default()).then(|| Arc::new(Character::mannequin_with(look)));
        }
        settings.character.mannequin = look;
    }

    fn load(&mut self, kind: CharacterKind, desk: &mut Desk) {
        desk.dialog = Dialog::None;
        self.read(kind, false, desk);
    }

    /// Reads a character, of settings or a project (`named`) or chosen now; whoever is on the stage stays there until that is done.
    fn read(&mut self, kind: CharacterKind, named: bool, desk: &mut Desk) {
        let kept = desk.presets.kept.clone();
        let read = move || match kind {
            CharacterKind::Smpl { path, shape } => Body::read(path, &shape).map(OwnCharacter::Body).map_err(Unread::from),
            CharacterKind::Rigged { path, fingers, mapping } => {
                let brings_mapping = !named || mapping.is_some();
                let presets = Presets { asked: mapping.into_iter().collect(), kept };
                let rigged = RiggedCharacter::read(path, fingers, &presets)?;
                Ok(OwnCharacter::Rigged(rigged.named(brings_mapping)))
            }
            CharacterKind::Mannequin => Err(Unread::from("the mannequin is in no file".to_owned())),
        };
        self.reading = Some(desk.tasks.run(TaskKind::READ, move || Ok(read())));
    }

    /// Takes in the character that has been read, and what files hold that were looked into. Answers those that hold a motion alone.
    #[must_use]
    pub(super) fn update(&mut self, desk: &mut Desk) -> Vec<PathBuf> {
        if let Some(own) = outcome(&mut self.reading) {
            self.loaded(own.unwrap_or_else(|message| Err(message.into())), desk);
        }
        let mut motions = Vec::new();
        for contents in outcomes(&mut self.looking) {
            match contents {
                Ok(Contents::Character(rigged)) if rigged.animations() == 0 => self.loaded(Ok(OwnCharacter::Rigged(*rigged)), desk),
                Ok(Contents::Character(rigged)) => {
                    desk.dialog = Dialog::Contents { path: rigged.path().to_owned(), animations: rigged.animations() };
                    self.offered = Some(*rigged);
                }
                Ok(Contents::Motion(path)) => motions.push(path),
                Ok(Contents::Unusable(unread)) => desk.unread(unread),
                Err(message) => desk.fail(message),
            }
        }
        if desk.dialog == Dialog::None
            && let Some(path) = self.missing.take()
        {
            desk.dialog = Dialog::MissingCharacter { path };
        }
        motions
    }

    /// As it is now, while the session goes on.
    pub(super) fn snapshot(&self) -> Self {
        Self { own: self.own.clone(), mannequin: self.mannequin.clone(), ..Self::default() }
    }

    /// Somebody takes the stage.
    fn put(&mut self, own: OwnCharacter, desk: &mut Desk) {
        desk.settings.character.kind = own.kind();
        self.own = Some(own);
    }

    /// A character has been read, or not.
    pub(super) fn loaded(&mut self, outcome: Result<OwnCharacter, Unread>, desk: &mut Desk) {
        match outcome {
            Ok(own) => {
                if let OwnCharacter::Rigged(rigged) = &own {
                    let name = rigged.path().file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                    let missing = PARTS.saturating_sub(rigged.parts_found());
                    let parts = if missing == 1 { "one part of the body was" } else { "some parts of the body were" };
                    desk.done(match missing {
                        0 => format!("{name} is on the stage"),
                        _ => format!("{name} is on the stage; {parts} not found: Bones… at the palette has them"),
                    });
                }
                self.put(own, desk);
            }
            // It stays in settings and project: its disk may be back tomorrow.
            Err(Unread { message, to_map }) if self.own.is_none() && desk.settings.character.kind != CharacterKind::Mannequin => {
                let message =
                    format!("{message}; the mannequin stands in for your own character, which can be chosen again at the palette");
                desk.unread(Unread { message, to_map });
            }
            Err(unread) => desk.unread(unread),
        }
    }
}

/// Another day begins in another folder.
fn whole(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}
