//! Characters of the user's own: a body of SMPL's kind with its shape, or a rigged character as its file has it.

use super::mapping::Mapped;
use super::unmapped::Unread;
use crate::body::{BodyModel, Character, CharacterKind, MOST_DEVIATION};
use crate::formats;
use crate::motion::mapping::{Fingers, MAPPED, Mapping, Preset, Presets, find_parts};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Shape numbers that can be changed: the first ones tell most.
pub const SHAPES: usize = 10;

/// Parts of a body that a rig may have a joint for.
pub const PARTS: usize = MAPPED.len();

/// A body of SMPL's kind that was read from a file.
#[derive(Clone, Debug)]
pub struct Body {
    path: PathBuf,
    model: Arc<BodyModel>,
    shape: Vec<f32>,
    character: Arc<Character>,
}

impl Body {
    /// The body of this model with a shape, in deviations; missing numbers are 0.
    #[must_use]
    pub fn new(path: PathBuf, model: BodyModel, shape: &[f32]) -> Self {
        let number = |place: usize| shape.get(place).map_or(0.0, |number| number.clamp(-MOST_DEVIATION, MOST_DEVIATION));
        let shape: Vec<f32> = (0..model.shapes_m.len().min(SHAPES)).map(number).collect();
        let character = Arc::new(model.character(&shape));
        Self { path, model: Arc::new(model), shape, character }
    }

    /// Reads one.
    pub(super) fn read(path: PathBuf, shape: &[f32]) -> Result<Self, String> {
        formats::read_body_model(&path).map(|model| Self::new(path, model, shape)).map_err(|error| error.to_string())
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its shape, in deviations.
    #[must_use]
    pub fn shape(&self) -> &[f32] {
        &self.shape
    }

    /// It with its shape.
    #[must_use]
    pub fn character(&self) -> &Arc<Character> {
        &self.character
    }

    /// Gives it one of its shape numbers, in deviations. Answers whether it has such a number.
    pub(super) fn reshape(&mut self, number: usize, deviations: f32) -> bool {
        let Some(shape) = self.shape.get_mut(number).filter(|_| deviations.is_finite()) else { return false };
        *shape = deviations.clamp(-MOST_DEVIATION, MOST_DEVIATION);
        self.character = Arc::new(self.model.reshaped(Character::clone(&self.character), &self.shape));
        true
    }
}

/// A rigged character that was read from a file.
#[derive(Clone, Debug)]
pub struct RiggedCharacter {
    path: PathBuf,
    character: Arc<Character>,
    fingers: Fingers,
    /// What decided which of its joints is which.
    mapping: Option<Preset>,
    /// Whether settings and projects bring that along; else it is found among the user's presets again.
    brings_mapping: bool,
    parts_found: usize,
    animations: usize,
    rights: Vec<String>,
    notes: Vec<String>,
}

impl RiggedCharacter {
    /// The character of a file with so many animations, which says this of its rights; and what of it is shown otherwise.
    #[must_use]
    pub fn new(path: PathBuf, character: Character, animations: usize, rights: Vec<String>, notes: Vec<String>) -> Self {
        let parts_found = find_parts(character.rig()).iter().flatten().count();
        let (fingers, mapping, brings_mapping) = (Fingers::default(), None, true);
        Self { path, character: Arc::new(character), fingers, mapping, brings_mapping, parts_found, animations, rights, notes }
    }

    /// Reads one with these fingers; what was decided of it comes before what is kept of others.
    pub(super) fn read(path: PathBuf, fingers: Fingers, presets: &Presets) -> Result<Self, Unread> {
        let read = formats::read_humanoid(&path, presets).map_err(|error| Unread::of(&path, error.to_string()));
        let (character, read) = read?;
        if character.meshes().is_empty() {
            let way_out = "choose a file with a skinned character, or import this one as a motion";
            return Err(Unread::from(format!("no mesh hangs on the skeleton: {}; {way_out}", path.display())));
        }
        let mapping = presets.fitting(character.rig()).cloned();
        let rigged = Self::new(path, character, read.clips.len(), read.rights, read.notes);
        Ok(Self { mapping, ..rigged }.with_fingers(fingers))
    }

    /// It with its fingers held like this.
    pub(super) fn with_fingers(self, fingers: Fingers) -> Self {
        let character = Character::clone(&self.character).with_fingers(fingers);
        Self { character: Arc::new(character), fingers, ..self }
    }

    /// It with its joints mapped as a preset says; none where that makes no body.
    pub(super) fn with_mapping(self, preset: Preset) -> Option<Self> {
        let mut rig = self.character.rig().clone().undecided();
        let presets = Presets { asked: vec![preset], kept: Vec::new() };
        presets.decide(&mut rig)?;
        let parts_found = find_parts(&rig).iter().flatten().count();
        let character = Character::sharing(Mapping::of(&rig).ok()?, Arc::clone(self.character.shared_meshes()));
        let fingers = self.fingers;
        let mapping = presets.asked.into_iter().next();
        Some(Self { character: Arc::new(character), mapping, brings_mapping: true, parts_found, ..self }.with_fingers(fingers))
    }

    /// It as a project or the settings named it: what they did not say of its mapping is not said by them now.
    pub(super) fn named(self, with_mapping: bool) -> Self {
        Self { brings_mapping: with_mapping, ..self }
    }

    /// Its skeleton, to be looked at.
    pub(super) fn mapped(&self) -> Mapped {
        let meshes = Arc::clone(self.character.shared_meshes());
        Mapped { path: self.path.clone(), rig: self.character.rig().clone(), meshes, is_character: true }
    }

    /// How it holds its fingers.
    #[must_use]
    pub fn fingers(&self) -> Fingers {
        self.fingers
    }

    /// The preset that decided which of its joints is which, where one did.
    #[must_use]
    pub fn mapping(&self) -> Option<&Preset> {
        self.mapping.as_ref()
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// It as it moves.
    #[must_use]
    pub fn character(&self) -> &Arc<Character> {
        &self.character
    }

    /// How many animations its file has.
    #[must_use]
    pub fn animations(&self) -> usize {
        self.animations
    }

    /// What its file says of its maker and of what may be done with it, a line each.
    #[must_use]
    pub fn rights(&self) -> &[String] {
        &self.rights
    }

    /// What of its file was left out or taken otherwise, a sentence each.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many of the [`PARTS`] of a body were found in its rig.
    #[must_use]
    pub fn parts_found(&self) -> usize {
        self.parts_found
    }
}

/// A character of the user's own.
#[derive(Clone, Debug)]
pub enum OwnCharacter {
    /// A body of SMPL's kind.
    Body(Body),
    /// A rigged character.
    Rigged(RiggedCharacter),
}

impl OwnCharacter {
    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Body(body) => body.path(),
            Self::Rigged(rigged) => rigged.path(),
        }
    }

    /// It as it moves.
    #[must_use]
    pub fn character(&self) -> &Arc<Character> {
        match self {
            Self::Body(body) => body.character(),
            Self::Rigged(rigged) => rigged.character(),
        }
    }

    /// As settings and projects keep it.
    pub(super) fn kind(&self) -> CharacterKind {
        match self {
            Self::Body(Body { path, shape, .. }) => CharacterKind::Smpl { path: path.clone(), shape: shape.clone() },
            Self::Rigged(RiggedCharacter { path, fingers, mapping, brings_mapping, .. }) => {
                CharacterKind::Rigged { path: path.clone(), fingers: *fingers, mapping: mapping.clone().filter(|_| *brings_mapping) }
            }
        }
    }
}

impl From<RiggedCharacter> for OwnCharacter {
    fn from(rigged: RiggedCharacter) -> Self {
        Self::Rigged(rigged)
    }
}

impl From<Body> for OwnCharacter {
    fn from(body: Body) -> Self {
        Self::Body(body)
    }
}
