//! Characters of the user's own: a body of SMPL's kind with its shape, or a rigged character as its file has it.

use crate::body::{BodyModel, Character, CharacterKind, MOST_DEVIATION};
use crate::formats;
use crate::motion::JOINT_COUNT;
use crate::motion::mapping::{Presets, find_parts};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Shape numbers that can be changed: the first ones tell most.
pub const SHAPES: usize = 10;

/// Parts of a body that a rig has a joint for: ours, apart from the spine between pelvis and chest, which may have any number of joints.
pub const PARTS: usize = JOINT_COUNT - 3;

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
        Self { path, character: Arc::new(character), parts_found, animations, rights, notes }
    }

    /// Reads one.
    pub(super) fn read(path: PathBuf) -> Result<Self, String> {
        let (character, read) = formats::read_humanoid(&path, &Presets::NONE).map_err(|error| error.to_string())?;
        if character.meshes().is_empty() {
            let way_out = "choose a file with a skinned character, or import this one as a motion";
            return Err(format!("no mesh hangs on the skeleton: {}; {way_out}", path.display()));
        }
        Ok(Self::new(path, character, read.clips.len(), read.rights, read.notes))
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
            Self::Rigged(RiggedCharacter { path, .. }) => CharacterKind::Rigged { path: path.clone() },
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
